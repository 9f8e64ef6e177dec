// The labelled sample of shell lines: what must ask asks, all of it. How many reads are allowed is printed, not held.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Ground } from "./support.ts";

interface Labelled {
	cmd: string;
	expect: "ask" | "read-only";
}

let ground: Ground;
before(async () => {
	ground = await Ground.make();
});
after(() => ground.remove());

const lines = readFileSync(new URL("./shellLabels.jsonl", import.meta.url), "utf8")
	.split("\n")
	.filter((line) => line !== "")
	.map((line) => JSON.parse(line) as Labelled);

test("no line that must ask is allowed", async () => {
	const wrong: string[] = [];
	const asks = lines.filter(({ expect }) => expect === "ask");
	for (const { cmd } of asks) if ((await ground.shell(cmd)).effect !== "ask") wrong.push(cmd);
	assert.deepEqual(wrong, []);
	assert.ok(asks.length > 800, "the sample is there");
});

test("the usual reads are allowed (how many is printed)", async (t) => {
	const reads = lines.filter(({ expect }) => expect === "read-only");
	const allowed: string[] = [];
	for (const { cmd } of reads) if ((await ground.shell(cmd)).effect === "allow") allowed.push(cmd);
	t.diagnostic(`${allowed.length} of ${reads.length} read-only lines are allowed`);
	for (const usual of ["ls -1", "pwd", "cat package.json", "grep -rn 'TODO' src/"])
		assert.ok(allowed.includes(usual), usual);
});
