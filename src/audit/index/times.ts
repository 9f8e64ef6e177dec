// The order of a log (read.ts): lines are merged by the times they claim, as texts. Here a text becomes a number of the
// same order, so that a million of them can be compared quickly and kept in eight bytes each.

/** Milliseconds of 0000-01-01 and 9999-12-31T23:59:59.999Z: what four digits of a year can say. */
const FIRST = -62_167_219_200_000;
const LAST = 253_402_300_799_999;

/** As Date writes a time, on a day that every month has. */
const PLAIN = /^\d{4}-\d\d-(?:0\d|1\d|2[0-8])T(?:[01]\d|2[0-3]):\d\d:\d\d\.\d{3}Z$/;

/** Milliseconds of a time exactly as Date writes it; undefined for every other text. */
export function exactMillis(time: string): number | undefined {
	const millis = Date.parse(time);
	if (!(millis >= FIRST && millis <= LAST)) return undefined;
	// Writing it again takes longer than all else here.
	return PLAIN.test(time) || new Date(millis).toISOString() === time ? millis : undefined;
}

/** A finite number in the order of the texts. Texts that are no exact time lie half a millisecond after the last one before them. */
export function timeKey(time: string): number {
	const exact = exactMillis(time);
	if (exact !== undefined) return exact;
	let [low, high] = [FIRST - 1, LAST];
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if (new Date(middle).toISOString() <= time) low = middle;
		else high = middle - 1;
	}
	return low + 0.5;
}
