// One hook call as Claude Code makes it: the installed launcher, a recorded payload, and the environment the agent gives.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const recorded = new URL("../fixtures/claude-code/", import.meta.url);

export interface HookOptions {
	/** The user's home; Gatepost's is `.gatepost` in it. */
	home: string;
	/** The agent's project folder. */
	folder: string;
	/** Name of a recorded payload, e.g. "PreToolUse-Write"; session, folder and ids in it are replaced. */
	payload: string;
	/** Members that replace the recorded ones. */
	members?: Record<string, unknown>;
	/** The agent's session; default a new one. */
	session?: string;
}

export interface HookEnd {
	/** null when a signal ended it. */
	exit: number | null;
	stdout: string;
	stderr: string;
}

export interface HookCall {
	pid: number;
	session: string;
	toolUseId: string;
	ended: Promise<HookEnd>;
	/** The agent still waits for an answer. */
	isWaiting(): boolean;
	/** What the agent does when its person presses Esc; resolves when the hook has ended. */
	kill(signal?: NodeJS.Signals): Promise<HookEnd>;
}

/** Starts a hook. It ends when it is answered, or killed. */
export function callHook({ home, folder, payload, members, session = randomUUID() }: HookOptions): HookCall {
	const toolUseId = `toolu_${randomUUID().replaceAll("-", "").slice(0, 20)}`;
	const body = {
		...JSON.parse(readFileSync(new URL(`${payload}.json`, recorded), "utf8")),
		session_id: session,
		transcript_path: join(home, ".claude/projects/test", `${session}.jsonl`),
		cwd: folder,
		permission_mode: "default",
		tool_use_id: toolUseId,
		...members,
	};
	const { PATH } = process.env;
	const launcher = join(home, ".gatepost/bin/gatepost-hook");
	// The gate looks at the agent's process for its home; that of the tests would lead to the real user's settings.
	const child = spawn("/bin/sh", ["-c", 'export CLAUDE_PID=$$; exec "$0" claude-code', launcher], {
		cwd: folder,
		stdio: "pipe",
		env: {
			PATH,
			HOME: home,
			CLAUDE_CODE_SESSION_ID: session,
			CLAUDE_CODE_ENTRYPOINT: "cli",
			CLAUDE_CODE_SESSION_ATTENDED: "1",
			CLAUDE_PROJECT_DIR: folder,
		},
	});
	let stdout = "";
	let stderr = "";
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		stdout += text;
	});
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		stderr += text;
	});
	// A hook that ends early closes its input; how it ended says why.
	child.stdin.on("error", () => undefined).end(JSON.stringify(body));
	const ended = new Promise<HookEnd>((resolve, reject) => {
		child.once("error", reject).once("close", (exit) => resolve({ exit, stdout, stderr }));
	});
	const isWaiting = () => child.exitCode === null && child.signalCode === null;
	return {
		pid: child.pid ?? 0,
		session,
		toolUseId,
		ended,
		isWaiting,
		kill(signal = "SIGTERM") {
			if (isWaiting()) child.kill(signal);
			return ended;
		},
	};
}

/** A Write of this content, which always asks. */
export function writeCall(home: string, folder: string, file: string, content: string, session?: string): HookCall {
	const members = { tool_input: { file_path: join(folder, file), content } };
	return callHook({
		home,
		folder,
		payload: "PreToolUse-Write",
		members,
		...(session === undefined ? {} : { session }),
	});
}
