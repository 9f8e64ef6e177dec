// Which entries are of a session. Agents choose the ids of their sessions, so two may use the same one. Not every entry names
// its agent: one that names another, and what belongs to a request of another, is of another session with the same id.
// Such entries are whole in a bundle all the same: left out, nobody could tell them from entries that somebody dropped.
import { str } from "../../members.ts";

/** Feed it the entries in the order of the bundle. */
export class OfSession {
	readonly #session: string;
	readonly #agent: string;
	/** Requests of another agent. */
	readonly #others = new Set<string>();

	/** @param agent "" for any */
	constructor(session: string, agent: string) {
		this.#session = session;
		this.#agent = agent;
	}

	/** @param session as the entry's head names it */
	takes(session: string | undefined, body: Record<string, unknown> | undefined): boolean {
		if (session !== this.#session) return false;
		const agent = str(body, "agent");
		const request = str(body, "request");
		if (this.#agent === "" || (agent === "" ? !this.#others.has(request) : agent === this.#agent)) return true;
		if (request !== "") this.#others.add(request);
		return false;
	}
}
