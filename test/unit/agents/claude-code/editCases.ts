// Files before and after Claude Code's tools, each seen with the real 2.1.330. A message stands where Claude Code refuses
// (the file stays), or where what it does is not computed.
import { type Message, message } from "../../../../src/protocol/messages.ts";

const utf8 = (text: string): Buffer => Buffer.from(text, "utf8");
const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, "utf16le");

export interface WriteCase {
	/** 2.1.294 did otherwise: it dropped the byte order mark, and wrote what 2.1.330 refuses. */
	newer?: true;
	name: string;
	before: Buffer | undefined;
	write: string;
	after: Buffer | Message;
}

export const WRITES: WriteCase[] = [
	{
		name: "a new file holds the content as sent",
		before: undefined,
		write: "uno\r\ndos\n",
		after: utf8("uno\r\ndos\n"),
	},
	{
		name: "a new file may start with a byte order mark",
		before: undefined,
		write: "\ufeffuno\n",
		after: utf8("\ufeffuno\n"),
	},
	{
		name: "line breaks of the old file do not matter",
		before: utf8("one\r\ntwo\r\n"),
		write: "uno\ndos\n",
		after: utf8("uno\ndos\n"),
	},
	{
		name: "mixed line breaks stay as sent",
		before: utf8("one\r\n"),
		write: "uno\r\ndos\n",
		after: utf8("uno\r\ndos\n"),
	},
	{
		newer: true,
		name: "a byte order mark stays",
		before: utf8("\ufeffone\n"),
		write: "uno\n",
		after: utf8("\ufeffuno\n"),
	},
	{
		name: "a byte order mark is not doubled",
		before: utf8("\ufeffone\n"),
		write: "\ufeffuno\n",
		after: utf8("\ufeffuno\n"),
	},
	{
		name: "a file that becomes empty loses its byte order mark",
		before: utf8("\ufeffone\n"),
		write: "",
		after: utf8(""),
	},
	{
		newer: true,
		name: "UTF-16LE stays UTF-16LE",
		before: utf16("one\r\n"),
		write: "uno\n😀\n",
		after: utf16("uno\n😀\n"),
	},
	{
		newer: true,
		name: "other encodings are refused",
		before: Buffer.from("t\xe9\n", "latin1"),
		write: "x\n",
		after: message("proposal.otherEncoding"),
	},
	{
		newer: true,
		name: "binary files are refused",
		before: utf8("a\0b"),
		write: "x\n",
		after: message("proposal.binaryFile"),
	},
	{
		name: "a NUL behind the first 8,000 bytes is not seen",
		before: utf8(`${"x".repeat(8000)}\0`),
		write: "x\n",
		after: utf8("x\n"),
	},
];

export interface EditCase {
	newer?: true;
	name: string;
	before: Buffer | undefined;
	edit: [oldString: string, newString: string, replaceAll?: boolean];
	after: Buffer | Message;
	/** Claude Code refuses before it asks its hooks; what the file would be is then nobody's question. */
	neverAsked?: true;
}

const lfHead = `${"y".repeat(80)}\n`.repeat(60);
const crlfHead = `${"y".repeat(80)}\r\n`.repeat(60);

export const EDITS: EditCase[] = [
	{
		name: "CRLF stays CRLF",
		before: utf8("one\r\ntwo\r\nthree\r\n"),
		edit: ["two\nthree", "TWO\nADDED\nTHREE"],
		after: utf8("one\r\nTWO\r\nADDED\r\nTHREE\r\n"),
	},
	{
		name: "old text with CRLF is not found, not even in a CRLF file",
		before: utf8("one\r\ntwo\r\n"),
		edit: ["one\r\ntwo", "x"],
		after: message("proposal.notFound"),
		neverAsked: true,
	},
	{
		name: "mostly CRLF becomes all CRLF",
		before: utf8("one\r\ntwo\r\nthree\r\nfour\nfive\n"),
		edit: ["two", "TWO\nADDED"],
		after: utf8("one\r\nTWO\r\nADDED\r\nthree\r\nfour\r\nfive\r\n"),
	},
	{
		name: "mostly LF becomes all LF",
		before: utf8("one\ntwo\nthree\r\n"),
		edit: ["two", "TWO"],
		after: utf8("one\nTWO\nthree\n"),
	},
	{ name: "a tie becomes all LF", before: utf8("one\r\ntwo\n"), edit: ["two", "TWO"], after: utf8("one\nTWO\n") },
	{
		name: "only the first 4,096 characters say which: LF",
		before: utf8(`${lfHead}${"z\r\n".repeat(500)}two\r\n`),
		edit: ["two", "TWO"],
		after: utf8(`${lfHead}${"z\n".repeat(500)}TWO\n`),
	},
	{
		name: "only the first 4,096 characters say which: CRLF",
		before: utf8(`${crlfHead}${"z\n".repeat(5000)}two\n`),
		edit: ["two", "TWO\nADD"],
		after: utf8(`${crlfHead}${"z\r\n".repeat(5000)}TWO\r\nADD\r\n`),
	},
	{
		name: "the byte order mark counts among the 4,096",
		before: utf8(`\ufeff${"x".repeat(4094)}\r\ntwo\n`),
		edit: ["two", "TWO"],
		after: utf8(`\ufeff${"x".repeat(4094)}\nTWO\n`),
	},
	{
		name: "lone CR is text",
		before: utf8("one\rtwo\rthree\r"),
		edit: ["two", "TWO\nADDED"],
		after: utf8("one\rTWO\nADDED\rthree\r"),
	},
	{
		name: "a CRLF in new text of an LF file stays",
		before: utf8("one\ntwo\n"),
		edit: ["two", "TWO\r\nX"],
		after: utf8("one\nTWO\r\nX\n"),
	},
	{
		name: "all kinds of line break in new text of a CRLF file",
		before: utf8("one\r\ntwo\r\n"),
		edit: ["two", "TWO\rX\nY\r\nZ"],
		after: utf8("one\r\nTWO\rX\r\nY\r\nZ\r\n"),
	},
	{
		name: "a byte order mark stays",
		before: utf8("\ufeffone\ntwo\n"),
		edit: ["one", "ONE"],
		after: utf8("\ufeffONE\ntwo\n"),
	},
	{
		name: "a byte order mark is no part of the text",
		before: utf8("\ufeffone\n"),
		edit: ["\ufeffone", "ONE"],
		after: message("proposal.notFound"),
		neverAsked: true,
	},
	{
		name: "a missing final line break stays missing",
		before: utf8("one\ntwo\nthree"),
		edit: ["three", "THREE"],
		after: utf8("one\ntwo\nTHREE"),
	},
	{
		name: "UTF-16LE stays",
		before: utf16("one\r\ntwo\r\n"),
		edit: ["two", "TWO\nADD"],
		after: utf16("one\r\nTWO\r\nADD\r\n"),
	},
	{
		name: "half a character at the end of UTF-16LE is dropped",
		before: Buffer.concat([utf16("one\ntwo\n"), Buffer.from("A")]),
		edit: ["two", "TWO"],
		after: utf16("one\nTWO\n"),
	},
	{ name: "UTF-16LE may hold NUL", before: utf16("one\0two\n"), edit: ["two", "TWO"], after: utf16("one\0TWO\n") },
	{
		name: "UTF-16BE is refused",
		before: utf16("one\n").swap16(),
		edit: ["one", "ONE"],
		after: message("proposal.binaryFile"),
		neverAsked: true,
	},
	{
		newer: true,
		name: "other encodings are refused",
		before: Buffer.from("one\nt\xe9wo two\n", "latin1"),
		edit: [" two", " TWO"],
		after: message("proposal.otherEncoding"),
		neverAsked: true,
	},
	{
		newer: true,
		name: "binary files are refused",
		before: utf8("one\0two"),
		edit: ["two", "TWO"],
		after: message("proposal.binaryFile"),
		neverAsked: true,
	},
	{
		name: "a NUL behind the first 8,000 bytes is kept",
		before: utf8(`two\n${"x".repeat(9000)}\0\n`),
		edit: ["two", "TWO"],
		after: utf8(`TWO\n${"x".repeat(9000)}\0\n`),
	},
	{
		name: "removed text takes its line break along",
		before: utf8("one\ntwo\nthree\n"),
		edit: ["two", ""],
		after: utf8("one\nthree\n"),
	},
	{
		name: "removed text takes its CRLF along",
		before: utf8("one\r\ntwo\r\nthree\r\n"),
		edit: ["two", ""],
		after: utf8("one\r\nthree\r\n"),
	},
	{
		name: "removing everywhere only removes where a line break follows, if one does anywhere",
		before: utf8("a x\na\nb\na"),
		edit: ["a", "", true],
		after: utf8("a x\nb\na"),
	},
	{
		name: "removed text at the end of the file has no line break to take",
		before: utf8("one\ntwo"),
		edit: ["two", ""],
		after: utf8("one\n"),
	},
	{
		name: "removed text with its line break takes no second one",
		before: utf8("one\ntwo\n\nthree\n"),
		edit: ["two\n", ""],
		after: utf8("one\n\nthree\n"),
	},
	{
		name: "dollar signs are text",
		before: utf8("one two\n"),
		edit: ["two", "$& $1 $$ $`"],
		after: utf8("one $& $1 $$ $`\n"),
	},
	{
		name: "one of several places is refused",
		before: utf8("aa aa\n"),
		edit: ["aa", "b"],
		after: message("proposal.notUnique"),
		neverAsked: true,
	},
	{ name: "overlapping places are one", before: utf8("aaa\n"), edit: ["aa", "b"], after: utf8("ba\n") },
	{
		name: "all places",
		before: utf8("aa aa\r\naa\r\n"),
		edit: ["aa", "b\nc", true],
		after: utf8("b\r\nc b\r\nc\r\nb\r\nc\r\n"),
	},
	{
		name: "an empty old text makes a new file, as sent",
		before: undefined,
		edit: ["", "hello\r\n"],
		after: utf8("hello\r\n"),
	},
	{ name: "an empty old text fills an empty file", before: utf8(""), edit: ["", "new\n"], after: utf8("new\n") },
	{ name: "an empty old text replaces white space", before: utf8("  \n \n"), edit: ["", "new"], after: utf8("new") },
	{
		newer: true,
		name: "filling keeps the byte order mark",
		before: utf8("\ufeff \n"),
		edit: ["", "new"],
		after: utf8("\ufeffnew"),
	},
	{ name: "filling keeps CRLF", before: utf8(" \r\n"), edit: ["", "a\nb"], after: utf8("a\r\nb") },
	{
		name: "an empty old text does not replace a file with content",
		before: utf8("x"),
		edit: ["", "new"],
		after: message("proposal.notEmpty"),
		neverAsked: true,
	},
	{
		name: "old text in a file that is not there",
		before: undefined,
		edit: ["x", "y"],
		after: message("proposal.noFile"),
		neverAsked: true,
	},
	{
		name: "the same old and new text",
		before: utf8("x"),
		edit: ["x", "x"],
		after: message("proposal.noChange"),
		neverAsked: true,
	},
	{
		name: "text in other quotes is not computed",
		before: utf8("say \u201chello\u201d\n"),
		edit: ['say "hello"', 'say "bye"'],
		after: message("proposal.notFound"),
	},
	{
		name: "combining and composed characters differ",
		before: utf8("cafe\u0301\n"),
		edit: ["caf\u00e9", "x"],
		after: message("proposal.notFound"),
		neverAsked: true,
	},
	{
		name: "a no-break space is no space",
		before: utf8("a\u00a0b\n"),
		edit: ["a b", "x"],
		after: message("proposal.notFound"),
		neverAsked: true,
	},
];

const code = (id: string | undefined, source: unknown) => ({
	cell_type: "code",
	execution_count: 3,
	...(id === undefined ? {} : { id }),
	metadata: { tags: ["x"] },
	outputs: [{ output_type: "stream", name: "stdout", text: ["hi\n"] }],
	source,
});
const fresh = (id: string | undefined, source: unknown) => ({
	...code(id, source),
	execution_count: null,
	outputs: [],
});
const markdown = (id: string | undefined, source: unknown) => ({
	cell_type: "markdown",
	...(id === undefined ? {} : { id }),
	metadata: {},
	source,
});
const notebook = (cells: unknown[], minor = 5) => ({
	cells,
	metadata: { language_info: { name: "python" } },
	nbformat: 4,
	nbformat_minor: minor,
});
const written = (value: unknown, indent = 1): string => `${JSON.stringify(value, null, indent)}\n`;
const two = notebook([code("c1", ["print(1)\n", "x"]), markdown("m1", ["# hi"])]);
const old = notebook([code(undefined, ["print(1)"]), markdown(undefined, ["# hi"])], 4);

export interface NotebookCase {
	name: string;
	before: Buffer | undefined;
	change: { newSource?: string; cellId?: string; cellType?: string; editMode?: "replace" | "insert" | "delete" };
	after: Buffer | Message;
	neverAsked?: true;
}

export const NOTEBOOKS: NotebookCase[] = [
	{
		name: "a code cell loses its output",
		before: utf8(written(two)),
		change: { cellId: "c1", newSource: "a\nb\n" },
		after: utf8(written(notebook([fresh("c1", "a\nb\n"), markdown("m1", ["# hi"])]))),
	},
	{
		name: "a Markdown cell",
		before: utf8(written(two)),
		change: { cellId: "m1", newSource: "y  \nz " },
		after: utf8(written(notebook([code("c1", ["print(1)\n", "x"]), markdown("m1", "y  \nz ")]))),
	},
	{
		name: "another type of cell",
		before: utf8(written(two)),
		change: { cellId: "c1", newSource: "# x", cellType: "markdown" },
		after: utf8(written(notebook([{ ...fresh("c1", "# x"), cell_type: "markdown" }, markdown("m1", ["# hi"])]))),
	},
	{
		name: "a Markdown cell becomes code without outputs",
		before: utf8(written(two)),
		change: { cellId: "m1", newSource: "y", cellType: "code" },
		after: utf8(written(notebook([code("c1", ["print(1)\n", "x"]), { ...markdown("m1", "y"), cell_type: "code" }]))),
	},
	{
		name: "a cell goes",
		before: utf8(written(two)),
		change: { cellId: "c1", editMode: "delete" },
		after: utf8(written(notebook([markdown("m1", ["# hi"])]))),
	},
	{
		name: "a new cell gets an id nobody knows",
		before: utf8(written(two)),
		change: { cellId: "c1", newSource: "n", cellType: "code", editMode: "insert" },
		after: message("proposal.randomCellId"),
	},
	{
		name: "a new cell in a format without ids",
		before: utf8(written(old)),
		change: { cellId: "cell-1", newSource: "y", cellType: "code", editMode: "insert" },
		after: utf8(
			written(
				notebook(
					[...old.cells, { cell_type: "code", source: "y", metadata: {}, execution_count: null, outputs: [] }],
					4,
				),
			),
		),
	},
	{
		name: "a new first cell",
		before: utf8(written(old)),
		change: { newSource: "y", cellType: "markdown", editMode: "insert" },
		after: utf8(written(notebook([{ cell_type: "markdown", source: "y", metadata: {} }, ...old.cells], 4))),
	},
	{
		name: "a cell by its place",
		before: utf8(written(old)),
		change: { cellId: "cell-0", newSource: "x" },
		after: utf8(written(notebook([fresh(undefined, "x"), markdown(undefined, ["# hi"])], 4))),
	},
	{
		name: "an id that looks like a place is an id first",
		before: utf8(written(notebook([code("cell-1", "a"), code("zz", "b")]))),
		change: { cellId: "cell-1", newSource: "y" },
		after: utf8(written(notebook([fresh("cell-1", "y"), code("zz", "b")]))),
	},
	{
		name: "the first of two cells with one id",
		before: utf8(written(notebook([code("c1", "a"), markdown("c1", "b")]))),
		change: { cellId: "c1", newSource: "y" },
		after: utf8(written(notebook([fresh("c1", "y"), markdown("c1", "b")]))),
	},
	{
		name: "the whole file is written again with an indent of one, CRLF kept",
		before: utf8(written(two, 4).replaceAll("\n", "\r\n")),
		change: { cellId: "m1", newSource: "y" },
		after: utf8(written(notebook([code("c1", ["print(1)\n", "x"]), markdown("m1", "y")])).replaceAll("\n", "\r\n")),
	},
	{
		name: "a byte order mark stays",
		before: utf8(`\ufeff${written(two)}`),
		change: { cellId: "m1", newSource: "y" },
		after: utf8(`\ufeff${written(notebook([code("c1", ["print(1)\n", "x"]), markdown("m1", "y")]))}`),
	},
	{
		name: "a missing final line break stays missing, several become one",
		before: utf8(written(two).trimEnd()),
		change: { cellId: "m1", newSource: "y" },
		after: utf8(written(notebook([code("c1", ["print(1)\n", "x"]), markdown("m1", "y")])).trimEnd()),
	},
	{
		name: "several final line breaks become one",
		before: utf8(`${written(two)}\n\n`),
		change: { cellId: "m1", newSource: "y" },
		after: utf8(written(notebook([code("c1", ["print(1)\n", "x"]), markdown("m1", "y")]))),
	},
	{
		name: "escapes and numbers are spelled anew",
		before: utf8(written(two).replace('"# hi"', '"\\u00e9"').replace('"execution_count": 3', '"execution_count": 1e2')),
		change: { cellId: "m1", newSource: "é" },
		after: utf8(written(notebook([{ ...code("c1", ["print(1)\n", "x"]), execution_count: 100 }, markdown("m1", "é")]))),
	},
	{
		name: "a cell that is not there",
		before: utf8(written(two)),
		change: { cellId: "nope", newSource: "x" },
		after: message("proposal.noCell", { cell: "nope" }),
		neverAsked: true,
	},
	{
		name: "a place that is not there",
		before: utf8(written(two)),
		change: { cellId: "cell-7", newSource: "x" },
		after: message("proposal.noCell", { cell: "cell-7" }),
		neverAsked: true,
	},
	{
		name: "a notebook that is not there",
		before: undefined,
		change: { cellId: "c1", newSource: "x" },
		after: message("proposal.noNotebook"),
		neverAsked: true,
	},
];
