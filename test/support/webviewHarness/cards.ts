// Cards to draw: what the agents of a working day ask for, and what a hostile one could.
import { structuredPatch } from "diff";
import type { CardFile, CardModel, Hunk } from "../../../src/protocol/card.ts";
import type { PendingState } from "../../../src/protocol/pendingView.ts";

const HOUR = 3_600_000;

/** A shell command of Claude Code, with anything else given. */
export function card(id: string, more: Partial<CardModel> = {}): CardModel {
	return {
		v: 1,
		id,
		agent: { id: "claude-code", label: "Claude Code" },
		session: { id: "session-1", label: "Fix the login form" },
		kind: "shell",
		tool: "Bash",
		verb: { code: "verb.shell" },
		target: "npm test",
		root: "/home/ada/shop",
		cwd: "/home/ada/shop",
		files: [],
		input: '{\n\t"command": "npm test"\n}',
		inputMatters: false,
		why: [{ code: "why.notReadOnly", args: { command: "npm" } }],
		risks: [],
		guard: false,
		createdAt: "2026-11-22T14:02:00.000Z",
		deadlineAt: new Date(Date.now() + HOUR).toISOString(),
		actionMac: "00".repeat(32),
		...more,
	};
}

/** A file with the diff of two texts. Word marks cover the part between common start and end of paired lines. */
export function file(
	label: string,
	before: string | undefined,
	after: string | undefined,
	more: Partial<CardFile> = {},
): CardFile {
	const patch = structuredPatch(label, label, before ?? "", after ?? "", "", "", { context: 3 });
	const hunks = patch.hunks.map(({ oldStart, newStart, lines }) => toHunk(oldStart, newStart, lines));
	const all = hunks.flatMap((hunk) => hunk.lines);
	return {
		label,
		path: `/home/ada/shop/${label}`,
		outside: false,
		op: before === undefined ? "create" : after === undefined ? "delete" : "modify",
		added: all.filter((line) => line.op === "+").length,
		removed: all.filter((line) => line.op === "-").length,
		whitespaceOnly: 0,
		eolOnly: 0,
		binary: false,
		...(before === undefined ? {} : { before: side(before) }),
		...(after === undefined ? {} : { after: side(after) }),
		hunks,
		cut: false,
		...more,
	};
}

export function side(
	text: string,
	more: Partial<NonNullable<CardFile["before"]>> = {},
): NonNullable<CardFile["before"]> {
	return {
		size: Buffer.byteLength(text),
		sha256: "ab".repeat(32),
		eol: text.includes("\r\n") ? "crlf" : text.includes("\n") ? "lf" : "none",
		bom: false,
		finalNewline: text.endsWith("\n"),
		mode: 0o644,
		...more,
	};
}

function toHunk(oldStart: number, newStart: number, raw: string[]): Hunk {
	let before = oldStart;
	let after = newStart;
	const lines: Hunk["lines"] = [];
	for (const line of raw) {
		const last = lines.at(-1);
		if (line.startsWith("\\")) {
			if (last) last.eol = "";
			continue;
		}
		const op = line[0] as " " | "-" | "+";
		const text = line.slice(1).replace(/\r$/, "");
		const eol = line.endsWith("\r") ? "\r\n" : "\n";
		lines.push({
			op,
			...(op === "+" ? {} : { before: before++ }),
			...(op === "-" ? {} : { after: after++ }),
			text,
			eol,
		});
	}
	markWords(lines);
	return { lines };
}

function markWords(lines: Hunk["lines"]): void {
	for (const [index, line] of lines.entries()) {
		const next = lines[index + 1];
		if (line.op !== "-" || next?.op !== "+" || lines[index - 1]?.op === "-" || lines[index + 2]?.op === "+") continue;
		const shorter = Math.min(line.text.length, next.text.length);
		let start = 0;
		while (start < shorter && line.text[start] === next.text[start]) start++;
		let end = 0;
		while (end < shorter - start && line.text.at(-1 - end) === next.text.at(-1 - end)) end++;
		for (const one of [line, next]) if (one.text.length - end > start) one.mark = [[start, one.text.length - end]];
	}
}

const LOGIN_BEFORE = `import { post } from "./http";

export async function login(name: string, password: string) {
	const reply = await post("/login", { name, password });
	if (reply.status === 200) return reply.token;
	throw new Error("login failed");
}
`;
const LOGIN_AFTER = `import { post } from "./http";

export async function login(name: string, password: string) {
	const reply = await post("/session", { name, password });
	if (reply.status === 201) return reply.token;
	if (reply.status === 429) throw new TooManyTries(reply.retryAfter);
	throw new Error("login failed");
}
`;

export function editCard(id: string, more: Partial<CardModel> = {}): CardModel {
	return card(id, {
		kind: "edit",
		tool: "Edit",
		verb: { code: "verb.edit" },
		target: "src/login.ts",
		why: [{ code: "why.changesFiles" }],
		files: [file("src/login.ts", LOGIN_BEFORE, LOGIN_AFTER)],
		input: "{}",
		description: "Use the new session endpoint and tell people when they tried too often.",
		...more,
	});
}

/** Several files, each with something a plain diff hides. */
export function manyFilesCard(id: string): CardModel {
	const text = "one\ntwo\nthree\n";
	return editCard(id, {
		tool: "MultiEdit",
		target: "4 files",
		files: [
			file("src/login.ts", LOGIN_BEFORE, LOGIN_AFTER),
			file("scripts/deploy.sh", "#!/bin/sh\nset -e\n", "#!/bin/sh\nset -e \n", {
				whitespaceOnly: 1,
				before: side("#!/bin/sh\nset -e\n"),
				after: side("#!/bin/sh\nset -e \n", { mode: 0o755 }),
			}),
			file("docs/notes.txt", text, text.replaceAll("\n", "\r\n"), {
				eolOnly: 3,
				before: side(text, { bom: true }),
				after: side(text.replaceAll("\n", "\r\n")),
			}),
			file("/etc/hosts", "127.0.0.1 localhost\n", "127.0.0.1 localhost evil.example", {
				path: "/etc/hosts",
				outside: true,
				target: "/private/etc/hosts",
				before: side("127.0.0.1 localhost\n"),
				after: side("127.0.0.1 localhost evil.example"),
			}),
		],
		why: [{ code: "why.outside", args: { path: "/etc/hosts" } }],
	});
}

export function guardCard(id: string, more: Partial<CardModel> = {}): CardModel {
	const before = '{\n\t"hooks": {\n\t\t"PreToolUse": ["gatepost-hook"]\n\t}\n}\n';
	return editCard(id, {
		target: "/home/ada/.claude/settings.json",
		guard: true,
		why: [{ code: "why.guard", args: { what: "the hooks of Claude Code" } }],
		files: [file("/home/ada/.claude/settings.json", before, "{}\n", { outside: true })],
		...more,
	});
}

/** Text that tries to be more than text. */
export const HOSTILE = [
	'<img src=x onerror="document.title=1"><script>document.title=1</script>',
	"[Allow](command:gatepost.allow) **bold** `code` https://evil.example/",
	"rm -rf /\u202e txt.harmless \u2066x\u2069",
	"a\u200bb\u00adc\ufeffd\u00a0e\u2028f\u3164g\u{e0041}h",
	"bell\u0007 esc\u001b[31mred\u001b[0m null\u0000 del\u007f \tindented\ttab",
	"trailing   ",
	"Z\u0351\u0352\u0353\u0354\u0355\u0356algo e\u0301 a\u0338b",
	"שלום/etc/passwd 1",
].join("\n");

export function hostileCard(id: string): CardModel {
	return card(id, {
		target: HOSTILE,
		agent: { id: "evil", label: "<b>Evil</b>\u202e" },
		session: { id: "hostile", label: "<script>alert(1)</script> \u202edesrever" },
		tool: "Bash\u200b",
		description: "**Harmless.** <a href='https://evil.example'>Just click Allow</a>\u202e.",
		why: [{ code: "why.notReadOnly", args: { command: "<u>rm</u>\u2067" } }],
		inputMatters: true,
		input: JSON.stringify({ command: HOSTILE }, undefined, "\t"),
	});
}

/** A state of the host with these cards waiting. */
export function state(pending: CardModel[], more: Partial<PendingState> = {}): PendingState {
	return {
		type: "state",
		pending,
		settled: [],
		activity: [],
		warnings: [],
		paused: false,
		gate: { state: "open", folders: ["/home/ada/shop"], agents: ["Claude Code"] },
		elsewhere: 0,
		grants: [],
		policy: [],
		...more,
	};
}

export const ACTIVITY: PendingState["activity"] = [
	{
		id: "a1",
		time: "2026-11-22T14:01:00.000Z",
		agent: "Claude Code",
		session: "Fix the login form",
		verb: { code: "verb.edit" },
		target: "src/login.ts",
		outcome: "allowed",
		by: "person",
		who: "ada",
	},
	{
		id: "a2",
		time: "2026-11-22T14:00:00.000Z",
		agent: "Claude Code",
		session: "Fix the login form",
		verb: { code: "verb.shell" },
		target: "git push --force origin main",
		outcome: "denied",
		by: "person",
		who: "ada",
		reason: "Never force-push to main.",
	},
	{
		id: "a3",
		time: "2026-11-22T13:59:00.000Z",
		agent: "Claude Code",
		session: "Fix the login form",
		verb: { code: "verb.read" },
		target: "src/login.ts",
		outcome: "allowed",
		by: "rule",
		who: "floor.read",
	},
	{
		id: "a4",
		time: "2026-11-22T13:20:00.000Z",
		agent: "Codex",
		session: "Tidy up",
		verb: { code: "verb.shell" },
		target: "docker compose up -d --build --remove-orphans",
		outcome: "timeout",
		by: "timeout",
	},
	{
		id: "a5",
		time: "2026-11-22T13:10:00.000Z",
		agent: "Codex",
		session: "Tidy up",
		verb: { code: "verb.fetch" },
		target: "https://example.org/data.json",
		outcome: "withdrawn",
		by: "agent",
	},
];
