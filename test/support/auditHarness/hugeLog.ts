// A log whose every text is megabytes long and hostile, as an agent (or who edits the log) could leave it: lines up to the
// longest that is read, and two that are not. Its hashes are good; it is not signed.
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type EntryHead, GENESIS, MAX_LINE_BYTES, saltedBody, seal } from "../../../src/audit/chain.ts";
import type { EntryType } from "../../../src/audit/entry.ts";
import { segmentName } from "../../../src/audit/segment.ts";
import { HOSTILE } from "../auditLog.ts";

const START = Date.parse("2026-11-22T14:00:00.000Z");
export const FOLDER = "/home/ada/shop";
/** Everything hostile, on one line and on many. */
const ONE_LINE = Object.values(HOSTILE)
	.join(" ")
	.replaceAll(/[\r\n]/g, " ");
const MANY_LINES = `${Object.values(HOSTILE).join("\n")}\n`;
/** What a line holds beside a text that fills it. Bytes. */
const REST = 4096;

/** A hostile text of about so many bytes as it is written. @param piece repeated in it */
function filled(bytes: number, begin: string, piece: string): string {
	const size = Buffer.byteLength(JSON.stringify(piece)) - 2;
	return begin + piece.repeat(Math.floor((bytes - Buffer.byteLength(begin)) / size));
}

const words = (kib: number, begin = "") => filled(kib * 1024, begin, `${ONE_LINE} `);
const lines = (kib: number, begin = "") => filled(kib * 1024, begin, MANY_LINES);
/** Nowhere to break it. */
const word = (kib: number, begin = "") => filled(kib * 1024, begin, "x");
const WHOLE = (MAX_LINE_BYTES - REST) / 1024;

/** What rows of it are about: an ordinary one, for which the panel is still of use, and two of the huge. */
export const ORDINARY = "make deploy";
export const COMMAND = "huge command";
/** As the table names it: within the folder. */
export const FILES_OF = "many/";
export const SESSION = "0aaaaaaa-0000-4000-8000-000000000001";

/**
 * Writes it.
 * @param files of the one action that changes the most
 * @returns how many lines it has
 */
export function hugeLog(dir: string, files: number): number {
	const path = join(dir, "journal", segmentName(START, "huge"));
	mkdirSync(join(dir, "journal"), { recursive: true });
	writeFileSync(path, "");
	let seq = 0;
	let prev = GENESIS;
	const add = (type: EntryType | string, body: object, session: string | undefined = SESSION) => {
		const head: EntryHead = {
			v: 1,
			seq: ++seq,
			time: new Date(START + seq * 1000).toISOString(),
			mono: seq * 1000,
			type: type as EntryType,
			...(session === undefined ? {} : { session }),
		};
		const sealed = seal(prev, head, saltedBody(body));
		if (Buffer.byteLength(sealed.line) > MAX_LINE_BYTES + 1) throw new Error(`entry ${seq} is too long to be read`);
		prev = sealed.hash;
		appendFileSync(path, sealed.line);
	};
	const of = { agent: "claude-code", enforcement: "enforced" };
	let count = 0;
	const action = (input: object, more: object = {}, said: object = {}, decided: object = {}) => {
		const request = `r${++count}`;
		const claimed = { event: "PreToolUse", cwd: FOLDER, input, paths: [], permissionMode: "default", ...said };
		add("action.requested", {
			...of,
			request,
			kind: "shell",
			tool: "Bash",
			root: FOLDER,
			guard: false,
			...more,
			claimed,
		});
		const decision = { by: "rule", verdict: "allow", ruleId: "floor.shell" };
		add("action.decided", { ...of, request, decision, why: [], ...decided });
		return request;
	};
	const result = (request: string, response: unknown) =>
		add("action.executed", { ...of, request, tool: "Bash", outcome: "done", redacted: false, claimed: { response } });
	const side = { digest: "ab".repeat(32), size: 12, redacted: false };
	const change = (paths: string[]) => ({
		kind: "edit",
		tool: "Edit",
		change: { files: paths.map((path) => ({ path, op: "modify", after: side })) },
	});

	add("session.started", {
		...of,
		root: word(400, FOLDER),
		osUser: words(300),
		host: word(300),
		processes: Array.from({ length: 40 }, (_, n) => ({ pid: n, name: n < 4 ? words(300) : ONE_LINE })),
		launcher: { kind: words(200), name: words(300), within: word(300) },
		program: { path: word(300), version: words(300) },
		git: { commit: words(300), branch: lines(300), commonDir: word(300) },
		claimed: { session: SESSION, cwd: word(300), model: words(300), permissionMode: words(300) },
	});
	add("prompt", { ...of, claimed: { text: lines(WHOLE, "huge prompt\n"), promptId: "p" } });
	action({ command: words(WHOLE, `${COMMAND} `) });
	result(action({ command: "huge output" }), { stdout: "y\n".repeat(((WHOLE - 100) * 1024) / 3), stderr: lines(50) });
	const many = Array.from({ length: files }, (_, n) => `${FOLDER}/${FILES_OF}${n}${n % 50 ? "" : ONE_LINE}`);
	action({ file_path: many[0] }, change(many), { paths: many.slice(0, 100) });
	const long = Array.from({ length: 60 }, (_, n) => word(120, `${FOLDER}/long${n}/${ONE_LINE}/`));
	action({ file_path: long[0] }, change(long));
	action(
		{ command: "huge names" },
		{ agent: words(500), tool: words(500), subagent: words(500), root: word(500) },
		{ cwd: word(500), description: lines(2000), permissionMode: words(500), paths: [word(500)] },
	);
	const person = { osUser: words(300), claims: { gitName: words(300) }, assurance: 1 };
	const said = { approver: person, channel: words(500), gesture: words(300) };
	action(
		{ command: "huge decision" },
		{},
		{},
		{
			rule: words(500),
			policyDigest: word(300),
			why: [
				...Array.from({ length: 10_000 }, () => ({ code: "why.sensitive", args: { path: ONE_LINE } })),
				{ code: words(300) },
				{ code: "why.sensitive", args: { path: word(500) } },
			],
			decision: {
				by: "person",
				verdict: "deny",
				...said,
				reason: lines(1000),
				grant: { rule: { command: words(500) } },
				shown: { digest: word(300), extent: "whole", ms: 1 },
			},
		},
	);
	add("coverage.gap", { ...of, kind: words(500), request: null, tool: words(500) });
	add(words(500, "huge type "), { ...of, anything: words(500) });
	// Ids of sessions are part of what is hashed, and as long as an agent likes.
	add("prompt", { agent: words(300), claimed: { text: "huge session" } }, words(2000, "s "));
	result(action({ command: ORDINARY }), { stdout: "done" });
	// Longer than any line can be, and no text.
	appendFileSync(path, `${"z".repeat(MAX_LINE_BYTES + 10)}\n`);
	appendFileSync(path, Buffer.concat([Buffer.alloc(4 << 20, 0xff), Buffer.from("\n")]));
	return seq + 2;
}
