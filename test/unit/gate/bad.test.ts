// Hostile and broken input at the whole gate: denied with a reason, on record, and nobody else is touched.
import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { logEntries, said, settles, submitFor, type TestGate, testGate } from "../../support/gateClient.ts";

const event = (members: string) =>
	`{"session_id":"session-1","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"id"}${members}}`;

const PAYLOADS: [what: string, bytes: string | Buffer, reason: RegExp][] = [
	["is not JSON", "hello", /could not be read/],
	["is empty", "", /could not be read/],
	["is JSON but no object", "[1]", /could not be read/],
	["is cut off", event("").slice(0, -10), /could not be read/],
	["is no UTF-8", Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), /could not be read/],
	["has a key twice", event(',"tool_name":"Read"'), /could not be read/],
	["has a key twice, once escaped", event(',"tool_n\\u0061me":"Read"'), /could not be read/],
	["holds half a surrogate pair", event(',"cwd":"\\ud800"'), /could not be read/],
	["is nested too deep", event(`,"x":${"[".repeat(2000)}${"]".repeat(2000)}`), /could not be read/],
	["holds a number beyond all numbers", event(',"x":1e999'), /could not be read/],
	["has no event", "{}", /could not be read/],
	["has an event nobody knows", event("").replace("PreToolUse", "PreToolUze"), /could not be read/],
	["has a tool that is no text", event("").replace('"Bash"', "7"), /could not be read/],
	["has an input that is no object", event("").replace('{"command":"id"}', '"id"'), /could not be read/],
	[
		"has a path that is no text",
		event("").replace('"Bash"', '"Write"').replace('"command":"id"', '"file_path":[]'),
		/could not be read/,
	],
	["names a prototype", event(',"__proto__":{"a":1}'), /could not be read/],
];

for (const [what, bytes, reason] of PAYLOADS) {
	test(`a payload that ${what} is denied, and both are on record`, async (t) => {
		const gate = await testGate(t);
		const call = await gate.call("PreToolUse-Bash", { bytes });
		const reply = await call.reply();
		assert.equal(reply.exit, 2);
		assert.equal(reply.stdout, "");
		assert.match(reply.stderr, reason);
		const entries = (await gate.verified()).filter(({ body }) => body.request === call.id);
		assert.deepEqual(
			entries.map(({ type, body }) => [type, body.decision?.verdict]),
			[
				["action.requested", undefined],
				["action.decided", "deny"],
			],
		);
		assert.equal(entries[0]?.body.unreadable, true);
		assert.deepEqual(gate.gate.cards(), []);
	});
}

const REPORTS = ["Stop", "PostToolUse-Bash", "UserPromptSubmit", "SessionEnd-other"];
for (const fixture of REPORTS) {
	const name = fixture.replace(/-.*/, "");
	const report = (members: string) => `{"session_id":"session-1","hook_event_name":"${name}","cwd":"/"${members}}`;
	test(`${name} that cannot be read is let pass, and on record as missing: refusing it would stop nothing`, async (t) => {
		const gate = await testGate(t);
		const payloads = [
			report(',"last_assistant_message":"half \\ud83d"'),
			report(',"tool_response":{"a":1,"a":2}'),
			report(`,"x":${"[".repeat(2000)}${"]".repeat(2000)}`),
			report(',"x":1e999'),
			report(',"__proto__":{"a":1}'),
			report(',"tool_name":7,"prompt":7,"reason":7,"agent_id":7,"stop_hook_active":"').slice(0, -1),
		];
		for (const bytes of payloads) {
			const reply = await (await gate.call("PreToolUse-Bash", { bytes })).reply();
			assert.deepEqual(reply, { ...reply, stdout: "", stderr: "", exit: 0 });
		}
		const entries = await gate.verified();
		assert.ok(!entries.some(({ type }) => type === "action.requested" || type === "action.decided"));
		const gaps = entries.filter(({ type, body }) => type === "coverage.gap" && body.kind === "unread-report");
		assert.equal(gaps.length, payloads.length);
		assert.deepEqual([gaps[0]?.body.claimed.hook_event_name, gaps[0]?.body.claimed.session_id], [name, "session-1"]);
	});
}

test("nothing that an agent writes makes an unreadable action look like an event that only tells", async (t) => {
	const gate = await testGate(t);
	const stop = '\\"hook_event_name\\":\\"Stop\\"';
	const payloads = [
		event(`,"x":"${stop}","cwd":"\\ud800"`),
		event(',"x":{"hook_event_name":"Stop"},"cwd":"\\ud800"'),
		event(',"x":["hook_event_name","Stop"],"cwd":"\\ud800"'),
		event(',"hook_event_name":"Stop"'),
		event("").replace('"hook_event_name":"PreToolUse"', '"hook_event_name":["Stop"],"cwd":"\\ud800"'),
		event(',"cwd":"\\ud800"').replace("hook_event_name", "hook_event_n\\u0061me"),
		`{"tool_input":{"command":"${stop}`,
		`"hook_event_name":"Stop"`,
		`[{"hook_event_name":"Stop"}]`,
	];
	for (const bytes of payloads) {
		const reply = await (await gate.call("PreToolUse-Bash", { bytes })).reply();
		assert.deepEqual([reply.exit, reply.stdout], [2, ""], String(bytes));
	}
	// Gates, too: a change of settings and the agent's own prompt.
	for (const name of ["ConfigChange", "PermissionRequest"]) {
		const bytes = event(',"cwd":"\\ud800"').replace("PreToolUse", name);
		assert.equal((await (await gate.call("PreToolUse-Bash", { bytes })).reply()).exit, 2);
	}
});

test("an event too large for the gate is refused or let pass by its name, and on record with its size", async (t) => {
	const gate = await testGate(t);
	const size = { submit: { leftOut: 7_000_000 } };
	const call = await gate.call("PreToolUse-Bash", size);
	const action = await call.reply();
	assert.deepEqual([action.exit, action.stdout], [2, ""]);
	assert.match(action.stderr, /7000000 bytes, more than Gatepost takes/);
	const report = await (await gate.call("PostToolUse-Bash", size)).reply();
	assert.deepEqual([report.exit, report.stdout, report.stderr], [0, "", ""]);
	const entries = await gate.verified();
	const requested = entries.find(({ type, body }) => type === "action.requested" && body.request === call.id);
	assert.equal(requested?.body.claimed.bytes, 7_000_000);
	const gap = entries.find(({ body }) => body.kind === "unread-report");
	assert.deepEqual([gap?.body.claimed.bytes, gap?.body.claimed.tool_name], [7_000_000, "Bash"]);
});

test("what an unreadable payload says does not get into the log unmasked", async (t) => {
	const gate = await testGate(t);
	const secret = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
	const call = await gate.call("PreToolUse-Bash", { bytes: `{"${secret}":1,"${secret}":2}` });
	await call.reply();
	assert.ok(!JSON.stringify(await gate.verified()).includes(secret));
});

test("an agent nobody knows is refused in the dialect that blocks everywhere, and on record", async (t) => {
	const gate = await testGate(t);
	const call = await gate.call("PreToolUse-Bash", { submit: { agent: "hal" } });
	const reply = await call.reply();
	assert.deepEqual([reply.exit, reply.stdout], [2, ""]);
	assert.match(reply.stderr, /^Gatepost: No agent named hal/);
	const { body } = await gate.entry(({ type }) => type === "action.decided");
	assert.deepEqual([body.request, body.decision.by, body.decision.verdict], [call.id, "failure", "deny"]);
});

test("a caller that is not proven asks for everything, and its denial blocks in every dialect", async (t) => {
	const gate = await testGate(t);
	writeFileSync(join(gate.place.folder, "a.txt"), "x");
	const call = await gate.call("PreToolUse-Read", { submit: { env: {} } });
	const card = await gate.card();
	assert.ok(card.why.some(({ code }) => code === "why.unknownAgent"));
	gate.answer(card, "deny");
	const reply = await call.reply();
	assert.deepEqual([reply.exit, reply.stdout], [2, ""]);
});

test("an action outside all folders is refused with the way out, and kept in the log of what belongs to none", async (t) => {
	const gate = await testGate(t);
	const outside = join(gate.place.dir, "elsewhere");
	mkdirSync(outside);
	const call = await gate.call("PreToolUse-Bash", { submit: { root: outside } });
	assert.match(said(await call.reply()).reason, /elsewhere is not in a folder this window has open.*gatepost serve/);
	await gate.open.close("stopped");
	const entries = await logEntries(gate.place.home, undefined);
	assert.ok(entries.some(({ type, body }) => type === "action.decided" && body.request === call.id));
	assert.equal(
		(await gate.entries()).find(({ body }) => body.request === call.id),
		undefined,
	);
});

test("a root that leads out of the folder, by dots or by a link, is not in it", async (t) => {
	const gate = await testGate(t);
	const { dir, folder } = gate.place;
	mkdirSync(join(dir, "elsewhere"));
	symlinkSync(join(dir, "elsewhere"), join(folder, "link"));
	for (const root of [`${folder}/../elsewhere`, `${folder}/no/../../elsewhere/x`, `${folder}/link`]) {
		const call = await gate.call("PreToolUse-Bash", { submit: { root } });
		assert.match(said(await call.reply()).reason, /is not in a folder this window has open/);
	}
});

test("a stop that cannot be recorded is not refused: the agent would never end", async (t) => {
	const gate = await testGate(t);
	await (await gate.call("SessionStart-startup")).reply();
	const home = join(gate.place.home, "workspaces");
	// A session at first sight must be recorded; with its log's folder gone it cannot be.
	await gate.open.setFolders([]);
	rmSync(home, { recursive: true });
	writeFileSync(home, "");
	await assert.rejects(gate.open.setFolders([gate.place.folder]));
	const stop = await (await gate.call("Stop", { session: "new" })).reply();
	assert.deepEqual([stop.exit, stop.stderr], [0, ""]);
	const before = await (await gate.call("PreToolUse-Bash", { session: "new" })).reply();
	assert.equal(before.exit, 2);
	assert.match(before.stderr, /audit log could not be written/);
});

test("the same request id with other content is refused and on record, and the first goes on", async (t) => {
	const gate = await testGate(t);
	const call = await gate.call("PreToolUse-Bash");
	const card = await gate.card();
	const other = submitFor(gate.place, "PreToolUse-Bash", { members: { tool_input: { command: "rm -rf ." } } });
	const thief = await gate.call("PreToolUse-Bash", { submit: { ...other, id: call.id } });
	assert.equal((await thief.error()).code, "same-id-other-content");
	const { body } = await gate.entry(({ type }) => type === "coverage.gap");
	assert.deepEqual([body.kind, body.code, body.claimed.request], ["breach", "same-id-other-content", call.id]);
	gate.answer(card, "allow");
	assert.equal(said(await call.reply()).decision, "allow");
});

test("a foreign withdraw is a breach with an entry and a warning, and withdraws nothing", async (t) => {
	const gate = await testGate(t);
	const call = await gate.call("PreToolUse-Bash");
	const card = await gate.card();
	const stranger = await gate.connect();
	stranger.send({ type: "withdraw", id: call.id });
	await gate.entry(({ type, body }) => type === "coverage.gap" && body.code === "not-yours");
	assert.ok(gate.gate.warnings().some(({ message }) => message.code === "gate.breach"));
	assert.equal(gate.gate.cards()[0]?.id, card.id);
	gate.answer(card, "allow");
	assert.equal(said(await call.reply()).decision, "allow");
});

test("a hook that comes back on a new connection gets the answer of its request", async (t) => {
	const gate = await testGate(t);
	const first = await gate.call("PreToolUse-Bash");
	const card = await gate.card();
	first.connection.end();
	const again = await gate.call("PreToolUse-Bash", { submit: first.submit });
	await again.held();
	gate.answer(card, "allow");
	assert.equal(said(await again.reply()).decision, "allow");
	const { body } = await gate.entry(({ type }) => type === "action.released");
	assert.equal(body.delivered, true);
});

async function flood(gate: TestGate, count: number): Promise<void> {
	const connection = await gate.connect();
	for (let n = 0; n < count; n += 1) {
		const call = await gate.call("PostToolUse-Bash", { connection, session: `s${n}`, toolUseId: `t${n}` });
		await call.reply();
	}
	connection.end();
}

test("sessions without end fill neither the list of sessions nor that of warnings, and the real one goes on", async (t) => {
	const gate = await testGate(t);
	const call = await gate.call("PreToolUse-Bash", { session: "real" });
	const card = await gate.card();
	for (let round = 0; round < 2; round += 1) await flood(gate, 150);
	assert.ok(gate.gate.sessions().length <= 200);
	assert.ok(gate.gate.warnings().length <= 50);
	assert.ok(
		gate.gate.sessions().some(({ id }) => id === "real"),
		"a session that waits is not forgotten",
	);
	gate.answer(card, "allow");
	assert.equal(said(await call.reply()).decision, "allow");
	await settles(() => gate.gate.cards().length === 0, "the card is gone");
});
