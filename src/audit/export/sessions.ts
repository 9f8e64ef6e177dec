// Sessions as the rows of a log tell of them, for the table of an exported database.
import type { SqlValue } from "sql.js";
import type { Told } from "./told.ts";
import type { Began, Writer } from "./toldFacts.ts";

interface Summed {
	agent: string;
	session: string;
	began: Began | undefined;
	writer: Writer | undefined;
	label: string;
	startedAt: string;
	lastAt: string;
	endedAt: string | null;
	prompts: number;
	actions: number;
	allowed: number;
	denied: number;
	byPerson: number;
}

export class Sessions {
	readonly #sessions = new Map<string, Summed>();

	add({ row, facts }: Told): void {
		if (row.session === undefined) return;
		const one = this.#of(row.session, row.agent ?? "", row.time);
		one.began ??= facts.began;
		one.writer ??= facts.writer;
		if (row.time > one.lastAt) one.lastAt = row.time;
		if (row.type === "session.ended") one.endedAt = row.time;
		if (row.kind === "prompt") {
			one.prompts++;
			if (one.label === "") one.label = row.target;
		}
		if (row.kind !== "action") return;
		one.actions++;
		if (row.outcome === "allowed") one.allowed++;
		if (row.outcome === "denied") one.denied++;
		if (row.by === "person") one.byPerson++;
	}

	/** Not every entry names its agent: such a row belongs to the session with its id that is known. */
	#of(session: string, agent: string, time: string): Summed {
		const key = `${session}\n${agent}`;
		const known = this.#sessions.get(key) ?? (agent === "" ? this.#named(session) : this.#nameless(session, agent));
		if (known !== undefined) return known;
		const made = {
			agent,
			session,
			began: undefined,
			writer: undefined,
			label: "",
			startedAt: time,
			lastAt: time,
			endedAt: null,
			prompts: 0,
			actions: 0,
			allowed: 0,
			denied: 0,
			byPerson: 0,
		};
		this.#sessions.set(key, made);
		if (!this.#first.has(session)) this.#first.set(session, made);
		return made;
	}

	readonly #first = new Map<string, Summed>();

	#named(session: string): Summed | undefined {
		return this.#first.get(session);
	}

	#nameless(session: string, agent: string): Summed | undefined {
		const one = this.#first.get(session);
		if (one === undefined || one.agent !== "") return undefined;
		this.#sessions.delete(`${session}\n`);
		one.agent = agent;
		this.#sessions.set(`${session}\n${agent}`, one);
		return one;
	}

	/** Rows of the table, by column. */
	*values(): Generator<SqlValue[]> {
		for (const one of this.#sessions.values()) {
			const { began, writer } = one;
			yield [
				one.agent,
				one.session,
				one.label,
				began?.time ?? one.startedAt,
				one.lastAt,
				one.endedAt,
				began?.osUser || writer?.osUser || null,
				began?.host || writer?.host || null,
				began?.launcher || null,
				began?.processes || null,
				began?.program || null,
				began?.version || null,
				began?.workspace || null,
				began?.branch || null,
				began?.commit || null,
				began?.model || null,
				began?.enforcement || null,
				one.prompts,
				one.actions,
				one.allowed,
				one.denied,
				one.actions - one.allowed - one.denied,
				one.byPerson,
			];
		}
	}
}
