// Which missing evidence a retention explains (retention.ts): an `evidence.removed` entry lists it, behind every entry that
// names it. Such an entry counts only when a checkpoint of its own segment signs it, because anybody who can write to the
// folder can append to a segment what no signature covers yet, and could so excuse what they removed.
import { basename } from "node:path";
import { bodyOf, type EntryBody } from "./entry.ts";
import { linesOf } from "./lines.ts";
import { Problems } from "./problems.ts";
import { type GoodLine, openBytes } from "./verifyLine.ts";
import { Signatures } from "./verifySignatures.ts";

/** Where one segment names a piece that is missing. */
export interface Missing {
	segment: string;
	/** First and last line that names it, and the number of the last entry. */
	first: number;
	last: number;
	lastSeq: number;
	/** The latest time that these entries claim. */
	time: string;
}

/** Notes that an entry names a piece. Entries of a segment come in their order. */
export function addPlace(
	places: Missing[],
	{ segment, line, seq, time }: { segment: string; line: number; seq: number; time: string },
): void {
	const same = places.find((place) => place.segment === segment);
	if (same === undefined) places.push({ segment, first: line, last: line, lastSeq: seq, time });
	else {
		same.last = line;
		same.lastSeq = seq;
		if (time > same.time) same.time = time;
	}
}

interface Tombstone {
	segment: string;
	seq: number;
	time: string;
}

export class Removals {
	/** The last of each segment, by digest. */
	readonly #tombstones = new Map<string, Tombstone[]>();
	/** Entries that checkpoints cover, by segment. */
	readonly #signed = new Map<string, number>();

	/** @param entry an `evidence.removed` entry in its place */
	take(segment: string, entry: Pick<GoodLine, "head" | "body">): void {
		const { seq, time } = entry.head;
		const removed = bodyOf("evidence.removed", entry.body());
		for (const digest of removed?.digests ?? []) {
			const known = (this.#tombstones.get(digest) ?? []).filter((one) => one.segment !== segment);
			this.#tombstones.set(digest, [...known, { segment, seq, time }]);
		}
	}

	/** Says how far the checkpoints of a segment reach. */
	signed(segment: string, entries: number): void {
		this.#signed.set(segment, entries);
	}

	/**
	 * Where a missing piece is named and no tombstone explains it; undefined when one does.
	 * In one segment the order is that of the lines. Segments that are written side by side have no order but their clocks';
	 * a retention takes only what was named days before, so clocks need not be exact.
	 */
	unexplained(
		digest: string,
		missing: readonly Missing[],
	): { segment: string; line: number; tombstone: boolean } | undefined {
		const first = missing[0] as Missing;
		const tombstones = this.#tombstones
			.get(digest)
			?.filter(({ segment, seq }) => seq <= (this.#signed.get(segment) ?? 0));
		if (tombstones === undefined || tombstones.length === 0)
			return { segment: first.segment, line: first.first, tombstone: false };
		const isBehind = (tombstone: Tombstone, { segment, lastSeq, time }: Missing) =>
			tombstone.segment === segment ? tombstone.seq > lastSeq : tombstone.time > time;
		if (tombstones.some((tombstone) => missing.every((one) => isBehind(tombstone, one)))) return undefined;
		const again = missing.find((one) => !tombstones.some((tombstone) => isBehind(tombstone, one))) ?? first;
		return { segment: again.segment, line: again.last, tombstone: true };
	}

	/**
	 * Takes the tombstones that were written behind what was looked at: a gate may be at it just now.
	 * @param bytes how far the segment was looked at, and `hash` of the last entry there (64 zeros for none)
	 */
	async takeLater(path: string, started: EntryBody<"gate.started">, bytes: number, hash: string): Promise<void> {
		const segment = basename(path);
		const signatures = new Signatures(segment, started, new Problems());
		let prev = hash;
		for await (const line of linesOf(path, bytes)) {
			if (!line.ended || line.text === undefined) break;
			const text = Buffer.from(line.text);
			const opened = openBytes(text, 0, text.length);
			if (opened.state !== "good" || opened.entry.prev !== prev) break;
			prev = opened.entry.hash;
			if (opened.entry.head.type === "evidence.removed") this.take(segment, opened.entry);
			signatures.take(opened.entry, line.number);
		}
		await signatures.end(0);
		if (signatures.signed > 0) this.signed(segment, signatures.signed);
	}
}
