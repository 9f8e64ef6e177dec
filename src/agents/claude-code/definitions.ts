// Hooks in the head of agent, skill and command files (measured with 2.1.330: all three run theirs, and PreToolUse hooks
// among them rewrite input). The head is YAML; it is searched, not parsed, and what is unclear counts as a hook.
import { join } from "node:path";
import { addHook, addUnread, digestOf, type Findings, type Place, reachOf, type Source } from "./findings.ts";
import { type Looker, textOf } from "./looker.ts";

/** A head longer than this is taken for one that hides something. Bytes. */
const MAX_HEAD_BYTES = 32 * 1024;
const MARKDOWN = /\.md$/i;
/** All events that can change or answer an action, or change the environment of commands. */
const EVENT =
	/\b(PreToolUse|PermissionRequest|Elicitation|ElicitationResult|SessionStart|Setup|CwdChanged|FileChanged)\b/g;

/** Adds what the files in `<dir>/{agents,commands,skills}` bring. */
export function collectDefinitions(
	look: Looker,
	dir: string,
	place: Place,
	fromProject: boolean,
	found: Findings,
): void {
	if (look.stat(dir)?.isDirectory() !== true) return;
	for (const name of ["agents", "commands"]) collectMarkdown(look, join(dir, name), place, fromProject, found);
	collectSkills(look, join(dir, "skills"), place, fromProject, found);
}

export function collectMarkdown(look: Looker, dir: string, place: Place, fromProject: boolean, found: Findings): void {
	const { files, whole } = look.walk(dir, (name) => MARKDOWN.test(name));
	for (const file of files) collectFile(look, file, place, fromProject, found);
	if (!whole) cut(look, dir, fromProject, found);
}

export function collectSkills(look: Looker, dir: string, place: Place, fromProject: boolean, found: Findings): void {
	const { names, whole } = look.names(dir);
	for (const name of names) collectFile(look, join(dir, name, "SKILL.md"), place, fromProject, found);
	if (!whole) cut(look, dir, fromProject, found);
}

function collectFile(look: Looker, file: string, place: Place, fromProject: boolean, found: Findings): void {
	const content = look.read(file, MAX_HEAD_BYTES + 16);
	if (content.kind === "missing") return;
	const source: Source = { kind: "definition", file, fromProject };
	if (content.kind === "unreadable") {
		addUnread(found, source, content.why, look.stateOf(file));
		return;
	}
	const head = headOf(textOf(content.bytes));
	if (head === undefined) return;
	for (const event of eventsIn(head)) {
		const hook = () => {
			const digest = digestOf(look, place, event, undefined, head);
			return { source, event, entry: { head }, digest, ours: false, reach: reachOf(event) };
		};
		addHook(found, hook, source);
	}
}

/** A folder with more files than are looked at: what the rest brings is unknown. */
function cut(look: Looker, dir: string, fromProject: boolean, found: Findings): void {
	addUnread(found, { kind: "definition", file: dir, fromProject }, "too many files", look.stateOf(dir));
}

/** The text between the first two lines of dashes; all of the beginning when the second is missing. */
export function headOf(text: string): string | undefined {
	const start = /^\s*---/.exec(text);
	if (start === null) return undefined;
	const rest = text.slice(start[0].length, start[0].length + MAX_HEAD_BYTES);
	const end = /^---[ \t]*$/m.exec(rest);
	return end === null ? rest : rest.slice(0, end.index);
}

/** Events of hooks that the head may define; "*" when it is written so that it cannot be told. */
export function eventsIn(head: string): string[] {
	const lines = head.split(/\r\n|\n|\r/).filter((line) => /^\s*[^\s#]/.test(line));
	const margin = /^[ ]*/.exec(lines[0] ?? "")?.[0].length ?? 0;
	const top = lines.filter((line) => !line.startsWith(" ".repeat(margin + 1))).map((line) => line.slice(margin));
	const members = top.filter((line) => !/^-( |$)/.test(line));
	const plain = members.every((line) => /^(["']?)[A-Za-z][\w-]*\1\s*:/.test(line));
	const named = members.some((line) => HOOKS.test(line));
	if (plain && !named && head.length < MAX_HEAD_BYTES) return [];
	const from = lines.findIndex((line) => HOOKS.test(line.slice(margin)));
	if (!plain || head.length >= MAX_HEAD_BYTES || lines.slice(from).some(isOdd)) return ["*"];
	return [...new Set([...head.matchAll(EVENT)].map(([name]) => name))];
}

/** Escapes, anchors, aliases, merges and tags can spell a name in another way. */
function isOdd(line: string): boolean {
	if (/(^|[\s:,[{-])[&*!][A-Za-z]|<<\s*:/.test(line)) return true;
	// An escape is fine in the value of a plain key, such as a command.
	return line.includes("\\") && !/^\s*(- )?[A-Za-z]\w*:\s+[^\s{[]/.test(line);
}

const HOOKS = /^(["']?)hooks\1\s*:/i;
