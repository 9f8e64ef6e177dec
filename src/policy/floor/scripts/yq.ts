// Proves of a yq expression that it only computes.
//
// Two programs are called yq: one hands the expression to jq, one (Mike Farah's) has a language of its own that looks
// like jq's. An expression must be harmless to both, whichever is installed. The second one knows no words: it cuts
// "keysload" into "keys" and "load". So a word is harmless only as a whole word that is known.
import { checkFilter, type Dialect, JQ_FORMATS, JQ_REFUSED, JQ_WORDS } from "./jq.ts";
import { matchAt, UNSURE } from "./scan.ts";

const QUOTED_FIELD = /\."[^\s"\\]+"/y;
const FIELD = /\.[^ ;{}:[\],|.()=\n]+/y;

/** Operators of yq 4, in small letters and without "_"; c, d and n are flags of "*" and "=". */
const OPERATORS = new Set(
	`alias all allc anchor and any anyc arraytomap as asciidowncase asciiupcase c capture collect column comments contains
	d del delpaths di documentindex downcase error explode false fi fileindex filename filter first flatten footcomment
	formatdatetime fromcsv fromentries fromjson fromprops fromtsv fromunix fromxml fromyaml groupby has headcomment
	ireduce iskey join key keys kind length line linecomment map mapvalues match max min n not now null omit or parent
	parents path pick pivot ref reverse root select setpath shuffle sort sortby sortkeys split splitdoc style sub tag
	test tocsv toentries tojson tonumber toprops tostring tounix toxml toyaml totsv trim true type tz unique uniqueby
	upcase with withdtf withentries`.split(/\s+/),
);

const FORMATS = "@yaml @yamld @jsond @xml @xmld @props @propsd @csvd @tsvd".split(" ");

/** eval reads a text as an expression. */
const REFUSED = /load|env|eval|system/i;

function refused(word: string): string | undefined {
	if (Object.hasOwn(JQ_REFUSED, word)) return JQ_REFUSED[word];
	const found = REFUSED.exec(word)?.[0];
	switch (found?.toLowerCase()) {
		case undefined:
			return undefined;
		case "load":
			return `reads another file (${word})`;
		case "env":
			return `reads the environment (${word})`;
		default:
			return `runs what it is given (${word})`;
	}
}

const YQ: Dialect = {
	known: (word) => JQ_WORDS.has(word) || OPERATORS.has(word.replaceAll("_", "").toLowerCase()),
	refused,
	key: (word) => refused(word) === undefined,
	formats: new Set([...JQ_FORMATS, ...FORMATS]),
	field,
	stringPiece,
};

/**
 * What the expression does beyond computing. Never throws; takes time in proportion to the expression's length.
 * @returns completes "the script ..."; undefined when it only computes
 */
export function checkYq(script: string): string | undefined {
	return script.includes("\t") ? UNSURE : checkFilter(script, YQ);
}

/** To yq nearly everything behind a "." is the name of the field: "-", "*" and even quotes. */
function field(text: string, at: number): string | number | undefined {
	const quoted = matchAt(QUOTED_FIELD, text, at);
	if (quoted !== undefined) return quoted.length;
	const name = matchAt(FIELD, text, at);
	if (name === undefined) return undefined;
	if (!/^\.[\w*?-]+!?$/.test(name) || text[at + name.length] === "(") return UNSURE;
	// To jq ".my-env" is a subtraction.
	const words = name.replace(/^\.[A-Za-z_]\w*/, "").match(/[A-Za-z_]\w*/g) ?? [];
	const other = words.find((word) => Object.hasOwn(JQ_REFUSED, word));
	return other === undefined ? name.length : JQ_REFUSED[other];
}

/** To yq a string ends at the first quote, also within an interpolation, and escapes are replaced before those are read. */
function stringPiece(piece: string, interpolated: boolean): boolean {
	return !interpolated && /^(?:[^\\]|\\["ntr/\\(])*$/.test(piece) && !piece.includes("\\\\(");
}
