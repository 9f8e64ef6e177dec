// Random files and calls of Write and Edit on them, from a seed.

export interface RandomCall {
	file: string;
	before: Buffer | undefined;
	tool: "Write" | "Edit";
	input: Record<string, unknown>;
}

export type Random = (below: number) => number;

/** Numbers that look random, the same for the same seed. */
export function randomOf(seed: number): Random {
	let state = seed | 0;
	return (below) => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
	};
}

/** Few words, so that they repeat; and what replacements, line breaks and encodings could trip over. */
const WORDS = [
	...["one", "two", "a", "aa", "", "", "x = 1;", "\tindented", "trailing  ", "}", "{ $& }", "$1$$", "$`$'", "\\n"],
	...[
		"é",
		"e\u0301",
		"😀",
		"👩‍👩‍👧",
		"日本",
		"\u00a0",
		"\u200b",
		"a\rb",
		"<tag>",
		'"q"',
		"it's",
		"\u2028",
		"\u0007",
		"%s",
		"[a](b)",
	],
];

/** So many calls, each on a file of its own. */
export function randomCalls(seed: number, count: number): RandomCall[] {
	const random = randomOf(seed);
	return Array.from({ length: count }, (_, index) => randomCall(random, index));
}

function randomCall(random: Random, index: number): RandomCall {
	const file = `random${index}.${pick(random, ["txt", "txt", "md", "ts"])}`;
	const exists = random(10) > 0;
	const text = exists ? textOf(random) : "";
	const before = exists ? encoded(random, text) : undefined;
	if (random(3) === 0) return { file, before, tool: "Write", input: { content: textOf(random) } };
	const lf = text.replaceAll("\r\n", "\n");
	const oldString = exists && lf !== "" && random(12) > 0 ? partOf(random, lf) : "";
	const newString = random(4) === 0 ? "" : random(3) === 0 ? pick(random, WORDS) : textOf(random);
	const all = random(3) === 0 ? { replace_all: random(3) > 0 } : {};
	return { file, before, tool: "Edit", input: { old_string: oldString, new_string: newString, ...all } };
}

function textOf(random: Random): string {
	const [usual, other] = pick(random, [
		["\n", "\n"],
		["\r\n", "\r\n"],
		["\n", "\r\n"],
		["\r\n", "\n"],
	]) as [string, string];
	let text = "";
	for (let lines = random(9); lines > 0; lines -= 1) {
		for (let words = random(4); words > 0; words -= 1) text += pick(random, WORDS) + pick(random, ["", " ", "\t"]);
		text += random(4) === 0 ? other : usual;
	}
	return random(3) === 0 ? text + pick(random, WORDS) : text;
}

function encoded(random: Random, text: string): Buffer {
	const kind = random(10);
	if (kind === 0) return Buffer.from(`\ufeff${text}`, "utf16le");
	return Buffer.from(kind < 3 ? `\ufeff${text}` : text, "utf8");
}

/** A part of a text, in whole lines or not; now and then one that is not in it. */
function partOf(random: Random, text: string): string {
	const points = [...text];
	let from = random(points.length);
	let to = from + 1 + random(Math.min(30, points.length - from));
	if (random(2) === 0) {
		while (from > 0 && points[from - 1] !== "\n") from -= 1;
		while (to < points.length && points[to] !== "\n") to += 1;
		if (random(2) === 0) to += 1;
	}
	const part = points.slice(from, to).join("");
	return random(15) === 0 ? `${part}?` : part;
}

function pick<Item>(random: Random, items: readonly Item[]): Item {
	return items[random(items.length)] as Item;
}
