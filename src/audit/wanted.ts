// Which lines of a log a scope wants: decided row by row in a first pass, kept as one bit a line.
import type { ExportScope } from "../protocol/auditPanel.ts";
import { matches } from "./filter.ts";
import type { FoldedRow, Place } from "./fold.ts";

/** Whether a scope wants a row. */
export function wantsRow(scope: ExportScope): (row: FoldedRow) => boolean {
	if (scope.of === "all") return () => true;
	if (scope.of === "filter") return (row) => matches(row, scope.filter);
	// Not every entry of a session names its agent; one that names another is of another session with the same id.
	const { agent, session } = scope;
	return (row) => row.session === session && (row.agent === undefined || row.agent === agent);
}

/** Lines of segments, one bit each. */
export class WantedLines {
	readonly #bits = new Map<string, Uint8Array>();

	/** @returns the bytes of those that were not in it before */
	add({ places }: { places: readonly Pick<Place, "segment" | "line" | "bytes">[] }): number {
		let added = 0;
		for (const { segment, line, bytes } of places) {
			if (this.has(segment, line)) continue;
			added += bytes;
			let bits = this.#bits.get(segment) ?? new Uint8Array(1024);
			const at = line >> 3;
			if (at >= bits.length) {
				const larger = new Uint8Array(Math.max(at + 1, bits.length * 2));
				larger.set(bits);
				bits = larger;
			}
			bits[at] = (bits[at] ?? 0) | (1 << (line & 7));
			this.#bits.set(segment, bits);
		}
		return added;
	}

	/** Whether any line of the segment is wanted. */
	hasAny(segment: string): boolean {
		return this.#bits.has(segment);
	}

	/** @param line 1-based */
	has(segment: string, line: number): boolean {
		return (((this.#bits.get(segment)?.[line >> 3] ?? 0) >> (line & 7)) & 1) === 1;
	}
}
