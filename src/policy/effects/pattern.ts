// A pattern for one name, as all shells read it: "*", "?" and brackets of single characters. Takes no longer than name
// times pattern, whatever somebody made of both.

/** One place of a pattern: any number of characters, or which characters may stand there. */
export type Piece = "*" | { fits: (char: string) => boolean };

/** Ranges of letters depend on the language the shell runs in, and "[^" and classes on the shell: undefined. */
export function pieceOf(glob: string): Piece | undefined {
	if (glob === "*") return "*";
	if (glob === "?") return { fits: () => true };
	const [, not, inner] = /^\[(!?)((?:0-9|[A-Za-z0-9_.,+@%=])+)\]$/.exec(glob) ?? [];
	if (inner === undefined) return undefined;
	const chars = new Set(inner.replace("0-9", "0123456789"));
	return { fits: (char) => chars.has(char) !== (not === "!") };
}

/** The pieces that stand for a text itself. */
export function literally(text: string): Piece[] {
	return [...text].map((one) => ({ fits: (char) => char === one }));
}

/** Whether a whole name fits. */
export function fits(pieces: readonly Piece[], name: string): boolean {
	const chars = [...name];
	let piece = 0;
	let star = -1;
	let from = 0;
	for (let at = 0; at < chars.length; ) {
		const now = pieces[piece];
		if (now === "*") {
			star = piece;
			from = at;
			piece += 1;
		} else if (now?.fits(chars[at] ?? "") === true) {
			piece += 1;
			at += 1;
		} else if (star !== -1) {
			// The last star takes one more.
			from += 1;
			at = from;
			piece = star + 1;
		} else {
			return false;
		}
	}
	return pieces.slice(piece).every((rest) => rest === "*");
}
