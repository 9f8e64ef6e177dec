// What a person can look for: every flag a row can have is named where flags are chosen.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { RowFlag } from "../../../src/protocol/audit.ts";

test("the help of the command line names every flag", () => {
	const source = readFileSync(new URL("../../../src/bin/gatepost.ts", import.meta.url), "utf8");
	const named = /"--flag <flag>", "([a-z, ]+)"/.exec(source)?.[1]?.split(", ");
	assert.deepEqual([...(named ?? [])].sort(), [...RowFlag.options].sort());
});

test("the table of CSV columns names every flag", () => {
	const page = readFileSync(new URL("../../../docs/EXPORTS.md", import.meta.url), "utf8");
	const named = /^\| `flags` \| ([a-z, ]+)/m.exec(page)?.[1]?.split(", ");
	assert.deepEqual([...(named ?? [])].sort(), [...RowFlag.options].sort());
});
