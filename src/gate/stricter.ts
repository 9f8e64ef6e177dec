// What holds for an action that a person changed: all that was demanded of what the agent had asked for, and all that
// policy demands of what would run.
import { isDeepStrictEqual } from "node:util";
import type { Demand } from "../approvals/pending.ts";
import type { PolicyVerdict } from "../policy/policy.ts";
import { type Message, message } from "../protocol/messages.ts";

/**
 * The verdict that a changed action is asked with.
 * @param first of what the agent had asked for
 * @param now of what would run; one that denies is the caller's to refuse
 * @param isOriginal the change was taken back
 */
export function bothVerdicts(first: PolicyVerdict, now: PolicyVerdict, isOriginal: boolean): PolicyVerdict {
	const { ruleId, source } = now.effect === "ask" ? now : first;
	const approver = bothDemands(first.approver, now.approver);
	const why = [
		...(now.effect === "ask" ? now.why : []),
		// What it was marked for may be left in it in another form.
		...(first.guard && !now.guard ? first.why : []),
		...(isOriginal ? [] : [message("why.edited")]),
	];
	return {
		effect: "ask",
		ruleId,
		why: distinct(why.length === 0 ? first.why : why),
		guard: first.guard || now.guard,
		...(source === undefined ? {} : { source }),
		...(approver === undefined ? {} : { approver }),
		...(now.digest === undefined ? {} : { digest: now.digest }),
		...(now.steps === undefined ? {} : { steps: now.steps }),
	};
}

/** Whoever meets it meets both. */
export function bothDemands(a: Demand | undefined, b: Demand | undefined): Demand | undefined {
	if (a === undefined || b === undefined) return a ?? b;
	const assurance = Math.max(a.assurance ?? 0, b.assurance ?? 0);
	const people = common(lower(a.people), lower(b.people));
	const channels = common(a.channels, b.channels);
	return {
		...(a.assurance === undefined && b.assurance === undefined ? {} : { assurance }),
		...(people === undefined ? {} : { people }),
		...(channels === undefined ? {} : { channels }),
	};
}

/** Names of people are compared so. */
function lower(names: readonly string[] | undefined): readonly string[] | undefined {
	return names?.map((name) => name.toLowerCase());
}

function common(a: readonly string[] | undefined, b: readonly string[] | undefined): readonly string[] | undefined {
	if (a === undefined || b === undefined) return a ?? b;
	return a.filter((one) => b.includes(one));
}

function distinct(messages: readonly Message[]): Message[] {
	return messages.filter((one, at) => messages.findIndex((other) => isDeepStrictEqual(one, other)) === at);
}
