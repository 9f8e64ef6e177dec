// The labelled sample of shell lines: what must ask asks, all of it, and what only reads passes, nearly all of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { classify } from "../../../src/policy/floor/classify.ts";
import { LABELLED } from "../../support/shellLabels.ts";

const undisputed = LABELLED.filter(({ debatable }) => debatable !== true);

test("no line that must ask passes", (t) => {
	const asks = undisputed.filter(({ expect }) => expect === "ask");
	assert.ok(asks.length > 600, "the sample is there");
	assert.deepEqual(
		asks.map(({ cmd }) => cmd).filter((cmd) => classify(cmd).verdict !== "ask"),
		[],
	);
	const disputed = LABELLED.filter(({ debatable, expect }) => debatable === true && expect === "ask");
	const passed = disputed.map(({ cmd }) => cmd).filter((cmd) => classify(cmd).verdict !== "ask");
	t.diagnostic(`of ${disputed.length} disputed lines that may ask, ${passed.length} pass: ${passed.join(" ;; ")}`);
});

test("at most 8 % of the lines that only read are asked", (t) => {
	const reads = undisputed.filter(({ expect }) => expect === "read-only");
	const asked = reads.filter(({ cmd }) => classify(cmd).verdict === "ask");
	for (const { cmd } of asked) t.diagnostic(`${cmd}: ${classify(cmd).reason.code}`);
	t.diagnostic(`${asked.length} of ${reads.length} read-only lines are asked`);
	assert.ok(asked.length <= 0.08 * reads.length, `${asked.length} of ${reads.length}`);
});
