// What a running Claude Code was started with: arguments, and the few variables that move or disarm its hooks.
import { execFile } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { promisify } from "node:util";
import { isOn } from "./dangerousEnv.ts";

const run = promisify(execFile);
const MAX_BYTES = 1024 * 1024;

export interface ClaudeProcess {
	pid: number;
	/** Undefined when the system does not tell. */
	args: string[] | undefined;
	cwd: string | undefined;
	/** Of its environment, nothing but these is kept. */
	configDir: string | undefined;
	home: string | undefined;
	/** Variables in force that turn hooks off, by name. */
	switches: string[];
	/** Folders of plugins named in its environment. */
	pluginDirs: string | undefined;
}

const SWITCHES = ["CLAUDE_CODE_SIMPLE", "CLAUDE_CODE_SAFE_MODE", "CLAUDE_CODE_RESTRICTED"];
const KEPT = ["CLAUDE_CONFIG_DIR", "HOME", "CLAUDE_CODE_PLUGIN_DIRS", ...SWITCHES];

/** Reads a process of this user. On Linux from /proc; elsewhere its arguments from ps, and nothing of its environment. */
export async function readProcess(pid: number): Promise<ClaudeProcess> {
	const args = process.platform === "linux" ? procList(pid, "cmdline") : await psArgs(pid);
	const env = new Map<string, string>();
	for (const line of process.platform === "linux" ? (procList(pid, "environ") ?? []) : []) {
		const at = line.indexOf("=");
		if (KEPT.includes(line.slice(0, at))) env.set(line.slice(0, at), line.slice(at + 1));
	}
	return {
		pid,
		args,
		cwd: procCwd(pid),
		configDir: env.get("CLAUDE_CONFIG_DIR") || undefined,
		home: env.get("HOME") || undefined,
		switches: SWITCHES.filter((name) => isOn(env.get(name))),
		pluginDirs: env.get("CLAUDE_CODE_PLUGIN_DIRS") || undefined,
	};
}

function procList(pid: number, name: "cmdline" | "environ"): string[] | undefined {
	try {
		const bytes = readFileSync(`/proc/${pid}/${name}`);
		if (bytes.length === 0 || bytes.length > MAX_BYTES) return undefined;
		return bytes.toString("utf8").replace(/\0$/, "").split("\0");
	} catch {
		// Gone, or another user's.
		return undefined;
	}
}

export function procCwd(pid: number): string | undefined {
	if (process.platform !== "linux") return undefined;
	try {
		return readlinkSync(`/proc/${pid}/cwd`);
	} catch {
		return undefined;
	}
}

/** ps joins arguments by spaces, which is enough to see a switch. */
async function psArgs(pid: number): Promise<string[] | undefined> {
	if (process.platform === "win32") return undefined;
	try {
		const { stdout } = await run("/bin/ps", ["-ww", "-o", "args=", "-p", String(pid)], { timeout: 3000, env: {} });
		const text = stdout.trim();
		return text === "" ? undefined : text.split(/\s+/);
	} catch {
		return undefined;
	}
}

export interface Flags {
	/** Switches that turn all hooks of settings off, as written. */
	off: string[];
	/** Values of --settings: a path or JSON. */
	settings: string[];
	/** Values of --setting-sources, where given. */
	sources: string[] | undefined;
	pluginDirs: string[];
	/** Plugins that cannot be looked at: archives and URLs. */
	pluginUrls: string[];
	addDirs: string[];
	/** Values of --agents: JSON or a path. */
	agents: string[];
}

const OFF = ["--bare", "--safe-mode", "--restricted"];
const WITH_VALUE = [
	"--settings",
	"--setting-sources",
	"--plugin-dir",
	"--plugin-dir-no-mcp",
	"--plugin-url",
	"--agents",
];

/** The arguments that decide which hooks run. A value that looks like a switch is taken as one. */
export function readFlags(args: readonly string[]): Flags {
	const flags: Flags = {
		...{ off: [], settings: [], sources: undefined, pluginDirs: [], pluginUrls: [], addDirs: [], agents: [] },
	};
	for (let i = 1; i < args.length; i += 1) {
		const arg = args[i] ?? "";
		if (arg === "--") break;
		const at = arg.indexOf("=");
		const name = arg.startsWith("--") && at > 0 ? arg.slice(0, at) : arg;
		if (OFF.includes(name)) flags.off.push(name);
		else if (name === "--add-dir") {
			if (at > 0) flags.addDirs.push(arg.slice(at + 1));
			for (; args[i + 1] !== undefined && !args[i + 1]?.startsWith("-"); i += 1) flags.addDirs.push(args[i + 1] ?? "");
		} else if (WITH_VALUE.includes(name)) {
			const value = at > 0 ? arg.slice(at + 1) : (args[i + 1] ?? "");
			if (at <= 0 && !OFF.includes(value)) i += 1;
			take(flags, name, value);
		}
	}
	return flags;
}

function take(flags: Flags, name: string, value: string): void {
	if (name === "--settings") flags.settings.push(value);
	else if (name === "--agents") flags.agents.push(value);
	else if (name === "--plugin-url") flags.pluginUrls.push(value);
	else if (name === "--setting-sources")
		flags.sources = [...(flags.sources ?? []), ...value.split(/[\s,]+/).filter(Boolean)];
	else if (value.endsWith(".zip")) flags.pluginUrls.push(value);
	else flags.pluginDirs.push(value);
}
