// What a native diff would hide of two contents: line ends, a byte order mark, and white space at the ends of lines.

/** Larger contents are not compared line by line: nothing about them is hidden. Bytes. */
const COMPARED = 256 * 1024;
/** Bytes looked at before others have their turn. */
const SLICE = 512 * 1024;

const LF = 0x0a;
const CR = 0x0d;

export interface Hidden {
	/** Line ends or a byte order mark differ: draw them as characters. */
	ends: boolean;
	/** White space may be all that differs in some line: leave none out. */
	blanks: boolean;
}

/** What differs in ways that an editor does not draw. */
export async function hiddenDifferences(before: Buffer, after: Buffer): Promise<Hidden> {
	if (before.equals(after)) return { ends: false, blanks: false };
	const [left, right] = [await endsOf(before), await endsOf(after)];
	// A file that does not exist, or of one line, has no line ends that could differ.
	const differ = left !== "" && right !== "" && (left !== right || left.includes("+"));
	const ends = differ || (before.length > 0 && after.length > 0 && hasBom(before) !== hasBom(after));
	return { ends, blanks: ends || blanksDiffer(before, after) };
}

/** Line ends other than LF, and a byte order mark, as characters that are drawn. */
export async function withVisibleEnds(bytes: Buffer): Promise<Buffer> {
	const parts: Buffer[] = hasBom(bytes) ? [Buffer.from("[BOM]")] : [];
	for (let from = hasBom(bytes) ? 3 : 0; from < bytes.length; await turn()) {
		let to = Math.min(bytes.length, from + SLICE);
		// The two bytes of one line end stay together.
		if (bytes[to - 1] === CR && bytes[to] === LF) to += 1;
		// Latin-1 keeps every byte; line ends are the same bytes in UTF-8.
		const text = bytes.subarray(from, to).toString("latin1");
		const drawn = text.replace(/\r\n|\r/g, (end) => (end === "\r" ? "[CR]\n" : "[CRLF]\n"));
		parts.push(Buffer.from(drawn, "latin1"));
		from = to;
	}
	return Buffer.concat(parts);
}

/** The kinds of line ends of a content, e.g. "lf" or "crlf+lf". */
async function endsOf(bytes: Buffer): Promise<string> {
	const kinds = new Set<string>();
	for (let from = 0; from < bytes.length; from += SLICE) {
		const to = Math.min(bytes.length, from + SLICE);
		for (let at = from; at < to && kinds.size < 3; at++) {
			if (bytes[at] === LF && bytes[at - 1] !== CR) kinds.add("lf");
			else if (bytes[at] === CR) kinds.add(bytes[at + 1] === LF ? "crlf" : "cr");
		}
		await turn();
	}
	return [...kinds].sort().join("+");
}

/** Whether a line of one side is a line of the other apart from white space at its ends. */
function blanksDiffer(before: Buffer, after: Buffer): boolean {
	if (before.length + after.length > COMPARED) return true;
	const left = before.toString("utf8").split(/\r\n|\r|\n/);
	const lines = new Set(left);
	const trimmed = new Set(left.map((line) => line.trim()));
	return after
		.toString("utf8")
		.split(/\r\n|\r|\n/)
		.some((line) => !lines.has(line) && trimmed.has(line.trim()));
}

function hasBom(bytes: Buffer): boolean {
	return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

function turn(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}
