// Whether bytes are the JCS text (RFC 8785) of a value, without making the value. A parser, a writer and a comparison do
// the same (`openLine`), at several times the cost; what is refused here goes to them, so this may be stricter than they
// are and never laxer.

/** Not the canonical text of a value, or one that this check leaves to the strict reader. */
export const NOT_CANONICAL = -1;
/** Bit of a result: a member named `digest` is somewhere in the value. */
export const HAS_DIGEST = 1;
/** Bit of a result: a member named `size` is somewhere in the value. */
export const HAS_SIZE = 2;
/** Bit of a result: `"by":"person"` or `"approver":` is somewhere in the text. */
export const HAS_PERSON = 4;
/** A result shifted right by so many bits is the offset behind the value. */
export const END_SHIFT = 3;

/** Deeper values are left to the strict reader. */
const MAX_DEPTH = 128;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
/** Opening ones; the closing ones stand two behind them. */
const BRACKET = 0x5b;
const BRACE = 0x7b;

/** What one byte can be in a string: part of it as it stands, and the same for ASCII alone. */
const IN_STRING = new Uint8Array(256);
const IN_PLAIN_KEY = new Uint8Array(256);
for (let byte = 0x20; byte < 256; byte++) {
	if (byte === 0x22 || byte === 0x5c) continue;
	IN_STRING[byte] = 1;
	if (byte < 0x80) IN_PLAIN_KEY[byte] = 1;
}

// Of each value that is open around the one looked at: where its last key begins and ends. For an array -1, for an object
// without a key yet 0.
const keysFrom = new Int32Array(MAX_DEPTH);
const keysTo = new Int32Array(MAX_DEPTH);
const IN_ARRAY = -1;

/**
 * Looks at the JSON value that begins at `from`. The bytes must be valid UTF-8 and fewer than 2^27.
 * @returns NOT_CANONICAL; or where the value ends and bits that say which members it holds
 */
export function scanCanonical(bytes: Buffer, from: number): number {
	let found = 0;
	let depth = 0;
	/** The same for the innermost open value; meaningless at depth 0. */
	let keyFrom = 0;
	let keyTo = 0;
	let at = from;
	for (;;) {
		const first = bytes[at] ?? 0;
		/** The next thing is a member of an object, not a value. */
		let member = false;
		if (first === QUOTE) {
			at++;
			while (IN_STRING[bytes[at] ?? 0] === 1) at++;
			if (bytes[at] === QUOTE) at++;
			else {
				at = stringEnd(bytes, at);
				if (at < 0) return NOT_CANONICAL;
			}
		} else if (first === BRACE || first === BRACKET) {
			at++;
			if (bytes[at] === first + 2) at++;
			else {
				if (depth === MAX_DEPTH) return NOT_CANONICAL;
				keysFrom[depth] = keyFrom;
				keysTo[depth] = keyTo;
				depth++;
				keyFrom = first === BRACE ? 0 : IN_ARRAY;
				if (first === BRACKET) continue;
				member = true;
			}
		} else {
			at = first === 0x74 || first === 0x66 || first === 0x6e ? literalEnd(bytes, at) : numberEnd(bytes, at);
			if (at < 0) return NOT_CANONICAL;
		}
		// What follows a value: the end of what is around it, any number of times, then a comma.
		while (!member) {
			if (depth === 0) return (at << END_SHIFT) | found;
			const next = bytes[at];
			at++;
			if (next === COMMA) {
				if (keyFrom === IN_ARRAY) break;
				member = true;
			} else {
				if (next !== (keyFrom === IN_ARRAY ? BRACKET : BRACE) + 2) return NOT_CANONICAL;
				depth--;
				keyFrom = keysFrom[depth] ?? 0;
				keyTo = keysTo[depth] ?? 0;
			}
		}
		if (!member) continue;
		if (bytes[at] !== QUOTE) return NOT_CANONICAL;
		let end = at + 1;
		while (IN_PLAIN_KEY[bytes[end] ?? 0] === 1) end++;
		const plain = bytes[end] === QUOTE;
		end = plain ? end + 1 : stringEnd(bytes, end);
		if (end < 0 || bytes[end] !== COLON) return NOT_CANONICAL;
		if (keyFrom !== 0 && !isAbove(bytes, keyFrom, keyTo, at, end, plain)) return NOT_CANONICAL;
		if (end - at === 8 && is(bytes, at + 1, DIGEST)) found |= HAS_DIGEST;
		else if (end - at === 6 && is(bytes, at + 1, SIZE)) found |= HAS_SIZE;
		// In canonical text these can only begin with the end of a key, or be one.
		else if (bytes[end - 2] === 0x79 && is(bytes, end - 4, BY_PERSON)) found |= HAS_PERSON;
		else if (bytes[end - 2] === 0x72 && is(bytes, end - 10, APPROVER)) found |= HAS_PERSON;
		keyFrom = at;
		keyTo = end;
		at = end + 1;
	}
}

/** Behind the closing quote of a string that `from` is in; -1 when it is not spelled as JCS does. */
function stringEnd(bytes: Buffer, from: number): number {
	let at = from;
	for (;;) {
		while (IN_STRING[bytes[at] ?? 0] === 1) at++;
		if (bytes[at] === 0x22) return at + 1;
		if (bytes[at] !== 0x5c) return -1;
		at = escapeEnd(bytes, at + 1);
		if (at < 0) return -1;
	}
}

/** Only what must be escaped is, in one way each. */
function escapeEnd(bytes: Buffer, at: number): number {
	switch (bytes[at]) {
		case 0x22:
		case 0x5c:
		case 0x62:
		case 0x66:
		case 0x6e:
		case 0x72:
		case 0x74:
			return at + 1;
		case 0x75: {
			if (bytes[at + 1] !== 0x30 || bytes[at + 2] !== 0x30) return -1;
			const high = bytes[at + 3];
			const low = bytes[at + 4] ?? 0;
			const isDigit = low >= 0x30 && low <= 0x39;
			if (!isDigit && !(low >= 0x61 && low <= 0x66)) return -1;
			if (high === 0x31) return at + 5;
			// \b \t \n \f \r have a short form.
			const short = low === 0x38 || low === 0x39 || low === 0x61 || low === 0x63 || low === 0x64;
			return high === 0x30 && !short ? at + 5 : -1;
		}
		default:
			return -1;
	}
}

/** Order by UTF-16 units (RFC 8785 section 3.2.3), which is the order of bytes where both keys are plain ASCII. */
function isAbove(
	bytes: Buffer,
	beforeFrom: number,
	beforeTo: number,
	from: number,
	to: number,
	plain: boolean,
): boolean {
	let a = beforeFrom + 1;
	let b = from + 1;
	const aEnd = beforeTo - 1;
	const bEnd = to - 1;
	if (plain) {
		while (a < aEnd && b < bEnd && bytes[a] === bytes[b]) {
			a++;
			b++;
		}
		if (a === aEnd) return b < bEnd;
		const one = bytes[a] ?? 0;
		// Where the one before goes on in ASCII the first difference decides.
		if (one < 0x80 && one !== 0x5c) return b < bEnd && one < (bytes[b] ?? 0);
	}
	return text(bytes, beforeFrom, beforeTo) < text(bytes, from, to);
}

function text(bytes: Buffer, from: number, to: number): string {
	return JSON.parse(bytes.toString("utf8", from, to)) as string;
}

const DIGEST = Buffer.from("digest");
const SIZE = Buffer.from("size");
const BY_PERSON = Buffer.from('"by":"person"');
const APPROVER = Buffer.from('"approver"');
const LITERALS = new Map(["true", "false", "null"].map((word) => [word.charCodeAt(0), Buffer.from(word)]));

function is(bytes: Buffer, from: number, word: Buffer): boolean {
	for (let at = 0; at < word.length; at++) if (bytes[from + at] !== word[at]) return false;
	return true;
}

function literalEnd(bytes: Buffer, at: number): number {
	const word = LITERALS.get(bytes[at] ?? 0);
	return word !== undefined && is(bytes, at, word) ? at + word.length : -1;
}

/** Behind a number; -1 when it is none, or spelled another way than JCS does. */
function numberEnd(bytes: Buffer, from: number): number {
	let at = from;
	while (isDigit(bytes[at])) at++;
	const digits = at - from;
	if (digits > 0 && digits <= 15 && (digits === 1 || bytes[from] !== 0x30) && !isInNumber(bytes[at])) return at;
	while (isInNumber(bytes[at])) at++;
	// The longest that a double is written with has 25 characters.
	if (at === from || at - from > 30) return -1;
	const number = bytes.toString("latin1", from, at);
	const value = Number(number);
	return Number.isFinite(value) && JSON.stringify(value) === number ? at : -1;
}

function isDigit(byte: number | undefined): boolean {
	return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** Digits, signs, point and exponent. */
function isInNumber(byte: number | undefined): boolean {
	return isDigit(byte) || byte === 0x2e || byte === 0x65 || byte === 0x45 || byte === 0x2b || byte === 0x2d;
}
