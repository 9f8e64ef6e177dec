// Where an agent was started from, told from the processes above it and the few variables the hook passes on; and which
// program it is. What is here was seen on this machine, except "ci", which rests on variables anybody can set.
import { readFile, readlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Submit } from "../protocol/hook.ts";
import type { Process } from "./provenance.ts";

export interface Launcher {
	kind: "terminal" | "editor" | "ci" | "service" | "unknown";
	/** The shell, editor or service manager, as the kernel calls it. */
	name?: string;
	/** The editor whose terminal it is. */
	within?: string;
}

const SHELLS = new Set([
	"bash",
	"zsh",
	"fish",
	"sh",
	"dash",
	"ksh",
	"mksh",
	"tcsh",
	"csh",
	"pwsh",
	"nu",
	"xonsh",
	"elvish",
]);
const EDITORS =
	/^(?:code|code-insiders|code-oss|code-tunnel|cursor|codium|windsurf|kiro|antigravity|zed|electron|idea|webstorm|pycharm|goland|nvim|vim|emacs)/i;
const SERVICES = new Set([
	"systemd",
	"init",
	"launchd",
	"cron",
	"crond",
	"atd",
	"supervisord",
	"runsv",
	"containerd-shim",
]);

/** @param processes the agent itself and what is above it, nearest first */
export function launcherOf(processes: readonly Process[], env: Submit["env"]): Launcher {
	const above = processes.slice(1).map(({ name }) => name);
	const shell = above.findIndex((name) => SHELLS.has(name.replace(/^-/, "")));
	const editor = above.findIndex((name) => EDITORS.test(name));
	const editorName = above[editor];
	if (isSet(env.CI) || isSet(env.GITHUB_ACTIONS)) return { kind: "ci", ...named(above[shell]) };
	if (shell >= 0 && (editor < 0 || shell < editor))
		return { kind: "terminal", ...named(above[shell]), ...(editorName === undefined ? {} : { within: editorName }) };
	if (editorName !== undefined) return { kind: "editor", name: editorName };
	const service = above.find((name) => SERVICES.has(name));
	return service === undefined ? { kind: "unknown", ...named(above[0]) } : { kind: "service", name: service };
}

function isSet(value: string | undefined): boolean {
	return value !== undefined && value !== "" && value !== "false" && value !== "0";
}

function named(name: string | undefined): { name?: string } {
	return name === undefined ? {} : { name };
}

export interface Program {
	/** Path of the file that runs, as the kernel has it. */
	path: string;
	/** Version as its path or the package around its script says. */
	version?: string;
}

const INTERPRETERS = new Set(["node", "bun", "deno", "electron"]);
/** The last one in a path is nearest to the program. */
const VERSION = /.*(?:^|[^0-9.])(\d{1,4}\.\d{1,4}\.\d{1,4})(?![0-9.])/;

/** The program of a process; undefined where the system does not say. */
export async function programOf(pid: number): Promise<Program | undefined> {
	let path: string;
	let words: string[];
	try {
		path = await readlink(`/proc/${pid}/exe`);
		words = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0");
	} catch {
		// No /proc, another user's process, or it has ended: then nothing is said of it.
		return undefined;
	}
	const script = words[1];
	const isScript = INTERPRETERS.has(basename(path)) && script?.startsWith("/") === true;
	const file = isScript ? script : path;
	const packaged = isScript || file.includes("/node_modules/") ? await packageVersion(dirname(file)) : undefined;
	const version = packaged ?? (isScript ? undefined : VERSION.exec(file)?.[1]);
	return { path: file, ...(version === undefined ? {} : { version }) };
}

/** The version of the package that holds a folder. */
async function packageVersion(folder: string): Promise<string | undefined> {
	for (let dir = folder, up = 0; up < 4; dir = dirname(dir), up++) {
		try {
			const { version } = JSON.parse(await readFile(join(dir, "package.json"), "utf8")) as { version?: unknown };
			return typeof version === "string" ? version.slice(0, 40) : undefined;
		} catch {
			// Not here: the package may begin further up. One that cannot be read says no version.
		}
	}
	return undefined;
}
