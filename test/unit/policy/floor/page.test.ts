import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { floorPage } from "../../../support/floorPage.ts";

test("docs/FLOOR.md is the table at a glance", () => {
	const file = new URL("../../../../docs/FLOOR.md", import.meta.url);
	if (process.env.GATEPOST_UPDATE === "1") writeFileSync(file, floorPage());
	assert.equal(readFileSync(file, "utf8"), floorPage(), "write it anew with GATEPOST_UPDATE=1");
});
