// The conditions of a rule, held against an action one after the other.
import type { ActionKind } from "../../actions/action.ts";
import { asPattern, type CommandPattern, fitsParts, matchAllow } from "./commandPattern.ts";
import { type HostPattern, hostAllowed, hostTightened, parseHostPattern } from "./hostPattern.ts";
import { type PathGround, type PathPattern, parsePathPattern, pathAllowed, pathTightened } from "./pathPattern.ts";
import type { Rule } from "./schema.ts";
import { matchTight, matchTightText, type Words } from "./tight.ts";
import { unchangedHolds } from "./unchanged.ts";

/** What rules are held against. */
export interface Subject {
	/** Agent id, e.g. "claude-code". */
	agent: string;
	kind: ActionKind;
	tool: string;
	/** Every simple command of the line, quotes taken off; undefined for a line that could not be read. */
	commands?: readonly Words[] | undefined;
	/** The line itself. */
	commandText?: string | undefined;
	/** Commands of the line may stand where `commands` has none: in a substitution, a function, a text handed on. */
	unwalked?: boolean | undefined;
	/** Every file and folder the action touches. `written` absolute; `real` undefined when it cannot be followed. */
	paths: readonly { written: string; real?: string | undefined }[];
	/** Addresses it fetches, as the agent wrote them. */
	urls?: readonly string[] | undefined;
	/** Real path of the gate's folder the session belongs to. */
	folder?: string | undefined;
	/** Real paths of all folders of the gate. Default: `folder`. */
	folders?: readonly string[] | undefined;
	/** Real path of the user's home, for "~/". */
	userHome: string;
	/** Milliseconds; now by default. */
	now?: number | undefined;
}

export type How = "allow" | "tighten";

interface Compiled {
	/** A pattern of the rule cannot be read: it allows nothing, and may mean anything when it tightens. */
	broken: boolean;
	tools?: readonly string[][] | undefined;
	commands?: readonly CommandPattern[] | undefined;
	paths?: readonly PathPattern[] | undefined;
	hosts?: readonly HostPattern[] | undefined;
	until?: number | undefined;
}

const compiled = new WeakMap<Rule, Compiled>();

/** Whether a rule that allows means this one simple command. One unknown word, and it does not. */
export function ruleMatchesCommand(rule: Rule, words: Words): boolean {
	const { commands, broken } = compile(rule);
	const known = words.filter((word) => word !== undefined);
	if (broken || commands === undefined || known.length !== words.length) return false;
	return commands.some((pattern) => matchAllow(pattern, known));
}

/** A condition of a rule that an action does not meet. "broken": a pattern cannot be read. "what": it names too little. */
export type Condition =
	| "broken"
	| "agent"
	| "kind"
	| "tool"
	| "what"
	| "command"
	| "path"
	| "host"
	| "folder"
	| "unchanged"
	| "until";

/** The first condition that an action does not meet, the cheap ones first. @param but a condition that is not asked for */
export function failing(rule: Rule, subject: Subject, how: How, but?: "command"): Condition | undefined {
	const read = compile(rule);
	if (!includes(rule.agent, subject.agent)) return "agent";
	if (!includes(rule.kind, subject.kind)) return "kind";
	if (read.tools !== undefined && !read.tools.some((parts) => fitsParts(parts, subject.tool))) return "tool";
	const failed = how === "allow" ? notAllowed(rule, read, subject, but) : notTightened(rule, read, subject, but);
	if (failed !== undefined) return failed;
	return read.until !== undefined && (subject.now ?? Date.now()) >= read.until ? "until" : undefined;
}

/** For each kind, the conditions of which a rule that allows must have one: what it allows, not only who or where. */
const SAYS_WHAT: Record<ActionKind, readonly ("command" | "path" | "host" | "tool")[]> = {
	shell: ["command"],
	edit: ["path"],
	write: ["path"],
	delete: ["path"],
	read: ["path"],
	fetch: ["host", "tool"],
	mcp: ["tool"],
	spawn: ["tool"],
	other: ["tool"],
};

/** What a rule that allows this kind has to say; undefined when it does. */
export function missingWhat(rule: Rule, kind: ActionKind): string | undefined {
	const wanted = SAYS_WHAT[kind];
	return wanted.some((member) => rule[member] !== undefined) ? undefined : wanted.join('" or "');
}

function notAllowed(rule: Rule, read: Compiled, subject: Subject, but?: "command"): Condition | undefined {
	if (read.broken) return "broken";
	if (missingWhat(rule, subject.kind) !== undefined) return "what";
	// Of another kind, and still with a command: it is about shell lines only.
	if (rule.command !== undefined && subject.kind !== "shell") return "command";
	if (but === undefined && subject.kind === "shell" && !commandsAllowed(rule, subject)) return "command";
	const { paths, hosts } = read;
	if (paths !== undefined && (subject.paths.length === 0 || uncoveredPath(rule, subject) !== undefined)) return "path";
	const urls = subject.urls ?? [];
	if (hosts !== undefined && (urls.length === 0 || uncoveredUrl(rule, subject) !== undefined)) return "host";
	const { folder, userHome } = subject;
	if (rule.folder !== undefined) {
		const own = folder === undefined ? undefined : trimmed(folder, userHome);
		if (!list(rule.folder).some((one) => trimmed(one, userHome) === own)) return "folder";
	}
	if (rule.unchanged === undefined) return undefined;
	return folder !== undefined && unchangedHolds(rule.unchanged, folder) ? undefined : "unchanged";
}

function commandsAllowed(rule: Rule, { commands }: Subject): boolean {
	return commands !== undefined && commands.length > 0 && commands.every((words) => ruleMatchesCommand(rule, words));
}

/** The first file of the action that a rule that allows does not cover. */
export function uncoveredPath(rule: Rule, { paths, folder, userHome }: Subject): string | undefined {
	const ground: PathGround = { folders: folder === undefined ? [] : [folder], userHome };
	const patterns = compile(rule).paths ?? [];
	return paths.find(({ real }) => real === undefined || !patterns.some((pattern) => pathAllowed(pattern, real, ground)))
		?.written;
}

/** The first address of the action that a rule that allows does not cover. */
export function uncoveredUrl(rule: Rule, { urls }: Subject): string | undefined {
	const patterns = compile(rule).hosts ?? [];
	return urls?.find((url) => !patterns.some((pattern) => hostAllowed(pattern, url)));
}

function notTightened(rule: Rule, read: Compiled, subject: Subject, but?: "command"): Condition | undefined {
	if (but === undefined && !commandTightened(rule, subject)) return "command";
	// Nobody knows what it was to mean.
	if (read.broken) return undefined;
	const { paths, hosts } = read;
	const { folder, userHome } = subject;
	const touched = () =>
		subject.paths.flatMap(({ written, real }) => (real === undefined ? [written] : [written, real]));
	if (paths !== undefined) {
		const folders = subject.folders ?? (folder === undefined ? [] : [folder]);
		const ground: PathGround = { folders, userHome };
		const all = touched();
		if (!paths.some((pattern) => all.some((path) => pathTightened(pattern, path, ground)))) return "path";
	}
	const urls = subject.urls ?? [];
	if (hosts !== undefined && !hosts.some((pattern) => urls.some((url) => hostTightened(pattern, url)))) return "host";
	if (rule.folder === undefined) return undefined;
	const places = (folder === undefined ? touched() : [folder, ...touched()]).map((place) => trimmed(place, userHome));
	const wanted = list(rule.folder).map((one) => trimmed(one, userHome));
	const inside = wanted.some((one) => places.some((place) => place === one || place.startsWith(`${one}/`)));
	return inside ? undefined : "folder";
}

function commandTightened(rule: Rule, { kind, commands, commandText, unwalked }: Subject): boolean {
	if (rule.command === undefined) return true;
	const { broken, commands: patterns } = compile(rule);
	if (broken || patterns === undefined) return true;
	if (commands !== undefined) {
		if (patterns.some((pattern) => commands.some((words) => matchTight(pattern, words)))) return true;
		if (unwalked !== true) return false;
	}
	if (commandText !== undefined) return patterns.some((pattern) => matchTightText(pattern, commandText));
	// A shell action whose line nobody knows.
	return kind === "shell";
}

function compile(rule: Rule): Compiled {
	let found = compiled.get(rule);
	if (found === undefined) {
		found = read(rule);
		compiled.set(rule, found);
	}
	return found;
}

function read(rule: Rule): Compiled {
	const commands = rule.command === undefined ? undefined : list(rule.command).map(asPattern);
	const paths = rule.path === undefined ? undefined : list(rule.path).map(parsePathPattern);
	const hosts = rule.host === undefined ? undefined : list(rule.host).map(parseHostPattern);
	const until = rule.until === undefined ? undefined : Date.parse(rule.until);
	return {
		broken:
			Number.isNaN(until ?? 0) ||
			(commands?.includes(undefined) ?? false) ||
			[...(paths ?? []), ...(hosts ?? [])].some((one) => "wrong" in one),
		tools: rule.tool === undefined ? undefined : list(rule.tool).map((tool) => tool.split(/\*+/)),
		commands: commands?.filter((one) => one !== undefined),
		paths: paths?.filter((one): one is PathPattern => !("wrong" in one)),
		hosts: hosts?.filter((one): one is HostPattern => !("wrong" in one)),
		until,
	};
}

function includes<T extends string>(wanted: T | readonly T[] | undefined, value: T): boolean {
	return wanted === undefined || list(wanted).includes(value);
}

/** A member that is one value or a list, as a list. */
export function list<T extends string>(value: T | readonly T[]): readonly T[] {
	return typeof value === "string" ? [value] : value;
}

/** A folder of a rule as it is compared: "~" written out, no slash at the end. */
function trimmed(folder: string, userHome: string): string {
	const full = folder === "~" || folder.startsWith("~/") ? userHome + folder.slice(1) : folder;
	const slashed = process.platform === "win32" ? full.replaceAll("\\", "/").toLowerCase() : full;
	return slashed.length > 1 ? slashed.replace(/\/+$/, "") : slashed;
}
