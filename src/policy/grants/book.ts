// The grants of this run of the gate: for a session, or for minutes of one. They live in memory only, so that none outlives
// the window it was given in; what lasts always is a rule in the person's own file (always.ts).
import { createHash } from "node:crypto";
import { canonical } from "../../protocol/canonical.ts";
import type { GrantRow, GrantRule } from "../../protocol/grants.ts";
import { type Message, message } from "../../protocol/messages.ts";
import type { Granted, Grants } from "../covered.ts";
import type { SessionRef } from "../policy.ts";
import type { Rule } from "../rules/schema.ts";
import { digestOf } from "../rules/unchanged.ts";
import { processMark } from "./process.ts";

export interface NewGrant {
	id: string;
	/** As it is evaluated. */
	rule: Rule;
	/** As the person saw it. */
	said: GrantRule;
	lasts: "session" | "minutes";
	agent: string;
	folder: string;
	session: SessionRef;
	/** The agent's own id of the session, and the folder in whose log it stands. */
	sessionId: string;
	journal: string;
	/** Label of the session; agent text. */
	label: string;
	/** Who granted it. */
	by: string;
	/** Milliseconds since the epoch. */
	at: number;
	until?: number;
}

interface Grant extends NewGrant {
	mark: string;
	uses: number;
	lastUsed?: number;
}

export interface BookOptions {
	/** Milliseconds since the epoch. */
	clock?: () => number;
	/** What tells a process from a later one with its number. */
	mark?: (pid: number) => string | undefined;
}

/** How a grant ends without a person. "full": there were too many. */
export type Ended = "session" | "time" | "process" | "folder" | "full";

/** More are not overseen by anybody: the oldest one ends. */
const MAX_GRANTS = 200;

export class GrantBook implements Grants {
	readonly #grants = new Map<string, Grant>();
	readonly #clock: () => number;
	readonly #mark: (pid: number) => string | undefined;
	#digest: string | undefined;
	#someEnded = false;
	/** Told of every grant that ends without a person. */
	onEnded: ((grant: Readonly<NewGrant>, how: Ended) => void) | undefined;

	constructor({ clock = Date.now, mark = processMark }: BookOptions = {}) {
		this.#clock = clock;
		this.#mark = mark;
	}

	/** False when the agent's process is not there to bind it to. */
	add(grant: NewGrant): boolean {
		const mark = this.#mark(grant.session.agentPid);
		if (mark === undefined) return false;
		this.#grants.set(grant.id, { ...grant, session: { ...grant.session }, mark, uses: 0 });
		const oldest = this.#grants.keys().next().value;
		if (this.#grants.size > MAX_GRANTS) this.#drop(({ id }) => (id === oldest ? "full" : undefined));
		this.#digest = undefined;
		return true;
	}

	/** False when there is no such grant. */
	revoke(id: string): boolean {
		return this.#drop(({ id: one }) => (one === id ? "revoked" : undefined)) > 0;
	}

	sessionEnded(key: string): void {
		this.#drop(({ session }) => (session.key === key ? "session" : undefined));
	}

	/** Folders that are not served any more. */
	left(folders: readonly string[]): void {
		this.#drop(({ folder }) => (folders.includes(folder) ? "folder" : undefined));
	}

	/** Rules that count for an action of this session, those that are held with the reason. */
	rules({ agent, session, folder }: Parameters<Grants["rules"]>[0]): Granted[] {
		if (this.#grants.size === 0 || session === undefined || folder === undefined) return [];
		this.#prune();
		const digests = new Map<string, string | undefined>();
		return [...this.#grants.values()]
			.filter((one) => one.session.key === session.key && one.session.agentPid === session.agentPid)
			.filter((one) => one.agent === agent && one.folder === folder)
			.map((one) => {
				const held = heldBy(one, digests);
				if (held === undefined) return { grant: one.id, rule: one.rule };
				// It counts for nothing; without its files it is still known whether it would have fitted.
				const { unchanged: _, ...rule } = one.rule;
				return { grant: one.id, rule, held };
			});
	}

	/** An action was allowed by it, and the agent was told. */
	used(id: string): void {
		const grant = this.#grants.get(id);
		if (grant === undefined) return;
		grant.uses += 1;
		grant.lastUsed = this.#clock();
	}

	/** For people, the newest first. */
	rows(): GrantRow[] {
		this.#prune();
		const digests = new Map<string, string | undefined>();
		return [...this.#grants.values()].reverse().map((grant) => {
			const { id, said, lasts, folder, label, by, at, until, uses, lastUsed } = grant;
			const held = heldBy(grant, digests);
			return {
				id,
				rule: said,
				lasts,
				folder,
				...(label === "" ? {} : { session: label }),
				by,
				at: new Date(at).toISOString(),
				...(until === undefined ? {} : { until: new Date(until).toISOString() }),
				uses,
				...(lastUsed === undefined ? {} : { lastUsed: new Date(lastUsed).toISOString() }),
				...(held === undefined ? {} : { held }),
			};
		});
	}

	get(id: string): Readonly<NewGrant> | undefined {
		return this.#grants.get(id);
	}

	digest(): string {
		this.#prune();
		if (this.#grants.size === 0) return "";
		this.#digest ??= createHash("sha256")
			.update(canonical([...this.#grants.values()].map(({ rule, session }) => ({ rule, session: session.key }))))
			.digest("hex");
		return this.#digest;
	}

	/** Whether any ended by itself since this was last asked. */
	takeEnded(): boolean {
		this.#prune();
		const ended = this.#someEnded;
		this.#someEnded = false;
		return ended;
	}

	#prune(): void {
		if (this.#grants.size === 0) return;
		const now = this.#clock();
		const marks = new Map<number, string | undefined>();
		const markOf = (pid: number) => {
			if (!marks.has(pid)) marks.set(pid, this.#mark(pid));
			return marks.get(pid);
		};
		const dropped = this.#drop(({ until, session, mark }) => {
			if (until !== undefined && now >= until) return "time";
			return markOf(session.agentPid) === mark ? undefined : "process";
		});
		this.#someEnded ||= dropped > 0;
	}

	#drop(over: (grant: Grant) => Ended | "revoked" | undefined): number {
		let dropped = 0;
		for (const grant of this.#grants.values()) {
			const how = over(grant);
			if (how === undefined) continue;
			this.#grants.delete(grant.id);
			if (how !== "revoked") this.onEnded?.(grant, how);
			dropped += 1;
		}
		if (dropped > 0) this.#digest = undefined;
		return dropped;
	}
}

/** Why a grant does not count now. @param digests of files that were read for another grant just now */
function heldBy({ rule, folder }: Grant, digests: Map<string, string | undefined>): Message | undefined {
	for (const [file, sha256] of Object.entries(rule.unchanged ?? {})) {
		const path = `${folder}/${file}`;
		if (!digests.has(path)) digests.set(path, digestOf(path));
		if (digests.get(path) !== sha256) return message("grant.fileChanged", { file });
	}
	return undefined;
}
