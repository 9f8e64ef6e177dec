// The log of what belongs to no folder, by the command line itself.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openJournal } from "../../../src/audit/journal.ts";
import { place, requested, WRITER, withoutTestRunner } from "../audit/support.ts";

const PROGRAM = join(import.meta.dirname, "../../../src/bin/gatepost.ts");

test("--outside reads, exports and verifies the log of what belongs to no folder, and excludes --folder", async (t) => {
	const here = place(t);
	const gatepost = (...args: string[]) =>
		spawnSync(process.execPath, [PROGRAM, "log", ...args, "--home", here.home.dir], {
			cwd: here.root,
			env: withoutTestRunner(),
			encoding: "utf8",
		});
	const none = gatepost("verify", "--outside");
	assert.equal(none.status, 2);
	assert.match(none.stderr, /^There is no audit log of what belongs to no folder/);
	const options = { home: here.home, gateId: "gate1", writer: WRITER, signer: here.home.signer() };
	const journal = await openJournal({ ...options, root: undefined });
	await journal.append("action.requested", requested("outside-1"));
	await journal.close();
	const list = gatepost("list", "--outside");
	assert.deepEqual([list.status, /outside-1/.test(list.stdout)], [0, true], list.stderr);
	assert.equal(gatepost("show", "outside-1", "--outside").status, 0);
	assert.match(gatepost("tail", "--outside", "--kind", "shell").stdout, /^.*action\.requested.*\n$/);
	assert.match(gatepost("stats", "--outside").stdout, /Actions {3}1\n/);
	const out = join(here.dir, "x.csv");
	const made = gatepost("export", "--outside", "--format", "csv", "--out", out);
	assert.equal(made.status, 0, made.stderr);
	assert.match(readFileSync(out, "utf8"), /outside-1/);
	const verified = gatepost("verify", "--outside");
	assert.match(verified.stdout, /^Log {7}.*_outside\n/);
	assert.equal(verified.status, 0);
	// It was recorded there as well.
	assert.match(gatepost("list", "--outside", "--type", "export.made").stdout, /export\.made/);
	const both = gatepost("list", "--outside", "--folder", here.root);
	assert.deepEqual([both.status !== 0, /cannot be used with/.test(both.stderr)], [true, true], both.stderr);
});
