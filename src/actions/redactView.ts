// A text as it would read without its terminal colours, string escapes and marks of a diff, and where each place of it
// lies in the text.
//
// A secret in coloured output, in a diff or in JSON within JSON has characters before it that do not belong to it: an "m" of
// a colour, a "-", the "n" of a line break. Searching this view, too, finds it.

const ESCAPE = String.fromCharCode(27);
const BELL = String.fromCharCode(7);
const COLOUR = `(?:${ESCAPE}|\\\\{1,8}(?:u001[bB]|x1[bB]|033|e(?=[[\\]])))`;
const CONTROL = `${COLOUR}(?:\\[[0-9;:?]{0,32}[@-~]|\\][^${BELL}${ESCAPE}\\\\]{0,200}(?:${BELL}|${ESCAPE}\\\\|\\\\{1,8}u0007))`;
/** What begins a line of a diff, coloured or not. */
const CHANGED = `(?:${CONTROL}){0,3}[-+](?![-+])`;
const TOKEN = new RegExp(
	`(?<=^|\\n)${CHANGED}|${CONTROL}|\\\\{1,8}(?:u00(?<hex>[0-7][0-9a-fA-F])|(?<line>r?n|r\\\\{1,8}n)(?:${CHANGED})?|(?<blank>[rt])|(?<slash>/))`,
	"g",
);
const PERHAPS = new RegExp(`(?:^|\\n)[-+]|${ESCAPE}|\\\\(?:u00|x1[bB]|033|e\\[|[nrt/])`);

export interface View {
	text: string;
	/** The range of the text itself that a range of the view stands for. */
	range(start: number, end: number): [start: number, end: number];
}

/** Undefined for a text that reads the same. */
export function viewOf(text: string): View | undefined {
	if (!PERHAPS.test(text)) return undefined;
	// Where the view goes on after each token: place in the view, place in the text, and the length there of that one
	// character if it is a decoded one.
	const inView = [0];
	const inText = [0];
	const width = [1];
	const parts: string[] = [];
	let length = 0;
	let done = 0;
	TOKEN.lastIndex = 0;
	for (let found = TOKEN.exec(text); found !== null; found = TOKEN.exec(text)) {
		const plain = text.slice(done, found.index);
		parts.push(plain);
		length += plain.length;
		done = TOKEN.lastIndex;
		const decoded = decode(found);
		if (decoded !== "") {
			inView.push(length);
			inText.push(found.index);
			width.push(done - found.index);
			parts.push(decoded);
			length += 1;
		}
		inView.push(length);
		inText.push(done);
		width.push(1);
	}
	if (done === 0) return undefined;
	parts.push(text.slice(done));
	/** The last token at or before a place of the view. */
	const tokenAt = (place: number) => {
		let low = 0;
		let high = inView.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if ((inView[middle] as number) <= place) low = middle;
			else high = middle - 1;
		}
		return low;
	};
	const placeOf = (place: number, token: number) => (inText[token] as number) + place - (inView[token] as number);
	return {
		text: parts.join(""),
		range(start, end) {
			const last = tokenAt(end - 1);
			return [placeOf(start, tokenAt(start)), placeOf(end - 1, last) + (width[last] as number)];
		},
	};
}

function decode({ groups: { hex, line, blank, slash } = {} }: RegExpExecArray): string {
	if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
	if (line !== undefined || blank !== undefined) return blank === "t" ? "\t" : "\n";
	return slash ?? "";
}
