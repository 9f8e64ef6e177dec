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
import { ruleMatches, type Subject, whyNot } from "./rules/match.ts";
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
	const digest = () => {
		const files = options.layers?.inForce().digest ?? "";
		const grants = options.grants?.digest() ?? "";
		return files + grants === "" ? FLOOR_DIGEST : sha256(canonical([FLOOR_DIGEST, files, grants]));
	};
	return {
		get digest() {
			return digest();
		},
		evaluate: async (action, context) => {
			const { verdict, steps } = await decide(action, context);
			return { ...verdict, steps, digest: digest() };
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
	const widely = tight.length === 0 ? subject : await tightSubject(subject, action, judged);
	const tightened = tight.map((one) => ({ ...one, matches: ruleMatches(one.rule, widely, "tighten") }));
	const doubts = held(context);
	const also = [...doubts, ...(finding.effect === "ask" ? finding.why : [])];
	// Whom rules want to answer, and within what time, holds for whatever asks.
	const asking = tightened.flatMap(({ rule, matches }) => (matches && rule.effect === "ask" ? [rule] : []));
	const asks = { effect: "ask" as const, guard: false, ...demandsOf(asking) };

	const trail = new Trail();
	for (const one of tightened) {
		if (one.rule.effect !== "deny") continue;
		trail.rule("deny", lookedAt(one, widely), () => ({ effect: "deny", why: [ruleSays(one.rule)], guard: false }));
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
		trail.rule("ask", lookedAt(one, widely), () => ({ ...asks, why: [ruleSays(one.rule), ...also] }));
	}
	const covered = await coveredBy({ action, context: told, judged, subject, force, grants: options.grants });
	for (const { stage, grant, ...looked } of covered.looked) {
		const why = [message(stage === "grant" ? "why.grant" : "why.ruleAllows", { rule: looked.id })];
		const more = grant === undefined ? {} : { grant };
		trail.rule(stage, { ...looked, missing: covered.missing }, () => ({ effect: "allow", why, guard: false, ...more }));
	}
	if (finding.effect === "allow")
		trail.decide("floor", finding.ruleId, { effect: "allow", why: finding.why, guard: false });
	else trail.decide("floor", finding.ruleId, { ...asks, why: [...finding.why, ...covered.hints] });
	const problems = (layers?.problems() ?? []).slice(0, 2).map(({ message: said }) => said);
	return trail.explanation(problems);
}

function lookedAt({ rule, layer, file, line, matches }: LayeredRule & { matches: boolean }, subject: Subject): Looked {
	return { id: rule.id, source: { layer, file, line }, matches, not: () => whyNot(rule, subject, "tighten") };
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

/** What all rules that ask want together: every demand is met, the shortest time counts, and denying goes first. */
function demandsOf(rules: readonly Rule[]): Pick<PolicyVerdict, "approver" | "timeout"> {
	const wants = rules.flatMap(({ approver }) => approver ?? []);
	const times = rules.flatMap(({ timeout }) => timeout ?? []);
	const both = <T>(lists: readonly (readonly T[] | undefined)[]) => {
		const said = lists.filter((one) => one !== undefined);
		return said.length === 0 ? undefined : said.reduce((all, one) => all.filter((item) => one.includes(item)));
	};
	const approver = {
		assurance: wants.some(({ assurance }) => assurance !== undefined)
			? Math.max(...wants.map(({ assurance = 0 }) => assurance))
			: undefined,
		people: both(wants.map(({ people }) => people)),
		channels: both(wants.map(({ channels }) => channels)),
	};
	const after = times.length === 0 ? undefined : Math.min(...times.map((one) => one.after));
	const handsBack = times.every(({ then: end }) => end === "terminal");
	return {
		...(wants.length === 0 ? {} : { approver: defined(approver) }),
		// biome-ignore lint/suspicious/noThenProperty: the rule's member; nothing awaits it
		...(after === undefined ? {} : { timeout: { afterMs: after * 1000, then: handsBack ? "terminal" : "deny" } }),
	};
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
	/** Why it does not fit. */
	not?: () => Message | undefined;
	/** It fits a part only, and this is missing. */
	missing?: Message | undefined;
}

/** Rules that do not fit and are told why. */
const MAX_MISFITS = 50;

/** What was looked at, one after the other; the first that decides is the verdict. */
class Trail {
	readonly #steps: Step[] = [];
	#misfits = 0;
	#verdict: PolicyVerdict | undefined;

	rule(stage: Step["stage"], { id, source, matches, because, not, missing }: Looked, said: () => Said): void {
		const outcome = this.#outcome(matches, because, missing);
		if (outcome === "no") this.#misfits += 1;
		// Of very many rules the first are enough to see what is going on.
		const misfit = outcome === "no" && this.#misfits <= MAX_MISFITS ? not?.() : undefined;
		const why = outcome === "part" ? missing : (because ?? misfit);
		this.#steps.push({ stage, id, source, outcome, ...(why === undefined ? {} : { because: why }) });
		if (outcome === "decided") this.#verdict = { ...said(), ruleId: id, source };
	}

	#outcome(matches: boolean, because: Message | undefined, missing: Message | undefined): Step["outcome"] {
		if (!matches) return because === undefined ? "no" : "void";
		if (missing !== undefined) return "part";
		return this.#verdict === undefined ? "decided" : "matched";
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
