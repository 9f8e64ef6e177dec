// What decides without a person. The order: a rule that denies; guard changes and foreign hooks ask; a rule that asks; a
// rule or grant that allows; the floor; else ask.
import { createHash } from "node:crypto";
import type { Action } from "../actions/action.ts";
import { canonical } from "../protocol/canonical.ts";
import { type Message, message } from "../protocol/messages.ts";
import { coveredBy, type Grants } from "./covered.ts";
import { clip } from "./finding.ts";
import { FLOOR_DIGEST, judge } from "./floor.ts";
import { type GuardOptions, guardMarks } from "./guard.ts";
import type { Explanation, Policy, PolicyContext, PolicySource, PolicyVerdict, Step } from "./policy.ts";
import type { InForce, LayeredRule, Layers } from "./rules/layers.ts";
import { ruleMatches } from "./rules/match.ts";
import type { Rule } from "./rules/schema.ts";
import { subjectOf, tightSubject } from "./subject.ts";

export interface DecideOptions {
	/** Policy files; without them there is the floor alone. */
	layers?: Pick<Layers, "refresh" | "inForce" | "problems">;
	grants?: Grants;
	guard?: GuardOptions;
}

const BUILT_IN: PolicySource = { layer: "built-in" };
const NO_RULES: InForce = { rules: [], networkReads: false, locked: false, digest: "" };

/** The policy of a gate. */
export function openPolicy(options: DecideOptions = {}): Policy {
	const decide = async (action: Action, context: PolicyContext): Promise<Explanation> => {
		try {
			return await decided(action, context, options);
		} catch (error) {
			// Nothing is allowed by an error, and nobody can say that it is no guard change: the strictest kind of asking.
			const detail = clip(error instanceof Error ? error.message : String(error));
			const why = [message("why.trouble", { detail })];
			return { verdict: { effect: "ask", ruleId: "ask.trouble", why, guard: true, source: BUILT_IN }, steps: [] };
		}
	};
	return {
		get digest() {
			const files = options.layers?.inForce().digest ?? "";
			const grants = options.grants?.digest() ?? "";
			return files + grants === "" ? FLOOR_DIGEST : sha256(canonical([FLOOR_DIGEST, files, grants]));
		},
		evaluate: async (action, context) => {
			const { verdict, steps } = await decide(action, context);
			return { ...verdict, steps };
		},
		explain: decide,
	};
}

async function decided(action: Action, context: PolicyContext, options: DecideOptions): Promise<Explanation> {
	const { layers } = options;
	await layers?.refresh(context.folders);
	const force = layers?.inForce() ?? NO_RULES;
	const told: PolicyContext = { ...context, networkReads: force.networkReads };
	const judged = await judge(action, told);
	const { finding, line } = judged;
	const subject = await subjectOf(action, line, context);
	const tight = force.rules.filter(({ rule }) => rule.effect !== "allow");
	const widely = tight.length === 0 ? subject : await tightSubject(subject, action, line);
	const tightened = tight.map((one) => ({ ...one, matches: ruleMatches(one.rule, widely, "tighten") }));
	const doubts = held(context);
	const also = [...doubts, ...(finding.effect === "ask" ? finding.why : [])];
	// Whom a rule wants to answer holds for whatever asks.
	const demand = tightened.find(({ rule, matches }) => matches && rule.approver !== undefined)?.rule.approver;
	const asks = { effect: "ask" as const, guard: false, ...(demand === undefined ? {} : { approver: defined(demand) }) };

	const trail = new Trail();
	for (const one of tightened) {
		if (one.rule.effect !== "deny") continue;
		trail.rule("deny", lookedAt(one), () => ({ effect: "deny", why: [ruleSays(one.rule)], guard: false }));
	}
	const marks = await guardMarks(action, finding, context, options.guard);
	if (marks.length > 0) {
		const marked = marks.map((what) => message("why.guard", { what }));
		trail.decide("guard", "guard.change", { ...asks, why: [...marked, ...also], guard: true });
	}
	if (doubts.length > 0) {
		trail.decide("hooks", context.callerKnown ? "ask.foreignHook" : "ask.unknownAgent", { ...asks, why: also });
	}
	for (const one of tightened) {
		if (one.rule.effect !== "ask") continue;
		const { timeout } = one.rule;
		const within = timeout === undefined ? {} : { timeout: timeoutOf(timeout) };
		trail.rule("ask", lookedAt(one), () => ({ ...asks, why: [ruleSays(one.rule), ...also], ...within }));
	}
	const covered = await coveredBy({ action, context: told, judged, subject, force, grants: options.grants });
	for (const { stage, grant, ...looked } of covered.looked) {
		const why = [message(stage === "grant" ? "why.grant" : "why.ruleAllows", { rule: looked.id })];
		const more = grant === undefined ? {} : { grant };
		trail.rule(stage, { ...looked, decides: covered.all }, () => ({ effect: "allow", why, guard: false, ...more }));
	}
	if (finding.effect === "allow")
		trail.decide("floor", finding.ruleId, { effect: "allow", why: finding.why, guard: false });
	else trail.decide("floor", finding.ruleId, { ...asks, why: [...finding.why, ...covered.hints] });
	const problems = (layers?.problems() ?? []).slice(0, 2).map(({ message: said }) => said);
	return trail.explanation(problems);
}

function lookedAt({ rule, layer, file, line, matches }: LayeredRule & { matches: boolean }): Looked {
	return { id: rule.id, source: { layer, file, line }, matches };
}

/** What a card, or the agent, reads about a rule that asks or denies. */
function ruleSays({ id, effect, reason }: Rule): Message {
	if (reason !== undefined) return message("why.ruleReason", { rule: id, reason });
	return message(effect === "deny" ? "why.ruleDenies" : "why.ruleAsks", { rule: id });
}

/** Why nothing is allowed unasked in this session: an answer of ours might not be the one that counts. */
function held({ callerKnown, foreignHooks }: PolicyContext): Message[] {
	return [
		...(callerKnown ? [] : [message("why.unknownAgent")]),
		...foreignHooks.slice(0, 3).map((source) => message("why.foreignHook", { source: clip(source) })),
	];
}

function timeoutOf({ after, then: and }: NonNullable<Rule["timeout"]>): NonNullable<PolicyVerdict["timeout"]> {
	// biome-ignore lint/suspicious/noThenProperty: the rule's member; nothing awaits it
	return { afterMs: after * 1000, then: and };
}

function defined<T extends object>(members: { [Key in keyof T]: T[Key] | undefined }): T {
	return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}

type Said = Omit<PolicyVerdict, "ruleId" | "source">;

interface Looked {
	id: string;
	source: PolicySource;
	matches: boolean;
	because?: Message | undefined;
	/** False: it fits a part only, and something else is missing. */
	decides?: boolean;
}

/** What was looked at, one after the other; the first that decides is the verdict. */
class Trail {
	readonly #steps: Step[] = [];
	#verdict: PolicyVerdict | undefined;

	rule(stage: Step["stage"], { id, source, matches, because, decides = true }: Looked, said: () => Said): void {
		const outcome = !matches
			? because === undefined
				? "no"
				: "void"
			: decides && this.#verdict === undefined
				? "decided"
				: "matched";
		this.#steps.push({ stage, id, source, outcome, ...(because === undefined ? {} : { because }) });
		if (outcome === "decided") this.#verdict = { ...said(), ruleId: id, source };
	}

	/** Something built in that fits. */
	decide(stage: Step["stage"], id: string, said: Said): void {
		this.rule(stage, { id, source: BUILT_IN, matches: true, because: said.why[0] }, () => said);
	}

	explanation(problems: readonly Message[]): Explanation {
		const verdict = this.#verdict;
		if (verdict === undefined) throw new Error("nothing decided");
		const why = verdict.effect === "ask" ? [...verdict.why, ...problems] : verdict.why;
		return { verdict: { ...verdict, why }, steps: this.#steps };
	}
}

function sha256(text: string): string {
	return createHash("sha256").update(text).digest("hex");
}
