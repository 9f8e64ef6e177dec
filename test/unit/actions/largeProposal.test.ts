// Proposed changes of large files: worked out in the thread, the same as here, with the host going on meanwhile.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { type FileSide, isChange, type Proposal } from "../../../src/actions/change.ts";
import { diffTexts, drawFile, newBudget } from "../../../src/actions/diff.ts";
import { jobQueue, SMALL } from "../../../src/actions/jobQueue.ts";
import { EXACTLY, LOOSELY, numbered } from "../../../src/actions/lineNumbers.ts";
import { bare, MAX_LINES, splitAtMost, splitLines } from "../../../src/actions/lines.ts";
import { countLines, firstLines, middleOf } from "../../../src/actions/middle.ts";
import { proposeDelete, proposeRewrite } from "../../../src/actions/propose.ts";
import { sideOf } from "../../../src/actions/textFile.ts";
import { afterEdit } from "../../../src/agents/claude-code/edits.ts";
import { fileTools } from "../../../src/agents/claude-code/rewrites.ts";
import { action, change, ending, folder } from "./support.ts";

const sides = (proposal: Proposal) => {
	assert.ok(isChange(proposal), ending(proposal));
	const [file] = proposal.files;
	return { before: file?.before, after: file?.after };
};
/** Comparing megabytes member by member would take long. */
function assertSide(side: FileSide | undefined, wanted: FileSide): void {
	assert.ok(Buffer.isBuffer(side?.bytes) && side.bytes.equals(wanted.bytes));
	assert.deepEqual({ ...side, bytes: "" }, { ...wanted, bytes: "" });
}
const large = "line of text, é\r\n".repeat(60_000);
assert.ok(large.length > SMALL.rewrite);

test("a large file is worked out in the thread, byte for byte as it would be here, and the host goes on", async (t) => {
	const path = join(folder(t), "a.txt");
	writeFileSync(path, `\ufeff${large}`, { mode: 0o640 });
	const edit = { path, oldString: "text", newString: "😀 $&", replaceAll: true };
	let turns = 0;
	const timer = setInterval(() => {
		turns += 1;
	}, 1);
	const { before, after } = sides(await proposeRewrite(path, fileTools, { tool: "Edit", ...edit }));
	clearInterval(timer);
	const old = Buffer.from(`\ufeff${large}`);
	const now = afterEdit(old, edit) as Buffer;
	assertSide(before, sideOf(old, 0o640));
	assertSide(after, sideOf(now, 0o640));
	assert.ok(turns > 0, "done here, no timer would have had a turn");
});

test("a large content travels whole, wherever it is cut", async (t) => {
	const path = join(folder(t), "a.txt");
	// Characters of two units, at even and odd places.
	for (const content of ["😀".repeat(400_000), `x${"😀".repeat(400_000)}`, large]) {
		const { before, after } = sides(await proposeRewrite(path, fileTools, { tool: "Write", content }));
		assert.equal(before, undefined);
		assert.ok(after?.bytes.equals(Buffer.from(content)));
	}
});

test("a small call that would write much is not worked out here", async (t) => {
	const path = join(folder(t), "a.txt");
	writeFileSync(path, "a".repeat(1000));
	const run = t.mock.method(jobQueue, "run");
	const edit = { path, oldString: "a", newString: "b".repeat(1000), replaceAll: true };
	const { after } = sides(await proposeRewrite(path, fileTools, { tool: "Edit", ...edit }));
	assert.equal(after?.bytes.length, 1_000_000);
	const rewrite = run.mock.calls.find(({ arguments: [name] }) => name === "rewrite");
	assert.ok(Number(rewrite?.arguments[2]) > SMALL.rewrite);
});

test("why a large file cannot be worked out comes back from the thread, and a large deletion shows what goes", async (t) => {
	const path = join(folder(t), "a.txt");
	writeFileSync(path, large, { mode: 0o644 });
	const edit = { path, oldString: "nowhere", newString: "x", replaceAll: false };
	assert.equal(ending(await proposeRewrite(path, fileTools, { tool: "Edit", ...edit })), "proposal.notFound");
	assertSide(sides(await proposeDelete(path)).before, sideOf(Buffer.from(large), 0o644));
});

test("a card of a large change leaves the change as it is, and holds a long input whole", async () => {
	const proposal = change("/w/a", large, `${large}more\n`);
	const content = "y😀".repeat(300_000);
	const parts = {
		...{ id: "r", event: { caller: { agent: "claude-code", label: "" } }, proposal },
		action: action("write", "Write", { content, other: "x" }, ["/w/a"]),
		...{ verdict: { why: [], guard: false }, session: { id: "s", label: "" }, createdAt: 1, deadlineAt: 2 },
		...{ actionMac: "00", folders: ["/w"] },
	};
	const here = await jobQueue.run("card", parts, 0);
	const there = await jobQueue.run("card", parts, large.length);
	assert.deepEqual(there, here);
	assert.ok(parts.action.input.content === content);
	assert.ok(proposal.files[0]?.before?.bytes.toString() === large);
	const shown = { card: { ...here.card, input: content }, proposal };
	const kept = await jobQueue.run("shown", shown, large.length);
	assert.deepEqual(Buffer.from(kept.bytes), Buffer.from((await jobQueue.run("shown", shown, 0)).bytes));
});

const end = fc.constantFrom("\n", "\n", "\r\n", "\r", "");
const line = fc.tuple(fc.constantFrom("a", "b", " a", "a ", "\u00a0b", "é", ""), end).map(([text, eol]) => text + eol);
const text = fc.array(line, { maxLength: 20 }).map((lines) => lines.join(""));

test("what two texts share at both ends does not change their diff", () => {
	// Without word marks, for which time may be too short on one side.
	const budget = () => ({ ...newBudget(), markMs: 0 });
	const check = (head: string, a: string, b: string, tail: string) => {
		const [before, after] = [head + a + tail, head + b + tail];
		const { hunks, added, removed, whitespaceOnly, eolOnly, cut } = drawFile(
			change("/w/a", before, after).files[0] ?? assert.fail(),
			budget(),
		).shown;
		const shown = { hunks, added, removed, whitespaceOnly, eolOnly, cut };
		assert.deepEqual(shown, diffTexts(before, after, budget()));
		const middle = middleOf(Buffer.from(before), Buffer.from(after), 3);
		const lines = [...splitLines(before).slice(0, middle.skipped), String(middle.before)];
		assert.ok(before.startsWith(lines.join("")), "the middle begins behind what was skipped");
	};
	fc.assert(fc.property(text, text, text, text, check), { numRuns: 3000 });
});

test("lines are counted and taken as they are split", () => {
	fc.assert(
		fc.property(text, fc.nat(5), (all, count) => {
			const bytes = Buffer.from(all);
			const lines = splitLines(all);
			assert.equal(countLines(bytes), lines.length);
			assert.deepEqual(splitAtMost(all, count), lines.length > count ? undefined : lines);
			assert.equal(lines.join(""), all);
			// The short way, which is taken where there is no carriage return.
			assert.deepEqual(
				splitLines(all.replaceAll("\r", "x")),
				all.replaceAll("\r", "x").match(/[^\n]*\n|[^\n]+$/g) ?? [],
			);
			assert.equal(String(firstLines(bytes, count)), splitLines(all).slice(0, count).join(""));
		}),
	);
});

test("lines have one number exactly where they are the same", () => {
	const lines = fc.array(line, { maxLength: 30 });
	fc.assert(
		fc.property(lines, lines, (a, b) => {
			for (const [alike, keyOf] of [
				[EXACTLY, String],
				[LOOSELY, bare],
			] as const) {
				const [x, y, count] = numbered(a, b, alike);
				const numbers = [...x, ...y];
				const keys = [...a, ...b].map(keyOf);
				assert.equal(count, new Set(keys).size);
				for (const [at, key] of keys.entries()) assert.equal(numbers[at], numbers[keys.indexOf(key)]);
			}
		}),
	);
});

test("lines made to look alike to the hash are told apart, and cost no more than others", () => {
	const same = { hash: () => 7, equal: EXACTLY.equal };
	const lines = Array.from({ length: 20_000 }, (_, index) => `${index}\n`);
	const [x, , count] = numbered(lines, lines.slice(0, 3), same);
	assert.equal(new Set(x).size, lines.length);
	assert.ok(count >= lines.length);
});

test("files of more lines than are compared are replaced as a whole, counted to the last line", () => {
	const lines = (unit: string) => unit.repeat(MAX_LINES + 5);
	const file = change("/w/a", `1\n2\n3\n4\n${lines("a\n")}5\n`, `1\n2\n3\n4\n${lines("bb\n")}x\n5\n`).files[0];
	const { hunks, added, removed, cut } = drawFile(file ?? assert.fail(), newBudget()).shown;
	assert.deepEqual([removed, added, cut, hunks.length], [MAX_LINES + 5, MAX_LINES + 6, true, 1]);
	const shown = hunks[0]?.lines.slice(0, 4).map(({ op, text, before }) => [op, text, before]);
	assert.deepEqual(shown, [
		[" ", "2", 2],
		[" ", "3", 3],
		[" ", "4", 4],
		["-", "a", 5],
	]);
	assert.equal(hunks[0]?.lines.length, 2000);
});

test("many lines that moved or changed are shown truly, though the shortest way is not searched for without end", () => {
	const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index}\n`);
	const moved = lines.map((_, index) => lines[(index * 7919) % lines.length] ?? "");
	const { added, removed, cut } = diffTexts(lines.join(""), moved.join(""), newBudget());
	assert.ok(cut && added === removed && added > 0);
	const changed = lines.map((one, index) => (index % 100 === 50 ? `${one.trim()} changed\n` : one));
	const exact = diffTexts(lines.join(""), changed.join(""), { ...newBudget(), lines: 1e6, chars: 1e9 });
	assert.deepEqual([exact.added, exact.removed, exact.hunks.length, exact.cut], [200, 200, 200, false]);
});

test("a diff that was worked out with the change gives the very card that one worked out later would", async (t) => {
	const path = join(folder(t), "a.txt");
	writeFileSync(path, large, { mode: 0o644 });
	const parts = (proposal: Proposal) => ({
		...{ id: "r", event: { caller: { agent: "claude-code", label: "" } }, proposal },
		action: action("write", "Write", { file_path: path, content: "" }, [path]),
		...{ verdict: { why: [], guard: false }, session: { id: "s", label: "" }, createdAt: 0, deadlineAt: 0 },
		...{ actionMac: "00", folders: ["/w"] },
	});
	const secret = "token = 'ghp_0123456789abcdefghijABCDEFGHIJ012345'\r\n";
	for (const content of ["", `${large}${secret}`, "no text\0"]) {
		const plain = await proposeRewrite(path, fileTools, { tool: "Write", content });
		const drawn = await proposeRewrite(path, fileTools, { tool: "Write", content }, { draw: true });
		assert.ok(isChange(plain) && isChange(drawn));
		assert.deepEqual([plain.files[0]?.drawn, typeof drawn.files[0]?.drawn], [undefined, "object"]);
		const [now, before] = await Promise.all(
			[plain, drawn].map((one) => jobQueue.run("card", parts(one), SMALL.card + 1)),
		);
		assert.deepEqual(before, now);
		assert.deepEqual(
			now?.card.risks.map(({ code }) => code).filter((code) => code !== "risk.outside"),
			content === "" ? ["risk.empties"] : content.includes("ghp_") ? ["risk.secret"] : [],
		);
		assert.ok(drawn.files[0]?.before?.bytes.equals(Buffer.from(large)), "its bytes are still there");
	}
	const small = join(folder(t), "b.txt");
	writeFileSync(small, "one\n");
	const quick = await proposeRewrite(small, fileTools, { tool: "Write", content: "two\n" }, { draw: true });
	assert.equal(isChange(quick) && quick.files[0]?.drawn, undefined, "what is small is drawn with its card");
});
