// Hooks in the head of agent, skill and command files (measured with 2.1.330: all three run theirs, and PreToolUse hooks
// among them rewrite input). The head is YAML; it is searched, not parsed, and what is unclear counts as a hook.
import { join } from "node:path";
import { digestOf, type Findings, type Place, reachOf, type Source, sha256 } from "./findings.ts";
import { type Looker, textOf } from "./looker.ts";

/** A head longer than this is taken for one that hides something. Bytes. */
const MAX_HEAD_BYTES = 128 * 1024;
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
	if (!whole) cut(dir, fromProject, found);
}

export function collectSkills(look: Looker, dir: string, place: Place, fromProject: boolean, found: Findings): void {
	const { names, whole } = look.names(dir);
	for (const name of names) collectFile(look, join(dir, name, "SKILL.md"), place, fromProject, found);
	if (!whole) cut(dir, fromProject, found);
}

function collectFile(look: Looker, file: string, place: Place, fromProject: boolean, found: Findings): void {
	const content = look.read(file);
	if (content.kind === "missing") return;
	const source: Source = { kind: "definition", file, fromProject };
	if (content.kind === "unreadable") {
		found.unread.push({ source, why: "unread", detail: content.why, digest: sha256(file, content.why) });
		return;
	}
	const head = headOf(textOf(content.bytes));
	if (head === undefined) return;
	for (const event of eventsIn(head)) {
		const entry = { head };
		const digest = digestOf(look, place, event, undefined, head);
		found.hooks.push({ source, event, entry, digest, ours: false, reach: reachOf(event) });
	}
}

/** A folder with more files than are looked at: what the rest brings is unknown. */
function cut(dir: string, fromProject: boolean, found: Findings): void {
	const source: Source = { kind: "definition", file: dir, fromProject };
	found.unread.push({ source, why: "unread", detail: "too many files", digest: sha256(dir, "too many files") });
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
	// Escapes, anchors, aliases, merges and tags can spell a name in another way.
	const odd = /"[^"\n]*\\[^"\n]*"\s*:|(^|[\s:,[{-])[&*!][A-Za-z]|<<\s*:/m;
	if (!plain || head.length >= MAX_HEAD_BYTES || odd.test(lines.slice(from).join("\n"))) return ["*"];
	return [...new Set([...head.matchAll(EVENT)].map(([name]) => name))];
}

const HOOKS = /^(["']?)hooks\1\s*:/i;
