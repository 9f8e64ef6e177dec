// The gate's question at every action: which hooks are in force for this session, ours and others'?
import type { HooksInForce } from "../adapter.ts";
import { enforcement, lossesAndEntries } from "./enforcement.ts";
import { type Accepted, everyForeign, type Foreign, foreignHooks } from "./foreign.ts";
import { HookSources, type SessionPlace, type Sources, type SourcesOptions } from "./sources.ts";

/** What vanished from the files counts for so long: the agent drops a removed hook within seconds, not at once. */
const LINGER_MS = 60_000;
/** Looks in between, so that a hook which hides its entry whenever it runs is seen all the same. */
const POLL_MS = 3_000;
const POLLED_FOR_MS = 10 * 60_000;
const MAX_PLACES = 32;

interface Seen {
	place: SessionPlace;
	askedAt: number;
	/** By digest, with the time until which it counts. */
	lingering: Map<string, { foreign: Foreign; until: number }>;
}

/** Answers the gate's question at every action; keeps what it read while nothing changes. One for a gate. */
export class ClaudeHooks {
	readonly #sources: HookSources;
	readonly #userHome: string;
	readonly #accepted: () => Accepted;
	/** By sources and accepted digests, which are new objects when they change. */
	readonly #judged = new WeakMap<Sources, { accepted: Accepted; foreign: Foreign[]; result: HooksInForce }>();
	readonly #seen = new Map<string, Seen>();
	#timer: NodeJS.Timeout | undefined;

	/** @param options `accepted` gives the same set until it changes */
	constructor(options: SourcesOptions & { accepted?: () => Accepted }) {
		this.#sources = new HookSources(options);
		this.#userHome = options.userHome;
		const none = new Set<string>();
		this.#accepted = options.accepted ?? (() => none);
	}

	/** Labels of foreign hooks, and whether the session is enforced. */
	async inForce(place: SessionPlace): Promise<HooksInForce> {
		const { sources, foreign, lingering } = await this.#look(place, Date.now());
		const { result } = this.#judge(sources);
		if (lingering.length === 0) return result;
		const all = [...foreign, ...lingering];
		return {
			foreign: all.map(({ label }) => label),
			now: result.now,
			definitionFolders: sources.trees,
			enforcement: enforcement(sources, all, this.#userHome),
		};
	}

	/** The same with digests, for the surface on which a person accepts. */
	async foreign(place: SessionPlace): Promise<Foreign[]> {
		const { foreign, lingering } = await this.#look(place, Date.now());
		return [...foreign, ...lingering];
	}

	/** Ends the looks in between. */
	close(): void {
		clearInterval(this.#timer);
		this.#timer = undefined;
		this.#seen.clear();
	}

	async #look(place: SessionPlace, askedAt: number) {
		const sources = await this.#sources.read(place);
		const { foreign } = this.#judge(sources);
		const key = `${place.root}\n${place.configDir ?? ""}\n${place.pid ?? ""}`;
		const seen = this.#seen.get(key) ?? { place, askedAt, lingering: new Map() };
		if (askedAt > 0) this.#remember(key, { ...seen, askedAt });
		const now = Date.now();
		const here = new Set(foreign.map(({ digest }) => digest));
		for (const one of foreign) seen.lingering.set(one.digest, { foreign: one, until: now + LINGER_MS });
		const accepted = this.#accepted();
		for (const [digest, { until }] of seen.lingering) {
			if (until < now || accepted.has(digest)) seen.lingering.delete(digest);
		}
		const gone = [...seen.lingering].filter(([digest]) => !here.has(digest));
		return { sources, foreign, lingering: gone.map(([, { foreign }]) => foreign) };
	}

	#judge(sources: Sources) {
		const accepted = this.#accepted();
		const known = this.#judged.get(sources);
		if (known !== undefined && known.accepted === accepted) return known;
		const foreign = foreignHooks(sources, this.#userHome, accepted);
		const labels = foreign.map(({ label }) => label);
		const digests = everyForeign(sources, this.#userHome, accepted).map(({ digest }) => digest);
		const enforced = enforcement(sources, foreign, this.#userHome);
		const result = {
			foreign: labels,
			now: { level: enforced.level, ...lossesAndEntries(sources), digests },
			definitionFolders: sources.trees,
			enforcement: enforced,
		};
		const judged = { accepted, foreign, result };
		this.#judged.set(sources, judged);
		return judged;
	}

	#remember(key: string, seen: Seen): void {
		this.#seen.delete(key);
		this.#seen.set(key, seen);
		if (this.#seen.size > MAX_PLACES) this.#seen.delete(this.#seen.keys().next().value ?? "");
		if (this.#timer !== undefined) return;
		this.#timer = setInterval(() => void this.#poll(), POLL_MS);
		// A process that has nothing else to do may end.
		this.#timer.unref();
	}

	async #poll(): Promise<void> {
		const since = Date.now() - POLLED_FOR_MS;
		for (const [key, { place, askedAt }] of [...this.#seen]) {
			if (askedAt < since) this.#seen.delete(key);
			else await this.#look(place, 0);
		}
		if (this.#seen.size === 0) this.close();
	}
}
