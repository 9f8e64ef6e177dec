// How much of the log was read for a bundle: told in large steps, because lines are many.
import type { ExportSource } from "../types.ts";

/** A source that wants to know how many more bytes of the log were read. */
export type BundleSource = ExportSource & {
	readonly reading?: { readonly read: (bytes: number) => void };
	/** How many rows are wanted, when that costs less than to have them all. */
	countRows?(): Promise<number>;
	/** Is told which of the missing pieces of evidence no retention took. */
	lacks?(lost: Iterable<string>): void;
};

const STEP = 256 * 1024;

/** Counts bytes of lines for the source; call `end` at the end of a file. */
export class Progress {
	readonly #read: ((bytes: number) => void) | undefined;
	#bytes = 0;

	constructor(source: BundleSource) {
		this.#read = source.reading?.read;
	}

	take(bytes: number): void {
		this.#bytes += bytes;
		if (this.#bytes >= STEP) this.end();
	}

	end(): void {
		if (this.#bytes > 0) this.#read?.(this.#bytes);
		this.#bytes = 0;
	}
}
