// What a bundle holds, and that VERIFY.md, followed word for word, and verifyBundle find it good.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import type { Entry } from "../../../../src/audit/chain.ts";
import { JournalError } from "../../../../src/audit/errors.ts";
import { writeBundle } from "../../../../src/audit/export/bundle/bundle.ts";
import { newSigningKey, publicKeyHex, signerFromPem } from "../../../../src/audit/keys.ts";
import { verifyBundle } from "../../../../src/audit/verifyBundle.ts";
import { HOSTILE, rootIn, type SampleLog, sampleLog } from "../../../support/auditLog.ts";
import { entriesOf, killOwner, type Place, placeIn, requested, segmentPaths, tempDir } from "../support.ts";
import {
	bundleOf,
	commandsOf,
	filesIn,
	follow,
	missingTool,
	repaged,
	restore,
	sha256,
	snapshot,
	sourceOf,
	TEST_PAGE,
	unpack,
} from "./support.ts";

const missing = missingTool();
const skip = missing === undefined ? false : `VERIFY.md was not followed: ${missing}`;

let base: string;
let log: SampleLog;
let key: string;
let count = 0;

before(async () => {
	base = tempDir(undefined);
	const { home } = placeIn(base);
	log = await sampleLog(home, rootIn(base));
	await log.journal.close();
	key = publicKeyHex(home.signer().publicKey);
});
after(() => rmSync(base, { recursive: true, force: true }));

const fresh = (): string => join(base, `b${++count}`);
const entriesIn = (dir: string): Entry[] =>
	filesIn(dir)
		.filter((name) => name.startsWith("entries/"))
		.flatMap((name) => entriesOf(join(dir, name)));

/** Unpacked, and found good by all who can check it. */
async function goodBundle(
	dir: string,
	scope: Parameters<typeof bundleOf>[1],
	fingerprint?: string,
): Promise<{ into: string; verdict: string; found: Awaited<ReturnType<typeof verifyBundle>> }> {
	const { zip } = await bundleOf(dir, scope);
	const into = unpack(zip, fresh());
	let verdict = "";
	if (missing === undefined) {
		const steps = follow(into, commandsOf(readFileSync(join(into, "VERIFY.md"), "utf8")), fingerprint);
		assert.equal(steps.length, 5);
		assert.deepEqual(
			steps.map(({ status }) => status),
			[0, 0, 0, 0, 0],
			JSON.stringify(steps),
		);
		verdict = steps[2]?.out ?? "";
	}
	const found = await verifyBundle(`${into}.zip`);
	assert.deepEqual(found.problems, []);
	assert.equal(found.verdict, "consistent, signer unknown");
	assert.deepEqual(await verifyBundle(into), found);
	return { into, verdict, found };
}

test("a session's bundle follows VERIFY.md to the end", { skip }, async () => {
	const { zip } = await bundleOf(log.dir, log.sessions.good);
	const into = unpack(zip, fresh());
	const commands = commandsOf(readFileSync(join(into, "VERIFY.md"), "utf8"));
	const run = (fingerprint?: string) => follow(into, commands, fingerprint);
	const unknown = run();
	assert.deepEqual(
		unknown.map(({ status }) => status),
		[0, 0, 0, 0, 0],
	);
	assert.equal(unknown[0]?.out, "files: good\n");
	assert.equal(unknown[1]?.out, "evidence: good\n");
	assert.match(
		unknown[2]?.out ?? "",
		/^VERDICT: the chain is consistent .*4 of 4 pieces of evidence; session .*20 entries/,
	);
	assert.equal(unknown[3]?.out, "signatures: good\n");
	assert.equal(unknown[4]?.out, `consistent, signer unknown: signer.pem is ${key}\n`);
	assert.match(run(key)[4]?.out ?? "", /^verified: /);
	const wrong = run("0".repeat(64))[4];
	assert.equal(wrong?.status, 1);
	assert.match(wrong?.out ?? "", /^WRONG KEY/);
});

test("verifyBundle says the same of the zip and of its folder, with and without a key", async () => {
	const { into, found } = await goodBundle(log.dir, log.sessions.good);
	assert.deepEqual(
		found.signer.keys.map(({ publicKey }) => publicKey),
		[key],
	);
	assert.equal(found.session?.entries, 20);
	assert.equal(found.session?.begun, true);
	assert.equal(found.session?.ended, true);
	assert.deepEqual(found.evidence, { named: 4, there: 4, removed: 0 });
	assert.equal((await verifyBundle(into, { key: key.toUpperCase() })).verdict, "verified");
	const wrong = await verifyBundle(into, { key: "0".repeat(64) });
	assert.equal(wrong.verdict, "problems found");
	assert.deepEqual(
		wrong.problems.map(({ kind }) => kind),
		["wrong-key"],
	);
});

test("only bodies that are needed are in it, and every other entry as its hash", async () => {
	const { into } = await goodBundle(log.dir, log.sessions.good);
	const entries = entriesIn(into);
	const all = entriesOf(log.journal.path);
	assert.equal(entries.length, all.length);
	for (const [at, { head, body, bodyHash, hash }] of entries.entries()) {
		assert.deepEqual([head, hash], [all[at]?.head, all[at]?.hash]);
		const needed =
			head.session === log.sessions.good ||
			["gate.started", "gate.stopped", "key.created", "checkpoint", "policy.changed", "policy.accepted"].includes(
				head.type,
			);
		assert.equal(body !== undefined, needed, `${at} ${head.type}`);
		assert.equal(bodyHash !== undefined, !needed);
	}
	const text = filesIn(into)
		.filter((name) => name !== "verify.html")
		.map((name) => readFileSync(join(into, name), "latin1"))
		.join("");
	assert.equal(text.includes("Do not pipe downloads"), false, "another session's words are in it");
});

test("evidence is salt and content under its own SHA-256", async () => {
	const { into } = await goodBundle(log.dir, log.sessions.good);
	const names = filesIn(into).filter((name) => name.startsWith("evidence/"));
	assert.equal(names.length, 4);
	for (const name of names) assert.equal(sha256(readFileSync(join(into, name))), basename(name));
	assert.ok(names.some((name) => readFileSync(join(into, name)).subarray(16).toString().includes("remember(user)")));
});

test("the same log gives the same bytes", async () => {
	const [one, two] = [await bundleOf(log.dir, log.sessions.bad), await bundleOf(log.dir, log.sessions.bad)];
	assert.ok(one.zip.equals(two.zip));
});

test("the system's unzip takes it", { skip: hasUnzip() ? false : "unzip is not on this machine" }, async () => {
	const { zip } = await bundleOf(log.dir, log.sessions.good);
	const file = `${fresh()}.zip`;
	writeFileSync(file, zip);
	assert.match(execFileSync("unzip", ["-t", file], { encoding: "utf8" }), /No errors detected/);
});

function hasUnzip(): boolean {
	try {
		execFileSync("unzip", ["-v"]);
		return true;
	} catch {
		return false;
	}
}

test("a session without an end says so, and hostile strings are visible in README.txt", async () => {
	const { into, verdict, found } = await goodBundle(log.dir, log.sessions.bad);
	if (missing === undefined) assert.match(verdict, /THE SESSION HAS NO END HERE/);
	assert.equal(found.session?.ended, false);
	const readme = readFileSync(join(into, "README.txt"), "utf8");
	assert.match(readme, /It has no end in this receipt/);
	assert.doesNotMatch(readme.replaceAll("\n", ""), /[\p{Cc}\p{Cf}]/u);
});

test("chosen entries and the whole log make good bundles, too", async () => {
	const all = await goodBundle(log.dir, { of: "all" });
	assert.ok(entriesIn(all.into).every(({ body }) => body !== undefined));
	const { into } = await goodBundle(log.dir, { of: "filter", filter: { outcomes: ["denied"] } });
	const whole = entriesIn(into).filter(({ body }) => body !== undefined);
	assert.ok(whole.some(({ head }) => head.type === "action.decided"));
	assert.ok(!whole.some(({ head }) => head.type === "prompt"));
});

test("a session that is not in the log is refused with a reason", async () => {
	await assert.rejects(
		bundleOf(log.dir, "nobody"),
		(error) => error instanceof JournalError && /Check the session/.test(error.message),
	);
});

test("an abort ends it with its reason", async () => {
	const reason = new Error("enough");
	const source = sourceOf(log.dir, { of: "all" }, AbortSignal.abort(reason));
	await assert.rejects(
		writeBundle(source, { write: async () => {} }, { page: async () => "@@GATEPOST_BUNDLE@@" }),
		reason,
	);
});

/** One action of a session, in a journal. */
async function act(place: Place, gate: string, session: string, options: Parameters<Place["open"]>[1] = {}) {
	const journal = await place.open(gate, options);
	await journal.append("session.started", { agent: "claude-code", claimed: {} }, { session });
	await journal.append("action.requested", requested(`${gate}-1`), { session });
	return journal;
}

test("a live segment ends at its last checkpoint behind the session", async () => {
	const place = placeIn(join(base, "live"));
	const journal = await act(place, "one", "s1");
	await journal.append("session.ended", { claimed: {} }, { session: "s1" });
	await journal.append("prompt", { claimed: { text: "later" } }, { session: "s2" });
	const { into, found } = await goodBundle(journal.dir, "s1");
	assert.deepEqual(found.unsigned, []);
	assert.equal(entriesIn(into).at(-1)?.head.type, "checkpoint");
	assert.equal(
		entriesIn(into).some(({ head }) => head.session === "s2"),
		false,
	);
});

test("an unsigned tail is named everywhere", async () => {
	const place = placeIn(join(base, "tail"));
	const journal = await act(place, "one", "s1");
	const { into, verdict, found } = await goodBundle(journal.dir, "s1");
	const last = journal.head.entries;
	assert.deepEqual(found.unsigned, [{ segment: journal.segment, from: last - 1, to: last }]);
	assert.match(
		readFileSync(join(into, "README.txt"), "utf8"),
		new RegExp(`UNSIGNED TAIL: entries ${last - 1}\\.\\.${last} of`),
	);
	assert.match(readFileSync(join(into, "VERIFY.md"), "utf8"), /Unsigned tail/);
	if (missing === undefined) assert.match(verdict, new RegExp(`UNSIGNED TAIL: entries ${last - 1}\\.\\.${last} of`));
});

test("a segment whose gate died is signed by the next one, which comes along", async () => {
	const place = placeIn(join(base, "dead"));
	const dead = await act(place, "one", "s1");
	killOwner(dead.dir, dead.segment);
	const next = await place.open("two");
	for (let i = 0; i < 5; i++) await next.append("prompt", { claimed: { text: "other" } }, { session: "s2" });
	const { into, found } = await goodBundle(dead.dir, "s1");
	assert.deepEqual(found.unsigned, []);
	assert.deepEqual(
		found.heads.map(({ segment }) => segment),
		[dead.segment, next.segment],
	);
	assert.equal(entriesOf(join(into, "entries", next.segment)).at(-1)?.head.type, "checkpoint");
	assert.equal(
		entriesIn(into).some(({ head }) => head.session === "s2"),
		false,
	);
});

test("segments without anything of the session stay out, and their heads are named", async () => {
	const place = placeIn(join(base, "many"));
	for (const [gate, session] of [
		["one", "s1"],
		["two", "s2"],
		["three", "s1"],
		["four", "s2"],
	] as const) {
		const journal = await act(place, gate, session);
		await journal.append("session.ended", { claimed: {} }, { session });
		await journal.close();
	}
	const dir = segmentPaths(join(place.home.workspaces, filesIn(place.home.workspaces)[0]?.split("/")[0] ?? ""));
	const log = join(dir[0] ?? "", "../..");
	const { into, found } = await goodBundle(log, "s1");
	assert.deepEqual(
		found.heads.map(({ segment }) => segment.split("-")[1]),
		["one.jsonl", "three.jsonl"],
	);
	assert.equal(found.elsewhere, 1);
	const heads = JSON.parse(readFileSync(join(into, "heads.json"), "utf8"));
	assert.deepEqual(
		heads.map((one: { here: boolean }) => one.here),
		[false],
	);
});

test("a session over a change of key has both keys, and each signs its own", async () => {
	const place = placeIn(join(base, "keys"));
	const first = await act(place, "one", "s1");
	await first.close();
	const other = signerFromPem(newSigningKey(), "file");
	const second = await act(place, "two", "s1", { signer: other });
	await second.close();
	const both = `${publicKeyHex(place.home.signer().publicKey)} ${publicKeyHex(other.publicKey)}`;
	const { into } = await goodBundle(first.dir, "s1", both);
	assert.ok(existsSync(join(into, "signer-1.pem")) && existsSync(join(into, "signer-2.pem")));
	assert.equal((await verifyBundle(into, { key: both.split(" ") })).verdict, "verified");
	assert.equal((await verifyBundle(into, { key: both.split(" ")[0] })).verdict, "problems found");
});

test("grants, policy and channels it rests on come from other segments; one that says the same is enough", async () => {
	const place = placeIn(join(base, "rests"));
	const policy = "aa".repeat(32);
	const approver = { osUser: "ann", claims: {}, assurance: 1 };
	for (const gate of ["old", "older"]) {
		const journal = await place.open(gate);
		await journal.append("policy.changed", {
			digest: policy,
			files: [{ layer: "user", file: "p", sha256: "bb".repeat(32) }],
		});
		if (gate === "old") {
			await journal.append("policy.accepted", { digest: "bb".repeat(32), approver });
			await journal.append("grant.added", { grant: "g7", approver, request: "r0" }, { session: "s0" });
			await journal.append("grant.added", { grant: "g8", approver, request: "r9" }, { session: "s0" });
			await journal.append("channel.paired", { channel: "phone", device: "d" });
			await journal.append("channel.paired", { channel: "slack", device: "d" });
		}
		await journal.close();
	}
	const journal = await act(place, "now", "s1");
	await journal.append(
		"action.decided",
		{
			request: "now-1",
			actionMac: "x",
			grant: "g7",
			policyDigest: policy,
			decision: { by: "person", verdict: "allow", approver, channel: "phone" },
		},
		{ session: "s1" },
	);
	await journal.close();
	const { into } = await goodBundle(journal.dir, "s1");
	const whole = entriesIn(into)
		.filter(({ head, body }) => body !== undefined && /^(policy|grant|channel)/.test(head.type))
		.map(({ head, body }) => [head.type, body?.grant ?? body?.channel ?? ""]);
	assert.deepEqual(whole, [
		["policy.accepted", ""],
		["grant.added", "g7"],
		["channel.paired", "phone"],
		["policy.changed", ""],
	]);
});

test("evidence that retention removed is listed, evidence that is just gone is a problem", async () => {
	const place = placeIn(join(base, "retention"));
	const journal = await place.open("one");
	const [kept, removed, gone] = [
		await journal.evidence.put(Buffer.from("kept")),
		await journal.evidence.put(Buffer.from("removed")),
		await journal.evidence.put(Buffer.from("gone")),
	];
	await journal.append(
		"action.executed",
		{ outcome: "done", result: kept, claimed: { result: { digest: "0".repeat(64), size: 1 } } },
		{ session: "s1" },
	);
	await journal.append("action.executed", { outcome: "done", result: removed, claimed: {} }, { session: "s1" });
	await journal.close();
	const later = await place.open("two");
	rmSync(join(journal.dir, "evidence", removed.digest));
	await later.append("evidence.removed", { digests: [removed.digest], olderThanDays: 30 });
	await later.close();
	const { into, found } = await goodBundle(journal.dir, "s1");
	assert.deepEqual(found.evidence, { named: 2, there: 1, removed: 1 });
	assert.deepEqual(JSON.parse(readFileSync(join(into, "manifest.json"), "utf8")).removed, [removed.digest]);
	assert.match(readFileSync(join(into, "README.txt"), "utf8"), /Removed by the retention of the log, which says so: 1/);

	const third = await place.open("three");
	await third.append("action.executed", { outcome: "done", result: gone, claimed: {} }, { session: "s3" });
	await third.close();
	rmSync(join(journal.dir, "evidence", gone.digest));
	const { zip } = await bundleOf(journal.dir, "s3");
	const bad = unpack(zip, fresh());
	assert.deepEqual(
		(await verifyBundle(bad)).problems.map(({ kind }) => kind),
		["evidence-missing"],
	);
	if (missing === undefined)
		assert.match(
			follow(bad, commandsOf(readFileSync(join(bad, "VERIFY.md"), "utf8")))[2]?.out ?? "",
			/^evidence-missing: /,
		);
});

test("a log that was tampered with gives a bundle that says so, and gives nothing of others away", async () => {
	const place = placeIn(join(base, "tampered"));
	const journal = await act(place, "one", "s1");
	await journal.append("prompt", { claimed: { text: "private words" } }, { session: "s2" });
	await journal.close();
	const lines = readFileSync(journal.path, "utf8");
	writeFileSync(
		journal.path,
		lines.replace("private words", "private w0rds").replace('{"body":{"claimed":{}', "x private w0rds"),
	);
	const { zip } = await bundleOf(journal.dir, "s1");
	const into = unpack(zip, fresh());
	const found = await verifyBundle(into);
	assert.equal(found.verdict, "problems found");
	assert.equal(readFileSync(join(into, "entries", journal.segment), "utf8").includes("private w0rds"), false);
	if (missing === undefined)
		assert.equal(follow(into, commandsOf(readFileSync(join(into, "VERIFY.md"), "utf8")))[2]?.status, 1);
});

test("a torn last line stays out", async () => {
	const place = placeIn(join(base, "torn"));
	const journal = await act(place, "one", "s1");
	await journal.append("session.ended", { claimed: {} }, { session: "s1" });
	killOwner(journal.dir, journal.segment);
	appendFileSync(journal.path, '{"body":{"half');
	await goodBundle(journal.dir, "s1");
});

test("hostile strings of the log are in the entries only as JSON, and nowhere as they are", async () => {
	const { into } = await goodBundle(log.dir, log.sessions.bad);
	for (const name of ["README.txt", "VERIFY.md", "verify.html", "manifest.json"])
		for (const hostile of Object.values(HOSTILE))
			assert.equal(readFileSync(join(into, name), "utf8").includes(hostile), false, name);
});

test("entries of another agent that uses the same session id are whole, and are not the session's", async () => {
	const place = placeIn(join(base, "twice"));
	const journal = await act(place, "one", "s1");
	const gemini = { agent: "gemini-cli", claimed: {} };
	await journal.append("session.started", gemini, { session: "s1" });
	const result = await journal.evidence.put(Buffer.from("of the other"));
	await journal.append("action.requested", { ...requested("theirs"), ...gemini }, { session: "s1" });
	await journal.append("action.executed", { request: "theirs", result, claimed: {} }, { session: "s1" });
	await journal.append("session.ended", { ...gemini }, { session: "s1" });
	await journal.append("action.executed", { request: "one-1", claimed: {} }, { session: "s1" });
	await journal.close();
	const { into, verdict, found } = await goodBundle(journal.dir, "s1");
	assert.deepEqual([found.session?.entries, found.session?.ended], [3, false]);
	if (missing === undefined) assert.match(verdict, /3 entries, .*NO END HERE/);
	assert.match(readFileSync(join(into, "README.txt"), "utf8"), /1 action;/);
	const theirs = await goodBundle(journal.dir, { of: "session", agent: "gemini-cli", session: "s1" });
	// What names no agent and belongs to no request of another is anybody's.
	assert.deepEqual([theirs.found.session?.entries, theirs.found.session?.ended], [4, true]);
	await assert.rejects(bundleOf(journal.dir, { of: "session", agent: "nobody", session: "s2" }), JournalError);
	// A body that is left out could be any agent's, so none may be.
	const name = `entries/${journal.segment}`;
	const files = snapshot(into);
	const lines = String(files.get(name)).split("\n");
	const at = lines.findIndex((line) => line.includes('"gemini-cli"'));
	const { hash, head, prev } = JSON.parse(lines[at] ?? "");
	const body = /^\{"body":(.*),"hash":/.exec(lines[at] ?? "")?.[1] ?? "";
	lines[at] = JSON.stringify({ bodyHash: sha256(body), hash, head, prev });
	restore(into, repaged(files.set(name, Buffer.from(lines.join("\n")))));
	assert.deepEqual(
		(await verifyBundle(into)).problems.map(({ kind, line }) => [kind, line]),
		[["removed", at + 1]],
	);
});

test("heads that were noted elsewhere must be in it", async () => {
	const { into, found } = await goodBundle(log.dir, log.sessions.good);
	const [{ segment = "", entries = 0, hash = "" } = {}] = found.heads;
	const entry = entriesIn(into)[8];
	const heads = [{ segment, entries: 9, hash: entry?.hash.toUpperCase() ?? "" }];
	const good = await verifyBundle(into, { heads });
	assert.deepEqual(good.problems, []);
	assert.deepEqual(
		good.anchored.filter(({ by }) => by === "given head"),
		[{ segment, entry: 9, by: "given head" }],
	);
	for (const [head, kind] of [
		[{ segment, entries: 9, hash }, "edited"],
		[{ segment, entries: entries + 1, hash }, "cut-tail"],
		[{ segment: segment.replace(/^2/, "1"), entries, hash }, "segment-missing"],
	] as const) {
		const { problems, anchored } = await verifyBundle(into, { heads: [head] });
		assert.deepEqual(
			problems.map((one) => one.kind),
			[kind],
		);
		assert.ok(anchored.every(({ by }) => by !== "given head"));
	}
});

test("what is read of the log is told while it is read", async () => {
	let bytes = 0;
	const parts: number[] = [];
	const read = (more: number) => {
		bytes += more;
	};
	const source = { ...sourceOf(log.dir, { of: "all" }), reading: { read } };
	await writeBundle(source, { write: async () => void parts.push(bytes) }, { page: async () => TEST_PAGE });
	const { size } = statSync(log.journal.path);
	// To find, to plan, to write, and to put into the page.
	assert.equal(bytes, 4 * size);
	assert.ok(parts.some((at) => at > 0 && at < bytes));
});
