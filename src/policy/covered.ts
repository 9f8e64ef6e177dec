// Whether rules and grants that allow cover all of an action. Of a shell line every simple command must be read-only or be
// meant by a rule, and nothing else about the line may need a person.
import type { Action } from "../actions/action.ts";
import { type Message, message } from "../protocol/messages.ts";
import { clip } from "./finding.ts";
import type { Simple } from "./floor/line.ts";
import { judgeLine } from "./floor/shell.ts";
import type { Judged } from "./floor.ts";
import { type Stand, standOf } from "./grants/defined.ts";
import { staysWithin } from "./grants/within.ts";
import type { PolicyContext, PolicySource, SessionRef } from "./policy.ts";
import { asPattern, isExact, matchAllow } from "./rules/commandPattern.ts";
import { destructive } from "./rules/destructive.ts";
import type { InForce } from "./rules/layers.ts";
import { list, missingWhat, ruleApplies, ruleMatches, ruleMatchesCommand, type Subject } from "./rules/match.ts";
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
	looked: (Omit<Candidate, "rule"> & { matches: boolean })[];
	/** Together they cover the action. */
	all: boolean;
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
	if (all && subject.kind === "shell") {
		const problem = await uncovered(
			[...matching].map(({ rule }) => rule),
			asking,
		);
		all = problem === undefined;
		if (problem !== undefined && problem !== true) hints.push(problem);
	}
	// Said on the card: a rule that would fit, were it not for this.
	for (const { because, rule } of candidates) {
		if (because !== undefined && hints.length < 2 && judged.finding.effect === "ask" && fits(rule)) hints.push(because);
	}
	return {
		looked: candidates.map(({ rule: _, ...one }, index) => ({
			...one,
			matches: matching.has(candidates[index] as Candidate),
		})),
		all,
		hints,
	};
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

/** What of a shell line the rules do not cover; true where the floor's own reason says it. */
async function uncovered(
	rules: readonly Rule[],
	{ judged, action, context, subject }: Asking,
): Promise<Message | true | undefined> {
	const { line } = judged;
	const commands = line?.commands;
	if (line === undefined || commands === undefined || commands.length === 0) return true;
	if (line.structure !== undefined) return true;
	const stand = standing(judged, subject, action);
	const covering = (simple: Simple) => rules.filter((rule) => speaksFor(rule, simple.words, stand));
	for (const simple of commands) {
		const by = covering(simple);
		if (by.length === 0) {
			if (simple.asked !== undefined) return true;
			continue;
		}
		const what = destructive(simple.words);
		if (what === undefined) continue;
		const exact = commands.length === 1 && by.some((rule) => exactly(rule, simple));
		if (!exact) return message("why.ceiling", { command: clip(simple.words.join(" ")) });
	}
	if (commands.every((simple) => simple.wraps === true || covering(simple).length > 0)) return undefined;
	// The rest must be read-only where it is, too: without the commands that a rule speaks for.
	const { asked: _, ...rest } = line;
	const floor = await judgeLine(rest, action, context);
	return floor.effect === "allow" ? undefined : (floor.why[0] ?? true);
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
