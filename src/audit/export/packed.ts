// Rows that wait, as bytes outside of the heap. As objects thousands of them live long enough to be moved among the old ones,
// where the engine leaves them long after they were let go of: a log of any length then costs several times what is held.
import type { Told } from "./told.ts";
import type { Facts } from "./toldFacts.ts";

const BLOCK = 256 * 1024;
/** Blocks that are kept for what comes next. */
const MAX_SPARE = 8;

interface Block {
	bytes: Buffer;
	filled: number;
	/** Rows in it that are still wanted. */
	rows: number;
}

/** Where a packed row lies, and what it shares with many others. */
export interface Packed extends Pick<Facts, "began" | "writer" | "prompt"> {
	block: Block;
	from: number;
	to: number;
}

export class PackedRows {
	#block: Block | undefined;
	readonly #spare: Buffer[] = [];

	/** Takes a row; what it was made of must not be used any more. @returns undefined for one that bytes cannot hold */
	put({ row, facts }: Told): Packed | undefined {
		// JSON has no other numbers, and a clock from disk may be anything.
		if (!Number.isFinite(row.mono) || !Number.isFinite(row.waitedMs ?? 0)) return undefined;
		const { began, writer, prompt } = facts;
		facts.began = undefined;
		facts.writer = undefined;
		facts.prompt = "";
		const text = JSON.stringify([row, facts]);
		const block = this.#roomFor(text);
		const from = block.filled;
		block.filled += block.bytes.write(text, from);
		block.rows++;
		return { block, from, to: block.filled, began, writer, prompt };
	}

	/** Gives a row back, once. */
	take({ block, from, to, began, writer, prompt }: Packed): Told {
		const [row, facts] = JSON.parse(block.bytes.toString("utf8", from, to)) as [Told["row"], Facts];
		if (--block.rows === 0 && block !== this.#block) this.#keep(block);
		facts.began = began;
		facts.writer = writer;
		facts.prompt = prompt;
		return { row, facts };
	}

	#roomFor(text: string): Block {
		// A character takes three bytes at most in UTF-8, and a pair of them four.
		const most = 3 * text.length;
		const block = this.#block;
		if (block !== undefined && block.bytes.length - block.filled >= most) return block;
		const bytes = most > BLOCK ? Buffer.alloc(Buffer.byteLength(text)) : (this.#spare.pop() ?? Buffer.alloc(BLOCK));
		this.#block = { bytes, filled: 0, rows: 0 };
		if (block?.rows === 0) this.#keep(block);
		return this.#block;
	}

	#keep({ bytes }: Block): void {
		if (bytes.length === BLOCK && this.#spare.length < MAX_SPARE) this.#spare.push(bytes);
	}
}
