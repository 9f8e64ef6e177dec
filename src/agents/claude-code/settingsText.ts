// Edits a JSON text so that everything else in it stays byte for byte: indentation, line ends, order, spacing.
// jsonc-parser finds the places; the edits are our own because its formatter also rewrites what stands beside an edit.
import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import type { Json } from "../../protocol/canonical.ts";

export type Path = (string | number)[];

/** How a file is laid out, for what is added to it. */
export interface Style {
	eol: "\n" | "\r\n" | "\r";
	/** One step of indentation. */
	unit: string;
	/** False when the whole text stands on one line. */
	lines: boolean;
}

export class SettingsSyntaxError extends Error {
	override name = "SettingsSyntaxError";
	/** Both from 1; the column counts UTF-16 units. */
	readonly line: number;
	readonly column: number;
	constructor(text: string, offset: number, what: string) {
		super(what);
		const before = text.slice(0, offset).split(/\r\n|\n|\r/);
		this.line = before.length;
		this.column = (before.at(-1) ?? "").length + 1;
	}
}

const STRICT = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false };
const BOM = "\ufeff";

/**
 * Parses a text as Claude Code does: strict JSON, a byte order mark in front tolerated.
 * @throws SettingsSyntaxError
 */
export function parseStrict(text: string): { root: Node; value: Json } {
	const errors: ParseError[] = [];
	let root: Node | undefined;
	let value: Json;
	const body = text.startsWith(BOM) ? ` ${text.slice(1)}` : text;
	try {
		root = parseTree(body, errors, STRICT);
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		throw new SettingsSyntaxError(text, 0, "it is nested too deeply");
	}
	const first = errors[0];
	if (first !== undefined) throw new SettingsSyntaxError(text, first.offset, plain(printParseErrorCode(first.error)));
	try {
		// JSON.parse has the last word: the parser above is more lenient in places.
		value = JSON.parse(body) as Json;
	} catch (error) {
		const at = /position (\d+)/.exec((error as Error).message)?.[1];
		throw new SettingsSyntaxError(text, at === undefined ? 0 : Number(at), "it is not JSON");
	}
	if (root === undefined) throw new SettingsSyntaxError(text, 0, "it is empty");
	return { root, value };
}

function plain(code: string): string {
	return code.replaceAll(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}

/** The first key that an object at or below `node` holds twice, with its offset; undefined when there is none. */
export function duplicateKey(node: Node, deep: boolean): { key: string; offset: number } | undefined {
	const seen = new Set<string>();
	for (const child of node.children ?? []) {
		if (node.type === "object") {
			const [name] = child.children ?? [];
			if (name === undefined) continue;
			if (seen.has(name.value)) return { key: name.value, offset: name.offset };
			seen.add(name.value);
		}
		const below = deep ? (node.type === "object" ? child.children?.[1] : child) : undefined;
		const found = below === undefined ? undefined : duplicateKey(below, true);
		if (found !== undefined) return found;
	}
	return undefined;
}

export function styleOf(text: string): Style {
	const eol = (/\r\n|\n|\r/.exec(text)?.[0] ?? "\n") as Style["eol"];
	// The first member of the outermost object shows one step.
	const unit = /^\ufeff?\s*\{[ \t]*(?:\r\n|\n|\r)\s*?([ \t]+)"/.exec(text)?.[1] ?? "  ";
	return { eol, unit, lines: /[\r\n]/.test(text.trim()) || !/\S/.test(text.replace(/[{}\ufeff]/g, "")) };
}

/** Adds `value` at the end of the object (under `key`) or array at `path`. */
export function append(text: string, path: Path, key: string | undefined, value: Json, style: Style): string {
	const node = nodeAt(text, path);
	const close = node.offset + node.length - 1;
	const last = node.children?.at(-1);
	const name = key === undefined ? "" : `${JSON.stringify(key)}:`;
	if (last === undefined) {
		const outer = indentAt(text, node.offset);
		if (!style.lines) return splice(text, node.offset + 1, close, `${name}${JSON.stringify(value)}`);
		const inner = outer + style.unit;
		const item = `${name === "" ? "" : `${name} `}${render(value, inner, style)}`;
		return splice(text, node.offset + 1, close, `${style.eol}${inner}${item}${style.eol}${outer}`);
	}
	const end = last.offset + last.length;
	const first = node.children?.[0] ?? last;
	const lead = text.slice(node.offset + 1, first.offset);
	if (/[\r\n]/.test(lead)) {
		const inner = indentAt(text, first.offset);
		const item = `${name === "" ? "" : `${name} `}${render(value, inner, style)}`;
		return splice(text, end, end, `,${style.eol}${inner}${item}`);
	}
	const gap = node.children && node.children.length > 1 ? gapAfterComma(text, node.children) : lead;
	const space = name === "" ? "" : spaceAfterColon(text, first);
	return splice(text, end, end, `,${gap}${name}${space}${JSON.stringify(value)}`);
}

/** Puts `value` where the value at `path` is. */
export function replaceAt(text: string, path: Path, value: Json, style: Style): string {
	const node = nodeAt(text, path);
	const old = text.slice(node.offset, node.offset + node.length);
	const multiline = /[\r\n]/.test(old) || (old.length <= 2 && style.lines);
	const item = multiline ? render(value, indentAt(text, node.offset), style) : JSON.stringify(value);
	return splice(text, node.offset, node.offset + node.length, item);
}

/** Takes away the member or element at `path`, and the comma and space that belong to it. */
export function removeAt(text: string, path: Path): string {
	const value = nodeAt(text, path);
	const item = value.parent?.type === "property" ? value.parent : value;
	const container = item.parent;
	if (container === undefined) throw new TypeError("the root cannot be removed");
	const siblings = container.children ?? [];
	const at = siblings.indexOf(item);
	const [before, after] = [siblings[at - 1], siblings[at + 1]];
	const end = item.offset + item.length;
	if (before !== undefined) return splice(text, before.offset + before.length, end, "");
	if (after !== undefined) return splice(text, item.offset, after.offset, "");
	return splice(text, container.offset + 1, container.offset + container.length - 1, "");
}

function nodeAt(text: string, path: Path): Node {
	const { root } = parseStrict(text);
	const node = path.length === 0 ? root : findNodeAtLocation(root, path);
	if (node === undefined) throw new TypeError(`nothing at ${path.join(".")}`);
	return node;
}

function render(value: Json, indent: string, { unit, eol }: Style): string {
	return JSON.stringify(value, null, unit).replaceAll("\n", `${eol}${indent}`);
}

/** The white space in front of the line that holds `offset`. */
function indentAt(text: string, offset: number): string {
	let start = offset;
	while (start > 0 && !"\r\n".includes(text.charAt(start - 1))) start -= 1;
	return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? "";
}

function gapAfterComma(text: string, children: Node[]): string {
	const [before, after] = [children.at(-2), children.at(-1)];
	if (before === undefined || after === undefined) return "";
	const between = text.slice(before.offset + before.length, after.offset);
	return between.slice(between.indexOf(",") + 1);
}

function spaceAfterColon(text: string, property: Node): string {
	const [name, value] = property.children ?? [];
	if (name === undefined || value === undefined) return "";
	const between = text.slice(name.offset + name.length, value.offset);
	return between.slice(between.indexOf(":") + 1);
}

function splice(text: string, from: number, to: number, insert: string): string {
	return text.slice(0, from) + insert + text.slice(to);
}
