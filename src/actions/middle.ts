// What two texts share at their beginning and end, found in their bytes: of a file of megabytes with one change in it only
// the lines about the change are ever made into text.

/** The parts of two texts that differ, in whole lines, with a few equal lines around them. */
export interface Middle {
	/** Bytes before the two parts. */
	start: number;
	/** Lines before the two parts, the same on both sides; counted when it is asked. */
	readonly skipped: number;
	/** Equal lines at the beginning and at the end of both parts. */
	head: number;
	tail: number;
	before: Buffer;
	after: Buffer;
}

/** @param context equal lines to keep on either side, where there are as many */
export function middleOf(a: Buffer, b: Buffer, context: number): Middle {
	let start = equalFromStart(a, b);
	while (start > 0 && !(startsLine(a, start) && startsLine(b, start))) start -= 1;
	let tail = equalFromEnd(a, b, Math.min(a.length, b.length) - start);
	while (tail > 0 && !(startsLine(a, a.length - tail) && startsLine(b, b.length - tail))) tail -= 1;
	const [from, head] = linesBack(a, start, context);
	const [to, kept] = linesOn(a, a.length - tail, context);
	return {
		start: from,
		get skipped() {
			return countLines(a.subarray(0, from));
		},
		head,
		tail: kept,
		before: a.subarray(from, to),
		after: b.subarray(from, b.length - (a.length - to)),
	};
}

/** The lines of a text, as `splitLines` makes them. */
export function countLines(bytes: Uint8Array): number {
	let count = 0;
	for (let at = 0; at < bytes.length; at += 1) {
		const byte = bytes[at];
		if (byte === LF || (byte === CR && bytes[at + 1] !== LF)) count += 1;
	}
	const last = bytes.at(-1);
	return last === undefined || last === LF || last === CR ? count : count + 1;
}

/** Whether a text has more lines than these, as its beginning lets one think: splitting it to find out takes longer. */
export function seemsToHaveMore(bytes: Uint8Array, lines: number): boolean {
	const beginning = bytes.subarray(0, CHUNK);
	return bytes.length > lines && countLines(beginning) * (bytes.length / beginning.length) > lines;
}

/** The first lines of a text. */
export function firstLines(bytes: Buffer, count: number): Buffer {
	return bytes.subarray(0, linesOn(bytes, 0, count)[0]);
}

const LF = 0x0a;
const CR = 0x0d;
/** Compared at once. Bytes. */
const CHUNK = 64 * 1024;

function startsLine(bytes: Buffer, at: number): boolean {
	if (at === 0) return true;
	const last = bytes[at - 1];
	return last === LF || (last === CR && bytes[at] !== LF);
}

function equalFromStart(a: Buffer, b: Buffer): number {
	const most = Math.min(a.length, b.length);
	let at = 0;
	while (at < most && a.compare(b, at, Math.min(at + CHUNK, most), at, Math.min(at + CHUNK, most)) === 0) at += CHUNK;
	while (at < most && a[at] === b[at]) at += 1;
	return Math.min(at, most);
}

function equalFromEnd(a: Buffer, b: Buffer, most: number): number {
	const [endA, endB] = [a.length, b.length];
	let same = 0;
	while (same + CHUNK <= most) {
		const more = same + CHUNK;
		if (a.compare(b, endB - more, endB - same, endA - more, endA - same) !== 0) break;
		same = more;
	}
	while (same < most && a[endA - 1 - same] === b[endB - 1 - same]) same += 1;
	return same;
}

/** Where so many lines before a start of a line begin, and how many there were. */
function linesBack(bytes: Buffer, start: number, count: number): [at: number, found: number] {
	let at = start;
	let found = 0;
	while (found < count && at > 0) {
		at -= 1;
		while (at > 0 && !startsLine(bytes, at)) at -= 1;
		found += 1;
	}
	return [at, found];
}

/** Where so many lines from a start of a line on end, and how many there were. */
function linesOn(bytes: Buffer, start: number, count: number): [at: number, found: number] {
	let at = start;
	let found = 0;
	while (found < count && at < bytes.length) {
		at += 1;
		while (at < bytes.length && !startsLine(bytes, at)) at += 1;
		found += 1;
	}
	return [at, found];
}
