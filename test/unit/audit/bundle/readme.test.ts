// README.txt of a receipt: counts that read as English, and a head that the log can be held to.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { verifyWorkspace } from "../../../../src/audit/verify.ts";
import { logVerify } from "../../../../src/bin/log.ts";
import { place, requested } from "../support.ts";
import { bundleOf, unpack } from "./support.ts";

test("the head in README.txt is one that log verify takes, and one of a thing is one", async (t) => {
	const here = place(t);
	const journal = await here.open("gate1");
	const own = { agent: "claude-code" };
	await journal.append("prompt", { ...own, claimed: { text: "go" } }, { session: "one" });
	await journal.append("action.requested", { ...requested("r1"), ...own }, { session: "one" });
	await journal.close();
	const { zip } = await bundleOf(journal.dir, "one");
	const text = readFileSync(join(unpack(zip, join(here.dir, "into")), "README.txt"), "utf8");
	assert.match(text, /^ {2}1 prompt, 1 action; decisions: /m);
	assert.match(text, /^ {2}\d+ entries in 1 part of the log, /m);
	const [, head = ""] = /--head\n {4}(\S+)\n/.exec(text) ?? [];
	const [newest] = (await verifyWorkspace(journal.dir)).heads;
	assert.equal(head, `${newest?.segment}:${newest?.entries}:${newest?.hash}`);
	const verify = async (given: string) => {
		const common = { home: here.home.dir, folder: here.root, json: true, err: () => {} };
		return logVerify({ ...common, head: given, out: () => {} });
	};
	assert.equal(await verify(head), 0);
	assert.equal(await verify(head.replace(/.$/, (digit) => (digit === "0" ? "1" : "0"))), 1);
});
