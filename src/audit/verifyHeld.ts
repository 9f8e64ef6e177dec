// Entries whose numbers were taken before, until what follows tells which of the two stand in their place (walk.ts). Their
// lines have passed by then, so they are held with bytes of their own.
import { MAX_LINE_BYTES } from "./chain.ts";
import type { GoodLine } from "./verifyLine.ts";
import type { Rivals } from "./walk.ts";

export class HeldEntries implements Rivals<GoodLine> {
	readonly #regained: (entry: GoodLine, line: number) => void;
	readonly isRecorded: (seq: number, hash: string) => boolean;
	#held: { entry: GoodLine; line: number }[] = [];
	#bytes = 0;
	/** Bytes of the line at hand. */
	length = 0;

	/** @param regained called for each that stands in its place */
	constructor(regained: (entry: GoodLine, line: number) => void, isRecorded: (seq: number, hash: string) => boolean) {
		this.#regained = regained;
		this.isRecorded = isRecorded;
	}

	hold(entry: GoodLine, line: number): void {
		this.#bytes += this.length;
		// One line always has room. What is beyond that is named like the rest, but not looked into.
		if (this.#bytes <= MAX_LINE_BYTES) this.#held.push({ entry: entry.kept(), line });
	}

	regain(): void {
		const held = this.#held;
		this.drop();
		for (const { entry, line } of held) this.#regained(entry, line);
	}

	drop(): void {
		this.#held = [];
		this.#bytes = 0;
	}
}
