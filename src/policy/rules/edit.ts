// Adds rules to a policy file and takes them out, so that everything else in it stays byte for byte: comments, order,
// spacing. jsonc-parser finds the places; the edits are our own, because its `modify` formats and drops what stands beside
// them (comments between rules, rules on one line).
import { createScanner, findNodeAtLocation, type Node, parseTree } from "jsonc-parser";
import { canonical } from "../../protocol/canonical.ts";
import { type ParsedPolicy, type Problem, parsePolicy } from "./parse.ts";
import { Report } from "./report.ts";
import type { Rule } from "./schema.ts";

export interface TextEdit {
	/** UTF-16 units in the text as it was. */
	offset: number;
	length: number;
	content: string;
}

/** The new text and the edits that make it, in order; or what is wrong with the file as it is, which is then left alone. */
export type Edited = { text: string; edits: TextEdit[] } | { problems: Problem[] };

interface Style {
	eol: string;
	/** One step of indentation. */
	unit: string;
}

const MAX_LINE = 110;
/** jsonc-parser's number for it (its SyntaxKind exists for the compiler only). */
const COMMA = 5;

const HEADER = [
	"// Gatepost policy: what AI agents may do without a person, what is asked, and what is denied.",
	"// Rules that ask or deny count at once. Rules that allow count after you accepted this file in Gatepost.",
];

/** The text of a policy file with these rules. @param schema where editors find the schema; one with Gatepost needs none */
export function newPolicyText(rules: readonly Rule[] = [], schema?: string): string {
	const style = { eol: "\n", unit: "\t" };
	const members = [
		...(schema === undefined ? [] : [`\t"$schema": ${JSON.stringify(schema)}`]),
		`\t"version": 1`,
		rules.length === 0
			? `\t"rules": []`
			: `\t"rules": [\n${rules.map((rule) => `\t\t${ruleText(rule, "\t\t", style)}`).join(",\n")}\n\t]`,
	];
	return `${HEADER.join("\n")}\n{\n${members.join(",\n")}\n}\n`;
}

/** Puts a rule behind the others. A missing or empty text becomes a new file. Never throws. */
export function addRule(text: string | undefined, rule: Rule, schema?: string): Edited {
	if (text === undefined || text.trim() === "") {
		const content = newPolicyText([rule], schema);
		return checked(text ?? "", [{ offset: 0, length: text?.length ?? 0, content }], () => [rule]);
	}
	const before = parsePolicy(text);
	const root = before.file === undefined ? undefined : treeOf(text);
	if (root === undefined) return { problems: before.problems };
	const style = styleOf(text);
	const rules = findNodeAtLocation(root, ["rules"]);
	const edits =
		rules !== undefined
			? append(text, rules, (indent) => ruleText(rule, indent, style), style)
			: append(text, root, (indent) => listText(rule, indent, style), style);
	return checked(text, edits, (old) => [...old, rule]);
}

/** Takes out the rule with this id; without one, nothing changes. Comments stay. Never throws. */
export function removeRule(text: string, id: string): Edited {
	const before = parsePolicy(text);
	const root = before.file === undefined ? undefined : treeOf(text);
	if (root === undefined) return { problems: before.problems };
	const items = findNodeAtLocation(root, ["rules"])?.children ?? [];
	const index = before.file?.policy.rules?.findIndex((rule) => rule.id === id) ?? -1;
	const item = items[index];
	if (item === undefined) return { text, edits: [] };
	const comma = commaAfter(text, end(item));
	const beside = comma !== undefined && /^[ \t]*$/.test(text.slice(end(item), comma));
	const edits = [wholeLine(text, item.offset, beside ? comma + 1 : end(item))];
	// A comment may stand between a rule and its comma.
	if (comma !== undefined && !beside) edits.push(wholeLine(text, comma, comma + 1));
	const previous = items[index - 1];
	if (comma === undefined && previous !== undefined) {
		const between = commaAfter(text, end(previous));
		if (between !== undefined) edits.unshift({ offset: between, length: 1, content: "" });
	}
	return checked(text, edits, (old) => old.filter((rule) => rule.id !== id));
}

/** An id that no rule of the file has: the wanted one, or with a number behind it. */
export function freeId(file: ParsedPolicy | undefined, wanted: string): string {
	const taken = new Set(file?.rules.map(({ rule }) => rule.id));
	const base = wanted.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "") || "rule";
	const short = base.slice(0, 64).replace(/[._-]+$/, "");
	if (!taken.has(short)) return short;
	for (let number = 2; ; number += 1) {
		const id = `${base.slice(0, 56).replace(/[._-]+$/, "")}-${number}`;
		if (!taken.has(id)) return id;
	}
}

function treeOf(text: string): Node | undefined {
	return parseTree(text.startsWith("\ufeff") ? ` ${text.slice(1)}` : text, [], { allowTrailingComma: true });
}

/** Only a text whose rules are exactly the ones meant is given out. */
function checked(text: string, edits: TextEdit[], rules: (old: readonly Rule[]) => readonly Rule[]): Edited {
	const before = parsePolicy(text).file?.policy.rules ?? [];
	let after = text;
	for (const { offset, length, content } of edits.toReversed()) {
		after = after.slice(0, offset) + content + after.slice(offset + length);
	}
	const { file, problems } = parsePolicy(after);
	if (file === undefined) return { problems };
	if (canonical(file.policy.rules ?? []) === canonical(rules(before))) return { text: after, edits };
	// Not known to happen.
	const report = new Report(text);
	report.error(edits[0]?.offset ?? 0, 0, "policyFile.notEdited");
	return { problems: report.sorted() };
}

/** Adds an entry at the end of a list or object. @param entry its text, for the indentation of its first line */
function append(text: string, node: Node, entry: (indent: string) => string, { eol, unit }: Style): TextEdit[] {
	const items = node.children ?? [];
	const last = items.at(-1);
	const own = indentAt(text, node.offset);
	const close = end(node) - 1;
	if (last === undefined) {
		const inner = text.slice(node.offset + 1, close);
		// Comments in an empty list stay in front of the first entry.
		const kept = inner.trimEnd();
		const content = `${eol}${own}${unit}${entry(own + unit)}${eol}${own}`;
		return [{ offset: node.offset + 1 + kept.length, length: inner.length - kept.length, content }];
	}
	const comma = commaAfter(text, end(last));
	const edits: TextEdit[] = comma === undefined ? [{ offset: end(last), length: 0, content: "," }] : [];
	const from = comma === undefined ? end(last) : comma + 1;
	if (!/[\r\n]/.test(text.slice(node.offset, close))) {
		edits.push({ offset: from, length: 0, content: ` ${entry(own)}` });
		return edits;
	}
	const indent = ownLine(text, last.offset) ? indentAt(text, last.offset) : own + unit;
	const at = afterComment(text, from, close);
	// Behind the bracket's own line there must be a line end again.
	const rest = /^[ \t]*[\r\n]/.test(text.slice(at)) ? "" : `${eol}${own}`;
	edits.push({
		offset: at,
		length: 0,
		content: `${eol}${indent}${entry(indent)}${comma === undefined ? "" : ","}${rest}`,
	});
	return edits;
}

function listText(rule: Rule, indent: string, style: Style): string {
	const { eol, unit } = style;
	return `"rules": [${eol}${indent}${unit}${ruleText(rule, indent + unit, style)}${eol}${indent}]`;
}

/** A rule on one line where it is short. */
function ruleText(rule: Rule, indent: string, { eol, unit }: Style): string {
	const line = oneLine(rule);
	if (line.length + indent.length <= MAX_LINE) return line;
	const lines = JSON.stringify(rule, undefined, unit).split("\n");
	return lines.map((part, index) => (index === 0 ? part : indent + part)).join(eol);
}

function oneLine(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
	if (typeof value !== "object" || value === null) return JSON.stringify(value);
	const members = Object.entries(value).filter(([, member]) => member !== undefined);
	return `{ ${members.map(([name, member]) => `${JSON.stringify(name)}: ${oneLine(member)}`).join(", ")} }`;
}

function styleOf(text: string): Style {
	const eol = /\r\n|\n|\r/.exec(text)?.[0] ?? "\n";
	const unit = /^(?:\t|(?: {2}){1,4}(?=\S))(?=[^\s/*])/m.exec(text)?.[0] ?? "\t";
	return { eol, unit };
}

/** Offset of the comma that follows, comments skipped; undefined when something else does. */
function commaAfter(text: string, from: number): number | undefined {
	const scanner = createScanner(text, true);
	scanner.setPosition(from);
	const token: number = scanner.scan();
	return token === COMMA ? scanner.getTokenOffset() : undefined;
}

/** Behind the comments that stand on the same line: they belong to what is before them. */
function afterComment(text: string, from: number, limit: number): number {
	const found = /^(?:[ \t]*\/\*(?:(?!\*\/)[^\r\n])*\*\/)*(?:[ \t]*\/\/[^\r\n]*)?/.exec(text.slice(from, limit));
	return from + (found?.[0].length ?? 0);
}

/** The range, with its line end where nothing else stands on its lines. */
function wholeLine(text: string, from: number, to: number): TextEdit {
	const before = /[ \t]*$/.exec(text.slice(0, from))?.[0].length ?? 0;
	const start = from - before;
	const after = /^[ \t]*(\r\n|\n|\r)/.exec(text.slice(to));
	const alone = after !== null && (start === 0 || /[\r\n]/.test(text[start - 1] ?? ""));
	if (alone) return { offset: start, length: to + after[0].length - start, content: "" };
	// Beside others on its line, the blanks next to it go with it.
	if (!ownLine(text, from)) return { offset: start, length: to - start, content: "" };
	const blanks = /^[ \t]*/.exec(text.slice(to))?.[0].length ?? 0;
	return { offset: from, length: to + blanks - from, content: "" };
}

function ownLine(text: string, offset: number): boolean {
	return /(?:^|[\r\n])[ \t]*$/.test(text.slice(0, offset));
}

function indentAt(text: string, offset: number): string {
	const line = text.slice(Math.max(text.lastIndexOf("\n", offset - 1), text.lastIndexOf("\r", offset - 1)) + 1, offset);
	return /^[ \t]*/.exec(line)?.[0] ?? "";
}

function end(node: Node): number {
	return node.offset + node.length;
}
