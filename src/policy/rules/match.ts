// Whether one rule means one action, and why not. Two ways of asking: a rule that allows must mean all of the action for
// sure, a rule that asks or denies counts as soon as it may mean a part of it.
import { type Message, message } from "../../protocol/messages.ts";
import { clip } from "../finding.ts";
import {
	type Condition,
	failing,
	type How,
	list,
	missingWhat,
	ruleMatchesCommand,
	type Subject,
	uncoveredPath,
	uncoveredUrl,
} from "./conditions.ts";
import type { Rule } from "./schema.ts";
import { changedFile } from "./unchanged.ts";

export { type How, list, missingWhat, ruleMatchesCommand, type Subject } from "./conditions.ts";

/** Whether a rule means an action. For "allow", all simple commands of it. */
export function ruleMatches(rule: Rule, subject: Subject, how: How): boolean {
	return failing(rule, subject, how) === undefined;
}

/**
 * Whether all conditions of a rule but "command" hold. For the decision over a line of several commands, where each command
 * may be allowed by another rule.
 */
export function ruleApplies(rule: Rule, subject: Subject, how: How): boolean {
	return failing(rule, subject, how, "command") === undefined;
}

/** Why a rule does not mean an action, by the first condition that is not met; undefined when it means it. */
export function whyNot(rule: Rule, subject: Subject, how: How): Message | undefined {
	const failed = failing(rule, subject, how);
	return failed === undefined ? undefined : said(failed, rule, subject, how);
}

function said(failed: Condition, rule: Rule, subject: Subject, how: How): Message {
	switch (failed) {
		case "broken":
			return message("rule.broken");
		case "agent":
			return message("rule.notAgent", wanted(rule.agent));
		case "kind":
			return message("rule.notKind", wanted(rule.kind));
		case "tool":
			return message("rule.notTool", wanted(rule.tool));
		case "what":
			return message("rule.notWhat", { kind: subject.kind, member: missingWhat(rule, subject.kind) ?? "" });
		case "command":
			return notCommand(rule, subject, how);
		case "path":
			return notPath(rule, subject, how);
		case "host":
			return notHost(rule, subject, how);
		case "folder":
			return message("rule.notFolder", wanted(rule.folder));
		case "unchanged":
			return message("rule.notUnchanged", { file: clip(changed(rule, subject)) });
		case "until":
			return message("rule.notUntil", { until: rule.until ?? "" });
	}
}

function notCommand(rule: Rule, { kind, commands }: Subject, how: How): Message {
	if (how === "tighten" || kind !== "shell") return message("rule.notCommand", wanted(rule.command));
	const other = commands?.find((words) => !ruleMatchesCommand(rule, words));
	if (other === undefined) return message("rule.unreadCommand");
	return message("rule.notThisCommand", { command: clip(other.map((word) => word ?? "…").join(" ")) });
}

function notPath(rule: Rule, subject: Subject, how: How): Message {
	if (subject.paths.length === 0) return message("rule.noPath", wanted(rule.path));
	const path = how === "allow" ? uncoveredPath(rule, subject) : undefined;
	return path === undefined
		? message("rule.notPath", wanted(rule.path))
		: message("rule.notThisPath", { path: clip(path) });
}

function notHost(rule: Rule, subject: Subject, how: How): Message {
	if ((subject.urls ?? []).length === 0) return message("rule.noHost", wanted(rule.host));
	const url = how === "allow" ? uncoveredUrl(rule, subject) : undefined;
	return url === undefined
		? message("rule.notHost", wanted(rule.host))
		: message("rule.notThisHost", { url: clip(url) });
}

function changed({ unchanged = {} }: Rule, { folder }: Subject): string {
	return (folder === undefined ? undefined : changedFile(unchanged, folder)) ?? Object.keys(unchanged)[0] ?? "";
}

function wanted(member: string | readonly string[] | undefined): { wanted: string } {
	return { wanted: clip(member === undefined ? "" : list(member).join(", ")) };
}
