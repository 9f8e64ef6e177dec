// Grants at the gate: what may be granted on a card, and from an answer that was given to a grant that counts. A grant is
// checked before the desk takes the answer, and added after the decision and the grant itself are on record.
import { randomBytes } from "node:crypto";
import { redact } from "../actions/redact.ts";
import type { Approver, Decision } from "../approvals/decision.ts";
import type { Answer, GrantAnswer } from "../approvals/pending.ts";
import type { AlwaysGrant, GrantedBy } from "../policy/grants/always.ts";
import type { GrantBook } from "../policy/grants/book.ts";
import {
	filesOf,
	isOnlyThis,
	proposalsThatCover,
	ruleOf,
	ruleProblem,
	ruleProblemNow,
} from "../policy/grants/check.ts";
import { changedFiles, type Ground, groundOf } from "../policy/grants/ground.ts";
import { ALWAYS, GRANT } from "../policy/grants/ids.ts";
import { processMark } from "../policy/grants/process.ts";
import { MEMBERS } from "../policy/grants/width.ts";
import type { PolicyVerdict } from "../policy/policy.ts";
import { list } from "../policy/rules/match.ts";
import type { Rule } from "../policy/rules/schema.ts";
import { digestOf } from "../policy/rules/unchanged.ts";
import { GrantLasts, type GrantOffer, type GrantRow, type GrantRule } from "../protocol/grants.ts";
import { format, type Message, message } from "../protocol/messages.ts";
import { errorText, type GateContext } from "./context.ts";
import * as entries from "./entries.ts";
import { contextOf } from "./judge.ts";
import type { LedgerLine } from "./ledger.ts";

/** Where the grants of a gate are kept. */
export interface GateGrants {
	book: GrantBook;
	/** The organisation lets nobody else allow. */
	locked?: () => boolean;
	/** Rules that last always. Without them, none is granted for always. */
	always?: AlwaysGrants;
}

export interface AlwaysGrants {
	rows(): AlwaysGrant[];
	/** Why none can be added now. */
	problem(): Message | undefined;
	/** @throws Error, with nothing added */
	keep(rule: Rule, by: GrantedBy): Promise<void>;
	/** @throws Error, with nothing taken out */
	drop(id: string, by: GrantedBy): Promise<void>;
}

/** What a card that waits is to grants. */
export interface Grantable {
	verdict: PolicyVerdict;
	/** Undefined until it was looked at. */
	ground: Ground | undefined;
	looking: Promise<Ground | undefined>;
	/** The grant of the answer that was taken. */
	granted?: Granting;
}

export interface Granting {
	id: string;
	answer: GrantAnswer;
	rule: Rule;
	/** Milliseconds since the epoch. */
	at: number;
	until?: number;
}

/** A card goes up: what it runs is looked at in the background, and is held to be what the person is shown. */
export function noteGrantable(gate: GateContext, line: LedgerLine, verdict: PolicyVerdict): void {
	const context = contextOf(gate, line.event, line.session, line.session.agentPid);
	const grantable: Grantable = { verdict, ground: undefined, looking: Promise.resolve(undefined) };
	line.grantable = grantable;
	if (neverGranted(gate, line, verdict) !== undefined) return;
	grantable.looking = groundOf(line.action, context).then(
		(ground) => {
			grantable.ground = ground;
			return ground;
		},
		// What cannot be looked at is allowed once.
		() => undefined,
	);
}

/** Why no grant at all can be given on a card that waits; undefined when one can. */
export function grantRefusal(gate: GateContext, id: string): Message | undefined {
	const line = gate.cards.has(id) ? gate.ledger.get(id) : undefined;
	if (line?.grantable === undefined) return message("grant.notWaiting");
	return neverGranted(gate, line, line.grantable.verdict);
}

function neverGranted(gate: GateContext, line: LedgerLine, verdict: PolicyVerdict): Message | undefined {
	const codes = new Set<string>(verdict.why.map(({ code }) => code));
	if (verdict.guard || codes.has("why.guard")) return message("grant.guard");
	if (!line.event.caller.known || codes.has("why.unknownAgent")) return message("grant.unknownCaller");
	if (codes.has("why.foreignHook")) return message("grant.foreignHook");
	if (gate.grants.locked?.() === true) return message("grant.locked");
	const layer = verdict.source?.layer;
	if (layer !== undefined && layer !== "built-in" && layer !== "grant") {
		return message("grant.ruleAsks", { rule: verdict.ruleId });
	}
	return MEMBERS[line.action.kind].length === 0 ? message("grant.notThisKind") : undefined;
}

export interface Offers {
	/** The narrowest first. */
	offers: GrantOffer[];
	/** Why there are none. */
	refused?: Message;
}

/** Rules that would allow the action of a card, with what else they would have let through. */
export async function grantOffers(gate: GateContext, id: string): Promise<Offers> {
	const refused = grantRefusal(gate, id);
	if (refused !== undefined) return { offers: [], refused };
	const ground = await gate.ledger.get(id)?.grantable?.looking;
	if (ground === undefined) return { offers: [], refused: message("grant.notThisKind") };
	const found = await proposalsThatCover(ground);
	const offers = found.map(async (one) => ({ ...one, past: await pastOf(gate, ground, one.rule, id) }));
	return { offers: await Promise.all(offers) };
}

/** The same for one rule that a person has edited: what it would do, or why it cannot be granted. */
export async function checkGrant(
	gate: GateContext,
	id: string,
	rule: GrantRule,
): Promise<{ offer?: GrantOffer; problem?: Message }> {
	const refusal = grantRefusal(gate, id);
	if (refusal !== undefined) return { problem: refusal };
	const ground = await gate.ledger.get(id)?.grantable?.looking;
	if (ground === undefined) return { problem: message("grant.notThisKind") };
	const problem = await ruleProblemNow(ground, rule);
	if (problem !== undefined) return { problem };
	const past = await pastOf(gate, ground, rule, id);
	return { offer: { rule, exact: isOnlyThis(rule, ground), files: filesOf(rule, ground), past } };
}

function pastOf(gate: GateContext, ground: Ground, rule: GrantRule, id: string): Promise<GrantOffer["past"]> {
	const folder = gate.ledger.get(id)?.session.folder ?? ground.folder ?? "";
	return gate.past.of(folder, { ...ruleOf(ground, rule), folder }, id, gate.options.userHome);
}

/**
 * Makes an answer's grant ready, before the desk takes the answer. Nothing counts before `addGrant`. Where it cannot be
 * granted, the answer must not be taken either.
 */
export function prepareGrant(
	gate: GateContext,
	line: LedgerLine,
	answer: Answer,
): { granting: Granting } | { problem: Message } {
	const { grantable, session } = line;
	const { grant } = answer;
	if (grant === undefined || grantable === undefined) return { problem: message("grant.notWaiting") };
	const refusal = neverGranted(gate, line, grantable.verdict);
	if (refusal !== undefined) return { problem: refusal };
	if (answer.shown.extent !== "whole") return { problem: message("desk.grantWhole") };
	const lasts = GrantLasts.safeParse(grant.lasts);
	if (!lasts.success) return { problem: message("grant.notRead") };
	const { ground } = grantable;
	if (ground === undefined) return { problem: message("grant.notReady") };
	const problem = ruleProblem(ground, grant.rule);
	if (problem !== undefined) return { problem };
	const [changed] = grant.rule.member === "command" ? changedFiles(ground) : [];
	if (changed !== undefined) return { problem: message("grant.meanwhile", { file: changed }) };
	const always = lasts.data.for === "always";
	const hindered = always ? alwaysProblem(gate, grant.rule) : sessionProblem(session);
	if (hindered !== undefined) return { problem: hindered };
	const id = newId(always ? ALWAYS : GRANT, grant.rule);
	const at = Date.now();
	const until = lasts.data.for === "minutes" ? { until: at + lasts.data.minutes * 60_000 } : {};
	const kept = { lasts: lasts.data, rule: structuredClone(grant.rule) };
	return { granting: { id, answer: kept, rule: ruleOf(ground, kept.rule, id), at, ...until } };
}

function sessionProblem({ agentPid, ended }: LedgerLine["session"]): Message | undefined {
	return ended || processMark(agentPid) === undefined ? message("grant.noProcess") : undefined;
}

function alwaysProblem({ grants }: GateContext, { patterns }: GrantRule): Message | undefined {
	if (grants.always === undefined) return message("grant.noAlways");
	if (patterns.some((pattern) => redact(pattern).redacted)) return message("grant.secret");
	return grants.always.problem();
}

/** Says what was granted, and is unlike any other: "always-npm-test-1a2b". */
function newId(prefix: string, { patterns: [pattern = ""] }: GrantRule): string {
	const words = redact(pattern)
		.text.toLowerCase()
		.split(/[^a-z0-9]+/)
		.filter((word) => word !== "" && word.length <= 20);
	const said = words.slice(0, 4).join("-").slice(0, 40);
	return [`${prefix}${said}`.replace(/-$/, ""), randomBytes(prefix === ALWAYS ? 2 : 4).toString("hex")].join("-");
}

/**
 * Adds the grant of a decision that is durable. Never throws: an action that is allowed stays allowed, and a grant that
 * cannot be recorded is none.
 * @returns why it was not added
 */
export async function addGrant(gate: GateContext, line: LedgerLine, decision: Decision): Promise<Message | undefined> {
	const { grantable, session } = line;
	const granting = grantable?.granted;
	if (decision.by !== "person" || decision.verdict !== "allow" || decision.grant === undefined) return undefined;
	const problem = granting === undefined ? message("grant.notWaiting") : await notNow(gate, line, granting);
	if (problem !== undefined || granting === undefined) {
		return message("grant.notAdded", { why: problem === undefined ? "" : format(problem) });
	}
	try {
		await gate.record(session, { type: "grant.added", body: entries.grantAdded(line, granting, decision) });
	} catch (error) {
		gate.trouble(session.folder, error);
		return message("grant.notRecorded", { detail: errorText(error) });
	}
	const failed = await put(gate, line, granting, decision.approver);
	if (failed !== undefined) {
		gate.later(session, "grant.revoked", {
			grant: granting.id,
			ended: "not-added",
			reasons: entries.sentences([failed]),
		});
		return message("grant.notAdded", { why: format(failed) });
	}
	gate.news.emit("changed");
	return undefined;
}

/** Whether all that was so when the answer was taken still is. */
async function notNow(gate: GateContext, line: LedgerLine, { answer }: Granting): Promise<Message | undefined> {
	const { grantable, session } = line;
	if (grantable?.ground === undefined) return message("grant.notReady");
	// A race that somebody else has answered, or a person who stopped it at another card.
	if (line.over || line.settled || session.stopped) return message("grant.notWaiting");
	const refusal = neverGranted(gate, line, grantable.verdict);
	if (refusal !== undefined) return refusal;
	try {
		return await ruleProblemNow(grantable.ground, answer.rule);
	} catch (error) {
		return message("why.trouble", { detail: errorText(error) });
	}
}

async function put(
	gate: GateContext,
	line: LedgerLine,
	{ id, rule, answer, at, until }: Granting,
	approver: Approver,
): Promise<Message | undefined> {
	const { book, always } = gate.grants;
	const { session } = line;
	const { lasts } = answer;
	if (lasts.for === "always") {
		try {
			if (always === undefined) return message("grant.noAlways");
			await always.keep(rule, grantedBy(approver));
			return undefined;
		} catch (error) {
			return message("why.trouble", { detail: errorText(error) });
		}
	}
	if (session.ended) return message("grant.noProcess");
	const added = book.add({
		id,
		rule,
		said: answer.rule,
		lasts: lasts.for,
		agent: session.agent,
		folder: list(rule.folder ?? [])[0] ?? session.folder,
		session: { key: session.key, agentPid: session.agentPid },
		sessionId: session.id,
		journal: session.folder,
		label: session.label,
		by: nameOf(approver),
		at,
		...(until === undefined ? {} : { until }),
	});
	return added ? undefined : message("grant.noProcess");
}

/** Everything that is granted now, the newest first. */
export function grantRows({ grants, uses, options }: GateContext): GrantRow[] {
	const locked = grants.locked?.() === true ? message("grant.locked") : undefined;
	const rows = (grants.always?.rows() ?? [])
		.map(({ id, rule, said, by, at, held }): GrantRow | undefined => {
			const folder = list(rule.folder ?? [])[0];
			if (folder === undefined || !options.workspaces.folders.includes(folder)) return undefined;
			const used = uses.get(id);
			const why = held ?? changedOf(rule, folder);
			return {
				id,
				rule: said,
				lasts: "always",
				folder,
				by,
				at,
				...(rule.until === undefined ? {} : { until: rule.until }),
				uses: used?.count ?? 0,
				...(used === undefined ? {} : { lastUsed: new Date(used.last).toISOString() }),
				...(why === undefined ? {} : { held: why }),
			};
		})
		.filter((row) => row !== undefined);
	return [...grants.book.rows(), ...rows]
		.map((row) => (locked === undefined ? row : { ...row, held: locked }))
		.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

function changedOf({ unchanged = {} }: Rule, folder: string): Message | undefined {
	const file = Object.entries(unchanged).find(([path, sha256]) => digestOf(`${folder}/${path}`) !== sha256)?.[0];
	return file === undefined ? undefined : message("grant.fileChanged", { file });
}

/**
 * A person takes a grant back: it does not count from this moment on.
 * @returns why it could not be taken back
 */
export async function revokeGrant(gate: GateContext, id: string, approver: Approver): Promise<Message | undefined> {
	const { book, always } = gate.grants;
	const grant = book.get(id);
	let folder = grant?.journal;
	if (grant !== undefined) book.revoke(id);
	else {
		const row = always?.rows().find((one) => one.id === id);
		if (always === undefined || row === undefined) return message("grant.unknown");
		folder = list(row.rule.folder ?? [])[0];
		try {
			await always.drop(id, grantedBy(approver));
		} catch (error) {
			return message("grant.notRevoked", { detail: errorText(error) });
		}
		gate.uses.delete(id);
	}
	gate.news.emit("changed");
	const where = folder !== undefined && gate.options.workspaces.folders.includes(folder) ? folder : undefined;
	const draft = { type: "grant.revoked" as const, body: entries.grantRevoked(id, approver), session: grant?.sessionId };
	const recording = gate.options.workspaces.record(where, [draft]);
	gate.inBackground(where ?? "", recording);
	return undefined;
}

/** An action was let through by a grant, and its agent was told. */
export function noteUse(gate: GateContext, { grant, source, ruleId }: PolicyVerdict): void {
	if (grant !== undefined) gate.grants.book.used(grant);
	else if (source?.layer === "user" && ruleId.startsWith(ALWAYS)) {
		gate.uses.set(ruleId, { count: (gate.uses.get(ruleId)?.count ?? 0) + 1, last: Date.now() });
	} else return;
	gate.news.emit("changed");
}

function nameOf({ osUser, claims }: Approver): string {
	return claims.gitName ?? osUser;
}

function grantedBy({ osUser, claims }: Approver): GrantedBy {
	return { osUser, ...(claims.gitName === undefined ? {} : { name: claims.gitName }) };
}
