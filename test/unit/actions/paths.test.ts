import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { absolutePath, isWithin, labelOf, MAX_PATH_LENGTH, realPlace } from "../../../src/actions/paths.ts";
import { folder } from "./support.ts";

test("a path becomes absolute and normal without a look at the disk", () => {
	const cases: [string, string | undefined][] = [
		["/a/b", "/a/b"],
		["/a//b/./c/../d/", "/a/b/d"],
		["x", "/w/x"],
		["../x", "/x"],
		["../../../../x", "/x"],
		["~", "/home/u"],
		["~/x", "/home/u/x"],
		["~other/x", "/w/~other/x"],
		["a ", "/w/a "],
		["", undefined],
		["a\0", undefined],
		["x".repeat(MAX_PATH_LENGTH + 1), undefined],
	];
	for (const [path, absolute] of cases) assert.equal(absolutePath("/w", path, "/home/u"), absolute, path.slice(0, 40));
});

test("within means the folder itself or below it, not a name that starts alike", () => {
	assert.equal(isWithin("/w", "/w"), true);
	assert.equal(isWithin("/w/a", "/w"), true);
	assert.equal(isWithin("/w2/a", "/w"), false);
	assert.equal(isWithin("/", "/w"), false);
	assert.equal(isWithin("/x", "/"), true);
});

test("a label is relative inside the root and absolute elsewhere", () => {
	assert.equal(labelOf("/w/src/a.ts", "/w"), "src/a.ts");
	assert.equal(labelOf("/w2/a.ts", "/w"), "/w2/a.ts");
	assert.equal(labelOf("/w", "/w"), "/w");
	assert.equal(labelOf("/w/..a", "/w"), "..a");
});

test("a place follows the links of its folders, also of those that exist already, and not its own", async (t) => {
	const dir = folder(t);
	mkdirSync(join(dir, "real"));
	symlinkSync("real", join(dir, "link"));
	symlinkSync("nowhere", join(dir, "dangling"));
	symlinkSync("loop", join(dir, "loop"));
	symlinkSync("x", join(dir, "real", "leaf"));
	assert.equal(await realPlace(join(dir, "link", "a.txt")), join(dir, "real", "a.txt"));
	assert.equal(await realPlace(join(dir, "link", "new", "er", "a.txt")), join(dir, "real", "new", "er", "a.txt"));
	assert.equal(await realPlace(join(dir, "link", "leaf")), join(dir, "real", "leaf"));
	await assert.rejects(realPlace(join(dir, "dangling", "a.txt")), { code: "ENOENT" });
	await assert.rejects(realPlace(join(dir, "loop", "a.txt")), { code: "ELOOP" });
});
