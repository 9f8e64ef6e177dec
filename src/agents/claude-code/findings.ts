// What looking at the sources of hooks can find. All of it is material from files others wrote: data, never instructions.
import { createHash, randomUUID } from "node:crypto";
import { isAbsolute, resolve } from "node:path";
import type { Json, JsonObject } from "../../protocol/canonical.ts";
import type { EnvGrade } from "./dangerousEnv.ts";
import type { Looker } from "./looker.ts";

/**
 * Where something comes from. "definition": the head of an agent, skill or command file. "managed": the administrator's
 * settings. "flag": the command line.
 */
export type SourceKind = "user" | "project" | "local" | "managed" | "flag" | "plugin" | "definition";

export interface Source {
	kind: SourceKind;
	/** Absolute path; for the command line the switch, such as "--settings". */
	file: string;
	/** It came with the project, not with the person: a project can bring settings, plugins and definitions. */
	fromProject: boolean;
	/** Only the administrator can write it. */
	byRoot?: true;
}

/** What a hook of this event could do to an action: answer or rewrite it, change the environment of commands, or neither. */
export type Reach = "action" | "environment" | "none";

export interface HookFound {
	source: Source;
	/** "*" where the file cannot be told apart further. */
	event: string;
	entry: JsonObject;
	/** Hex SHA-256 of event, matcher, entry and the scripts it names: what a person accepts. */
	digest: string;
	/** It only runs our launcher. */
	ours: boolean;
	reach: Reach;
}

export interface EnvFound {
	source: Source;
	name: string;
	/** Hex SHA-256 of name and value; the value itself is not kept. */
	digest: string;
	grade: EnvGrade;
}

/** A file that Gatepost cannot read the way Claude Code does. */
export interface Unread {
	source: Source;
	/** "invalid": Claude Code ignores it whole. "unread": it may well load it. */
	why: "invalid" | "unread";
	detail: string;
	/** Of its path and state: what a person accepts. */
	digest: string;
}

export interface Findings {
	hooks: HookFound[];
	env: EnvFound[];
	unread: Unread[];
}

/** What more is found beyond this is not listed one by one. */
const MAX_HOOKS = 500;

/** Adds a hook. @returns false when there are more than anybody has: that is noted as one thing nobody can accept */
export function addHook(found: Findings, hook: () => HookFound, source: Source): boolean {
	const full = found.hooks.length >= MAX_HOOKS;
	if (full) addUnread(found, source, "too many hooks", randomUUID());
	else found.hooks.push(hook());
	return !full;
}

/** Adds a file that Gatepost could not read. `state` makes the digest fit this state of it only. */
export function addUnread(found: Findings, source: Source, detail: string, state: string): void {
	const digest = sha256(source.file, detail, state);
	if (found.unread.length >= MAX_HOOKS || found.unread.some((one) => one.digest === digest)) return;
	found.unread.push({ source, why: "unread", detail, digest });
}

/** Hooks that answer or rewrite: PreToolUse and PermissionRequest (measured), Elicitation (answers for the person). */
const ANSWERS = new Set(["PreToolUse", "PermissionRequest", "Elicitation", "ElicitationResult", "*"]);
/** Their hooks get CLAUDE_ENV_FILE, which changes PATH and more for every later command (measured: SessionStart). */
const SETS_ENVIRONMENT = new Set(["SessionStart", "Setup", "CwdChanged", "FileChanged"]);

export function reachOf(event: string): Reach {
	if (ANSWERS.has(event)) return "action";
	return SETS_ENVIRONMENT.has(event) ? "environment" : "none";
}

/** Larger scripts are known by their time stamps instead. Bytes. */
const MAX_SCRIPT_BYTES = 2 * 1024 * 1024;
const MAX_SCRIPTS = 10;
const MAX_WORDS = 60;

/** How words of a command are turned into paths. */
export interface Place {
	root: string;
	userHome: string;
	pluginRoot?: string;
}

/** The digest of an entry and of the content of every script it names. */
export function digestOf(look: Looker, place: Place, event: string, matcher: Json | undefined, entry: Json): string {
	const hash = createHash("sha256").update(JSON.stringify([event, matcher ?? null, entry]));
	for (const path of scripts(look, place, entry)) hash.update(`\n${path}\n${contentDigest(look, path)}`);
	return hash.digest("hex");
}

function contentDigest(look: Looker, path: string): string {
	const stat = look.stat(path);
	if (stat === undefined || stat.size > MAX_SCRIPT_BYTES) return look.stateOf(path);
	const content = look.read(path);
	return content.kind === "bytes" ? createHash("sha256").update(content.bytes).digest("hex") : look.stateOf(path);
}

/** Files that the entry names in its command or arguments. */
function scripts(look: Looker, place: Place, entry: Json): string[] {
	const found = new Set<string>();
	for (const word of new Set(words(entry).slice(0, MAX_WORDS))) {
		const path = expand(word, place);
		if (found.size < MAX_SCRIPTS && path !== undefined && look.stat(path)?.isFile() === true) found.add(path);
	}
	return [...found].sort();
}

/** Words as a shell might see them: quotes can stand around a path with spaces, or in the middle of one. */
function words(entry: Json): string[] {
	if (typeof entry === "string") {
		const bare = entry.replaceAll(/["'\\]/g, "").split(/[\s`;|&()<>=,]+/);
		return [...bare.slice(0, MAX_WORDS), ...entry.split(/["'`]/).slice(0, MAX_WORDS)];
	}
	if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return [];
	const { command, args } = entry;
	const whole = (Array.isArray(args) ? [command, ...args] : [command]).filter((one) => typeof one === "string");
	const texts = whole.slice(0, MAX_WORDS).map((text) => text.slice(0, 4096));
	return [...texts, ...texts.flatMap((text) => words(text))];
}

function expand(word: string, { root, userHome, pluginRoot }: Place): string | undefined {
	if (word === "" || word.length > 4096 || word.includes("\0")) return undefined;
	const path = word
		.replace(/^\$\{?CLAUDE_PROJECT_DIR\}?/, root)
		.replace(/^\$\{?CLAUDE_PLUGIN_ROOT\}?/, pluginRoot ?? "$")
		.replace(/^(~(?=\/)|\$\{?HOME\}?)/, userHome);
	return isAbsolute(path) ? path : resolve(pluginRoot ?? root, path);
}

export function sha256(...parts: string[]): string {
	return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
