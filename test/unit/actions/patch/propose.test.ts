import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { type FileChange, isChange, type Proposal } from "../../../../src/actions/change.ts";
import type { PatchDialect } from "../../../../src/actions/patch/dialect.ts";
import { clash, patchPath } from "../../../../src/actions/patch/names.ts";
import { MAX_PATCH_FILES, proposePatch } from "../../../../src/actions/patch/propose.ts";
import { format } from "../../../../src/protocol/messages.ts";
import { folder } from "../support.ts";
import { patch } from "./support.ts";

/** A folder with these files, and what a patch would do to them. */
function workspace(t: Parameters<typeof folder>[0], files: Record<string, string | Buffer>) {
	const dir = folder(t);
	for (const [name, bytes] of Object.entries(files)) {
		mkdirSync(dirname(join(dir, name)), { recursive: true });
		writeFileSync(join(dir, name), bytes, { mode: 0o755 });
	}
	const propose = (text: string, dialect?: PatchDialect): Promise<Proposal> => proposePatch(dir, text, dialect);
	/** One line a file, or the code of why not. */
	const outcome = async (lines: string[], dialect?: PatchDialect): Promise<string[] | string> => {
		const proposal = await propose(patch(...lines), dialect);
		if (!isChange(proposal)) {
			assert.ok(proposal !== undefined);
			assert.doesNotMatch(format(proposal.unknown), /\{\w+\}/, "its sentence is whole");
			return proposal.unknown.code;
		}
		return proposal.files.map((file) => drawn(dir, file));
	};
	return { dir, propose, outcome };
}

function drawn(dir: string, { path, from, op, before, after }: FileChange): string {
	const name = (file: string) => file.slice(dir.length + 1);
	const side = (one: FileChange["before"]) => (one === undefined ? "none" : JSON.stringify(one.bytes.toString()));
	return `${op} ${from === undefined ? "" : `${name(from)} > `}${name(path)}: ${side(before)} > ${side(after)}`;
}

const edit = (from: string, to: string) => ["@@", `-${from}`, `+${to}`];

test("several files in one patch, and nothing is written", async (t) => {
	const { dir, propose } = workspace(t, { a: "x\ny\n", gone: "g\n", "src/old": "m\n" });
	const text = patch(
		...["*** Update File: a", ...edit("x", "X"), "*** Add File: d/new", "+n", "*** Delete File: gone"],
		...["*** Update File: src/old", "*** Move to: src/new", ...edit("m", "M")],
	);
	const proposal = await propose(text);
	assert.ok(isChange(proposal));
	assert.deepEqual(
		proposal.files.map((file) => drawn(dir, file)),
		[
			'modify a: "x\\ny\\n" > "X\\ny\\n"',
			'create d/new: none > "n\\n"',
			'delete gone: "g\\n" > none',
			'modify src/old > src/new: "m\\n" > "M\\n"',
		],
	);
	const [a, made, , moved] = proposal.files;
	assert.deepEqual([a?.before?.mode, a?.after?.mode], [0o755, 0o755]);
	assert.deepEqual([made?.after?.mode, moved?.before?.mode, moved?.after?.mode], [undefined, 0o755, undefined]);
	assert.equal(readFileSync(join(dir, "a"), "utf8"), "x\ny\n");
	assert.ok(!existsSync(join(dir, "d")));
});

test("names are taken as the tool takes them", async (t) => {
	const { dir, outcome } = workspace(t, { a: "x\n", "d/b": "x\n" });
	const x = edit("x", "X");
	assert.deepEqual(await outcome([`*** Update File: ${dir}/a`, ...x]), ['modify a: "x\\n" > "X\\n"']);
	assert.deepEqual(await outcome(["*** Update File: none/../a", ...x]), ['modify a: "x\\n" > "X\\n"']);
	assert.deepEqual(await outcome(["*** Update File: a/", ...x]), ['modify a: "x\\n" > "X\\n"']);
	assert.deepEqual(await outcome(["*** Add File: ~/b", "+x"]), ['create ~/b: none > "x\\n"']);
	assert.deepEqual(await outcome(["*** Add File:  b", "+x"]), ['create  b: none > "x\\n"']);
	assert.deepEqual(await outcome(["*** Add File: a", "+n"]), ['modify a: "x\\n" > "n\\n"']);
	assert.equal(await outcome(["*** Update File: none", ...x]), "proposal.noFile");
	assert.equal(await outcome(["*** Delete File: none"]), "patch.noDelete");
	assert.equal(await outcome(["*** Delete File: d"]), "proposal.directory");
	assert.equal(await outcome(["*** Delete File: ."]), "proposal.directory");
	assert.equal(await outcome(["*** Add File: a/b", "+x"]), "proposal.unreadable");
	assert.equal(await outcome([`*** Add File: ${"n".repeat(300)}`, "+x"]), "proposal.unreadable");
	assert.equal(await outcome([`*** Add File: ${"n/".repeat(3000)}`, "+x"]), "patch.path");
	assert.equal(await outcome(["*** Add File: a\0b", "+x"]), "patch.path");
	const outside = await outcome([`*** Add File: ../${basename(dir)}-beside`, "+x"]);
	assert.ok(Array.isArray(outside) && outside.length === 1, "outside of the folder is the card's business");
});

test("a file that is named twice is changed in order", async (t) => {
	const { outcome } = workspace(t, { a: "x\ny\n", b: "old\n" });
	const x = ["*** Update File: a", ...edit("x", "X")];
	assert.deepEqual(await outcome([...x, "*** Update File: ./a", ...edit("y", "Y")]), [
		'modify a: "x\\ny\\n" > "X\\nY\\n"',
	]);
	assert.deepEqual(await outcome([...x, "*** Update File: a", ...edit("X", "Z")]), [
		'modify a: "x\\ny\\n" > "Z\\ny\\n"',
	]);
	assert.deepEqual(await outcome(["*** Delete File: a", "*** Add File: a", "+n"]), ['modify a: "x\\ny\\n" > "n\\n"']);
	assert.equal(await outcome(["*** Delete File: a", "*** Delete File: a"]), "patch.noDelete");
	assert.deepEqual(await outcome(["*** Add File: n", "+n", "*** Update File: n", ...edit("n", "N")]), [
		'create n: none > "N\\n"',
	]);
	assert.equal(await outcome(["*** Add File: n", "+n", "*** Delete File: n"]), "proposal.noChange");
	assert.equal(await outcome([...x, "*** Update File: a", ...edit("y", "Y")], "opencode"), "patch.twice");
});

test("a move shows all that becomes of both files", async (t) => {
	const { outcome } = workspace(t, { a: "x\n", b: "old\n" });
	const move = (to: string) => ["*** Update File: a", `*** Move to: ${to}`, ...edit("x", "X")];
	assert.deepEqual(await outcome(move("c")), ['modify a > c: "x\\n" > "X\\n"']);
	assert.deepEqual(await outcome(move("b")), ['delete a: "x\\n" > none', 'modify b: "old\\n" > "X\\n"']);
	assert.deepEqual(await outcome(move("./a")), ['delete a: "x\\n" > none'], "Codex removes it after writing it");
	assert.deepEqual(await outcome([...move("c"), "*** Update File: c", ...edit("X", "Z")]), [
		'modify a > c: "x\\n" > "Z\\n"',
	]);
	assert.deepEqual(await outcome([...move("c"), "*** Add File: a", "+n"]), [
		'modify a: "x\\n" > "n\\n"',
		'create c: none > "X\\n"',
	]);
	assert.deepEqual(await outcome([...move("c"), "*** Update File: c", "*** Move to: d", ...edit("X", "Z")]), [
		'delete a: "x\\n" > none',
		'create d: none > "Z\\n"',
	]);
});

test("one part that does not fit leaves all of it unknown", async (t) => {
	const { outcome } = workspace(t, { a: "x\n", bin: Buffer.from([0xff, 0]) });
	assert.equal(
		await outcome(["*** Add File: n", "+n", "*** Update File: a", ...edit("zz", "Z")]),
		"patch.linesMissing",
	);
	assert.equal(await outcome(["*** Update File: a", ...edit("x", "x")]), "proposal.noChange");
	assert.equal(await outcome(["*** Update File: bin", ...edit("x", "X")]), "patch.notUtf8");
	const gone = await outcome(["*** Delete File: bin"]);
	assert.ok(Array.isArray(gone), "what is binary can go");
	const many = Array.from({ length: MAX_PATCH_FILES + 1 }, (_, at) => `*** Add File: f${at}`);
	assert.equal(await outcome(many), "patch.tooMany");
	assert.equal(await outcome([]), "patch.noFiles");
	const relative = await proposePatch("not/absolute", patch("*** Delete File: a"));
	assert.deepEqual(relative, { unknown: { code: "patch.path", args: { path: "a" } } });
});

test("links: what they lead to is written, and tricks with them are refused", async (t) => {
	const { dir, propose, outcome } = workspace(t, { real: "x\n", "d/b": "x\n" });
	symlinkSync("real", join(dir, "link"));
	symlinkSync("d", join(dir, "folder"));
	const proposal = await propose(patch("*** Update File: link", ...edit("x", "X")));
	assert.ok(isChange(proposal));
	assert.equal(proposal.files[0]?.target, join(dir, "real"));
	const both = (one: string, other: string) =>
		outcome([`*** Update File: ${one}`, ...edit("x", "X"), `*** Update File: ${other}`, ...edit("x", "X")]);
	assert.equal(await both("link", "real"), "patch.samePlace");
	assert.equal(await both("folder/b", "d/b"), "patch.samePlace");
	assert.equal(await outcome(["*** Update File: link", "*** Move to: m", ...edit("x", "X")]), "patch.link");
	assert.equal(await outcome(["*** Delete File: link", "*** Add File: link", "+n"]), "patch.link");
});

test("names that may be one file, or a file and its folder, are refused", async (t) => {
	const { outcome } = workspace(t, {});
	const both = (one: string, other: string) => outcome([`*** Add File: ${one}`, "+1", `*** Add File: ${other}`, "+2"]);
	assert.equal(await both("README", "Readme"), "patch.sameName");
	assert.equal(await both("\u00e9", "e\u0301"), "patch.sameName");
	assert.equal(await both("d", "d/e/f"), "patch.inside");
	assert.equal(await both("d/e/f", "d"), "patch.inside");
	assert.ok(Array.isArray(await both("d", "dd/e")));
	assert.equal(clash([]), undefined);
});

test("what Windows takes for something else is refused there", () => {
	const on = (platform: string, name: string) => {
		const path = patchPath("/w", name, platform);
		return typeof path === "string" ? path : path.code;
	};
	for (const name of [
		"nul",
		"a/CON",
		"aux.txt",
		"com1",
		"lpt¹.c",
		"NUL:",
		"a.",
		"b /c",
		"a:stream",
		"\\\\?\\C:\\a",
		"a*",
	]) {
		assert.equal(on("win32", name), "patch.windowsName", name);
		assert.equal(on("linux", name), `/w/${name}`, name);
	}
	for (const name of ["a", "..", "./a", "console", "com10", "a.b.c", "C:/a", "C:\\a"]) {
		assert.notEqual(on("win32", name), "patch.windowsName", name);
	}
	for (const name of ["", "\0", "a\rb", "a\nb", "\ud800", "n".repeat(5000)])
		assert.equal(on("linux", name), "patch.path");
});
