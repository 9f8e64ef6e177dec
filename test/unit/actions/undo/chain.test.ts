// All changes of a session in one file are taken back; what others changed before, in between and after stays.
import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import fc from "fast-check";
import { planChanges } from "../../../../src/actions/undo/chain.ts";
import { planUndo } from "../../../../src/actions/undo/plan.ts";

type Text = string | undefined;
const bytes = (text: Text) => (text === undefined ? undefined : Buffer.from(text));

/** What the undo of changes, oldest first, makes of the file: its kind, and its text or why not. */
async function undone(now: Text, ...changes: [before: Text, after: Text][]) {
	const read = changes.map(([before, after]) => async () => ({ before: bytes(before), after: bytes(after) }));
	const plan = await planChanges(bytes(now), read, async (sides) => planUndo(sides));
	if (plan.kind === "restore" || plan.kind === "merged") return [plan.kind, String(plan.bytes)];
	return plan.kind === "impossible" ? [plan.kind, plan.why.code] : [plan.kind];
}

const LINES = Array.from({ length: 50 }, (_, n) => `line ${n + 1}\n`);
const file = (edits: Record<number, string>) => LINES.map((line, n) => edits[n + 1] ?? line).join("");

describe("the undo of several changes", () => {
	it("keeps what a person changed between two of them, even where the file is as the last one left it", async () => {
		const [a, b, c, d] = [
			{},
			{ 1: "agent\n" },
			{ 1: "agent\n", 50: "mine\n" },
			{ 1: "agent\n", 10: "agent\n", 50: "mine\n" },
		];
		assert.deepEqual(await undone(file(d), [file(a), file(b)], [file(c), file(d)]), ["merged", file({ 50: "mine\n" })]);
		const since = { ...d, 30: "later\n" };
		const wanted = ["merged", file({ 30: "later\n", 50: "mine\n" })];
		assert.deepEqual(await undone(file(since), [file(a), file(b)], [file(c), file(d)]), wanted);
	});

	it("gives exactly what was before where nobody else changed anything", async () => {
		assert.deepEqual(await undone("c", ["a", "b"], ["b", "c"]), ["restore", "a"]);
		assert.deepEqual(await undone("c", [undefined, "b"], ["b", "c"]), ["remove"]);
		assert.deepEqual(await undone(undefined, ["a", "b"], ["b", undefined]), ["restore", "a"]);
	});

	it("passes over what was undone already", async () => {
		const [a, b, c] = [file({}), file({ 1: "x\n" }), file({ 1: "x\n", 20: "y\n" })];
		assert.deepEqual(await undone(b, [a, b], [b, c]), ["restore", a]);
		assert.deepEqual(await undone(file({ 20: "y\n" }), [a, b], [b, c]), ["restore", a]);
		assert.deepEqual(await undone(a, [a, b], [b, c]), ["nothing"]);
	});

	it("is refused where another one's change is in the way of any of them", async () => {
		const clash = ["impossible", "undo.why.conflictBetween"];
		assert.deepEqual(await undone("d\n", ["a\n", "b\n"], ["c\n", "d\n"]), clash);
		assert.deepEqual(await undone("e\n", ["a\n", "b\n"], ["c\n", "d\n"]), clash);
		// Made by the session, then changed by a person: removing it would lose that.
		assert.deepEqual(await undone("c", [undefined, "a"], ["b", "c"]), ["impossible", "undo.why.createdMoved"]);
	});

	it("of one is as it is planned for that one, with its conflict", async () => {
		assert.deepEqual(await undone("c\n", ["a\n", "b\n"]), ["conflict"]);
		assert.deepEqual(await undone("b\n", ["a\n", "b\n"]), ["restore", "a\n"]);
	});

	it("reads the contents of one change at a time, the newest first", async () => {
		const read: number[] = [];
		let open = 0;
		const changes = [0, 1, 2].map((n) => async () => {
			read.push(n);
			open += 1;
			return { before: Buffer.from(`${n}`), after: Buffer.from(`${n + 1}`) };
		});
		const plan = await planChanges(Buffer.from("3"), changes, async (sides) => {
			assert.equal(open, 1);
			open -= 1;
			return planUndo(sides);
		});
		assert.deepEqual([plan.kind, read], ["restore", [2, 1, 0]]);
	});
});

/** Edits, one after the other, each of one part of a file; the parts are told apart by lines that occur once. */
const PARTS = 8;
const anEdit = fc.record({
	who: fc.constantFrom("agent", "other"),
	part: fc.nat(PARTS - 1),
	lines: fc.array(fc.constantFrom("x\n", "y\n", "\n", "z\r\n"), { maxLength: 3 }),
});

test("property: of any edits, those of the agent go and those of others stay", async () => {
	let [clean, both] = [0, 0];
	await fc.assert(
		fc.asyncProperty(fc.array(anEdit, { minLength: 1, maxLength: 14 }), async (edits) => {
			const text = (parts: readonly string[]) => parts.map((part, n) => `fence ${n}\n${part}end ${n}\n`).join("");
			const parts: string[] = Array(PARTS).fill("");
			// As if the agent had never been there: a part that both changed has no such answer.
			const others = [...parts];
			const by = parts.map(() => new Set<string>());
			const changes: [string, string][] = [];
			edits.forEach(({ who, part, lines }, n) => {
				const before = text(parts);
				parts[part] = `${who} ${n}\n${lines.join("")}`;
				by[part]?.add(who);
				if (who === "agent") changes.push([before, text(parts)]);
				else others[part] = parts[part] as string;
			});
			if (changes.length === 0) return;
			const [kind, result] = await undone(text(parts), ...changes);
			if (by.some((who) => who.size > 1)) {
				both += 1;
				// A line that another one wrote and that is there now is never lost in silence.
				if (kind === "remove") assert.fail("others' lines are gone");
				if (result !== undefined && (kind === "restore" || kind === "merged"))
					for (const [line] of text(parts).matchAll(/^other \d+$/gm)) assert.ok(result.includes(`${line}\n`), line);
				return;
			}
			clean += 1;
			assert.ok(kind === "restore" || kind === "merged", kind);
			assert.equal(result, text(others));
		}),
		{ numRuns: 2000 },
	);
	assert.ok(clean > 100 && both > 100, `${clean} of them are apart, ${both} are not: both are tried`);
});
