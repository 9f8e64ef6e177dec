// Counts in the texts that are made outside of the editor: English only, so the plural is all there is to it.

/** E.g. "1 segment", "3 entries". @param many the plural; with an "s" by default */
export function countOf(count: number, one: string, many = `${one}s`): string {
	return `${count} ${count === 1 ? one : many}`;
}
