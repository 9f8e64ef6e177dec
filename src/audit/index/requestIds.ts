// Request ids are UUIDs: five words that nearly no other row has. They would be most of the full-text index, and there is
// nothing to search for but the beginnings of hex digits, so they are four numbers a row instead.

/** An id as its four 32-bit numbers. */
export type IdNumbers = readonly [number, number, number, number];

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Undefined for what is no UUID in lower case. */
export function idNumbers(request: string): IdNumbers | undefined {
	if (!UUID.test(request)) return undefined;
	const hex = request.replaceAll("-", "");
	const part = (at: number) => Number.parseInt(hex.slice(at, at + 8), 16);
	return [part(0), part(8), part(16), part(24)];
}

export function idText([a, b, c, d]: IdNumbers): string {
	const [x, y, z, w] = [a, b, c, d].map((part) => part.toString(16).padStart(8, "0")) as [
		string,
		string,
		string,
		string,
	];
	return `${x}-${y.slice(0, 4)}-${y.slice(4)}-${z.slice(0, 4)}-${z.slice(4)}${w}`;
}

/** Tells whether one of an id's five words begins with this one; undefined when none ever does. */
export function idMatcher(word: string): ((a: number, b: number, c: number, d: number) => boolean) | undefined {
	const { length } = word;
	if (!/^[0-9a-f]{1,12}$/.test(word)) return undefined;
	const value = Number.parseInt(word.slice(0, 8), 16);
	if (length <= 4) {
		const shift = 4 * (4 - length);
		return (a, b, c) =>
			a >>> (16 + shift) === value ||
			b >>> (16 + shift) === value ||
			(b & 0xffff) >>> shift === value ||
			c >>> (16 + shift) === value ||
			(c & 0xffff) >>> shift === value;
	}
	// The last word is twelve digits: four in one number and eight in the next.
	const [high, low] = [Number.parseInt(word.slice(0, 4), 16), Number.parseInt(word.slice(4), 16)];
	const shift = 4 * (12 - length);
	const isLast = (c: number, d: number) => (c & 0xffff) === high && d >>> shift === low;
	if (length > 8) return (_a, _b, c, d) => isLast(c, d);
	return (a, _b, c, d) => a >>> (4 * (8 - length)) === value || isLast(c, d);
}
