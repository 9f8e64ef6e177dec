// What the type of a rule cannot say: members that belong together, patterns that must be readable, and what a rule that
// allows has to name. A rule that would never match is an error, too: one that denies would guard nothing.
import { type Message, type MessageCode, message } from "../../protocol/messages.ts";
import { parseCommandPattern } from "./commandPattern.ts";
import { parseHostPattern, tooWide } from "./hostPattern.ts";
import { list, missingWhat } from "./match.ts";
import { parsePathPattern } from "./pathPattern.ts";
import type { Layer, Rule } from "./schema.ts";
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
	const each = (member: "command" | "path" | "host" | "tool" | "folder", check: (one: string) => Wrong | undefined) => {
		const value = rule[member];
		if (value === undefined) return;
		for (const [index, one] of list(value).entries()) {
			const wrong = check(one);
			if (wrong !== undefined) error(typeof value === "string" ? [member] : [member, index], wrong.wrong, wrong.args);
		}
	};
	const allow = rule.effect === "allow";
	each("command", (text) => {
		const read = parseCommandPattern(text);
		if ("wrong" in read) return read;
		return allow && read.words[0]?.parts.length !== 1 ? { wrong: "policyFile.allowProgram" } : undefined;
	});
	each("path", (text) => {
		const read = parsePathPattern(text);
		return "wrong" in read ? read : undefined;
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
	if (rule.folder !== undefined && layer === "workspace") {
		found.push({ severity: "warning", path: ["folder"], message: message("policyFile.folderHere") });
	}
	return found;
}

interface Wrong {
	wrong: MessageCode;
	args?: Message["args"];
}

function checkAllow(
	rule: Rule,
	error: (path: RuleProblem["path"], code: MessageCode, args?: Message["args"]) => void,
): void {
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
