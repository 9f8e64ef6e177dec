// A second way to read JSON, for the rare text that JSON.parse reads wrongly: V8 takes a key that is spelled with an escape for
// another one it has seen at the same place (nodejs/node#63785; since V8 12.8, so in Node 24 and current editors), e.g. `"\""`
// for `"\\"`. Without this an agent could make an honest line look altered.

type Value = null | boolean | number | string | Value[] | { [key: string]: Value };

/** Deeper values are not read. */
const MAX_DEPTH = 2000;
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
const NUMBER = /[-+.0-9eE]+/y;
const LITERAL = /true|false|null/y;

/**
 * Reads JSON without white space. Lax: whoever asks compares the canonical text of the value with the text.
 * @returns undefined when it cannot be read
 */
export function parseByHand(text: string): unknown {
	let at = 0;
	const take = (pattern: RegExp): string | undefined => {
		pattern.lastIndex = at;
		const found = pattern.exec(text)?.[0];
		if (found !== undefined) at += found.length;
		return found;
	};
	const is = (char: string): boolean => {
		if (text[at] !== char) return false;
		at++;
		return true;
	};
	const need = (char: string): void => {
		if (!is(char)) throw new SyntaxError(`no ${char} at ${at}`);
	};
	const string = (): string => {
		const found = take(STRING);
		if (found === undefined) throw new SyntaxError(`no string at ${at}`);
		// A string alone has no keys.
		return JSON.parse(found) as string;
	};
	const value = (depth: number): Value => {
		if (depth > MAX_DEPTH) throw new SyntaxError("nested too deep");
		if (text[at] === '"') return string();
		if (is("[")) {
			const list: Value[] = [];
			if (is("]")) return list;
			do list.push(value(depth + 1));
			while (is(","));
			need("]");
			return list;
		}
		if (is("{")) {
			const members = new Map<string, Value>();
			if (is("}")) return {};
			do {
				const key = string();
				need(":");
				members.set(key, value(depth + 1));
			} while (is(","));
			need("}");
			// Makes members of their own of `__proto__` and the like.
			return Object.fromEntries(members);
		}
		const literal = take(LITERAL);
		if (literal !== undefined) return literal === "null" ? null : literal === "true";
		const number = take(NUMBER);
		if (number === undefined) throw new SyntaxError(`no value at ${at}`);
		return Number(number);
	};
	try {
		const read = value(0);
		return at === text.length ? read : undefined;
	} catch (error) {
		if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
		throw error;
	}
}
