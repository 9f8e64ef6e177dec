// Proves of a jq filter that it only computes. Also reads the filters of yq (yq.ts): the languages differ in words more
// than in signs.
//
// jq has no function that writes or runs anything; what it can reach is the environment and modules. Functions are known
// by name all the same, as other programs call themselves jq (gojq, jaq) and new versions bring new functions.
import { isPlain, matchAt, type Scan, take, UNSURE } from "./scan.ts";

const BLANK = /[ \t\n]+/y;
const COMMENT = /#[^\n]*/y;
const DOTS = /\.{2,}/y;
const FIELD = /\.[A-Za-z_]\w*/y;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_]\w*/y;
const FORMAT = /@\w+/y;
const SIGN = /[()[\]{}?=;,:|+\-*/%<>!.$]/y;
const COLON = /[ \t\n]*:/y;
const NAMESPACE = /[ \t\n]*::/y;
/** A string up to its end or the next interpolation. */
const PIECE = /[^"\\]*(?:\\[^(][^"\\]*)*/y;
const PIECE_END = /"|\\\(/y;

/** Brackets and interpolations within each other. */
const MAX_DEPTH = 200;

/** What differs between jq and yq. */
export interface Dialect {
	/** Words that are harmless as functions. */
	known: (word: string) => boolean;
	/** Text for a word that is not harmless in any place but as a key or field. */
	refused: (word: string) => string | undefined;
	/** Whether the word may stand as a key of an object; it is none of `refused` with anything but ":" behind it. */
	key: (word: string) => boolean;
	/** Formats, with "@". */
	formats: ReadonlySet<string>;
	/**
	 * A field and all that this program reads as its name, at the place where the "." is. Text: what is refused;
	 * number: characters to step over; undefined: no field.
	 */
	field: (text: string, at: number) => string | number | undefined;
	/** Whether the piece of a string (up to its end or the next interpolation) means to all programs what it means to jq. */
	stringPiece: (piece: string, interpolated: boolean) => boolean;
}

const KEYWORDS = `__loc__ and as break catch def elif else end false foreach if label not null or reduce then true try`;

const FUNCTIONS = `IN INDEX JOIN abs acos acosh add all any arrays ascii ascii_downcase ascii_upcase asin asinh atan atan2
	atanh booleans bsearch builtins capture cbrt ceil combinations contains copysign cos cosh date dateadd datesub debug
	del delpaths drem empty endswith erf erfc error exp exp10 exp2 explode expm1 fabs fdim finites first flatten floor
	fma fmax fmin fmod format frexp from_entries fromdate fromdateiso8601 fromjson fromstream gamma getpath gmtime
	group_by gsub halt halt_error has have_decnum have_literal_numbers hypot implode in index indices infinite input
	input_filename input_line_number inputs inside isempty isfinite isinfinite isnan isnormal isvalid iterables j0 j1 jn
	join keys keys_unsorted last ldexp leaf_paths length lgamma lgamma_r limit localtime log log10 log1p log2 logb
	ltrim ltrimstr map map_values match max max_by min min_by mktime modf nan nearbyint nextafter nexttoward normals
	now nth nulls numbers objects path paths pick pow pow10 range recurse recurse_down remainder repeat reverse rindex
	rint round rtrim rtrimstr scalars scalars_or_empty scalb scalbln scan select setpath significand sin sinh skip sort
	sort_by split splits sqrt startswith stderr strflocaltime strftime strings strptime sub tan tanh test tgamma toarray
	toboolean to_entries todate todateiso8601 tojson tonumber tostream tostring transpose trim trimstr trunc
	truncate_stream type unique unique_by until utf8bytelength values walk while with_entries y0 y1 yn`;

export const JQ_WORDS: ReadonlySet<string> = new Set(`${KEYWORDS} ${FUNCTIONS}`.split(/\s+/));

export const JQ_REFUSED: Readonly<Record<string, string>> = {
	env: "reads the environment (env)",
	ENV: "reads the environment ($ENV)",
	import: "loads a module (import)",
	include: "loads a module (include)",
	modulemeta: "loads a module (modulemeta)",
};

export const JQ_FORMATS = "@text @json @html @uri @urid @csv @tsv @sh @base64 @base64d @base32 @base32d".split(" ");

const JQ: Dialect = {
	known: (word) => JQ_WORDS.has(word),
	refused: (word) => (Object.hasOwn(JQ_REFUSED, word) ? JQ_REFUSED[word] : undefined),
	key: () => true,
	formats: new Set(JQ_FORMATS),
	field: (text, at) => matchAt(FIELD, text, at)?.length,
	stringPiece: () => true,
};

/**
 * What the filter does beyond computing. Never throws; takes time in proportion to the filter's length.
 * @returns completes "the script ..."; undefined when it only computes
 */
export function checkJq(script: string): string | undefined {
	return checkFilter(script, JQ);
}

interface Reader extends Scan {
	readonly dialect: Dialect;
	/** The token before; "" at the start. */
	last: string;
	/** Open brackets; a backslash for the one of an interpolation in a string, "def" for that of a definition's parameters. */
	open: string[];
	/** Names the filter defines, and words it uses as functions. */
	defined: Set<string>;
	used: Set<string>;
}

export function checkFilter(script: string, dialect: Dialect): string | undefined {
	if (!isPlain(script)) return UNSURE;
	const reader: Reader = { text: script, dialect, at: 0, last: "", open: [], defined: new Set(), used: new Set() };
	while (reader.at < script.length) {
		const refused = readToken(reader);
		if (refused !== undefined) return refused;
	}
	if (reader.open.length > 0) return UNSURE;
	const unknown = [...reader.used].find((word) => !reader.defined.has(word) && !dialect.known(word));
	return unknown === undefined ? undefined : `uses ${unknown}, which is no known function`;
}

function step(reader: Reader, token: string): undefined {
	reader.last = token;
}

function readToken(reader: Reader): string | undefined {
	const { dialect, text } = reader;
	if (reader.open.length > MAX_DEPTH) return UNSURE;
	if (take(reader, BLANK) !== undefined) return undefined;
	// From jq 1.7.1 on a backslash takes the comment into the next line. To yq a string ends at a quote in such a comment.
	const comment = take(reader, COMMENT);
	if (comment !== undefined) return comment.endsWith("\\") || reader.open.includes("\\") ? UNSURE : undefined;
	if (text[reader.at] === '"') {
		reader.at += 1;
		return readString(reader);
	}
	const dots = take(reader, DOTS);
	// In "...x" the x is a field to jq; to yq it is a function.
	if (dots !== undefined) return dots.length > 2 && /["\w]/.test(text[reader.at] ?? "") ? UNSURE : step(reader, dots);
	const field = text[reader.at] === "." ? dialect.field(text, reader.at) : undefined;
	if (typeof field === "string") return field;
	if (field !== undefined) {
		reader.at += field;
		return step(reader, ".x");
	}
	const number = take(reader, NUMBER);
	if (number !== undefined) return /\w/.test(text[reader.at] ?? "") ? UNSURE : step(reader, number);
	const word = take(reader, WORD);
	if (word !== undefined) return readWord(reader, word);
	const format = take(reader, FORMAT);
	if (format !== undefined) return dialect.formats.has(format) ? step(reader, format) : UNSURE;
	return readSign(reader);
}

/** Steps over a string from behind its opening quote, or from behind an interpolation, up to its end or the next one. */
function readString(reader: Reader): string | undefined {
	const piece = take(reader, PIECE) ?? "";
	const end = take(reader, PIECE_END);
	const interpolated = reader.open.includes("\\");
	if (end === undefined || !reader.dialect.stringPiece(piece + end, interpolated)) return UNSURE;
	if (end === '"') return step(reader, end);
	reader.open.push("\\");
	return step(reader, "(");
}

function readWord(reader: Reader, word: string): string | undefined {
	const { dialect, last, open, text } = reader;
	if (matchAt(NAMESPACE, text, reader.at) !== undefined) return UNSURE;
	const refused = dialect.refused(word);
	if (last === "$") {
		if (word === "ENV" || (word.startsWith("__") && word !== "__loc__")) return refused ?? UNSURE;
		return step(reader, "$x");
	}
	if (open.at(-1) === "{" && (last === "{" || last === ",")) {
		const named = matchAt(COLON, text, reader.at) !== undefined;
		if (dialect.key(word) && (refused === undefined || named)) return step(reader, "key");
	}
	if (refused !== undefined) return refused;
	if (last === "def" || open.at(-1) === "def") reader.defined.add(word);
	else reader.used.add(word);
	return step(reader, last === "def" ? "def x" : word);
}

function readSign(reader: Reader): string | undefined {
	const { open, last } = reader;
	const sign = take(reader, SIGN);
	switch (sign) {
		case undefined:
			return UNSURE;
		case "(":
			open.push(last === "def x" ? "def" : sign);
			break;
		case "[":
		case "{":
			open.push(sign);
			break;
		case ")":
		case "]":
		case "}": {
			const opened = open.pop() ?? "";
			if (sign === ")" && opened === "\\") return readString(reader);
			const partners = { ")": ["(", "def"], "]": ["["], "}": ["{"] }[sign];
			if (!partners.includes(opened)) return UNSURE;
			break;
		}
		default:
			break;
	}
	return step(reader, sign);
}
