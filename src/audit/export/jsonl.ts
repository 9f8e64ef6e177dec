// JSONL: the lines of the log as they are, byte for byte, segment after segment. Lines that are no entries are passed on
// too. Nothing is parsed, so that it is as fast as the disk.
import { chunksOf, type Extent } from "./extent.ts";
import type { LogSource } from "./source.ts";
import type { Sink } from "./types.ts";

const NEWLINE = 10;

/**
 * Writes the wanted lines.
 * @returns `rows`: the wanted rows, or the lines when everything is wanted; `entries`: lines that have the shape of an entry
 */
export async function jsonl(source: LogSource, sink: Sink): Promise<{ rows: number; entries: number }> {
	const wanted = await source.wanted();
	const sum = { lines: 0, entries: 0 };
	for (const extent of source.extents) {
		if (wanted?.lines.hasAny(extent.segment) === false) continue;
		const wants = wanted === undefined ? () => true : (line: number) => wanted.lines.has(extent.segment, line);
		await copy(source, extent, wants, sum, sink);
	}
	return { rows: wanted?.rows ?? sum.lines, entries: sum.entries };
}

async function copy(
	{ reading }: LogSource,
	extent: Extent,
	wants: (line: number) => boolean,
	sum: { lines: number; entries: number },
	sink: Sink,
): Promise<void> {
	let number = 1;
	let wanted = wants(number);
	const shape = new Shape();
	const finish = () => {
		sum.lines++;
		if (shape.isEntry) sum.entries++;
	};
	let unended = false;
	for await (const { bytes } of chunksOf(extent, reading)) {
		// Wanted bytes of this chunk from here on are not written yet.
		let copied = 0;
		for (let from = 0; from < bytes.length; ) {
			const found = bytes.indexOf(NEWLINE, from);
			const to = found < 0 ? bytes.length : found;
			shape.see(bytes, from, to);
			unended = found < 0;
			if (unended) break;
			if (wanted) finish();
			shape.reset();
			from = to + 1;
			const next = wants(++number);
			if (next === wanted) continue;
			if (wanted) await sink.write(bytes.subarray(copied, from));
			copied = from;
			wanted = next;
		}
		if (wanted && copied < bytes.length) await sink.write(bytes.subarray(copied));
	}
	if (!unended || !wanted) return;
	// The tail that a gate left when it died. What follows must begin on a line of its own.
	finish();
	await sink.write("\n");
}

const BEGIN = Buffer.from('{"body');
const QUOTE = 0x22;
const BRACE = 0x7d;

/** Whether a line begins and ends as entries do, seen part by part. */
class Shape {
	#matched = 0;
	#last = 0;
	#before = 0;

	see(bytes: Buffer, from: number, to: number): void {
		for (let at = from; at < to && this.#matched >= 0 && this.#matched < BEGIN.length; at++)
			this.#matched = bytes[at] === BEGIN[this.#matched] ? this.#matched + 1 : -1;
		if (to === from) return;
		this.#before = to - from > 1 ? (bytes[to - 2] ?? 0) : this.#last;
		this.#last = bytes[to - 1] ?? 0;
	}

	get isEntry(): boolean {
		return this.#matched === BEGIN.length && this.#before === QUOTE && this.#last === BRACE;
	}

	reset(): void {
		this.#matched = 0;
		this.#last = 0;
		this.#before = 0;
	}
}
