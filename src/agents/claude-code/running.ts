// Claude Code processes and sessions on this machine, as the system and Claude Code's own session files show them.
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { type ClaudeProcess, readProcess } from "./claudeProcess.ts";
import { configDir } from "./paths.ts";

/** One session that runs now. */
export interface RunningSession {
	pid: number;
	/** "" when it is not known: an older Claude Code, or one that waits for trust. */
	sessionId: string;
	/** Where it was started. */
	cwd: string;
	/** Milliseconds since the epoch. */
	startedAt: number;
	/** When it last began to work on a prompt, where that is known; milliseconds since the epoch. */
	busySince: number | undefined;
	/** Undefined where the system does not tell. */
	process: ClaudeProcess | undefined;
	configDir: string;
}

const MAX_SESSION_FILE_BYTES = 64 * 1024;
const MAX_SESSION_FILES = 500;
/** A new process may still become another program for so many looks. */
const LOOKS = 3;
/** Clock ticks a second in /proc/<pid>/stat, for every Linux that Node runs on. */
const TICKS = 100;

export interface SessionFinder {
	/** Sessions of this user. `dirs` are the configuration folders to look into besides those of the processes. */
	find(dirs: readonly string[]): Promise<RunningSession[]>;
}

/** Finds sessions at low cost: a process is looked at a few times when it is new, and then never again. */
export function sessionFinder(userHome: string): SessionFinder {
	/** Looks still due for a process that was no Claude Code so far. */
	const others = new Map<string, number>();

	async function claudePids(): Promise<number[]> {
		if (process.platform !== "linux") return [];
		const names = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
		const found: number[] = [];
		for (const name of others.keys()) if (!names.includes(name)) others.delete(name);
		for (const name of names) {
			const left = others.get(name) ?? LOOKS;
			if (left === 0) continue;
			if (await isClaude(name)) found.push(Number(name));
			else others.set(name, left - 1);
		}
		return found;
	}

	return {
		async find(dirs) {
			const sessions = new Map<number, RunningSession>();
			const processes = await Promise.all((await claudePids()).map(readProcess));
			const configs = new Set(dirs);
			for (const one of processes) configs.add(configOf(one, userHome));
			for (const dir of configs) {
				for (const session of await readSessions(dir)) {
					const known = processes.find(({ pid }) => pid === session.pid);
					if (known !== undefined && configOf(known, userHome) !== dir) continue;
					const running = known ?? (await otherProcess(session.pid));
					if (running !== undefined && (await isSame(session)))
						sessions.set(session.pid, { ...session, process: running });
				}
			}
			for (const one of processes) {
				if (sessions.has(one.pid) || one.cwd === undefined) continue;
				const startedAt = (await startOf(one.pid)) ?? Date.now();
				const common = { sessionId: "", busySince: undefined, configDir: configOf(one, userHome) };
				sessions.set(one.pid, { pid: one.pid, cwd: one.cwd, startedAt, process: one, ...common });
			}
			return [...sessions.values()];
		},
	};
}

function configOf({ configDir: named, home }: ClaudeProcess, userHome: string): string {
	return configDir(home ?? userHome, { CLAUDE_CONFIG_DIR: named });
}

/** The process of a session file, if it is one of Claude Code: where there is no /proc, or an id was used again. */
async function otherProcess(pid: number): Promise<ClaudeProcess | undefined> {
	const running = await readProcess(pid);
	return running.args?.slice(0, 2).some((arg) => arg.includes("claude")) ? running : undefined;
}

async function isClaude(pid: string): Promise<boolean> {
	try {
		const { uid } = await stat(`/proc/${pid}`);
		if (uid !== process.getuid?.()) return false;
		const [program = "", script = ""] = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0");
		return looksLikeClaude(program, script);
	} catch {
		// It has ended.
		return false;
	}
}

/** By the first words of a command line: the native program, or Node with Claude Code's script. */
export function looksLikeClaude(program: string, script: string): boolean {
	if (/^claude(\.exe)?$/.test(basename(program)) || program.includes("/claude/versions/")) return true;
	return /(^|\/)claude-code\/(cli\.js|cli-wrapper\.cjs|bin\/claude)/.test(script) || basename(script) === "claude";
}

interface SessionFile extends RunningSession {
	/** Start of the process in clock ticks since boot, where Claude Code noted it. */
	procStart: string | undefined;
}

/** `<config>/sessions/<pid>.json`, written by 2.1.330 once a session has begun. The key files beside them are secret. */
async function readSessions(dir: string): Promise<SessionFile[]> {
	const folder = join(dir, "sessions");
	const names = await readdir(folder).catch((): string[] => []);
	const files = names.filter((name) => /^\d+\.json$/.test(name)).slice(0, MAX_SESSION_FILES);
	const read = await Promise.all(files.map((name) => readSession(join(folder, name), dir)));
	return read.filter((session) => session !== undefined);
}

async function readSession(file: string, dir: string): Promise<SessionFile | undefined> {
	try {
		const found = await stat(file);
		if (!found.isFile() || found.size > MAX_SESSION_FILE_BYTES) return undefined;
		const { pid, sessionId, cwd, startedAt, procStart, status, statusUpdatedAt } = JSON.parse(
			await readFile(file, "utf8"),
		);
		if (!Number.isSafeInteger(pid) || typeof sessionId !== "string" || typeof cwd !== "string") return undefined;
		const busySince = status === "busy" && typeof statusUpdatedAt === "number" ? statusUpdatedAt : undefined;
		return {
			pid,
			sessionId,
			cwd,
			startedAt: typeof startedAt === "number" ? startedAt : found.birthtimeMs,
			busySince,
			procStart: typeof procStart === "string" ? procStart : undefined,
			process: undefined,
			configDir: dir,
		};
	} catch {
		// Half written, gone, or not what we know: the transcript tells as well.
		return undefined;
	}
}

/** Whether the process that wrote the file still has this id. */
async function isSame({ pid, procStart }: SessionFile): Promise<boolean> {
	if (process.platform !== "linux") return isAlive(pid);
	const ticks = await startTicks(pid);
	return ticks !== undefined && (procStart === undefined || procStart === ticks);
}

/** A process of this user has this id. */
export function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

async function startTicks(pid: number): Promise<string | undefined> {
	try {
		const text = await readFile(`/proc/${pid}/stat`, "utf8");
		// The name in parentheses may hold anything; the start is the 20th word behind it.
		return text.slice(text.lastIndexOf(")") + 2).split(" ")[19];
	} catch {
		return undefined;
	}
}

async function startOf(pid: number): Promise<number | undefined> {
	const ticks = await startTicks(pid);
	if (ticks === undefined) return undefined;
	const up = Number((await readFile("/proc/uptime", "utf8")).split(" ")[0]);
	return Date.now() - up * 1000 + (Number(ticks) / TICKS) * 1000;
}
