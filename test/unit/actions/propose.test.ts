import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { type FileChange, isChange, type Proposal } from "../../../src/actions/change.ts";
import { proposeDelete, proposeRewrite } from "../../../src/actions/propose.ts";
import { rewriter } from "../../../src/actions/rewriters.ts";
import { MAX_FILE_BYTES, readTarget, sideOf } from "../../../src/actions/textFile.ts";
import { message } from "../../../src/protocol/messages.ts";
import { ending, folder } from "./support.ts";

const tool = rewriter(
	"a tool of these tests",
	(before, { text, adds, refuses }: { text: string; adds?: boolean; refuses?: boolean }) => {
		if (refuses === true) return message("proposal.notFound");
		return Buffer.concat([...(adds === true && before !== undefined ? [before] : []), Buffer.from(text)]);
	},
	(_, { text }) => text.length,
);
const becomes = (path: string, text: string) => proposeRewrite(path, tool, { text });
const only = (proposal: Proposal): FileChange => {
	assert.ok(isChange(proposal), ending(proposal));
	assert.equal(proposal.files.length, 1);
	return proposal.files[0] as FileChange;
};

test("a file that is there is modified, one that is not is made, folders included", async (t) => {
	const dir = folder(t);
	const path = join(dir, "a.txt");
	writeFileSync(path, "one\n");
	chmodSync(path, 0o755);
	const modified = only(await proposeRewrite(path, tool, { text: "two\n", adds: true }));
	assert.deepEqual([modified.op, modified.path, modified.target], ["modify", path, undefined]);
	assert.deepEqual([modified.before?.bytes.toString(), modified.after?.bytes.toString()], ["one\n", "one\ntwo\n"]);
	assert.deepEqual([modified.before?.mode, modified.after?.mode], [0o755, 0o755]);
	const made = only(await becomes(join(dir, "new", "b.txt"), "x"));
	assert.deepEqual([made.op, made.before, made.after?.mode], ["create", undefined, undefined]);
	assert.equal(readFileSync(path, "utf8"), "one\n");
});

test("links are followed to where the change would land", async (t) => {
	const dir = folder(t);
	mkdirSync(join(dir, "real"));
	writeFileSync(join(dir, "real", "a.txt"), "one\n");
	symlinkSync(join("real", "a.txt"), join(dir, "leaf.txt"));
	symlinkSync("real", join(dir, "folder"));
	for (const path of [join(dir, "leaf.txt"), join(dir, "folder", "a.txt")]) {
		const file = only(await becomes(path, "x"));
		assert.deepEqual(
			[file.path, file.target, file.before?.bytes.toString()],
			[path, join(dir, "real", "a.txt"), "one\n"],
		);
	}
	const made = only(await becomes(join(dir, "folder", "new.txt"), "x"));
	assert.deepEqual([made.op, made.target], ["create", join(dir, "real", "new.txt")]);
});

test("what is no file that can be read now is unknown with a reason, and nothing blocks on it", async (t) => {
	const dir = folder(t);
	const at = (name: string): string => join(dir, name);
	mkdirSync(at("dir"));
	execFileSync("mkfifo", [at("fifo")]);
	const socket = createServer().listen(at("socket"));
	await new Promise((resolve) => socket.once("listening", resolve));
	t.after(() => new Promise((resolve) => socket.close(resolve)));
	writeFileSync(at("big"), "");
	truncateSync(at("big"), MAX_FILE_BYTES + 1);
	writeFileSync(at("limit"), "");
	truncateSync(at("limit"), MAX_FILE_BYTES);
	writeFileSync(at("file"), "");
	symlinkSync("nowhere", at("dangling"));
	symlinkSync("loop", at("loop"));
	symlinkSync("fifo", at("to-fifo"));
	const cases: [string, string][] = [
		[at("dir"), "proposal.directory"],
		[at("fifo"), "proposal.notFile"],
		[at("to-fifo"), "proposal.notFile"],
		[at("socket"), "proposal.notFile"],
		["/dev/zero", "proposal.notFile"],
		[at("big"), "proposal.tooLarge"],
		[at("dangling"), "proposal.danglingLink"],
		[at("dangling/x"), "proposal.danglingLink"],
		[at("loop"), "proposal.unreadable"],
		[at("file/x"), "proposal.unreadable"],
		[`${dir}/${"x".repeat(300)}`, "proposal.unreadable"],
		// It says it is empty and is not.
		["/proc/self/status", "proposal.changing"],
	];
	for (const [path, code] of cases) assert.equal(ending(await becomes(path, "x")), code, path);
	// The thread knows no tools of tests: what is that large goes there.
	await assert.rejects(becomes(at("limit"), "x"), /no rewriter is named a tool of these tests/);
	const limit = only(await proposeDelete(at("limit")));
	assert.deepEqual([limit.before?.bytes.length, limit.before?.binary], [MAX_FILE_BYTES, true]);
});

test("a file that may not be read is unknown", {
	skip: process.getuid?.() === 0 && "root reads everything",
}, async (t) => {
	const path = join(folder(t), "secret");
	writeFileSync(path, "x", { mode: 0 });
	assert.equal(ending(await becomes(path, "y")), "proposal.unreadable");
});

test("a tool that cannot say what it would write is unknown with its reason", async (t) => {
	const path = join(folder(t), "a");
	assert.equal(ending(await proposeRewrite(path, tool, { text: "", refuses: true })), "proposal.notFound");
});

test("a deletion shows what goes", async (t) => {
	const dir = folder(t);
	writeFileSync(join(dir, "a.txt"), "one\n");
	const gone = only(await proposeDelete(join(dir, "a.txt")));
	assert.deepEqual([gone.op, gone.before?.bytes.toString(), gone.after], ["delete", "one\n", undefined]);
	assert.equal(only(await proposeDelete(join(dir, "missing"))).op, "delete");
	assert.equal(ending(await proposeDelete(dir)), "proposal.directory");
});

test("the target tells a link from a file, and gives all bytes", async (t) => {
	const dir = folder(t);
	writeFileSync(join(dir, "a.txt"), "x".repeat(3_000_000));
	symlinkSync("a.txt", join(dir, "b.txt"));
	const target = await readTarget(join(dir, "b.txt"));
	assert.ok(target.state === "file");
	assert.deepEqual([target.isLink, target.real, target.bytes.length], [true, join(dir, "a.txt"), 3_000_000]);
});

test("a side says how its text is kept", () => {
	const facts = (bytes: Buffer | string) => {
		const { eol, bom, finalNewline, binary } = sideOf(Buffer.from(bytes));
		return [eol, bom, finalNewline, binary];
	};
	assert.deepEqual(facts(""), ["none", false, false, false]);
	assert.deepEqual(facts("a"), ["none", false, false, false]);
	assert.deepEqual(facts("a\nb\n"), ["lf", false, true, false]);
	assert.deepEqual(facts("a\r\nb"), ["crlf", false, false, false]);
	assert.deepEqual(facts("a\rb\r"), ["cr", false, true, false]);
	assert.deepEqual(facts("a\r\nb\n"), ["mixed", false, true, false]);
	assert.deepEqual(facts("a\rb\n"), ["mixed", false, true, false]);
	assert.deepEqual(facts("\ufeffa\n"), ["lf", true, true, false]);
	assert.deepEqual(facts(Buffer.from("\ufeffa\n", "utf16le")), ["none", true, false, true]);
	assert.deepEqual(facts("a\0\n"), ["none", false, false, true]);
	assert.deepEqual(facts(Buffer.from([0xe9, 0x0a])), ["none", false, false, true]);
});
