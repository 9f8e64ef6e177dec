// What was asked or denied in a workspace of late, from its journal: what else a rule would have let through. Read
// backwards from the newest entry, within bounds, and never for long at a time: the gate goes on answering hooks meanwhile.
import { statSync } from "node:fs";
import { join } from "node:path";
import type { ActionKind } from "../actions/action.ts";
import { openLine } from "../audit/chain.ts";
import { workspaceId, workspacePaths } from "../audit/home.ts";
import { linesOf } from "../audit/lines.ts";
import { listSegments } from "../audit/segment.ts";
import { clip } from "../policy/finding.ts";
import { MAX_LINE } from "../policy/floor/parse.ts";
import { readLine } from "../policy/floor/walk.ts";
import { granted } from "../policy/grants/ground.ts";
import { isExact } from "../policy/rules/commandPattern.ts";
import { destructive } from "../policy/rules/destructive.ts";
import { list, ruleMatches, ruleMatchesCommand, type Subject } from "../policy/rules/match.ts";
import type { Rule } from "../policy/rules/schema.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import type { GrantPast } from "../protocol/grants.ts";

export interface PastLimits {
	days: number;
	/** Requests that are looked at. */
	requests: number;
	/** Bytes of the journal. */
	bytes: number;
	/** Milliseconds for reading, waits included. */
	ms: number;
}

const LIMITS: PastLimits = { days: 30, requests: 5000, bytes: 128 * 1024 * 1024, ms: 1500 };
/** A journal is read from its end in pieces of this size. Bytes. */
const PIECE = 2 * 1024 * 1024;
/** How long the event loop is held at a time. Milliseconds. */
const TURN_MS = 8;
/** How long what was read serves without a look at the journal, and how long while the journal is as it was. */
const FRESH_MS = 10_000;
const SAME_MS = 5 * 60_000;
const MAX_EXAMPLES = 5;
const DAY_MS = 24 * 60 * 60_000;

/** An action that a person was asked about, or that was denied. */
interface PastAction {
	request: string;
	agent: string;
	kind: ActionKind;
	tool: string;
	/** For people. */
	text: string;
	command?: string;
	url?: string;
	/** As the agent named them; links are not followed. */
	paths: readonly string[];
	/** Of a command: what needs a rule in it, once that was asked for. Undefined: no rule is enough. */
	needs?: { commands: readonly (readonly (string | undefined)[])[] | undefined; single: boolean };
}

interface Read {
	actions: PastAction[];
	more: boolean;
}

export class Past {
	readonly #home: string;
	readonly #limits: PastLimits;
	readonly #kept = new Map<string, { at: number; head: string; read: Promise<Read> }>();

	/** @param home the Gatepost home */
	constructor(home: string, limits: Partial<PastLimits> = {}) {
		this.#home = home;
		this.#limits = { ...LIMITS, ...limits };
	}

	/** What else a rule would have let through. @param except the request that is being answered */
	async of(folder: string, rule: Rule, except: string, userHome: string): Promise<GrantPast> {
		const { days } = this.#limits;
		let read: Read;
		try {
			read = await this.#read(folder);
		} catch {
			// A journal that cannot be read: nothing can be said, and that more may be there.
			return { days, matched: 0, examples: [], more: true };
		}
		// Of the past, what files were like then does not count.
		const { unchanged: _, until: __, ...bare } = rule;
		const examples = new Set<string>();
		let matched = 0;
		const turn = new Turn();
		for (const action of read.actions) {
			await turn.next();
			if (action.request === except || !wouldPass(bare, action, folder, userHome)) continue;
			matched += 1;
			if (examples.size < MAX_EXAMPLES) examples.add(action.text);
		}
		return { days, matched, examples: [...examples], more: read.more };
	}

	#read(folder: string): Promise<Read> {
		const { journal } = workspacePaths(this.#home, workspaceId(folder));
		const kept = this.#kept.get(folder);
		const now = performance.now();
		if (kept !== undefined && now - kept.at < FRESH_MS) return kept.read;
		const head = headOf(journal);
		if (kept !== undefined && kept.head === head && now - kept.at < SAME_MS) return kept.read;
		const read = readBackwards(journal, this.#limits);
		if (this.#kept.size > 20) this.#kept.clear();
		this.#kept.set(folder, { at: now, head, read });
		read.catch(() => this.#kept.delete(folder));
		return read;
	}
}

/** Gives way to other work from time to time. */
class Turn {
	#since = performance.now();

	async next(): Promise<void> {
		if (performance.now() - this.#since < TURN_MS) return;
		await new Promise((resolve) => setImmediate(resolve));
		this.#since = performance.now();
	}
}

/** What changes with every entry. */
function headOf(journal: string): string {
	const names = listSegments(journal);
	const newest = names.at(-1) ?? "";
	return `${names.length} ${newest} ${newest === "" ? 0 : statSync(join(journal, newest)).size}`;
}

async function readBackwards(journal: string, { days, requests, bytes, ms }: PastLimits): Promise<Read> {
	const oldest = new Date(Date.now() - days * DAY_MS).toISOString();
	const until = performance.now() + ms;
	const actions: PastAction[] = [];
	/** Requests that a rule allowed: nobody was asked. */
	const allowed = new Set<string>();
	let seen = 0;
	let left = bytes;
	for (const name of listSegments(journal).reverse()) {
		const path = join(journal, name);
		let end = statSync(path).size;
		while (end > 0) {
			if (seen >= requests || left <= 0 || performance.now() > until) return { actions, more: true };
			const piece = await readPiece(path, Math.max(0, end - PIECE), end);
			left -= end - piece.start;
			if (piece.start >= end) return { actions, more: true };
			end = piece.start;
			for (const { type, time, body } of piece.entries.reverse()) {
				if (time < oldest) return { actions, more: false };
				if (type === "action.decided") noteDecided(body, allowed);
				else if (type === "action.requested") {
					seen += 1;
					const action = allowed.delete(String(body.request)) ? undefined : pastAction(body);
					if (action !== undefined) actions.push(action);
					if (seen >= requests) return { actions, more: true };
				}
			}
		}
	}
	return { actions, more: false };
}

interface Piece {
	/** Where its first whole line begins; what is before it belongs to an earlier piece. */
	start: number;
	entries: { type: string; time: string; body: JsonObject }[];
}

/** The entries between two offsets that tell of requests and decisions. Longer lines than a piece are left out. */
async function readPiece(path: string, from: number, to: number): Promise<Piece> {
	const entries: Piece["entries"] = [];
	const turn = new Turn();
	let start: number | undefined = from === 0 ? 0 : undefined;
	for await (const { offset, bytes, text, ended } of linesOf(path, from)) {
		// The rest of a line that began before.
		if (start === undefined) {
			start = offset + bytes;
			continue;
		}
		if (offset >= to) break;
		if (text === undefined || !ended || !/"type":"action\.(?:requested|decided)"/.test(text.slice(-600))) continue;
		const opened = openLine(text);
		if (opened.state === "good" && opened.entry.body !== undefined) {
			const { head, body } = opened.entry;
			entries.push({ type: head.type, time: head.time, body });
		}
		await turn.next();
	}
	// A line that fills all of it.
	return { start: start === undefined || start >= to ? from : start, entries };
}

function noteDecided({ request, decision }: JsonObject, allowed: Set<string>): void {
	if (typeof decision !== "object" || decision === null || Array.isArray(decision)) return;
	if (decision.by === "rule" && decision.verdict === "allow") allowed.add(String(request));
}

const KINDS = new Set(["shell", "edit", "write", "delete", "read", "fetch", "mcp", "spawn", "other"]);

/** Inputs are as they were written down: redacted. What is only in the evidence store is left out. */
function pastAction({ request, agent, kind, tool, guard, claimed }: JsonObject): PastAction | undefined {
	if (typeof claimed !== "object" || claimed === null || Array.isArray(claimed)) return undefined;
	if (typeof kind !== "string" || !KINDS.has(kind) || guard === true) return undefined;
	const { input, paths } = claimed;
	if (typeof input !== "object" || input === null || Array.isArray(input)) return undefined;
	const { command, url } = input;
	const named = Array.isArray(paths) ? paths.filter((path) => typeof path === "string") : [];
	const text = [command, url, named[0], tool].find((one) => typeof one === "string" && one !== "");
	return {
		request: String(request),
		agent: String(agent),
		kind: kind as ActionKind,
		tool: String(tool),
		text: clip(String(text ?? "")),
		paths: named,
		...(typeof command === "string" && command.length <= MAX_LINE ? { command } : {}),
		...(typeof url === "string" ? { url } : {}),
	};
}

/** Whether a rule would have been enough. Close to what a decision looks at, but for the files as they were then. */
function wouldPass(rule: Rule, action: PastAction, folder: string, userHome: string): boolean {
	const { agent, kind, tool, paths, url } = action;
	const subject: Subject = {
		agent,
		kind,
		tool,
		paths: paths.map((path) => ({ written: path, real: path })),
		urls: url === undefined ? undefined : [url],
		folder,
		userHome,
	};
	if (kind !== "shell") return ruleMatches(rule, subject, "allow");
	if (rule.command === undefined || (rule.agent !== undefined && !list(rule.agent).includes(agent))) return false;
	action.needs ??= needsOf(action);
	const { commands, single } = action.needs;
	if (commands === undefined || commands.length === 0) return false;
	const exact = list(rule.command).every((pattern) => isExact(pattern));
	return commands.every(
		(words) => ruleMatchesCommand(rule, words) && (destructive(words) === undefined || (single && exact)),
	);
}

function needsOf({ command, tool }: PastAction): NonNullable<PastAction["needs"]> {
	if (command === undefined || tool !== "Bash") return { commands: undefined, single: false };
	const line = readLine(command);
	const all = line.structure === undefined ? line.commands : undefined;
	if (all === undefined) return { commands: undefined, single: false };
	const asked = granted(all);
	// Of what only read where it should not, all of it was asked.
	const needing = asked.length > 0 ? asked : all.filter(({ wraps }) => wraps !== true);
	return { commands: needing.map(({ words }) => words), single: all.length === 1 };
}
