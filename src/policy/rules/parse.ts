// Reads the text of a policy file and says what is wrong at the exact place. A file with one error does not count at all:
// half a policy is not what its author meant.
import {
	createScanner,
	findNodeAtLocation,
	type Node,
	type ParseError,
	parseTree,
	printParseErrorCode,
} from "jsonc-parser";
import { type MessageCode, message } from "../../protocol/messages.ts";
import { clip } from "../finding.ts";
import { checkRule } from "./check.ts";
import { explain } from "./issues.ts";
import { type Problem, Report } from "./report.ts";
import { type Layer, MAX_RULES, PolicyFile, Rule } from "./schema.ts";

export type { Problem } from "./report.ts";

export interface ParsedRule {
	rule: Rule;
	/** From 1. */
	line: number;
	/** Of the rule's object. */
	offset: number;
	length: number;
}

export interface ParsedPolicy {
	policy: PolicyFile;
	rules: ParsedRule[];
}

export const MAX_POLICY_LENGTH = 1024 * 1024;
const MAX_DEPTH = 16;

/**
 * Reads a policy file: JSON with comments and trailing commas. Never throws.
 * @param layer adds warnings for members that do not count there
 * @returns `file` only when there is no error
 */
export function parsePolicy(text: string, layer?: Layer): { file?: ParsedPolicy; problems: Problem[] } {
	const report = new Report(text);
	let file: ParsedPolicy | undefined;
	try {
		file = read(text, report, layer);
	} catch {
		// Not known to happen; a text that does it must not be taken for a policy.
		report.error(0, 1, "policyFile.trouble");
	}
	const problems = report.sorted();
	return file === undefined || problems.some(({ severity }) => severity === "error")
		? { problems }
		: { file, problems };
}

function read(text: string, report: Report, layer: Layer | undefined): ParsedPolicy | undefined {
	if (text.length > MAX_POLICY_LENGTH) {
		report.error(0, 1, "policyFile.tooLarge", { max: MAX_POLICY_LENGTH });
		return undefined;
	}
	hiddenCharacters(text, report);
	const body = text.startsWith("\ufeff") ? ` ${text.slice(1)}` : text;
	const root = parseTextTree(body, report);
	if (root === undefined || report.failed) return undefined;
	walk(root, report);
	// With a member twice it is open which value the findings below would be about.
	if (report.failed) return undefined;
	const rules = root.type === "object" ? findNodeAtLocation(root, ["rules"]) : undefined;
	const items = rules?.type === "array" ? (rules.children ?? []) : [];
	if (items.length > MAX_RULES) {
		report.at(items[MAX_RULES] ?? root, "policyFile.tooMany", { max: MAX_RULES });
		return undefined;
	}
	const found = PolicyFile.safeParse(plainValue(root));
	for (const issue of found.error?.issues ?? []) explain(issue, root, report);
	// A file with one wrong rule still says what is wrong with the others.
	const parsed: ParsedRule[] = [];
	for (const [index, node] of items.entries()) {
		const rule = found.success ? found.data.rules?.[index] : Rule.safeParse(plainValue(node)).data;
		if (rule === undefined) continue;
		const { offset, length } = node;
		parsed.push({ rule, line: report.lineAt(offset), offset, length });
		for (const { severity, path, message: said } of checkRule(rule, layer)) {
			const place = path.length === 0 ? undefined : findNodeAtLocation(node, [...path]);
			report.add(severity, place?.offset ?? offset, place?.length ?? 1, said);
		}
	}
	checkIds(items, report);
	const locked = findNodeAtLocation(root, ["locked"]);
	if (locked !== undefined && layer !== undefined && layer !== "organisation") {
		report.add("warning", locked.offset, locked.length, message("policyFile.lockedHere"));
	}
	return found.success ? { policy: found.data, rules: parsed } : undefined;
}

/** Anywhere in the file, comments too: what turns text round or makes lines where editors show none. */
const TURNS = /[^\P{Cc}\t\n\r]|\p{Bidi_Control}|[\u2028\u2029]|\p{Cs}/gu;
/** In values, whatever does not show: what a person accepts must be what they saw. */
const HIDDEN = /[^\P{Cc}\t\n\r]|\p{Cf}|\p{Default_Ignorable_Code_Point}|[\u2028\u2029]|\p{Cs}/u;

function hiddenCharacters(text: string, report: Report): void {
	for (const { index } of text.matchAll(TURNS)) {
		report.error(index, 1, "policyFile.hidden");
		if (report.full) return;
	}
}

/** By the parser's name of the error; "jsonSymbol" for the others. */
const SYNTAX: Record<string, MessageCode> = {
	InvalidNumberFormat: "policyFile.jsonNumber",
	PropertyNameExpected: "policyFile.jsonName",
	ValueExpected: "policyFile.jsonValue",
	ColonExpected: "policyFile.jsonColon",
	CommaExpected: "policyFile.jsonComma",
	CloseBraceExpected: "policyFile.jsonBrace",
	CloseBracketExpected: "policyFile.jsonBracket",
	EndOfFileExpected: "policyFile.jsonEnd",
	UnexpectedEndOfComment: "policyFile.jsonComment",
	UnexpectedEndOfString: "policyFile.jsonString",
	UnexpectedEndOfNumber: "policyFile.jsonNumber",
	InvalidUnicode: "policyFile.jsonEscape",
	InvalidEscapeCharacter: "policyFile.jsonEscape",
	InvalidCharacter: "policyFile.jsonCharacter",
};

function parseTextTree(text: string, report: Report): Node | undefined {
	const deep = tooDeepAt(text);
	if (deep !== undefined) {
		report.error(deep, 1, "policyFile.tooDeep", { max: MAX_DEPTH });
		return undefined;
	}
	const errors: ParseError[] = [];
	const root = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: false });
	for (const { error, offset, length } of errors) {
		report.error(offset, length, SYNTAX[printParseErrorCode(error)] ?? "policyFile.jsonSymbol");
	}
	if (root === undefined && !report.failed) report.error(0, 1, "policyFile.jsonValue");
	return root;
}

/** Kinds of token by jsonc-parser's numbers (its SyntaxKind exists for the compiler only). */
const TOKEN = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, end: 17 };

/** Where brackets nest deeper than in any policy: the parser behind this calls itself for each. */
function tooDeepAt(text: string): number | undefined {
	const scanner = createScanner(text, true);
	let depth = 0;
	for (let token: number = scanner.scan(); token !== TOKEN.end; token = scanner.scan()) {
		if (token === TOKEN.openBrace || token === TOKEN.openBracket) depth += 1;
		else if (token === TOKEN.closeBrace || token === TOKEN.closeBracket) depth -= 1;
		if (depth > MAX_DEPTH) return scanner.getTokenOffset();
	}
	return undefined;
}

/** What the type cannot see: members given twice, and text that cannot be shown or has no digest. */
function walk(node: Node, report: Report): void {
	if (node.type === "string" && HIDDEN.test(String(node.value))) report.at(node, "policyFile.hidden");
	const seen = new Set<string>();
	for (const child of node.children ?? []) {
		if (node.type !== "object") {
			walk(child, report);
			continue;
		}
		const [name, value] = child.children ?? [];
		if (name === undefined) continue;
		const key = String(name.value);
		if (seen.has(key)) report.at(name, "policyFile.twice", { name: clip(key) });
		// Would not become a member of the value below.
		else if (key === "__proto__") report.at(name, "policyFile.unknownMember", { name: key });
		seen.add(key);
		walk(name, report);
		if (value !== undefined) walk(value, report);
	}
}

function plainValue(node: Node): unknown {
	if (node.type === "array") return (node.children ?? []).map(plainValue);
	if (node.type !== "object") return node.value;
	const value: Record<string, unknown> = {};
	for (const { children } of node.children ?? []) {
		const [name, member] = children ?? [];
		if (name !== undefined && member !== undefined && name.value !== "__proto__")
			value[name.value] = plainValue(member);
	}
	return value;
}

function checkIds(rules: readonly Node[], report: Report): void {
	const lines = new Map<string, number>();
	for (const node of rules) {
		const place = node.type === "object" ? findNodeAtLocation(node, ["id"]) : undefined;
		if (place?.type !== "string") continue;
		const id = String(place.value);
		const line = lines.get(id);
		if (line === undefined) lines.set(id, report.lineAt(place.offset));
		else report.at(place, "policyFile.idTwice", { id: clip(id), line });
	}
}
