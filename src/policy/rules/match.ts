// Whether one rule means one action. Two ways of asking: a rule that allows must mean all of the action for sure, a rule
// that asks or denies counts as soon as it may mean a part of it.
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

/** Whether a rule means an action. For "allow", all simple commands of it. */
export function ruleMatches(rule: Rule, subject: Subject, how: How): boolean {
	// The cheaper question first: most rules are about other commands.
	if (how === "tighten") return commandTightened(rule, subject) && ruleApplies(rule, subject, how);
	if (!ruleApplies(rule, subject, how)) return false;
	if (rule.command === undefined) return subject.kind !== "shell";
	const { commands } = subject;
	return commands !== undefined && commands.length > 0 && commands.every((words) => ruleMatchesCommand(rule, words));
}

/** Whether a rule that allows means this one simple command. One unknown word, and it does not. */
export function ruleMatchesCommand(rule: Rule, words: Words): boolean {
	const { commands, broken } = compile(rule);
	const known = words.filter((word) => word !== undefined);
	if (broken || commands === undefined || known.length !== words.length) return false;
	return commands.some((pattern) => matchAllow(pattern, known));
}

/**
 * Whether all conditions of a rule but "command" hold. For the decision over a line of several commands, where each command
 * may be allowed by another rule.
 */
export function ruleApplies(rule: Rule, subject: Subject, how: How): boolean {
	const read = compile(rule);
	if (read.until !== undefined && (subject.now ?? Date.now()) >= read.until) return false;
	if (!includes(rule.agent, subject.agent) || !includes(rule.kind, subject.kind)) return false;
	if (read.tools !== undefined && !read.tools.some((parts) => fitsParts(parts, subject.tool))) return false;
	return how === "allow" ? allows(rule, read, subject) : !read.broken ? tightens(rule, read, subject) : true;
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

function allows(rule: Rule, { broken, paths, hosts }: Compiled, subject: Subject): boolean {
	if (broken || missingWhat(rule, subject.kind) !== undefined) return false;
	if (rule.command !== undefined && subject.kind !== "shell") return false;
	const { folder, userHome } = subject;
	const ground: PathGround = { folders: folder === undefined ? [] : [folder], userHome };
	if (rule.folder !== undefined) {
		const own = folder === undefined ? undefined : trimmed(folder, userHome);
		if (!list(rule.folder).some((one) => trimmed(one, userHome) === own)) return false;
	}
	if (paths !== undefined) {
		const covered = ({ real }: { real?: string | undefined }) =>
			real !== undefined && paths.some((pattern) => pathAllowed(pattern, real, ground));
		if (subject.paths.length === 0 || !subject.paths.every(covered)) return false;
	}
	const urls = subject.urls ?? [];
	if (hosts !== undefined) {
		if (urls.length === 0) return false;
		if (!urls.every((url) => hosts.some((pattern) => hostAllowed(pattern, url)))) return false;
	}
	if (rule.unchanged === undefined) return true;
	return folder !== undefined && unchangedHolds(rule.unchanged, folder);
}

function tightens(rule: Rule, { paths, hosts }: Compiled, subject: Subject): boolean {
	const { folder, userHome } = subject;
	const folders = subject.folders ?? (folder === undefined ? [] : [folder]);
	const ground: PathGround = { folders, userHome };
	const touched = subject.paths.flatMap(({ written, real }) => (real === undefined ? [written] : [written, real]));
	if (rule.folder !== undefined) {
		const places = (folder === undefined ? touched : [folder, ...touched]).map((place) => trimmed(place, userHome));
		const wanted = list(rule.folder).map((one) => trimmed(one, userHome));
		if (!wanted.some((one) => places.some((place) => place === one || place.startsWith(`${one}/`)))) return false;
	}
	if (paths !== undefined && !paths.some((pattern) => touched.some((path) => pathTightened(pattern, path, ground)))) {
		return false;
	}
	const urls = subject.urls ?? [];
	return hosts === undefined || hosts.some((pattern) => urls.some((url) => hostTightened(pattern, url)));
}

function commandTightened(rule: Rule, { kind, commands, commandText }: Subject): boolean {
	if (rule.command === undefined) return true;
	const { broken, commands: patterns } = compile(rule);
	if (broken || patterns === undefined) return true;
	if (commands !== undefined) return patterns.some((pattern) => commands.some((words) => matchTight(pattern, words)));
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
