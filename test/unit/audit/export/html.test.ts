// The HTML report: everything that happened, readable without a script, whatever an agent wrote.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { html } from "../../../../src/audit/export/html.ts";
import { bdi, escaped, pre } from "../../../../src/audit/export/htmlText.ts";
import { LogSource } from "../../../../src/audit/export/source.ts";
import type { ExportScope } from "../../../../src/protocol/auditPanel.ts";
import { bigLog, HOSTILE, sampleLog } from "../../../support/auditLog.ts";
import { place } from "../support.ts";

async function report(dir: string, scope: ExportScope = { of: "all" }) {
	const source = await LogSource.open({ dir, version: "1.2.3", scope, bom: false });
	let text = "";
	const write = async (part: string | Uint8Array) => {
		text += typeof part === "string" ? part : Buffer.from(part).toString("utf8");
	};
	try {
		return { ...(await html(source, { write })), text };
	} finally {
		await source.close();
	}
}

async function sample(t: TestContext) {
	const at = place(t);
	const log = await sampleLog(at.home, at.root);
	await log.journal.close();
	return { at, log };
}

test("a section for each session: who started it, its prompts, its actions with diff, decision and result", async (t) => {
	const { log } = await sample(t);
	const { text, rows, entries } = await report(log.dir);
	assert.ok(rows > 20 && entries > rows);
	assert.equal(text.match(/<section /g)?.length, 3, "two sessions, and what belongs to none");
	assert.match(text, /Started by<\/dt><dd><bdi>ada on |Started by<\/dt><dd><bdi>ada<\/bdi>/);
	assert.match(text, /<dt>Branch<\/dt><dd><bdi>fix-login<\/bdi>/);
	assert.match(text, /The login form forgets the user/);
	assert.match(text, /<ins><i> +\d+<\/i> \+ \tremember\(user\);<\/ins>/);
	assert.match(text, /Ada Lovelace \(ada\)/);
	assert.match(text, /all of it, for 4\.2 s/);
	assert.match(text, /Something else ran than what was decided on\./);
	assert.match(text, /Timed out/);
	for (const request of Object.keys(log.requests)) assert.ok(request.length > 0);
});

test("no script, nothing from elsewhere, and the style is the one its policy names", async (t) => {
	const { log } = await sample(t);
	const { text } = await report(log.dir);
	assert.doesNotMatch(text, /<script/i);
	assert.doesNotMatch(text, /(?:src|href)="(?!#)/i);
	const style = /<style>([\s\S]*?)<\/style>/.exec(text)?.[1] ?? "";
	assert.ok(text.includes(`style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`));
});

test("hostile strings stay text, and what does not show is shown", async (t) => {
	const { log } = await sample(t);
	const { text } = await report(log.dir);
	assert.doesNotMatch(text, /<img|onerror="|<\/script>/i);
	assert.doesNotMatch(text, /[\u202a-\u202e\u2066-\u2069\u2028\u001b\u0007]/);
	assert.match(text, /\[U\+202E\]/);
	assert.match(text, /&lt;img src=x onerror=&quot;/);
});

test("one session is all there is when one is wanted", async (t) => {
	const { log } = await sample(t);
	const scope = { of: "session", agent: "claude-code", session: log.sessions.good } as const;
	const { text } = await report(log.dir, scope);
	assert.equal(text.match(/<section /g)?.length, 1);
	assert.doesNotMatch(text, /Do not pipe downloads/);
});

test("evidence that is missing or altered is said in its place", async (t) => {
	const { log } = await sample(t);
	const dir = join(log.dir, "evidence");
	const names = readdirSync(dir);
	for (const name of names) writeFileSync(join(dir, name), "GPEV1\nnot what it was");
	assert.match((await report(log.dir)).text, /Evidence [0-9a-f]{64} was altered\./);
	for (const name of names) rmSync(join(dir, name));
	assert.match((await report(log.dir)).text, /Evidence [0-9a-f]{64} is missing\./);
});

test("texts as HTML", () => {
	assert.equal(escaped(`<a href='x'>&"`), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
	assert.equal(escaped("a\u202eb\u0000c\ud800"), "a[U+202E]b[U+0000]c\ufffd");
	assert.equal(bdi("x"), "<bdi>x</bdi>");
	assert.match(pre("x".repeat(50), 10), /x{10}\n<i>… 40 more/);
	for (const text of Object.values(HOSTILE)) assert.doesNotMatch(escaped(text), /[<>"]|\p{Cf}/u);
});

test("a row is what foldRows says of it, also with marks of entries that have rows of their own", async (t) => {
	const { at, log } = await sample(t);
	const { text } = await report(log.dir, { of: "all" });
	const granted = text.split("<article>").find((one) => one.includes("npm run lint"));
	assert.match(granted ?? "", /<dt>Grant<\/dt><dd><bdi>g1<\/bdi>/);
	const journal = await at.open("gate2");
	await journal.append("coverage.gap", {
		kind: "result-without-decision",
		request: log.requests.open,
		tool: "WebFetch",
	});
	await journal.close();
	const later = (await report(log.dir, { of: "all" })).text;
	const open = later.split("<article>").find((one) => one.includes("Not decided"));
	assert.match(open ?? "", /It ran without a decision of Gatepost\./);
});

test("of a row no more is kept than where it stands: a million entries take less than 200 MB", async (t) => {
	const at = place(t);
	const entries = 24_000;
	const dir = bigLog({ home: at.home, root: at.root, entries, segments: 2 });
	setFlagsFromString("--expose-gc");
	const collect = runInNewContext("gc") as () => void;
	const used = () => {
		collect();
		const { heapUsed, arrayBuffers } = process.memoryUsage();
		return heapUsed + arrayBuffers;
	};
	const source = await LogSource.open({ dir, version: "1", scope: { of: "all" }, bom: false });
	t.after(() => source.close());
	const before = used();
	let most = 0;
	let parts = 0;
	const write = async () => {
		// At the first part all rows are known, and none has had its turn.
		if (parts++ % 3000 === 0) most = Math.max(most, used() - before);
	};
	await html(source, { write });
	assert.ok(parts > 6000);
	const each = most / entries;
	t.diagnostic(`${each.toFixed(0)} bytes an entry`);
	assert.ok(each < 200, `${each} bytes an entry`);
});
