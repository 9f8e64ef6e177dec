// Finds a run of lines in a file, strictly first and ever more loosely then, in time that grows with the file and not with
// its repetitions.
import { comparisons, type PatchDialect } from "./dialect.ts";

/** Steps all searches in one file may take together: about a second. */
const MAX_STEPS = 400_000_000;

/** Where lines were found: their place from 0, not at all, or given up. */
export type Found = number | "absent" | "tooMuchWork";

/** Lines of a file as numbers: equal numbers for lines that a comparison takes for the same. */
interface Level {
	key(line: string): string;
	numbers: Map<string, number>;
	lines: Int32Array;
}

export class Seeker {
	readonly #lines: readonly string[];
	readonly #comparisons: readonly ((line: string) => string)[];
	readonly #levels: Level[] = [];
	#steps = 0;

	constructor(lines: readonly string[], dialect: PatchDialect) {
		this.#lines = lines;
		this.#comparisons = comparisons(dialect);
	}

	/**
	 * The first place at or after `start` where the lines stand.
	 * @param atEnd only where they end the file
	 */
	find(wanted: readonly string[], start: number, atEnd: boolean): Found {
		if (wanted.length === 0) return start;
		const last = this.#lines.length - wanted.length;
		const from = atEnd ? last : start;
		if (last < start) return "absent";
		for (let at = 0; at < this.#comparisons.length; at += 1) {
			const level = this.#level(at);
			this.#steps += wanted.length;
			const numbers = numbersOf(level, wanted);
			if (numbers !== undefined) {
				const place = search(level.lines, numbers, from);
				this.#steps += 2 * ((place ?? this.#lines.length) - from);
				if (this.#steps > MAX_STEPS) return "tooMuchWork";
				if (place !== undefined) return place;
			}
		}
		return this.#steps > MAX_STEPS ? "tooMuchWork" : "absent";
	}

	#level(at: number): Level {
		const known = this.#levels[at];
		if (known !== undefined) return known;
		const key = this.#comparisons[at] ?? ((line: string) => line);
		const numbers = new Map<string, number>();
		const lines = new Int32Array(this.#lines.length);
		for (const [place, line] of this.#lines.entries()) {
			const text = key(line);
			const number = numbers.get(text) ?? numbers.size;
			numbers.set(text, number);
			lines[place] = number;
		}
		const level = { key, numbers, lines };
		this.#levels[at] = level;
		return level;
	}
}

/** Undefined where a line is nowhere in the file: then nothing has to be searched. */
function numbersOf({ key, numbers }: Level, wanted: readonly string[]): Int32Array | undefined {
	const found = new Int32Array(wanted.length);
	for (const [at, line] of wanted.entries()) {
		const number = numbers.get(key(line));
		if (number === undefined) return undefined;
		found[at] = number;
	}
	return found;
}

/** Knuth, Morris and Pratt: no place is looked at twice, however much the lines repeat. */
function search(lines: Int32Array, wanted: Int32Array, from: number): number | undefined {
	const back = new Int32Array(wanted.length);
	for (let at = 1, length = 0; at < wanted.length; ) {
		if (wanted[at] === wanted[length]) {
			length += 1;
			back[at] = length;
			at += 1;
		} else if (length > 0) length = back[length - 1] ?? 0;
		else at += 1;
	}
	for (let at = from, length = 0; at < lines.length; ) {
		if (lines[at] === wanted[length]) {
			at += 1;
			length += 1;
			if (length === wanted.length) return at - length;
		} else if (length > 0) length = back[length - 1] ?? 0;
		else at += 1;
	}
	return undefined;
}
