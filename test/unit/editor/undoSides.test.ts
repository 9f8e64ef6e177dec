import assert from "node:assert/strict";
import { test } from "node:test";
import { type FileOfRow, isDone, undoableOf } from "../../../src/editor/undoSides.ts";
import type { DetailFile, RowDetail } from "../../../src/protocol/audit.ts";

const link = (letter: string) => ({ digest: letter.repeat(64), size: 1, redacted: false });
const WORDS = { before: "before", after: "after" };
const FILE: DetailFile = { path: "/w/a.ts", op: "modify", before: link("a"), after: link("b") };

function detail(row: Partial<RowDetail["row"]> = {}): RowDetail {
	const whole = { kind: "action", outcome: "allowed", result: "done", request: "r1", session: "s", flags: [], ...row };
	return { row: whole, files: [], entries: [], sameSecrets: [] } as unknown as RowDetail;
}

function undoable(file: Partial<DetailFile> | undefined, first: Partial<DetailFile> = file ?? {}) {
	const whole = (part: Partial<DetailFile>) => ({ ...FILE, ...part });
	const last = file === undefined ? undefined : whole(file);
	const changes: FileOfRow[] = [[detail(), last]];
	if (first !== file) changes.unshift([detail(), whole(first)]);
	const found = undoableOf(changes, WORDS);
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
		runs: [{ before: link("a"), after: link("b") }],
	});
	assert.equal((undoable({ target: "/w/b.ts" }) as { real: string }).real, "/w/b.ts");
});

/** The runs of changes, each by the letters of its sides; "-" is no file. */
function runs(...sides: string[]): string[] {
	const side = (name: "before" | "after", letter: string) => (letter === "-" ? {} : { [name]: link(letter) });
	const changes = sides.map(([a = "", b = ""], index): FileOfRow => {
		const op = a === "-" ? "create" : b === "-" ? "delete" : "modify";
		return [detail({ request: `r${index}` }), { path: "/w/a.ts", op, ...side("before", a), ...side("after", b) }];
	});
	const found = undoableOf(changes, WORDS);
	assert.ok(!("why" in found), JSON.stringify(found));
	assert.equal(found.request, `r${sides.length - 1}`);
	assert.equal(found.since, sides.length > 1 ? "r0" : undefined);
	return found.runs.map(({ before, after }) => `${before?.digest[0] ?? "-"}${after?.digest[0] ?? "-"}`);
}

test("several changes are one where each goes on from what the one before it left, and no further", () => {
	assert.deepEqual(runs("ab", "bc", "cd"), ["ad"]);
	assert.deepEqual(runs("ab", "cd"), ["ab", "cd"]);
	assert.deepEqual(runs("ab", "bc", "de", "ef"), ["ac", "df"]);
	assert.deepEqual(runs("-a", "ab", "b-", "-c"), ["-c"]);
	assert.deepEqual(runs("a-", "bc"), ["a-", "bc"]);
	assert.deepEqual(runs("ab", "ab"), ["ab"]);
});

test("nothing is put back on the word of entries that were altered, and none of git's own files", () => {
	const code = (of: RowDetail, file: DetailFile = FILE) => {
		const found = undoableOf(
			[
				[detail(), FILE],
				[of, file],
			],
			WORDS,
		);
		return "why" in found ? found.why.code : undefined;
	};
	assert.equal(code(detail({ flags: ["altered"] })), "undo.why.altered");
	const entries = [{ problem: "the hash does not fit the content" }] as unknown as RowDetail["entries"];
	assert.equal(code({ ...detail(), entries }), "undo.why.altered");
	assert.equal(undoable({ path: "/w/.git/hooks/pre-commit" }), "undo.why.inGit");
	assert.equal(undoable({ target: "/w/.git/config" }), "undo.why.inGit");
	assert.equal(code(detail({ flags: ["edited"] })), undefined);
});

test("what one of several changes lacks refuses all of them", () => {
	const masked = { ...FILE, after: { ...link("b"), redacted: true } };
	const found = undoableOf(
		[
			[detail(), FILE],
			[detail(), masked],
			[detail(), FILE],
		],
		WORDS,
	);
	assert.ok("why" in found && found.why.code === "undo.why.redacted");
});

test("the permissions of a file are those before the last change, as far as the log says", () => {
	const mode = (file: Partial<DetailFile>) => (undoable(file) as { mode?: number }).mode;
	assert.equal(mode({}), undefined);
	assert.equal(mode({ before: { ...link("a"), mode: 0o755 } }), 0o755);
	assert.equal(mode({ mode: { before: 0o640, after: 0o644 } }), 0o640);
});

test("a file that was made has no side before, one that was deleted none after", () => {
	const made = undoable(without("before", { op: "create" }));
	assert.ok(typeof made === "object");
	assert.deepEqual(made.runs, [{ after: link("b") }]);
	const deleted = undoable(without("after", { op: "delete" }));
	assert.ok(typeof deleted === "object");
	assert.deepEqual(deleted.runs, [{ before: link("a") }]);
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
