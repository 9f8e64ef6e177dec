// A rule that a person wants to grant for the action of a card: what it becomes, and why it cannot be granted.

import { GrantRule } from "../../protocol/grants.ts";
import { type Message, message } from "../../protocol/messages.ts";
import { coveredBy } from "../covered.ts";
import { clip } from "../finding.ts";
import { isExact } from "../rules/commandPattern.ts";
import { destructive } from "../rules/destructive.ts";
import { ruleMatches, ruleMatchesCommand } from "../rules/match.ts";
import type { Rule } from "../rules/schema.ts";
import { type Ground, granted } from "./ground.ts";
import { GRANT } from "./ids.ts";
import { type Proposal, proposals } from "./propose.ts";
import { MEMBERS, patternProblem } from "./width.ts";
import { staysWithin } from "./within.ts";

/** Stands for the id of a rule that is only looked at. */
const DRAFT = `${GRANT}draft`;

/** The rule that a grant is: for the agent, the kind of action and the folder it was given in. */
export function ruleOf(ground: Ground, { member, patterns }: GrantRule, id: string = DRAFT): Rule {
	const { action, folder, subject, files } = ground;
	const { kind, tool } = action;
	return {
		id,
		effect: "allow",
		agent: subject.agent,
		kind: kind === "edit" || kind === "write" ? ["edit", "write"] : kind,
		// A path that one tool reads may be the root of what another one searches.
		...(kind === "read" || (kind === "fetch" && member === "host") ? { tool } : {}),
		[member]: [...patterns],
		...(folder === undefined ? {} : { folder }),
		...(member === "command" ? { unchanged: { ...files } } : {}),
	};
}

/** Why a rule cannot be granted for this action, as far as that can be said at once; undefined when it can. */
export function ruleProblem(ground: Ground, said: GrantRule): Message | undefined {
	const parsed = GrantRule.safeParse(said);
	if (!parsed.success) return message("grant.notRead");
	const { member, patterns } = parsed.data;
	const { action, folder, watched, subject, judged } = ground;
	if (folder === undefined || !MEMBERS[action.kind].includes(member)) return message("grant.notThisKind");
	for (const pattern of patterns) {
		const problem = patternProblem(member, pattern, action.kind);
		if (problem !== undefined) return problem;
	}
	// Of a web page the host must be named, not the tool that fetches any.
	if (action.kind === "fetch" && member === "tool" && (subject.urls ?? []).length > 0) return message("grant.wideHost");
	const rule = ruleOf(ground, parsed.data);
	if (action.kind !== "shell") {
		return ruleMatches(rule, subject, "allow") ? undefined : message("grant.notCovered");
	}
	const commands = judged.line?.commands;
	if (commands === undefined || judged.line?.structure !== undefined) return message("grant.notSimple");
	if (!watched) return message("grant.unwatched");
	// What is there now, not what was there when the card went up.
	const stand = ground.stand === undefined ? undefined : { ...ground.stand };
	for (const { words, fed } of granted(commands)) {
		const text = clip(words.map((word) => word ?? "…").join(" "));
		if (!ruleMatchesCommand(rule, words)) return message("grant.notCoveredCommand", { command: text });
		const exact = commands.length === 1 && patterns.every((pattern) => isExact(pattern));
		if (!exact && destructive(words) !== undefined) return message("why.ceiling", { command: text });
		if (fed !== undefined || !staysWithin(rule, words, stand)) return message("grant.unwatched");
	}
	return undefined;
}

/** The same, with the look at files that takes time: whether a decision would really let the action pass by this rule. */
export async function ruleProblemNow(ground: Ground, said: GrantRule): Promise<Message | undefined> {
	const problem = ruleProblem(ground, said);
	if (problem !== undefined) return problem;
	const { action, context, judged, subject } = ground;
	const covered = await coveredBy({
		action,
		context,
		judged,
		subject,
		force: { rules: [], networkReads: false, locked: false, digest: "" },
		grants: { rules: () => [{ grant: DRAFT, rule: ruleOf(ground, said) }], digest: () => "" },
	});
	return covered.all ? undefined : (covered.hints[0] ?? message("grant.notCovered"));
}

/** Rules that would let the action pass, the narrowest first. */
export async function proposalsThatCover(ground: Ground): Promise<Proposal[]> {
	for (const whole of [false, true]) {
		const found: Proposal[] = [];
		for (const one of proposals(ground, whole)) {
			if ((await ruleProblemNow(ground, one.rule)) === undefined) found.push(one);
		}
		if (found.length > 0) return found;
	}
	return [];
}

/** The files a rule for this action would rest on. */
export function filesOf({ member }: GrantRule, { files }: Ground): string[] {
	return member === "command" ? Object.keys(files).sort() : [];
}

/** Nothing but this action fits the rule. */
export function isOnlyThis({ member, patterns }: GrantRule, { judged }: Ground): boolean {
	return member === "command" && judged.line?.commands?.length === 1 && patterns.every((pattern) => isExact(pattern));
}
