// What segments say of each other, for a log and for a bundle alike.
import assert from "node:assert/strict";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { headPath } from "../../../src/audit/head.ts";
import { Problems } from "../../../src/audit/problems.ts";
import { verifyBundle } from "../../../src/audit/verifyBundle.ts";
import { demandOneWorkspace, type Seen } from "../../../src/audit/verifyLinks.ts";
import { bundleOf } from "./bundle/support.ts";
import { place, requested } from "./support.ts";

test("the first segment that can be read names the workspace, and each other one of another is told", () => {
	const seen = ([undefined, "a", "b", "a", undefined, "c"] as const).map((workspace, at) => {
		return { segment: `s${at}`, started: workspace && ({ workspace } as Seen["started"]) };
	});
	const problems = new Problems();
	demandOneWorkspace(seen, problems);
	assert.deepEqual(
		problems.list.map(({ segment, line, kind, detail }) => [segment, line, kind, detail]),
		[
			["s2", 1, "inserted", "it belongs to workspace b, the others to a"],
			["s5", 1, "inserted", "it belongs to workspace c, the others to a"],
		],
	);
});

test("a bundle with a segment of another workspace is told as a log is", async (t) => {
	const [one, other] = [place(t), place(t)];
	const journals = [await one.open("one"), await other.open("foreign")] as const;
	for (const journal of journals) {
		await journal.append("action.requested", requested("r"));
		await journal.close();
	}
	const [journal, foreign] = journals;
	renameSync(foreign.path, join(journal.dir, "journal", foreign.segment));
	renameSync(
		headPath(join(foreign.dir, "heads"), foreign.segment),
		headPath(join(journal.dir, "heads"), foreign.segment),
	);
	const { zip } = await bundleOf(journal.dir, { of: "all" });
	const path = join(one.dir, "receipt.zip");
	writeFileSync(path, zip);
	const { problems } = await verifyBundle(path);
	assert.ok(
		problems.some(({ kind, detail }) => kind === "inserted" && detail.startsWith("it belongs to workspace")),
		JSON.stringify(problems),
	);
});
