// A gate as a whole: how it opens and closes, its folders, other gates beside it, and who breaks in.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { openGate } from "../../../src/gate/open.ts";
import { newEntry, writeEntry } from "../../../src/gate/registry.ts";
import { gatePlace, said, settles, testGate } from "../../support/gateClient.ts";

const entriesIn = (home: string) => readdirSync(join(home, "gates")).filter((name) => name.endsWith(".json"));

test("closing while requests wait refuses them, records why, and writes nothing after the end", async (t) => {
	const gate = await testGate(t);
	const call = await gate.call("PreToolUse-Bash", { toolUseId: "t1" });
	const card = await gate.card();
	const twin = await gate.call("PreToolUse-Bash", { toolUseId: "t1" });
	await twin.held();
	gate.open.desk.pause();
	const read = await gate.call("PreToolUse-Read");
	await read.held();
	const closed = gate.open.close("stopped");
	for (const one of [call, twin, read]) assert.equal((await one.error()).code, "stopping");
	await closed;
	assert.equal(gate.answer(card, "allow").result, "late");
	assert.deepEqual(entriesIn(gate.place.home), []);
	const entries = await gate.verified();
	const decided = entries.filter(({ type }) => type === "action.decided").map(({ body }) => body);
	assert.deepEqual(decided.map(({ request }) => request).sort(), [call.id, read.id].sort());
	for (const { decision } of decided) assert.deepEqual([decision.by, decision.verdict], ["failure", "deny"]);
	assert.deepEqual(
		entries.slice(-2).map(({ type }) => type),
		["gate.stopped", "checkpoint"],
	);
	assert.equal(entries.filter(({ type }) => type === "gate.started").length, 1);
});

test("a gate that restarts says so in the registry before it lets go of its hooks", async (t) => {
	const gate = await testGate(t);
	const call = await gate.call("PreToolUse-Bash");
	await gate.card();
	const closed = gate.open.close("restarting");
	assert.equal(entriesIn(gate.place.home).length, 1, "at once, in the same turn");
	assert.equal((await call.error()).code, "stopping");
	await closed;
	const next = await testGate(t, {}, gate.place);
	const again = await next.call("PreToolUse-Bash", { submit: call.submit });
	const card = await next.card();
	assert.equal(card.id, call.id);
	next.answer(card, "allow");
	assert.equal(said(await again.reply()).decision, "allow");
	assert.deepEqual(
		next.gate.warnings().map(({ message }) => message.code),
		["gate.notEnforced"],
		"its former self is no second gate",
	);
});

test("a gate that cannot open leaves no entry, no listening port and no open log behind", async (t) => {
	const at = gatePlace(t);
	const gate = await testGate(t, {}, at);
	await gate.open.close("stopped");
	rmSync(join(at.home, "gates"), { recursive: true });
	writeFileSync(join(at.home, "gates"), "");
	const options = { homeDir: at.home, userHome: at.userHome, osUser: "ann", folders: [at.folder], editor: "serve" };
	const settings = () => ({ prompt: "gatepost" as const, deadlineMs: 1000 });
	await assert.rejects(openGate({ ...options, version: "0", settings }));
	rmSync(join(at.home, "gates"));
	mkdirSync(join(at.home, "gates"), { mode: 0o700 });
	const next = await testGate(t, {}, at);
	await next.verified();
	assert.deepEqual(entriesIn(at.home), []);
});

test("a folder that leaves while a request waits denies it, records that in its own log, and closes the log", async (t) => {
	const gate = await testGate(t);
	const other = join(gate.place.dir, "other");
	mkdirSync(other);
	const call = await gate.call("PreToolUse-Bash");
	const card = await gate.card();
	const left = gate.open.setFolders([other]);
	const { decision, reason } = said(await call.reply());
	assert.equal(decision, "deny");
	assert.match(reason, /shop was closed in this window/);
	await left;
	assert.deepEqual(gate.gate.cards(), []);
	const entries = (await gate.entries()).filter(({ body }) => body.request === card.id);
	assert.equal(entries.find(({ type }) => type === "action.decided")?.body.decision.by, "failure");
	const all = await gate.entries();
	assert.equal(all.at(-2)?.type, "gate.stopped");
	assert.match(said(await (await gate.call("PreToolUse-Bash")).reply()).reason, /is not in a folder/);
	const there = await gate.call("PreToolUse-Bash", { submit: { root: other } });
	const next = await gate.card();
	assert.equal(next.id, there.id);
});

test("of two folders, one in the other, the inner one has the log", async (t) => {
	const at = gatePlace(t);
	const inner = join(at.folder, "packages/inner");
	mkdirSync(inner, { recursive: true });
	const gate = await testGate(t, { folders: [at.folder, inner] }, at);
	for (const root of [inner, at.folder, join(inner, "deeper")]) {
		mkdirSync(root, { recursive: true });
		const call = await gate.call("PreToolUse-Bash", { submit: { root }, session: root });
		gate.answer(await gate.card(), "deny");
		await call.reply();
	}
	await gate.open.close("stopped");
	const requests = async (folder: string) =>
		(await gate.entries(folder)).filter(({ type }) => type === "action.requested").map(({ body }) => body.root);
	assert.deepEqual(await requests(at.folder), [at.folder]);
	assert.deepEqual(await requests(inner), [inner, join(inner, "deeper")]);
});

test("a folder that is a link is the folder it leads to", async (t) => {
	const at = gatePlace(t);
	const link = join(at.dir, "link");
	symlinkSync(at.folder, link);
	const gate = await testGate(t, { folders: [link] }, at);
	assert.deepEqual(gate.open.folders(), [at.folder]);
	await gate.call("PreToolUse-Bash", { submit: { root: link } });
	await gate.card();
	assert.equal(gate.gate.sessions()[0]?.folder, at.folder);
});

test("a folder that is moved away while its gate runs goes on being recorded", async (t) => {
	const gate = await testGate(t);
	const call = await gate.call("PreToolUse-Bash");
	const card = await gate.card();
	renameSync(gate.place.folder, `${gate.place.folder}-moved`);
	gate.answer(card, "allow");
	assert.equal(said(await call.reply()).decision, "allow");
	renameSync(`${gate.place.folder}-moved`, gate.place.folder);
	assert.ok((await gate.verified()).some(({ type, body }) => type === "action.released" && body.request === card.id));
});

test("a second gate on the folder is a warning and an entry in both, and the warning goes when it does", async (t) => {
	const at = gatePlace(t);
	const first = await testGate(t, {}, at);
	const second = await testGate(t, { editor: "Cursor" }, at);
	for (const [gate, editor] of [
		[first, "Cursor"],
		[second, "serve"],
	] as const) {
		await settles(
			() =>
				gate.gate
					.warnings()
					.some(({ message }) => message.code === "gate.secondGate" && message.args?.editor === editor),
			`the warning about ${editor}`,
		);
	}
	await first.entry(({ type, body }) => type === "coverage.gap" && body.claimed?.editor === "Cursor");
	await first.entry(({ type, body }) => type === "coverage.gap" && body.claimed?.editor === "serve");
	await second.open.close("stopped");
	await settles(() => first.gate.warnings().length === 0, "the warning is gone");
	await first.verified();
});

test("a gate on a folder inside ours, or around it, is a second gate; one beside it is none", async (t) => {
	const at = gatePlace(t);
	const [inner, beside] = [join(at.folder, "in"), join(at.dir, "shopping")];
	for (const dir of [inner, beside]) mkdirSync(dir);
	const gate = await testGate(t, {}, at);
	const other = { ...newEntry({ folders: [beside], editor: "beside" }), pid: process.pid };
	writeEntry(at.home, other);
	const around = { ...newEntry({ folders: [at.dir], editor: "around" }), pid: process.pid };
	writeEntry(at.home, around);
	const within = { ...newEntry({ folders: [inner], editor: "within" }), pid: process.pid };
	writeEntry(at.home, within);
	const editors = () => gate.gate.warnings().map(({ message }) => message.args?.editor);
	await settles(() => editors().length === 2, "two warnings");
	assert.deepEqual(editors().sort(), ["around", "within"]);
});

test("forged registry entries without end are neither warnings nor entries without end", async (t) => {
	const gate = await testGate(t);
	for (let n = 0; n < 300; n += 1) {
		writeEntry(gate.place.home, { ...newEntry({ folders: [gate.place.folder], editor: `e${n}` }), pid: process.pid });
	}
	await settles(() => gate.gate.warnings().length > 10, "warnings");
	await settles(
		async () => (await gate.entries()).filter(({ type }) => type === "coverage.gap").length >= 200,
		"entries",
	);
	assert.ok(gate.gate.warnings().length <= 20);
	assert.equal((await gate.entries()).filter(({ type }) => type === "coverage.gap").length, 200);
});

test("who knocks without the token is in the log, and holds nobody up", async (t) => {
	const gate = await testGate(t);
	const socket = connect(gate.open.port, "127.0.0.1");
	socket.on("error", () => undefined);
	socket.write("GET /v1/hook HTTP/1.1\r\nHost: evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
	await new Promise((resolve) => socket.once("close", resolve).resume());
	const { body } = await gate.entry(({ type }) => type === "coverage.gap");
	assert.deepEqual([body.kind, body.where, body.code], ["breach", "upgrade", "unauthorised"]);
	assert.deepEqual(gate.gate.warnings(), [], "a stranger at the door is for the log only");
	await gate.call("PreToolUse-Bash");
	await gate.card();
});

test("connecting an agent is on record in every folder's log", async (t) => {
	const at = gatePlace(t);
	const other = join(at.dir, "other");
	mkdirSync(other);
	const gate = await testGate(t, { folders: [at.folder, other] }, at);
	await gate.open.recordInstalled("claude-code", "/home/ann/.claude/settings.json");
	for (const folder of [at.folder, other]) {
		const { body } = await gate.entry(({ type }) => type === "agent.installed", folder);
		assert.deepEqual([body.agent, body.osUser], ["claude-code", "ann"]);
	}
});

test("a log that cannot be opened keeps the gate from opening, and says why", async (t) => {
	const at = gatePlace(t);
	mkdirSync(join(at.home, "workspaces"), { recursive: true, mode: 0o700 });
	chmodSync(join(at.home, "workspaces"), 0o777);
	await assert.rejects(testGate(t, {}, at), /workspaces may be written by others.*chmod 700/s);
	assert.equal(existsSync(join(at.home, "gates")) && entriesIn(at.home).length > 0, false);
});
