// Our three-way merge beside git's. The two look for changes in ways of their own: where a line occurs more than once they
// may take another one for the same, so that changes touch here and not there. Where each line occurs once there is only
// one way to see it, and then they must agree.
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import { planUndo } from "../../../../src/actions/undo/plan.ts";

const CASES = 300;
const SIDE_BY_SIDE = 2;
const dir = mkdtempSync(join(tmpdir(), "gatepost-merge-"));
after(() => rmSync(dir, { recursive: true, force: true }));
const hasGit = spawnSync("git", ["--version"]).status === 0;
const skip = hasGit ? false : "there is no git";

interface Case {
	before: string;
	after: string;
	now: string;
}

/** What git says: the merged text, or undefined for a conflict. */
function gitMerge({ before, after, now }: Case, name: string): Promise<string | undefined> {
	const files = [now, after, before].map((text, index) => {
		const file = join(dir, `${name}-${index}`);
		writeFileSync(file, text);
		return file;
	});
	const env = { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null", HOME: dir };
	return new Promise((resolve, reject) => {
		execFile("git", ["merge-file", "-p", ...files], { cwd: dir, env }, (error, stdout) => {
			if (error === null) resolve(stdout);
			// Its exit code is the number of conflicts.
			else if (typeof error.code === "number" && error.code > 0 && error.code < 128) resolve(undefined);
			else reject(error);
		});
	});
}

/** @returns [ours, git's]: "conflict", "nothing new" as the text it is now, or the merged text */
async function both(all: readonly Case[]): Promise<[string, string][]> {
	const found: [string, string][] = [];
	for (let at = 0; at < all.length; at += SIDE_BY_SIDE) {
		const some = all.slice(at, at + SIDE_BY_SIDE);
		const theirs = await Promise.all(some.map((one, index) => gitMerge(one, String(index))));
		some.forEach((one, index) => {
			const [before, after, now] = [one.before, one.after, one.now].map((text) => Buffer.from(text));
			const plan = planUndo({ before, after, now });
			const ours = "bytes" in plan ? String(plan.bytes) : plan.kind === "nothing" ? one.now : plan.kind;
			found.push([ours, theirs[index] ?? "conflict"]);
		});
	}
	return found;
}

/** Edits of a list of lines: at a place, so many are taken out and new ones are put in. */
const edits = (line: fc.Arbitrary<string>) =>
	fc.array(fc.record({ at: fc.nat(30), out: fc.nat(3), put: fc.array(line, { maxLength: 3 }) }), {
		minLength: 1,
		maxLength: 4,
	});
type Edits = { at: number; out: number; put: string[] }[];

function edited(lines: readonly string[], all: Edits): string[] {
	const out = [...lines];
	for (const { at, out: count, put } of all) out.splice(Math.min(at, out.length), count, ...put);
	return out;
}

function joined(lines: readonly string[], endsOpen: boolean): string {
	const text = lines.map((line) => `${line}\n`).join("");
	return endsOpen ? text.slice(0, -1) : text;
}

/** Numbers the lines that are put in, so that none occurs twice, unless both sides put in the same. */
const uniqueLine = fc.constantFrom("same", "new").chain((kind) => fc.nat(1_000_000).map((n) => `${kind} ${n}`));

describe("beside git merge-file", { skip }, () => {
	it("where each line occurs once, both find the same conflicts and the same result", async () => {
		const open = fc.boolean();
		const cases = fc.sample(
			fc.record({ length: fc.nat(25), agent: edits(uniqueLine), later: edits(uniqueLine), open }),
			{ numRuns: CASES, seed: 5 },
		);
		const all = cases.map(({ length, agent, later, open }): Case => {
			const base = Array.from({ length }, (_, n) => `line ${n}`);
			return {
				before: joined(edited(base, agent), open),
				after: joined(base, open),
				now: joined(edited(base, later), open),
			};
		});
		const found = await both(all);
		for (const [index, [ours, gits]] of found.entries()) assert.equal(ours, gits, JSON.stringify(all[index]));
		const conflicts = found.filter(([ours]) => ours === "conflict").length;
		assert.ok(conflicts > 30 && conflicts < CASES - 30, `${conflicts} of ${CASES} are conflicts: both ends are tried`);
	});

	it("where lines occur often, both clean results hold what both sides put in", async (t) => {
		const line = fc.constantFrom("", "}", "a", "b");
		const cases = fc.sample(
			fc.record({ base: fc.array(line, { maxLength: 25 }), agent: edits(line), later: edits(line) }),
			{ numRuns: CASES, seed: 6 },
		);
		const all = cases.map(({ base, agent, later }, n): Case => {
			// What is put in is known again.
			const marked = (whose: string, some: Edits) =>
				some.map((one, index) => ({ ...one, put: one.put.map((put) => `${put} ${whose}${n}.${index}`) }));
			return {
				before: joined(edited(base, marked("agent", agent)), false),
				after: joined(base, false),
				now: joined(edited(base, marked("later", later)), false),
			};
		});
		const found = await both(all);
		let same = 0;
		found.forEach(([ours, gits], index) => {
			const one = all[index] as Case;
			if (ours === gits) same += 1;
			if (ours === "conflict") return;
			for (const text of [one.before, one.now])
				for (const put of text.split("\n").filter((said) => / (?:agent|later)/.test(said)))
					assert.ok(ours.split("\n").includes(put), `${put} is lost: ${JSON.stringify(one)}`);
		});
		t.diagnostic(`${same} of ${CASES} agree with git`);
		assert.ok(same > CASES * 0.8, `${same} of ${CASES} agree with git`);
	});
});
