// Numbers for lines, equal only where the lines are: comparing lines again and again would cost their length. No text is
// made on the way, because the memory of 10 MB in lines costs more than looking at them.

/** When two lines count as the same. */
export interface Alike {
	/** 32 bits, the same for lines that are equal. */
	hash(line: string): number;
	equal(a: string, b: string): boolean;
}

export const EXACTLY: Alike = {
	hash(line) {
		let hash = SEED;
		for (let at = 0; at < line.length; at += 1) hash = mixed(hash, line.charCodeAt(at));
		return hash;
	},
	equal: (a, b) => a === b,
};

/** Equal but for white space, line breaks included. */
export const LOOSELY: Alike = {
	hash(line) {
		let hash = SEED;
		for (let at = 0; at < line.length; at += 1) {
			const code = line.charCodeAt(at);
			if (!isSpace(code)) hash = mixed(hash, code);
		}
		return hash;
	},
	equal(a, b) {
		let [i, j] = [0, 0];
		for (;;) {
			while (i < a.length && isSpace(a.charCodeAt(i))) i += 1;
			while (j < b.length && isSpace(b.charCodeAt(j))) j += 1;
			if (i >= a.length || j >= b.length) return i >= a.length && j >= b.length;
			if (a.charCodeAt(i) !== b.charCodeAt(j)) return false;
			i += 1;
			j += 1;
		}
	},
};

/** Lines made to look alike to the hash are not compared without end: one that is not found by then counts as new. */
const MAX_PROBES = 64;

/** The numbers of two lists of lines, each below the count that comes with them. */
export function numbered(
	a: readonly string[],
	b: readonly string[],
	alike: Alike,
): [a: Uint32Array, b: Uint32Array, count: number] {
	const size = 2 ** Math.ceil(Math.log2(2 * (a.length + b.length) + 2));
	const mask = size - 1;
	const lines: string[] = [];
	const hashes = new Int32Array(a.length + b.length);
	/** Number of a line and 1, or 0. */
	const table = new Uint32Array(size);
	const numberOf = (line: string): number => {
		const hash = alike.hash(line);
		let slot = (hash ^ (hash >>> 15)) & mask;
		for (let probes = 0; probes < MAX_PROBES; probes += 1) {
			const number = (table[slot] ?? 0) - 1;
			if (number === -1) break;
			if (hashes[number] === hash && alike.equal(lines[number] ?? "", line)) return number;
			slot = (slot + 1) & mask;
		}
		if (table[slot] === 0) table[slot] = lines.length + 1;
		hashes[lines.length] = hash;
		return lines.push(line) - 1;
	};
	const numbersOf = (all: readonly string[]): Uint32Array => {
		const numbers = new Uint32Array(all.length);
		for (let at = 0; at < all.length; at += 1) numbers[at] = numberOf(all[at] ?? "");
		return numbers;
	};
	return [numbersOf(a), numbersOf(b), lines.length];
}

const SEED = 0x811c9dc5 | 0;

function mixed(hash: number, code: number): number {
	return Math.imul(hash ^ code, 0x01000193);
}

/** What \s matches. */
function isSpace(code: number): boolean {
	if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
	return code === 0xa0 || (code >= 0x1680 && /\s/.test(String.fromCharCode(code)));
}
