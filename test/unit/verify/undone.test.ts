// What the page of a receipt says of an undo: by what came of it, never that a file was put back where it was not.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../src/protocol/canonical.ts";
import type { Checked } from "../../../webview/verify/check.ts";
import { storyOf } from "../../../webview/verify/story.ts";

function storyWith(...bodies: JsonObject[]) {
	const entry = (body: JsonObject) => ({
		head: { type: "change.undone", time: "2026-01-02T03:04:05.000Z" },
		body: { request: "r1", path: "/w/a.ts", approver: { osUser: "ada", claims: {} }, ...body },
	});
	const checked = { scope: { of: "session" }, session: bodies.map(entry), segments: [] };
	const [step] = storyOf(checked as unknown as Checked);
	assert.ok(step);
	return { title: step.title, facts: step.facts.map(({ name }) => name), warnings: step.warnings };
}

test("what was put back is said to be", () => {
	for (const how of ["restore", "remove", "merged"]) {
		const { title, facts, warnings } = storyWith({ how });
		assert.equal(title, "A change was put back");
		assert.ok(facts.includes("put back by"));
		assert.deepEqual(warnings, []);
	}
});

test("an opened merge editor put nothing back", () => {
	const { title, facts } = storyWith({ how: "conflict" });
	assert.equal(title, "The merge editor was opened to undo a change");
	assert.ok(facts.includes("merge editor opened by"));
	assert.ok(!facts.some((name) => name.startsWith("put back")));
});

test("one that failed put nothing back, and warns", () => {
	const failed = { how: "restore", outcome: "failed", detail: "ENOSPC" };
	const { title, facts, warnings } = storyWith(failed);
	assert.equal(title, "A change was to be put back, and was not");
	assert.ok(!facts.some((name) => name.startsWith("put back")));
	assert.deepEqual(warnings, ["/w/a.ts was to be put back, and was not: it could not be written."]);
	// After the entry that said that it would be.
	assert.equal(storyWith({ how: "restore" }, failed).warnings.length, 1);
});

test("one of which is not known whether it was written says so", () => {
	const { title, facts, warnings } = storyWith({ how: "restore" }, { how: "restore", outcome: "unknown" });
	assert.equal(title, "A change was put back");
	assert.ok(facts.includes("undo asked for by"));
	assert.deepEqual(warnings, ["/w/a.ts was to be put back; whether it was written is not known."]);
});

test("one that a later gate found says so, and never that it failed or that a person did it", () => {
	for (const outcome of ["unknown", "failed", undefined]) {
		const found = { how: "restore", ...(outcome === undefined ? {} : { outcome }), detail: "d", recovered: true };
		const { title, facts, warnings } = storyWith({ ...found, approver: {} });
		assert.equal(title, "A change was to be put back, and whether it was is not known");
		assert.deepEqual(facts.slice(0, 1), ["undo found to be cut off at"]);
		assert.deepEqual(warnings, [
			"/w/a.ts was to be put back; whether it was written is not known.",
			"This was found out afterwards, from a note that other programs of the user can write, too.",
		]);
		const after = storyWith({ how: "restore" }, { ...found, approver: {} });
		assert.equal(after.title, "A change was put back");
		assert.deepEqual(after.warnings, warnings);
	}
});
