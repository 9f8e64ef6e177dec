// Starts what plays the agent: the recorded sample session, or the user's own Claude Code in this terminal.
import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkout } from "../support/host/install.ts";
import { connectSample, sampleSettings } from "./connect.ts";
import type { Throwaway } from "./throwaway.ts";

const agent = fileURLToPath(new URL("agent.ts", import.meta.url));

export interface Session {
	/** Exit code. */
	ended: Promise<number>;
	stop(): void;
}

/** The recorded session, as a process of its own with the throwaway home. */
export async function startSample(throwaway: Throwaway, cli: string): Promise<Session> {
	await connectSample(throwaway, cli);
	const { project, env } = throwaway;
	return watch(
		spawn(process.execPath, [agent, project], { cwd: project, env, stdio: ["ignore", "inherit", "inherit"] }),
	);
}

/** The user's own Claude Code with its own home and login; only `--settings` is ours. */
export async function startOwnClaude(claude: string, throwaway: Throwaway, args: string[]): Promise<Session> {
	const settings = await sampleSettings(throwaway);
	const { project } = throwaway;
	return watch(
		spawn(claude, ["--settings", settings, ...args], { cwd: project, env: userEnvironment(), stdio: "inherit" }),
	);
}

function watch(child: ChildProcess): Session {
	const ended = new Promise<number>((done, failed) => {
		child.once("error", failed).once("exit", (code) => done(code ?? 1));
	});
	return { ended, stop: () => void child.kill("SIGTERM") };
}

/** The `claude` of the user's PATH. @throws when there is none */
export function ownClaude(): string {
	const found = userPath()
		.map((folder) => join(folder, "claude"))
		.find((path) => {
			try {
				accessSync(path, constants.X_OK);
				return true;
			} catch {
				return false;
			}
		});
	if (found) return found;
	throw new Error(
		"There is no `claude` on PATH. Nothing was started. Install Claude Code, or leave --claude out to see a recorded session.",
	);
}

/** Why the user's own configuration would answer as well; undefined when it would not. */
export function ownGatepost(): string | undefined {
	const launcher = join(homedir(), ".gatepost/bin/gatepost-hook");
	try {
		accessSync(launcher);
	} catch {
		return undefined;
	}
	return (
		`Gatepost is installed for you already (${launcher}). Where your Claude Code is connected to it, that gate is asked as ` +
		"well; it does not serve the sample project and refuses. Disconnect it for the try-out, or answer in your own editor."
	);
}

function userPath(): string[] {
	const folders = (process.env.PATH ?? "").split(delimiter);
	return folders.filter((folder) => folder && !folder.startsWith(`${checkout}/`) && !folder.endsWith("node-gyp-bin"));
}

/** What the user's shell had before npm added to it. */
function userEnvironment(): NodeJS.ProcessEnv {
	const env = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$|NODE$|COLOR$)/.test(name));
	return { ...Object.fromEntries(env), PATH: userPath().join(delimiter) };
}
