// Whether rules and grants that allow cover all of an action. Of a shell line every simple command must be read-only or be
// meant by a rule, and nothing else about the line may need a person.
import type { Action } from "../actions/action.ts";
import { type Message, message } from "../protocol/messages.ts";
import { clip } from "./finding.ts";
import type { Simple } from "./floor/line.ts";
import { judgeLine } from "./floor/shell.ts";
import type { Judged } from "./floor.ts";
import { type Stand, standOf } from "./grants/defined.ts";
import { runsWhatItReads } from "./grants/handed.ts";
import { staysWithin } from "./grants/within.ts";
import { isInside, resolveReal } from "./paths.ts";
import type { PolicyContext, PolicySource, SessionRef } from "./policy.ts";
import { asPattern, isExact, matchAllow } from "./rules/commandPattern.ts";
import { destructive } from "./rules/destructive.ts";
import type { InForce } from "./rules/layers.ts";
import {
	list,
	missingWhat,
	ruleApplies,
	ruleMatches,
	ruleMatchesCommand,
	type Subject,
	whyNot,
} from "./rules/match.ts";
import type { Rule } from "./rules/schema.ts";

/** Grants that are active, as rules. */
export interface Grants {
	rules(who: {
		agent: string;
		session: SessionRef | undefined;
		folder: string | undefined;
	}): Promise<Granted[]> | Granted[];
	/** Changes when a grant is added or revoked; "" without any. */
	digest(): string;
}

export interface Granted {
	/** The grant's id. */
	grant: string;
	rule: Rule;
	/** Why it does not count now. */
	held?: Message;
}

interface Asking {
	action: Action;
	context: PolicyContext;
	judged: Judged;
	subject: Subject;
	force: InForce;
	grants: Grants | undefined;
}

interface Candidate {
	stage: "allow" | "grant";
	id: string;
	source: PolicySource;
	rule: Rule;
	/** Why it does not count. */
	because?: Message;
	grant?: string;
}

export interface Covered {
	/** Rules that allow, in the order of looking. */
	looked: (Omit<Candidate, "rule"> & { matches: boolean; not: () => Message | undefined })[];
	/** Together they cover the action. */
	all: boolean;
	/** What of the action they do not cover, where they cover a part. */
	missing?: Message;
	/** What is worth knowing where it is asked all the same. */
	hints: Message[];
}

export async function coveredBy(asking: Asking): Promise<Covered> {
	const candidates = await candidatesOf(asking);
	const { subject, judged } = asking;
	const counting = candidates.filter(({ because }) => because === undefined);
	const fits = (rule: Rule) =>
		subject.kind === "shell" ? fitsPart(rule, asking) : ruleMatches(rule, subject, "allow");
	const matching = new Set(counting.filter(({ rule }) => fits(rule)));
	const hints: Message[] = [];
	let all = matching.size > 0;
	let missing: Message | undefined;
	if (all && subject.kind === "shell") {
		missing = await uncovered(
			[...matching].map(({ rule }) => rule),
			asking,
		);
		all = missing === undefined;
		if (missing !== undefined && !said(missing, judged)) hints.push(missing);
	}
	// Said on the card: a rule that would fit, were it not for this.
	for (const { because, rule } of candidates) {
		if (because !== undefined && hints.length < 2 && judged.finding.effect === "ask" && fits(rule)) hints.push(because);
	}
	return {
		looked: candidates.map((candidate) => {
			const { rule, ...one } = candidate;
			return { ...one, matches: matching.has(candidate), not: () => whyNot(rule, subject, "allow") };
		}),
		all,
		...(missing === undefined ? {} : { missing }),
		hints,
	};
}

/** Whether the card says it already. */
function said({ code, args }: Message, { finding }: Judged): boolean {
	return finding.why.some((why) => why.code === code && JSON.stringify(why.args) === JSON.stringify(args));
}

async function candidatesOf({ context, subject, force, grants }: Asking): Promise<Candidate[]> {
	const rules = force.rules
		.filter(({ rule }) => rule.effect === "allow")
		.map(({ rule, layer, file, line, counts, why }): Candidate => {
			const source = { layer, file, line };
			const because = counts ? expectsWhat(rule, subject) : (why ?? message("why.ruleVoid", { rule: rule.id }));
			return { stage: "allow", id: rule.id, source, rule, ...(because === undefined ? {} : { because }) };
		});
	const who = { agent: subject.agent, session: context.session, folder: subject.folder };
	const granted = force.locked ? [] : ((await grants?.rules(who)) ?? []);
	return [
		...rules,
		...granted.map(({ grant, rule, held }): Candidate => {
			return {
				stage: "grant",
				id: grant,
				grant,
				source: { layer: "grant" },
				rule,
				...(held === undefined ? {} : { because: held }),
			};
		}),
	];
}

/** A rule for one kind of action that does not say which ones allows none. */
function expectsWhat(rule: Rule, subject: Subject): Message | undefined {
	const missing =
		rule.kind !== undefined && list(rule.kind).includes(subject.kind) ? missingWhat(rule, subject.kind) : undefined;
	return missing === undefined ? undefined : message("why.ruleSaysNotWhat", { rule: rule.id, member: missing });
}

/** Whether a rule means at least one command of the line. */
function fitsPart(rule: Rule, { judged, subject, action }: Asking): boolean {
	const commands = judged.line?.commands ?? [];
	const stand = standing(judged, subject, action);
	return ruleApplies(rule, subject, "allow") && commands.some(({ words }) => speaksFor(rule, words, stand));
}

/** What of a shell line the rules do not cover; undefined when they and the floor cover it all. */
async function uncovered(
	rules: readonly Rule[],
	{ judged, action, context, subject }: Asking,
): Promise<Message | undefined> {
	const { finding, line } = judged;
	const commands = line?.commands;
	const asked = finding.effect === "ask" ? finding.why[0] : undefined;
	if (line === undefined || commands === undefined || commands.length === 0) return asked ?? message("why.notParsed");
	if (line.structure !== undefined) return line.structure;
	const stand = standing(judged, subject, action);
	if (!(await standsInside(stand, context))) return message("why.ruleElsewhere");
	const covering = (simple: Simple) => rules.filter((rule) => speaksFor(rule, simple.words, stand));
	for (const simple of commands) {
		const by = covering(simple);
		if (by.length === 0) {
			if (simple.asked !== undefined) return simple.asked;
			continue;
		}
		if (simple.asked !== undefined && isFedCode(simple))
			return message("why.fed", { command: clip(simple.words[0] ?? "") });
		const what = destructive(simple.words);
		if (what === undefined) continue;
		const exact = commands.length === 1 && by.some((rule) => exactly(rule, simple));
		if (!exact) return message("why.ceiling", { command: clip(simple.words.join(" ")) });
	}
	if (commands.every((simple) => simple.wraps === true || covering(simple).length > 0)) return undefined;
	// The rest must be read-only where it is, too: without the commands that a rule speaks for.
	const { asked: _, ...rest } = line;
	const floor = await judgeLine(rest, action, context);
	return floor.effect === "allow" ? undefined : floor.why[0];
}

/**
 * Whether what a command does is in what it is handed, which no rule says anything about: text of the line and files
 * always; what another command prints, for programs that run or apply what they read.
 */
function isFedCode({ fed, words }: Simple): boolean {
	if (fed === undefined) return false;
	if (fed !== "pipe") return true;
	const known = words.filter((word) => word !== undefined);
	return words.includes("-") || known.length !== words.length || runsWhatItReads(known);
}

/** Every folder the line may stand in is one of the gate's: a rule for `npm test` is not about another project's. */
async function standsInside(stand: Stand | undefined, { folders }: PolicyContext): Promise<boolean> {
	if (stand === undefined) return false;
	const reals = await Promise.all(stand.places.map((place) => resolveReal(place)));
	return reals.every((real) => real !== undefined && isInside(real, folders));
}

function exactly({ command }: Rule, { words }: Simple): boolean {
	if (command === undefined) return false;
	const known = words.filter((word) => word !== undefined);
	return list(command).some((pattern) => {
		const read = asPattern(pattern);
		return read !== undefined && isExact(read) && known.length === words.length && matchAllow(read, known);
	});
}

/** Whether a rule means a command and, where it rests on files, still speaks for it at this place. */
function speaksFor(rule: Rule, words: Simple["words"], stand: Stand | undefined): boolean {
	return ruleMatchesCommand(rule, words) && staysWithin(rule, words, stand);
}

function standing({ line }: Judged, { folder }: Subject, { cwd }: Action): Stand | undefined {
	return line === undefined || folder === undefined ? undefined : standOf(line, cwd, folder);
}
