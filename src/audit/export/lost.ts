// Pieces of evidence that an export looked for and did not get: altered, not to be read, or missing. What a retention took
// away is missing as it should be, and the log says so; the verifier's rule decides that (verifyRemovals.ts).
import { openCheckpoint } from "../checkpoint.ts";
import { bodyOf } from "../entry.ts";
import { list, str } from "../members.ts";
import { evidenceRefs } from "../verifyEvidence.ts";
import { addPlace, type Missing, Removals } from "../verifyRemovals.ts";
import { openedBatches, type Reading } from "./batches.ts";
import type { Extent } from "./extent.ts";
import type { Absent } from "./piece.ts";
import { type LeftOut, MAX_NAMED } from "./types.ts";

/** Pieces that are told apart; of more only the readings are counted. */
const MAX_LOST = 10_000;
/** Missing pieces that are held before the log is asked for its removals: at 100 bytes each. */
const MAX_MISSING = 50_000;

export class LostEvidence {
	readonly #lost = new Map<string, Absent>();
	readonly #missing = new Set<string>();
	readonly #extents: () => Promise<readonly Extent[]>;
	readonly #signal: AbortSignal | undefined;
	#more = 0;

	/** @param extents the log as it is now, with what a retention that runs meanwhile appends */
	constructor(extents: () => Promise<readonly Extent[]>, signal: AbortSignal | undefined) {
		this.#extents = extents;
		this.#signal = signal;
	}

	/** Notes a piece that is there and not as it should be, or whose absence nothing explains. */
	add(digest: string, why: Absent): void {
		if (this.#lost.has(digest)) return;
		if (this.#lost.size < MAX_LOST) this.#lost.set(digest, why);
		else this.#more++;
	}

	/** Notes a piece that is not there; whether it is lost is found out by `settle`. */
	async miss(digest: string): Promise<void> {
		if (this.#lost.has(digest)) return;
		this.#missing.add(digest);
		if (this.#missing.size >= MAX_MISSING) await this.settle();
	}

	/** Says of all missing pieces so far which ones are lost: the exporter knows it itself. */
	settled(lost: Iterable<string>): void {
		this.#missing.clear();
		for (const digest of lost) this.add(digest, "missing");
	}

	/** Reads the log once more when pieces were missing, and keeps those that no retention took. */
	async settle(): Promise<void> {
		if (this.#missing.size === 0) return;
		const missing = new Set(this.#missing);
		this.#missing.clear();
		const reading = { read: () => {}, signal: this.#signal };
		for (const digest of await unexplained(await this.#extents(), missing, reading)) this.add(digest, "missing");
	}

	/** `settle` must have been called. */
	get told(): LeftOut["evidence"] {
		const named = [...this.#lost].slice(0, MAX_NAMED);
		const count = this.#lost.size + this.#more;
		const names = named.map(([digest]) => digest);
		return count === 0 ? { count, names } : { count, names, why: named.map(([, why]) => why) };
	}
}

/** Those of the digests whose absence no signed `evidence.removed` entry explains. */
async function unexplained(
	extents: readonly Extent[],
	digests: ReadonlySet<string>,
	reading: Reading,
): Promise<string[]> {
	const removals = new Removals();
	const places = new Map<string, Missing[]>();
	for (const extent of extents) {
		const { segment } = extent;
		let publicKey = "";
		let before = "";
		let unsigned = false;
		for await (const batch of openedBatches(extent, reading))
			for (const { line, entry, problem } of batch) {
				if (entry === undefined) continue;
				const { head, body } = entry;
				for (const { digest } of evidenceRefs(body)) {
					if (!digests.has(digest)) continue;
					const known = places.get(digest) ?? [];
					places.set(digest, known);
					addPlace(known, { segment, line, seq: head.seq, time: head.time });
				}
				if (problem !== undefined) continue;
				if (line === 1) publicKey = bodyOf("gate.started", body)?.signer.publicKey ?? "";
				if (head.type === "evidence.removed") {
					// Only of the pieces at hand: a retention of years may have taken a million.
					const some = list(body, "digests").filter(
						(one): one is string => typeof one === "string" && digests.has(one),
					);
					removals.take(segment, { head, body: () => ({ ...body, digests: some }) });
					unsigned ||= some.length > 0;
				}
				if (head.type === "checkpoint" && unsigned && publicKey !== "") {
					const signed = openCheckpoint(str(body, "note"), publicKey);
					if (!("why" in signed) && signed.entries === line - 1 && signed.hash === before) {
						removals.signed(segment, line);
						unsigned = false;
					}
				}
				before = entry.hash;
			}
	}
	return [...digests].filter((digest) => {
		const named = places.get(digest) ?? [];
		return named.length === 0 || removals.unexplained(digest, named) !== undefined;
	});
}
