// Sessions: what all rows of one add up to. A row belongs to the session its entry names; entries that name no agent belong
// to the first agent that this session id is known of.
import {
	type AuditRow,
	type FilePlace,
	MAX_SESSION_PLACES,
	RowBy,
	RowFlag,
	RowKind,
	RowOutcome,
	type SessionFile,
	type SessionRow,
	type Starter,
} from "../../protocol/audit.ts";
import type { Store } from "./store.ts";

/** First words of a prompt. Characters. */
const MAX_LABEL = 120;
/** Files of a session that are listed, and changes of all of them together that are named. */
const MAX_SESSION_FILES = 2000;
const MAX_ALL_PLACES = 20_000;

const PROMPT = RowKind.options.indexOf("prompt");
const ACTION = RowKind.options.indexOf("action");
const ALLOWED = RowOutcome.options.indexOf("allowed") + 1;
const DENIED = RowOutcome.options.indexOf("denied") + 1;
const PERSON = RowBy.options.indexOf("person") + 1;

interface Sum {
	agent: number;
	session: number;
	first: number;
	last: number;
	prompt: number;
	started: number;
	/** Its last row that says that it began or ended. */
	ended: number;
	prompts: number;
	actions: number;
	allowed: number;
	denied: number;
	byPerson: number;
	files: Set<number>;
	flags: number;
}

export class Sessions {
	readonly #store: Store;
	#version = -1;
	/** Oldest first. */
	#sums: Sum[] = [];
	/** Index in #sums by row; -1 for none. */
	#of = new Int32Array(0);

	constructor(store: Store) {
		this.#store = store;
	}

	/** Those with a row among `ids`, the newest first. */
	list(ids: Uint32Array, offset: number, limit: number): { total: number; sessions: SessionRow[] } {
		this.#sumUp();
		const wanted = new Uint8Array(this.#sums.length);
		for (const id of ids) {
			const at = this.#of[id] as number;
			if (at >= 0) wanted[at] = 1;
		}
		const found = this.#sums.filter((_, at) => wanted[at] === 1).reverse();
		return { total: found.length, sessions: found.slice(offset, offset + limit).map((sum) => this.#row(sum)) };
	}

	/** @returns undefined when there is no such session */
	one(agent: string, session: string): { row: SessionRow; ids: number[] } | undefined {
		this.#sumUp();
		const { strings, columns } = this.#store;
		const at = this.#sums.findIndex(
			(sum) => (strings.text(sum.agent) ?? "") === agent && strings.text(sum.session) === session,
		);
		const sum = this.#sums[at];
		if (sum === undefined) return undefined;
		const ids: number[] = [];
		for (let place = 0; place < columns.count; place++) {
			const id = columns.order[place] as number;
			if (this.#of[id] === at) ids.push(id);
		}
		return { row: this.#row(sum), ids };
	}

	/** First words of the first prompt, by session id. */
	labels(sessions: readonly string[]): Record<string, string> {
		this.#sumUp();
		const wanted = new Set(sessions);
		const labels = new Map<string, string>();
		for (const sum of this.#sums) {
			const session = this.#store.strings.text(sum.session) ?? "";
			if (sum.prompt !== 0 && wanted.has(session) && !labels.has(session)) labels.set(session, this.#label(sum.prompt));
		}
		return Object.fromEntries(labels);
	}

	/** Files that these rows were allowed to change, or seen to, in the order of their first change. */
	files(ids: readonly number[]): SessionFile[] {
		const { outcome, changeCount } = this.#store.columns.of;
		const files = new Map<string, SessionFile & { created: boolean }>();
		let room = MAX_ALL_PLACES;
		const name = (places: FilePlace[], place: FilePlace) => {
			if (room === 0 || places.length === MAX_SESSION_PLACES) return;
			room--;
			places.push(place);
		};
		for (const id of ids) {
			if (outcome[id] !== ALLOWED || changeCount[id] === 0) continue;
			for (const { path, op, ...at } of this.#store.changes(id)) {
				const place = { row: id, ...at };
				const known = files.get(path);
				if (known === undefined) {
					if (files.size >= MAX_SESSION_FILES) continue;
					const places: FilePlace[] = [];
					name(places, place);
					files.set(path, { path, changes: 1, op, first: place, last: place, places, created: op === "create" });
					continue;
				}
				known.changes++;
				name(known.places, place);
				known.last = place;
				known.op = op === "delete" ? "delete" : known.created ? "create" : "modify";
			}
		}
		return [...files.values()].map(({ created: _, ...file }) => file);
	}

	#sumUp(): void {
		const { version, columns, strings } = this.#store;
		if (this.#version === version) return;
		const { of, order, count } = columns;
		const sums: Sum[] = [];
		const byKey = new Map<number, number>();
		const agentOf = new Map<number, number>();
		for (let place = 0; place < count; place++) {
			const id = order[place] as number;
			const [agent, session] = [of.agent[id] as number, of.session[id] as number];
			if (session !== 0 && agent !== 0 && !agentOf.has(session)) agentOf.set(session, agent);
		}
		const [started, ended] = [strings.find("session.started"), strings.find("session.ended")];
		const sessionOf = new Int32Array(count + 1).fill(-1);
		for (let place = 0; place < count; place++) {
			const id = order[place] as number;
			const session = of.session[id] as number;
			if (session === 0) continue;
			const agent = (of.agent[id] as number) || (agentOf.get(session) ?? 0);
			const key = session * 2 ** 24 + agent;
			let at = byKey.get(key);
			if (at === undefined) {
				at = sums.length;
				byKey.set(key, at);
				sums.push(newSum(agent, session, id));
			}
			sessionOf[id] = at;
			const sum = sums[at] as Sum;
			sum.last = id;
			sum.flags |= of.flags[id] as number;
			if (of.type[id] === started) {
				if (sum.started === 0) sum.started = id;
				sum.ended = 0;
			} else if (of.type[id] === ended) sum.ended = id;
			if (of.kind[id] === PROMPT) {
				sum.prompts++;
				if (sum.prompt === 0) sum.prompt = id;
			} else if (of.kind[id] === ACTION) this.#addAction(sum, id);
		}
		this.#sums = sums;
		this.#of = sessionOf;
		this.#version = version;
	}

	#addAction(sum: Sum, id: number): void {
		const { columns } = this.#store;
		const { of } = columns;
		sum.actions++;
		if (of.by[id] === PERSON) sum.byPerson++;
		if (of.outcome[id] === DENIED) sum.denied++;
		if (of.outcome[id] !== ALLOWED) return;
		sum.allowed++;
		for (const path of columns.changesOf(id)) sum.files.add(path);
	}

	#row(sum: Sum): SessionRow {
		const store = this.#store;
		const started =
			sum.started === 0 ? undefined : store.database.get("SELECT text FROM starters WHERE id = ?", [sum.started]);
		return {
			agent: store.strings.text(sum.agent) ?? "",
			session: store.strings.text(sum.session) ?? "",
			label: sum.prompt === 0 ? "" : this.#label(sum.prompt),
			startedAt: store.time(sum.first),
			lastAt: store.time(sum.last),
			...(sum.ended === 0 ? {} : { endedAt: store.time(sum.ended) }),
			...(started === undefined ? {} : { starter: JSON.parse(String(started[0])) as Starter }),
			prompts: sum.prompts,
			actions: sum.actions,
			allowed: sum.allowed,
			denied: sum.denied,
			other: sum.actions - sum.allowed - sum.denied,
			byPerson: sum.byPerson,
			files: sum.files.size,
			flags: RowFlag.options.filter((_, bit) => (sum.flags & (1 << bit)) !== 0),
		};
	}

	#label(prompt: number): string {
		return firstWords(this.#store.target(prompt));
	}
}

function newSum(agent: number, session: number, id: number): Sum {
	const none = {
		prompt: 0,
		started: 0,
		ended: 0,
		prompts: 0,
		actions: 0,
		allowed: 0,
		denied: 0,
		byPerson: 0,
		flags: 0,
	};
	return { ...none, agent, session, first: id, last: id, files: new Set() };
}

function firstWords(target: AuditRow["target"]): string {
	if (target.length <= MAX_LABEL) return target;
	const cut = target.slice(0, MAX_LABEL - 1);
	const blank = cut.lastIndexOf(" ");
	return `${(blank > MAX_LABEL / 2 ? cut.slice(0, blank) : cut).toWellFormed()}…`;
}
