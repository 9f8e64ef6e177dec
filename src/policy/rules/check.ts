// What the type of a rule cannot say: members that belong together, patterns that must be readable, and what a rule that
// allows has to name. A rule that would never match is an error, too: one that denies would guard nothing.
import { type Message, type MessageCode, message } from "../../protocol/messages.ts";
import { ALWAYS, GRANT } from "../grants/ids.ts";
import { WRAPPERS } from "../guard/commands.ts";
import { type CommandPattern, parseCommandPattern } from "./commandPattern.ts";
import { misfits } from "./fits.ts";
import { parseHostPattern, tooWide } from "./hostPattern.ts";
import { list, missingWhat } from "./match.ts";
import { type PathPattern, parsePathPattern } from "./pathPattern.ts";
import type { Layer, Rule } from "./schema.ts";
import { INTERPRETERS, programName, RUNNERS } from "./tight.ts";
import { isInsidePath, MAX_UNCHANGED } from "./unchanged.ts";

export interface RuleProblem {
	severity: "error" | "warning";
	/** Where in the rule; [] is the rule itself. */
	path: readonly (string | number)[];
	message: Message;
}

/** What is wrong with a rule whose members have the right types. @param layer adds warnings for what does not count there */
export function checkRule(rule: Rule, layer?: Layer): RuleProblem[] {
	const found: RuleProblem[] = [];
	const error = (path: RuleProblem["path"], code: MessageCode, args?: Message["args"]) =>
		found.push({ severity: "error", path, message: message(code, args) });
	const warn = (path: RuleProblem["path"], code: MessageCode, args?: Message["args"]) =>
		found.push({ severity: "warning", path, message: message(code, args) });
	const each = (member: "command" | "path" | "host" | "tool" | "folder", check: (one: string) => Wrong | undefined) => {
		const value = rule[member];
		if (value === undefined) return;
		for (const [index, one] of list(value).entries()) {
			const wrong = check(one);
			if (wrong === undefined) continue;
			const say = wrong.warns === true ? warn : error;
			say(typeof value === "string" ? [member] : [member, index], wrong.wrong, wrong.args);
		}
	};
	const allow = rule.effect === "allow";
	each("command", (text) => {
		const read = parseCommandPattern(text);
		if ("wrong" in read) return read;
		if (!allow) return undefined;
		if (read.words[0]?.parts.length !== 1) return { wrong: "policyFile.allowProgram" };
		const program = runsAnything(read);
		return program === undefined ? undefined : { wrong: "policyFile.allowAnyProgram", args: { program }, warns: true };
	});
	each("path", (text) => {
		const read = parsePathPattern(text);
		if ("wrong" in read) return read;
		if (!allow || !isEveryPath(read)) return undefined;
		return read.from === "home"
			? { wrong: "policyFile.allowHome", warns: true }
			: { wrong: "policyFile.allowEveryPath" };
	});
	each("host", (text) => {
		const read = parseHostPattern(text);
		if ("wrong" in read) return read;
		return allow && tooWide(read) ? { wrong: "policyFile.allowHost" } : undefined;
	});
	each("tool", (text) => (allow && /^\*+$/.test(text) ? { wrong: "policyFile.allowTool" } : undefined));
	each("folder", (text) => (isFolder(text) ? undefined : { wrong: "policyFile.folderPath" }));
	if (allow) checkAllow(rule, error);
	else if (rule.unchanged !== undefined) error(["unchanged"], "policyFile.onlyAllow", { name: "unchanged" });
	const files = Object.keys(rule.unchanged ?? {});
	if (files.length > MAX_UNCHANGED) error(["unchanged"], "policyFile.tooMany", { max: MAX_UNCHANGED });
	for (const path of files.slice(0, MAX_UNCHANGED)) {
		if (!isInsidePath(path)) error(["unchanged", path], "policyFile.unchangedPath");
	}
	for (const name of ["approver", "timeout"] as const) {
		if (rule[name] !== undefined && rule.effect !== "ask") error([name], "policyFile.onlyAsk", { name });
	}
	if (rule.command !== undefined && rule.kind !== undefined && !list(rule.kind).includes("shell")) {
		error(["kind"], "policyFile.commandKind");
	}
	found.push(...misfits(rule));
	checkId(rule, error);
	checkChannels(rule, warn);
	if (rule.folder !== undefined && layer === "workspace") warn(["folder"], "policyFile.folderHere");
	return found;
}

interface Wrong {
	wrong: MessageCode;
	args?: Message["args"];
	/** It counts all the same. */
	warns?: true;
}

type Say = (path: RuleProblem["path"], code: MessageCode, args?: Message["args"]) => void;

/** Ways by which no answer can come yet. */
const NO_ANSWERS_YET: readonly string[] = ["web", "phone", "slack"];
/** Ids as grants write them into a file; those that live in memory never stand in one. */
const WRITTEN_ID = new RegExp(`^${ALWAYS}(?:[a-z0-9]+-){0,4}[0-9a-f]{4}$`);

/** A rule that a person wrote must not be taken for a grant, which is shown, held and revoked as such. */
function checkId({ id }: Rule, error: Say): void {
	const prefix = [ALWAYS, GRANT].find((one) => id.toLowerCase().startsWith(one));
	if (prefix !== undefined && !WRITTEN_ID.test(id)) error(["id"], "policyFile.idReserved", { prefix });
}

function checkChannels({ approver }: Rule, warn: Say): void {
	const { channels } = approver ?? {};
	if (channels === undefined || !channels.every((one) => NO_ANSWERS_YET.includes(one))) return;
	warn(["approver", "channels"], "policyFile.channelsMissing", { channels: channels.join(", ") });
}

/** The program of a pattern that leaves open what it runs: "bash *", "sudo -u root *". */
function runsAnything({ words: [first, ...more], exact, rest }: CommandPattern): string | undefined {
	const name = programName(first?.parts[0] ?? "");
	if ((exact && !rest) || ![WRAPPERS, RUNNERS, INTERPRETERS].some((one) => one.test(name))) return undefined;
	// "sudo -u root", "timeout 5", "env A=1": such words do not name what runs, either.
	const wraps = !INTERPRETERS.test(name) && !name.endsWith("sh");
	const named = more.some(({ parts: [text = "", ...wild] }, index) => {
		if (wild.length > 0 || text.startsWith("-")) return false;
		const value = more[index - 1]?.parts[0]?.startsWith("-") === true || /^[\d.]+[a-z]?$|=/.test(text);
		return !wraps || !value;
	});
	return named ? undefined : name;
}

/** Every file there is below a start: "**", "/**", "**\/*". */
function isEveryPath({ names }: PathPattern): boolean {
	return names.includes("**") && names.every((name) => /^\*+$/.test(name));
}

function checkAllow(rule: Rule, error: Say): void {
	const { command, path, host, tool } = rule;
	if ([command, path, host, tool].every((one) => one === undefined)) {
		error([], "policyFile.allowNothing");
		return;
	}
	for (const kind of rule.kind === undefined ? [] : list(rule.kind)) {
		const member = missingWhat(rule, kind);
		if (member !== undefined) error(["kind"], "policyFile.allowNeeds", { kind, member });
	}
}

function isFolder(text: string): boolean {
	return /^(?:\/|~(?:\/|$)|[A-Za-z]:[\\/])/.test(text) && !/[*?]|(?:^|[\\/])\.\.?(?:[\\/]|$)/.test(text);
}
