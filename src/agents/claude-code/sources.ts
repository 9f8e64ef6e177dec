// Every source of hooks in force for a session of Claude Code, as files and the process say (DESIGN 7). Reads only.
// Where it is unclear whether the agent would load something, it counts as loaded.
import { statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import type { JsonObject } from "../../protocol/canonical.ts";
import { type ClaudeProcess, type Flags, readFlags, readProcess } from "./claudeProcess.ts";
import { collectDefinitions } from "./definitions.ts";
import { addUnread, type Findings, type Place, type Source } from "./findings.ts";
import { Looker } from "./looker.ts";
import { configDir, launcherPath, managedDir } from "./paths.ts";
import { collectPluginDir, collectPlugins, type PluginContext } from "./plugins.ts";
import { collect, parseDocument, readDocument, type SettingsDocument } from "./settingsSource.ts";

export interface SourcesOptions {
	/** Gatepost home: says which launcher is ours. */
	home: string;
	userHome: string;
	/** The administrator's folder; default that of this platform. */
	managedDir?: string;
}

/** A session, as far as it decides which files count. */
export interface SessionPlace {
	/** The agent's project folder, real path. */
	root: string;
	/** The agent's process, when known. Its command line and a few variables are read. */
	pid?: number;
	/** The agent's configuration folder, when known for sure. */
	configDir?: string;
}

export interface Sources extends Findings {
	root: string;
	configDir: string;
	launcher: string;
	/** Folders besides the configuration folder whose `.claude` brings agents, skills and commands. */
	trees: string[];
	/** From the weakest to the strongest. */
	documents: SettingsDocument[];
	/** Undefined when the command line could not be read. */
	flags: Flags | undefined;
	/** Variables of the process that turn hooks off. */
	switches: string[];
}

const KEPT = 32;
const MAX_ANCESTORS = 40;

/** Reads sources and keeps what it read for as long as nothing has changed. One for a gate. */
export class HookSources {
	readonly #options: SourcesOptions;
	readonly #kept = new Map<string, { look: Looker; process: ClaudeProcess | undefined; sources: Sources }>();
	readonly #processes = new Map<number, { stamp: string; process: ClaudeProcess }>();

	constructor(options: SourcesOptions) {
		this.#options = options;
	}

	/** What is in force now. Unchanged since the last time: a few dozen stat calls. */
	async read(place: SessionPlace): Promise<Sources> {
		const running = place.pid === undefined ? undefined : await this.#process(place.pid);
		const key = `${place.root}\n${place.configDir ?? ""}\n${place.pid ?? ""}`;
		const kept = this.#kept.get(key);
		if (kept !== undefined && kept.process === running && kept.look.unchanged()) return kept.sources;
		const look = new Looker();
		const sources = readSources(look, this.#options, place, running);
		this.#kept.delete(key);
		this.#kept.set(key, { look, process: running, sources });
		forgetOldest(this.#kept);
		return sources;
	}

	async #process(pid: number): Promise<ClaudeProcess | undefined> {
		const stamp = processStamp(pid);
		if (stamp === undefined) return undefined;
		const kept = this.#processes.get(pid);
		if (kept?.stamp === stamp) return kept.process;
		const process = await readProcess(pid);
		this.#processes.set(pid, { stamp, process });
		forgetOldest(this.#processes);
		return process;
	}
}

function forgetOldest(map: Map<unknown, unknown>): void {
	if (map.size > KEPT) map.delete(map.keys().next().value);
}

/** Changes when another process has this id. Where there is no /proc it changes every minute. */
function processStamp(pid: number): string | undefined {
	if (process.platform !== "linux") return String(Math.floor(Date.now() / 60_000));
	const stat = statSync(`/proc/${pid}`, { throwIfNoEntry: false });
	return stat === undefined ? undefined : `${stat.ino}:${stat.ctimeMs}`;
}

/** One whole look, without any memory. */
export function readSources(
	look: Looker,
	options: SourcesOptions,
	session: SessionPlace,
	running: ClaudeProcess | undefined,
): Sources {
	const { root } = session;
	const userHome = running?.home ?? options.userHome;
	const config = session.configDir ?? configDir(userHome, { CLAUDE_CONFIG_DIR: running?.configDir });
	const flags = running?.args === undefined ? undefined : readFlags(running.args);
	const found: Findings = { hooks: [], env: [], unread: [] };
	const place: Place = { root, userHome };
	const launcher = launcherPath(options.home);
	const tree = projectTree(look, root);
	const user = read(look, "user", join(config, "settings.json"), found);
	// A session in the home folder has its user settings as the project's as well.
	const project =
		join(root, ".claude") === config ? [] : [read(look, "project", join(root, ".claude", "settings.json"), found)];
	const documents = [
		user,
		...project,
		...tree.localRoots.map((dir) => read(look, "local", join(dir, ".claude", "settings.local.json"), found)),
		...(flags?.settings ?? []).map((value) => readFlag(look, value, running?.cwd ?? root, found)),
		...managed(look, options.managedDir ?? managedDir(), config, found),
	];
	for (const document of documents) collect(look, document, place, launcher, found);
	const added = [...(flags?.addDirs ?? []), ...documents.flatMap(additionalDirectories)].map((dir) =>
		resolve(root, dir),
	);
	const seen = new Set<string>();
	const trees = [...new Set([...tree.ancestors, ...added])];
	for (const dir of [config, ...trees.map((one) => join(one, ".claude"))]) {
		if (seen.has(dir)) continue;
		seen.add(dir);
		collectDefinitions(look, dir, place, dir !== config, found);
	}
	const plugins: PluginContext = { look, place, launcher, configDir: config, found };
	collectPlugins(plugins, documents);
	collectFlagged(plugins, flags, running);
	if (look.cut) addUnread(found, { kind: "definition", file: root, fromProject: true }, "too many files", root);
	const switches = running?.switches ?? [];
	return { ...found, root, configDir: config, launcher, trees, documents, flags, switches };
}

function read(look: Looker, kind: Source["kind"], file: string, found: Findings): SettingsDocument {
	return readDocument(look, { kind, file, fromProject: kind === "project" || kind === "local" }, found);
}

function readFlag(look: Looker, value: string, cwd: string, found: Findings): SettingsDocument {
	if (value.trim().startsWith("{")) {
		return parseDocument(value, { kind: "flag", file: "--settings", fromProject: false }, found);
	}
	return readDocument(look, { kind: "flag", file: resolve(cwd, value), fromProject: false }, found);
}

/** The administrator's settings: one file, drop-ins beside it, and what the agent's service sent. */
function managed(look: Looker, dir: string, config: string, found: Findings): SettingsDocument[] {
	const drops = join(dir, "managed-settings.d");
	const names = look.names(drops).names.filter((name) => name.endsWith(".json"));
	const files = [join(dir, "managed-settings.json"), ...names.map((name) => join(drops, name))];
	return [...files, join(config, "remote-settings.json")].map((file) => {
		const stat = look.stat(file);
		const byRoot = stat !== undefined && stat.uid === 0 && (stat.mode & 0o022) === 0 && !file.startsWith(config);
		return readDocument(look, { kind: "managed", file, fromProject: false, ...(byRoot ? { byRoot } : {}) }, found);
	});
}

function additionalDirectories({ value }: SettingsDocument): string[] {
	const permissions = value?.permissions as JsonObject | undefined;
	const dirs = permissions?.additionalDirectories;
	return Array.isArray(dirs) ? dirs.filter((dir) => typeof dir === "string").slice(0, 20) : [];
}

/** Plugins and agents named on the command line or in the environment. */
function collectFlagged(context: PluginContext, flags: Flags | undefined, running: ClaudeProcess | undefined): void {
	const { place, found } = context;
	for (const dir of flags?.pluginDirs ?? []) collectPluginDir(context, resolve(running?.cwd ?? place.root, dir), false);
	const opaque = [
		...(flags?.pluginUrls ?? []).map((value) => ["--plugin-url", value] as const),
		...(running?.pluginDirs === undefined ? [] : [["CLAUDE_CODE_PLUGIN_DIRS", running.pluginDirs] as const]),
		...(flags?.agents ?? []).filter((value) => mayDefineHooks(value)).map((value) => ["--agents", value] as const),
	];
	for (const [file, value] of opaque) {
		const source: Source = { kind: "flag", file, fromProject: false };
		addUnread(found, source, "not looked into", value);
	}
}

/** Agents on the command line run their hooks (measured). A file of them is not looked into. */
function mayDefineHooks(value: string): boolean {
	return !value.trim().startsWith("{") || /hooks|\\u/i.test(value);
}

/**
 * Folders around the session's root that count (measured with 2.1.330): skills and commands of every folder up to the git
 * root, or up to the top where there is none; personal settings of the git root and of the main worktree.
 */
function projectTree(look: Looker, root: string): { ancestors: string[]; localRoots: string[] } {
	const ancestors: string[] = [];
	let gitRoot: string | undefined;
	for (let at = root; ancestors.length < MAX_ANCESTORS; at = dirname(at)) {
		ancestors.push(at);
		if (look.stat(join(at, ".git")) !== undefined) gitRoot = at;
		if (gitRoot !== undefined || dirname(at) === at) break;
	}
	const main = gitRoot === undefined ? undefined : mainWorktree(look, gitRoot);
	const roots = [root, gitRoot, main].filter((dir) => dir !== undefined);
	return { ancestors: [...ancestors, ...(main === undefined ? [] : [main])], localRoots: [...new Set(roots)] };
}

/** The main worktree of a linked one: `.git` is then a file that names its folder in the common one. */
function mainWorktree(look: Looker, gitRoot: string): string | undefined {
	const link = firstLine(look, join(gitRoot, ".git"))?.replace(/^gitdir:\s*/, "");
	if (link === undefined) return undefined;
	const gitDir = resolve(gitRoot, link);
	const common = firstLine(look, join(gitDir, "commondir"));
	if (common === undefined) return undefined;
	const dir = isAbsolute(common) ? common : resolve(gitDir, common);
	return basename(dir) === ".git" ? dirname(dir) : undefined;
}

function firstLine(look: Looker, file: string): string | undefined {
	if (look.stat(file)?.isFile() !== true) return undefined;
	const content = look.read(file, 4096);
	return content.kind === "bytes" ? content.bytes.toString("utf8").split(/\r?\n/)[0] : undefined;
}
