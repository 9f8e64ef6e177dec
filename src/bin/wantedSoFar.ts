// Entries that a filter wants, while the log grows: a request is wanted or not by what is known of it at this moment.
import { addTo, type FoldedRow, hasOwnRow, markRow, requestOf, rowOf } from "../audit/fold.ts";
import type { ReadLine } from "../audit/read.ts";

/** Requests that entries may still come to, the newest, and the bytes of their lines together. */
const MAX_OPEN = 5000;
const MAX_BYTES = 32 * 1024 * 1024;

interface Open {
	row: FoldedRow;
	/** Not given yet: the row was not wanted so far. */
	held: ReadLine[];
	bytes: number;
}

export class WantedSoFar {
	readonly #wants: (row: FoldedRow) => boolean;
	readonly #open = new Map<string, Open>();
	#bytes = 0;

	constructor(wants: (row: FoldedRow) => boolean) {
		this.#wants = wants;
	}

	/** Takes the next line of the log. @returns lines to show now: of a request that becomes wanted all that came before */
	take(line: ReadLine): ReadLine[] {
		const { entry } = line;
		const request = entry === undefined ? undefined : requestOf(entry);
		const known = request === undefined ? undefined : this.#open.get(request);
		if (known !== undefined && entry !== undefined && !hasOwnRow(entry)) {
			addTo(known.row, line);
			return this.#give(known, line);
		}
		if (known !== undefined && entry !== undefined) markRow(known.row, entry);
		const begun: Open = { row: rowOf(line), held: [], bytes: 0 };
		if (begun.row.kind === "action" && begun.row.request !== undefined) {
			this.#drop(begun.row.request);
			this.#open.set(begun.row.request, begun);
		}
		const given = this.#give(begun, line);
		for (const oldest of this.#open.keys()) {
			if (this.#open.size <= MAX_OPEN && this.#bytes <= MAX_BYTES) break;
			this.#drop(oldest);
		}
		return given;
	}

	#give(to: Open, line: ReadLine): ReadLine[] {
		if (this.#wants(to.row)) return [...to.held.splice(0), line];
		if (this.#open.get(to.row.request ?? "") !== to) return [];
		to.held.push(line);
		to.bytes += line.bytes;
		this.#bytes += line.bytes;
		return [];
	}

	#drop(request: string): void {
		this.#bytes -= this.#open.get(request)?.bytes ?? 0;
		this.#open.delete(request);
	}
}
