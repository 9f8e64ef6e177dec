import assert from "node:assert/strict";
import { test } from "node:test";
import { isDone, undoableOf } from "../../../src/editor/undoSides.ts";
import type { DetailFile, RowDetail } from "../../../src/protocol/audit.ts";

const link = (letter: string) => ({ digest: letter.repeat(64), size: 1, redacted: false });
const WORDS = { before: "before", after: "after" };
const FILE: DetailFile = { path: "/w/a.ts", op: "modify", before: link("a"), after: link("b") };

function detail(row: Partial<RowDetail["row"]> = {}): RowDetail {
	const whole = { kind: "action", outcome: "allowed", result: "done", request: "r1", session: "s", ...row };
	return { row: whole, files: [], entries: [], sameSecrets: [] } as unknown as RowDetail;
}

function undoable(file: Partial<DetailFile> | undefined, first: Partial<DetailFile> = file ?? {}) {
	const whole = (part: Partial<DetailFile>) => ({ ...FILE, ...part });
	const last = file === undefined ? undefined : whole(file);
	const found = undoableOf([detail(), whole(first)], [detail(), last], WORDS);
	return "why" in found ? found.why.code : found;
}

/** A file without one of its members. */
function without(member: "before" | "after", more: Partial<DetailFile> = {}): Partial<DetailFile> {
	return { ...more, [member]: undefined } as unknown as Partial<DetailFile>;
}

test("an undo knows both contents, where the file lay, and whose request it was", () => {
	assert.deepEqual(undoable({}), {
		path: "/w/a.ts",
		real: "/w/a.ts",
		request: "r1",
		session: "s",
		before: link("a"),
		after: link("b"),
	});
	assert.equal((undoable({ target: "/w/b.ts" }) as { real: string }).real, "/w/b.ts");
});

test("over several changes it is from before the first to after the last", () => {
	const found = undoableOf(
		[detail({ request: "r0" }), FILE],
		[detail(), { ...FILE, before: link("c"), after: link("d") }],
		WORDS,
	);
	assert.ok(!("why" in found));
	assert.deepEqual([found.before, found.after, found.since, found.request], [link("a"), link("d"), "r0", "r1"]);
});

test("a file that was made has no side before, one that was deleted none after", () => {
	const made = undoable(without("before", { op: "create" }));
	assert.ok(typeof made === "object" && !("before" in made) && "after" in made);
	const deleted = undoable(without("after", { op: "delete" }));
	assert.ok(typeof deleted === "object" && "before" in deleted && !("after" in deleted));
});

test("it is refused where the log does not hold what it takes", () => {
	const removedAt = "2026-01-02T03:04:05.000Z";
	for (const side of ["before", "after"] as const) {
		assert.equal(undoable({ [side]: { ...link("a"), redacted: true } }), "undo.why.redacted");
		assert.equal(undoable({ [side]: { ...link("a"), removedAt } }), "undo.why.removed");
		assert.equal(undoable({ [side]: { omitted: 9 } }), "undo.why.omitted");
		assert.equal(undoable(without(side)), "undo.why.unknown");
	}
	assert.equal(undoable(without("before", { op: "delete" })), "undo.why.unknown");
	assert.equal(undoable(undefined), "auditHost.noFile");
});

test("it is refused where the path is not the whole and only path of the file", () => {
	assert.equal(undoable({ path: "/w/[redacted:token~20]/a" }), "undo.why.maskedPath");
	assert.equal(undoable({ target: "/w/[redacted:token~20]/a" }), "undo.why.maskedPath");
	assert.equal(undoable({ path: `/w/${"x".repeat(1000)}…` }), "undo.why.maskedPath");
	assert.equal(undoable({ path: "a.ts" }), "undo.why.maskedPath");
	assert.equal(undoable({}, { target: "/w/other" }), "undo.why.elsewhere");
	assert.equal(undoable({ link: { before: "b" } }), "undo.why.link");
	assert.equal(undoable({ from: "/w/old.ts" } as unknown as Partial<DetailFile>), "undo.why.moved");
});

test("an action is done when it was allowed and its agent has told so", () => {
	assert.equal(isDone(detail()), true);
	for (const row of [{ outcome: "denied" }, { outcome: "open" }, { result: "failed" }, { kind: "prompt" }] as const)
		assert.equal(isDone(detail(row as Partial<RowDetail["row"]>)), false, JSON.stringify(row));
	const { result: _, ...row } = detail().row;
	assert.equal(isDone({ row }), false);
});
