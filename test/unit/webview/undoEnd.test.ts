// What the panel calls an undo: by what came of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { rowOf } from "../../../src/audit/fold.ts";
import { undoEnd } from "../../../webview/audit/undoEnd.ts";

function undone(path: string, how: string, outcome?: string) {
	const body = { request: "r1", path, how, ...(outcome === undefined ? {} : { outcome }), approver: { osUser: "a" } };
	const entry = { head: { type: "change.undone", time: "" }, body, hash: "", prev: "" };
	return rowOf({ entry, segment: "s", line: 1, offset: 0, bytes: 1 } as unknown as Parameters<typeof rowOf>[0]);
}

test("an undo is called by what came of it", () => {
	for (const how of ["restore", "remove", "merged"]) assert.equal(undoEnd(undone("/w/a.ts", how)), "done");
	assert.equal(undoEnd(undone("/w/a.ts", "conflict")), "conflict");
	assert.equal(undoEnd(undone("/w/a.ts", "restore", "failed")), "failed");
});

test("a path does not say what came of it, not even where the row is cut", () => {
	assert.equal(undoEnd(undone("/w/a · conflict", "restore")), "done");
	assert.equal(undoEnd(undone("/w/a · restore · failed", "conflict")), "conflict");
	const long = `/w/${" ".repeat(585)} · restore`;
	assert.equal(undoEnd(undone(long, "conflict")), "unknown");
	assert.equal(undoEnd({ ...undone(long, "conflict"), files: [long.slice(0, 300)] }), "unknown");
	assert.equal(undoEnd(undone(`/w/${"x".repeat(290)}`, "restore")), "unknown");
});
