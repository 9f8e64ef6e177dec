// Lines of a file that comes in parts, with bounded memory whatever it holds.
import { isUtf8 } from "node:buffer";
import { MAX_LINE_BYTES } from "../../chain.ts";

export interface PartLine {
	/** 1-based. */
	number: number;
	/** Without its line break; undefined when it is longer than any line can be, or no text. */
	text: string | undefined;
	ended: boolean;
}

export async function* partLines(parts: AsyncIterable<Buffer>): AsyncGenerator<PartLine> {
	let number = 0;
	let held: Buffer[] = [];
	let length = 0;
	const take = (ended: boolean): PartLine => {
		const bytes = held.length === 1 ? (held[0] as Buffer) : Buffer.concat(held);
		const text = length > MAX_LINE_BYTES || !isUtf8(bytes) ? undefined : bytes.toString("utf8");
		held = [];
		length = 0;
		return { number: ++number, text, ended };
	};
	for await (const part of parts) {
		let from = 0;
		for (;;) {
			const found = part.indexOf(10, from);
			const to = found < 0 ? part.length : found;
			length += to - from;
			if (length <= MAX_LINE_BYTES) held.push(part.subarray(from, to));
			if (found < 0) break;
			yield take(true);
			from = to + 1;
		}
	}
	if (length > 0) yield take(false);
}
