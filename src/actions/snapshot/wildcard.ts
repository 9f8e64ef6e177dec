// The wildcards of .gitignore, as git matches them: byte by byte. A repository can write any pattern, so no matching goes
// back and forth: all states are followed at once, in time of pattern times text.

const SLASH = 0x2f;

/** `dirs` is a "**" with its slash: any folders, or none. `deep` is anything to the end. */
type Token =
	| { kind: "char"; code: number }
	| { kind: "one"; fits: (code: number) => boolean }
	| { kind: "star" | "deep" | "dirs" };

/** Matches a whole text of one byte a character. */
export type Matcher = (text: string) => boolean;

/**
 * @param pathname slashes are only matched by slashes and by "**" between slashes
 * @returns undefined for a pattern that matches nothing (a bracket that is not closed, a backslash at the end)
 */
export function wildcard(pattern: string, pathname: boolean): Matcher | undefined {
	const tokens = parse(pattern, pathname);
	return tokens === undefined ? undefined : (text) => run(tokens, text, pathname);
}

function parse(pattern: string, pathname: boolean): Token[] | undefined {
	const tokens: Token[] = [];
	for (let at = 0; at < pattern.length; at += 1) {
		const char = pattern[at];
		if (char === "\\") {
			at += 1;
			if (at === pattern.length) return undefined;
			tokens.push({ kind: "char", code: pattern.charCodeAt(at) });
		} else if (char === "?") {
			tokens.push({ kind: "one", fits: (code) => !pathname || code !== SLASH });
		} else if (char === "*") {
			const start = at;
			while (pattern[at + 1] === "*") at += 1;
			const bounded = (start === 0 || pattern[start - 1] === "/") && /^(?:$|\\?\/)/.test(pattern.slice(at + 1, at + 3));
			if (at === start || !pathname || !bounded) tokens.push({ kind: "star" });
			else if (at + 1 === pattern.length) tokens.push({ kind: "deep" });
			else {
				// Twice any folders is any folders: a row of them would be gone through at every byte.
				if (tokens.at(-1)?.kind !== "dirs") tokens.push({ kind: "dirs" });
				at += pattern[at + 1] === "\\" ? 2 : 1;
			}
		} else if (char === "[") {
			const set = bracket(pattern, at);
			if (set === undefined) return undefined;
			at = set.end;
			tokens.push({ kind: "one", fits: (code) => (!pathname || code !== SLASH) && set.fits(code) });
		} else tokens.push({ kind: "char", code: pattern.charCodeAt(at) });
	}
	return tokens;
}

const CLASSES = new Map(
	Object.entries({
		alnum: /[0-9A-Za-z]/,
		alpha: /[A-Za-z]/,
		blank: /[ \t]/,
		cntrl: /[\x00-\x1f\x7f]/,
		digit: /[0-9]/,
		graph: /[!-~]/,
		lower: /[a-z]/,
		print: /[ -~]/,
		punct: /[!-/:-@[-`{-~]/,
		space: /[ \t\n\v\f\r]/,
		upper: /[A-Z]/,
		xdigit: /[0-9A-Fa-f]/,
	}),
);

/** A bracket expression that starts at `at`. `end` is where it closes. */
function bracket(pattern: string, at: number): { fits: (code: number) => boolean; end: number } | undefined {
	const set = new Uint8Array(256);
	let i = at + 1;
	const negated = pattern[i] === "!" || pattern[i] === "^";
	if (negated) i += 1;
	let last = -1;
	for (let first = true; first || pattern[i] !== "]"; first = false) {
		const char = pattern[i];
		if (char === undefined) return undefined;
		const named = char === "[" && pattern[i + 1] === ":" ? pattern.indexOf("]", i + 2) : -1;
		if (char === "[" && pattern[i + 1] === ":" && named < 0) return undefined;
		if (named >= 0 && pattern[named - 1] === ":" && named - 1 >= i + 2) {
			const chars = CLASSES.get(pattern.slice(i + 2, named - 1));
			if (chars === undefined) return undefined;
			for (let code = 0; code < 256; code += 1) if (chars.test(String.fromCharCode(code))) set[code] = 1;
			i = named + 1;
			last = -1;
		} else if (char === "-" && last >= 0 && pattern[i + 1] !== undefined && pattern[i + 1] !== "]") {
			i += pattern[i + 1] === "\\" ? 2 : 1;
			if (pattern[i] === undefined) return undefined;
			for (let code = last; code <= pattern.charCodeAt(i); code += 1) set[code] = 1;
			i += 1;
			last = -1;
		} else {
			if (char === "\\") i += 1;
			if (pattern[i] === undefined) return undefined;
			last = pattern.charCodeAt(i);
			set[last] = 1;
			i += 1;
		}
	}
	return { fits: (code) => (set[code] === 1) !== negated, end: i };
}

function run(tokens: readonly Token[], text: string, pathname: boolean): boolean {
	const end = tokens.length;
	let now = new Uint8Array(end + 1);
	let next = new Uint8Array(end + 1);
	enter(tokens, now, 0);
	for (let at = 0; at < text.length; at += 1) {
		const code = text.charCodeAt(at);
		let alive = false;
		for (let state = 0; state < end; state += 1) {
			if (now[state] === 0) continue;
			const token = tokens[state] as Token;
			if (token.kind === "char") {
				if (token.code !== code) continue;
				enter(tokens, next, state + 1);
			} else if (token.kind === "one") {
				if (!token.fits(code)) continue;
				enter(tokens, next, state + 1);
			} else if (token.kind === "star") {
				if (pathname && code === SLASH) continue;
				enter(tokens, next, state);
			} else {
				next[state] = 1;
				if (token.kind === "deep" || code === SLASH) enter(tokens, next, state + 1);
			}
			alive = true;
		}
		if (!alive) return false;
		[now, next] = [next, now];
		next.fill(0);
	}
	return now[end] === 1;
}

/** Being at a token that may match nothing is being behind it, too. */
function enter(tokens: readonly Token[], states: Uint8Array, first: number): void {
	for (let state = first; ; state += 1) {
		states[state] = 1;
		const kind = tokens[state]?.kind;
		if (kind !== "star" && kind !== "deep" && kind !== "dirs") return;
	}
}
