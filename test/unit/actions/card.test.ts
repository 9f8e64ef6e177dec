import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import canonicalize from "canonicalize";
import fc from "fast-check";
import type { Action } from "../../../src/actions/action.ts";
import { buildCard, type CardParts, cardDigest } from "../../../src/actions/card.ts";
import type { Proposal } from "../../../src/actions/change.ts";
import type { JsonObject } from "../../../src/protocol/canonical.ts";
import { CardModel } from "../../../src/protocol/card.ts";
import { message } from "../../../src/protocol/messages.ts";
import { action, change } from "./support.ts";

const card = (of: Action, proposal?: Proposal, more: Partial<CardParts> = {}): CardModel => {
	const built = buildCard({
		id: "r1",
		event: { caller: { agent: "claude-code", label: "Claude Code" } },
		action: of,
		proposal,
		verdict: { why: [message("why.changesFiles")], guard: false },
		session: { id: "s1", label: "fix it" },
		createdAt: Date.UTC(2026, 10, 22),
		deadlineAt: Date.UTC(2026, 10, 22, 0, 30),
		actionMac: "ab".repeat(32),
		folders: ["/w"],
		...more,
	});
	// Whatever is built is what the webview's own check takes.
	return CardModel.parse(built);
};
const edit = action(
	"edit",
	"Edit",
	{ file_path: "/w/src/a.ts", old_string: "a", new_string: "b", replace_all: false },
	["/w/src/a.ts"],
);

test("a card says who asks for what, why, and until when", () => {
	const event = { caller: { agent: "claude-code", label: "Claude Code" }, subagent: "a1", description: "Lists files" };
	const shell = action("shell", "Bash", { command: "ls\n-la", description: "Lists files" });
	const { agent, session, verb, target, why, guard, createdAt, deadlineAt, description } = card(shell, undefined, {
		event,
		verdict: { why: [message("why.guard", { what: "x" })], guard: true },
	});
	assert.deepEqual(agent, { id: "claude-code", label: "Claude Code" });
	assert.deepEqual(session, { id: "s1", label: "fix it", subagent: "a1" });
	assert.deepEqual([verb.code, target, guard, description], ["verb.shell", "ls\n-la", true, "Lists files"]);
	assert.deepEqual(why, [{ code: "why.guard", args: { what: "x" } }]);
	assert.deepEqual([createdAt, deadlineAt], ["2026-11-22T00:00:00.000Z", "2026-11-22T00:30:00.000Z"]);
});

test("the target is the whole command, the file, the address or the tool", () => {
	const target = (of: Action): string => card(of).target;
	assert.equal(target(action("shell", "Bash", { command: "x".repeat(100_000) })).length, 100_000);
	assert.equal(target(edit), "src/a.ts");
	assert.equal(target(action("read", "Read", { file_path: "/etc/passwd" }, ["/etc/passwd"])), "/etc/passwd");
	assert.equal(target(action("fetch", "WebFetch", { url: "https://x/y", prompt: "p" })), "https://x/y");
	assert.equal(target(action("fetch", "WebSearch", { query: "q" })), "q");
	assert.equal(target(action("mcp", "mcp__a__b", { command: "x" })), "mcp__a__b");
	assert.equal(target(action("spawn", "Agent", { subagent_type: "Explore", prompt: "p" })), "Explore");
	assert.equal(target(action("shell", "Bash", { command: ["rm"] })), "Bash");
	assert.equal(target(action("other", "Skill", { command: "x" })), "Skill");
});

test("the input matters as soon as it holds anything that target and files do not show", () => {
	const event = { caller: { agent: "a", label: "A" }, description: "d" };
	const matters = (of: Action, proposal?: Proposal): boolean => card(of, proposal, { event }).inputMatters;
	const shell = (input: JsonObject) => matters(action("shell", "Bash", input));
	assert.equal(shell({ command: "ls" }), false);
	assert.equal(shell({ command: "ls", description: "d" }), false);
	assert.equal(shell({ command: "ls", description: "other words" }), true);
	for (const more of ["run_in_background", "timeout", "dangerouslyDisableSandbox", "new"]) {
		assert.equal(shell({ command: "ls", [more]: false }), true, more);
	}
	assert.equal(shell({ command: "" }), true);
	assert.equal(shell({ command: 5 }), true);

	const known = change("/w/src/a.ts", "a\n", "b\n");
	assert.equal(matters(edit, known), false);
	assert.equal(matters(edit), true);
	assert.equal(matters(edit, { unknown: message("proposal.notFound") }), true);
	assert.equal(matters(edit, change("/w/src/a.ts", "a\0", "b")), true, "binary");
	assert.equal(matters(edit, change("/w/src/a.ts", "", "line\n".repeat(3000))), true, "cut");
	assert.equal(matters({ ...edit, input: { ...edit.input, more: 1 } }, known), true);
	assert.equal(
		matters({ ...edit, input: { ...edit.input, file_path: "/w/link/../src/a.ts" } }, known),
		true,
		"the path is put otherwise",
	);
	assert.equal(matters({ ...edit, input: { ...edit.input, file_path: "src/a.ts" } }, known), false);

	assert.equal(matters(action("fetch", "WebFetch", { url: "u" })), false);
	assert.equal(matters(action("fetch", "WebFetch", { url: "u", prompt: "p" })), true);
	assert.equal(matters(action("read", "Read", { file_path: "/w/a" }, ["/w/a"])), false);
	assert.equal(matters(action("read", "Read", { file_path: "/w/a", pages: "1" }, ["/w/a"])), true);
	assert.equal(matters(action("mcp", "mcp__a__b", {})), false);
	assert.equal(matters(action("mcp", "mcp__a__b", { path: "/w/a" }, ["/w/a"])), true);
	assert.equal(matters(action("spawn", "Agent", { prompt: "p", subagent_type: "Explore" })), true);
	assert.equal(matters(action("other", "Skill", { skill: "x" })), true);
});

test("files say where they are, where they land, and what they would become", () => {
	const { files, problem } = card(edit, change("/w/src/a.ts", "a\n", "b\n", { target: "/elsewhere/a.ts" }));
	const [file] = files;
	assert.ok(file);
	assert.deepEqual(
		[file.label, file.path, file.target, file.outside],
		["src/a.ts", "/w/src/a.ts", "/elsewhere/a.ts", true],
	);
	assert.deepEqual([file.op, file.added, file.removed, problem], ["modify", 1, 1, undefined]);
	assert.equal(card(edit, change("/w/src/a.ts", "a\n", "b\n")).files[0]?.outside, false);
	const unknown = card(edit, { unknown: message("proposal.notFound") });
	assert.deepEqual([unknown.files, unknown.problem?.code], [[], "proposal.notFound"]);
});

test("a heading names the files, and how many more there are", () => {
	const files = ["a", "b", "c", "d", "e"].flatMap((name) => change(`/w/src/${name}`, "1\n", "2\n").files);
	const patch = action(
		"edit",
		"apply_patch",
		{ input: "*** Begin Patch" },
		files.map(({ path }) => path),
	);
	const heading = (count: number) => card(patch, { files: files.slice(0, count) }).target;
	assert.deepEqual([1, 3, 5].map(heading), ["src/a", "src/a, src/b, src/c", "src/a, src/b, src/c, … (+2)"]);
	assert.equal(card(patch, { unknown: message("proposal.notFound") }).target, "src/a, src/b, src/c, … (+2)");
	assert.equal(card(action("edit", "apply_patch", {}, []), undefined).target, "apply_patch");
});

test("an input that does not matter is kept short, one that does is whole", () => {
	const content = "some text\n".repeat(5000);
	const write = action("write", "Write", { file_path: "/w/a", content }, ["/w/a"]);
	const short = card(write, change("/w/a", undefined, "x\n"));
	assert.ok(!short.inputMatters && short.input.length < 200);
	const whole = card(write, { unknown: message("proposal.notFound") });
	assert.deepEqual(JSON.parse(whole.input), write.input);
});

test("of a cut change the input is whole: a terminal shows nothing else of it", () => {
	const input = { file_path: "/w/a", content: "a line\n".repeat(50_000) };
	const cut = card(action("write", "Write", input, ["/w/a"]), change("/w/a", undefined, input.content));
	assert.ok(cut.inputMatters && cut.files[0]?.cut);
	assert.deepEqual(JSON.parse(cut.input), input);
});

test("a card stays of bounded size however large its change is", () => {
	const lines = Array.from({ length: 150_000 }, (_, at) => `line ${at} of a large file`).join("\n");
	const large = card(edit, change("/w/src/a.ts", lines, lines.replaceAll("large", "LARGE")));
	assert.equal(large.files[0]?.cut, true);
	assert.equal(large.files[0]?.hunks.flatMap((hunk) => hunk.lines).length, 2000);
	assert.ok(JSON.stringify(large).length < 400_000);
});

test("the digest is the SHA-256 of the card's canonical text, as anybody can compute it", () => {
	const built = card(edit, change("/w/src/a.ts", "a\n", "b\n"));
	const other = canonicalize(JSON.parse(JSON.stringify(built)));
	assert.equal(cardDigest(built), createHash("sha256").update(String(other), "utf8").digest("hex"));
	assert.notEqual(cardDigest({ ...built, target: "src/b.ts" }), cardDigest(built));
});

test("every change of the input changes the digest, also where the input does not matter", () => {
	const base = card(edit, change("/w/src/a.ts", "a\n", "b\n"));
	const other = card(edit, change("/w/src/a.ts", "a\n", "b \n"));
	assert.notEqual(cardDigest(base), cardDigest(other));
});

test("any input makes a card that its own schema takes", () => {
	const input = fc.dictionary(
		fc.constantFrom("command", "description", "file_path", "url", "content", "x"),
		fc.jsonValue({ stringUnit: "binary", maxDepth: 3 }),
	);
	const kind = fc.constantFrom("shell", "edit", "write", "delete", "read", "fetch", "mcp", "spawn", "other" as const);
	fc.assert(
		fc.property(kind, input, (kind, input) => {
			const clean = JSON.parse(JSON.stringify(input)) as JsonObject;
			const built = card(action(kind as Action["kind"], "Tool", clean));
			assert.match(cardDigest(built), /^[0-9a-f]{64}$/);
		}),
	);
});
