// JSON as text, for readers that must see what JSON.parse lets pass.

/**
 * Index after the closing quote of the string that opens at `start`; -1 when it does not end. Jumps from quote to quote
 * instead of walking: most of a big payload is in a few long strings.
 */
export function endOfString(text: string, start: number): number {
	for (let quote = text.indexOf('"', start + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
		let slashes = 0;
		while (text.charCodeAt(quote - 1 - slashes) === 0x5c) slashes += 1;
		if (slashes % 2 === 0) return quote + 1;
	}
	return -1;
}
