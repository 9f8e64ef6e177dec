import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { appendFileSync } from "node:fs";
import { test } from "node:test";
import { foldRows } from "../../../../src/audit/fold.ts";
import { readEntries } from "../../../../src/audit/read.ts";
import { canonical } from "../../../../src/protocol/canonical.ts";
import { HOSTILE } from "../../../support/auditLog.ts";
import { place, requested, segmentPaths } from "../support.ts";
import { ocsfProblems, ocsfSchema } from "./ocsfSchema.ts";
import { all, exported, rawLog, sample } from "./support.ts";

// biome-ignore lint/suspicious/noExplicitAny: events are read as JSON
type Event = any;

const eventsOf = (text: string): Event[] =>
	text
		.split("\n")
		.slice(0, -1)
		.map((line) => JSON.parse(line));

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

test("every row is a valid event of OCSF 1.9.0", async (t) => {
	const here = await sample(t);
	const { text, made } = await exported(here, "ocsf");
	const events = eventsOf(text);
	const rows = await all(foldRows(readEntries(here.logDir)));
	assert.equal(events.length, rows.length);
	assert.equal(made.rows, rows.length);
	for (const event of events) assert.deepEqual(ocsfProblems(event), [], JSON.stringify(event, undefined, 2));
	assert.deepEqual(
		[...new Set(events.map((event) => event.class_uid))].sort((a, b) => a - b),
		[0, 3004, 6002, 6003],
	);
	for (const [at, event] of events.entries()) {
		assert.equal(event.metadata.event_code ?? "", rows[at]?.type);
		assert.equal(event.time, Date.parse(rows[at]?.time ?? ""));
	}
});

test("the validator finds what is wrong", async (t) => {
	const here = await sample(t);
	const { text } = await exported(here, "ocsf");
	const event = eventsOf(text).find((one) => one.class_uid === 6003);
	const breakages: ((one: Event) => void)[] = [
		(one) => delete one.actor,
		(one) => delete one.src_endpoint,
		(one) => delete one.api.operation,
		(one) => delete one.metadata.product,
		(one) => delete one.severity_id,
		(one) => (one.actor = {}),
		(one) => (one.src_endpoint = { port: 1 }),
		(one) => (one.severity_id = 12),
		(one) => (one.severity = "Grave"),
		(one) => (one.type_uid = 1),
		(one) => (one.type_name = "x"),
		(one) => (one.class_uid = 6004),
		(one) => (one.category_uid = 1),
		(one) => (one.time = "now"),
		(one) => (one.invented = 1),
		(one) => (one.api.invented = 1),
		(one) => (one.raw_data_hash.algorithm_id = 77),
		(one) => delete one.raw_data_hash.value,
		(one) => (one.attestation_list = one.attestation_list[0]),
		(one) => delete one.attestation_list[0].fingerprint,
		(one) => (one.metadata.profiles = ["host"]),
		(one) => (one.metadata.version = "1.0.0"),
		(one) => (one.activity_id = 1),
		(one) => delete one.activity_name,
		(one) => (one.disposition_id = 99),
	];
	assert.deepEqual(ocsfProblems(event), []);
	for (const breakIt of breakages) {
		const broken = structuredClone(event);
		if (String(breakIt).includes("disposition_id")) delete broken.disposition;
		breakIt(broken);
		assert.notDeepEqual(ocsfProblems(broken), [], String(breakIt));
	}
});

test("a decision reads as what it was", async (t) => {
	const here = await sample(t);
	const events = eventsOf((await exported(here, "ocsf")).text);
	const { requests } = here.log;
	const of = (request: string) =>
		events.find((event) => event.api?.request.uid === request && event.class_uid === 6003);
	const said = (name: keyof typeof requests) => {
		const { activity_name, action, disposition, status, severity, is_alert } = of(requests[name]);
		return [activity_name, action, disposition, status, severity, is_alert];
	};
	assert.deepEqual(said("read"), ["shell", "Allowed", "Allowed", "Success", "Informational", false]);
	assert.deepEqual(said("edit"), ["Update", "Allowed", "Approved", "Success", "Informational", false]);
	assert.deepEqual(said("denied"), ["shell", "Denied", "Rejected", "Failure", "Informational", false]);
	assert.deepEqual(said("timeout"), ["shell", "Denied", "Blocked", "Failure", "Low", true]);
	assert.deepEqual(said("withdrawn"), ["shell", "Denied", "Dropped", "Failure", "Informational", false]);
	assert.deepEqual(said("failed"), ["shell", "Denied", "Error", "Failure", "Informational", false]);
	assert.deepEqual(said("mismatch"), ["shell", "Allowed", "Allowed", "Success", "High", true]);
	assert.deepEqual(said("open"), ["Read", "Unknown", "Delayed", "Unknown", "Informational", false]);
	const edit = of(requests.edit);
	assert.equal(edit.actor.user.name, "ada");
	assert.equal(edit.device.hostname, "workbench");
	assert.equal(edit.ai_agent.name, "claude-code");
	assert.equal(edit.ai_agent.instance_uid, here.log.sessions.good);
	assert.equal(edit.ai_agent.ai_model.name, "claude-opus-5");
	assert.equal(edit.api.operation, "Edit");
	assert.deepEqual(edit.authorizations, [
		{ decision: "allowed", policy: { name: "floor.shell", uid: "cd".repeat(32), is_applied: true } },
	]);
	assert.deepEqual(edit.resources, [{ name: `${here.root}/src/login.ts`, type: "file", role_id: 1, role: "Target" }]);
	const { decision } = edit.unmapped.gatepost;
	assert.deepEqual(
		[decision.person, decision.channel, decision.shown, decision.shown_ms],
		["Ada Lovelace (ada)", "editor", "whole", "4200"],
	);
	assert.deepEqual(of(requests.hostile).api.request.data, {
		command: Object.values(HOSTILE).join("\n"),
		description: HOSTILE.formula,
	});
	const grant = events.find((event) => event.metadata.event_code === "grant.added");
	assert.deepEqual([grant.class_name, grant.activity_name, grant.entity.uid], ["Entity Management", "Create", "g1"]);
});

test("every event names the record it was made of, and the records can be found by it", async (t) => {
	const here = await sample(t);
	const events = eventsOf((await exported(here, "ocsf")).text);
	const lines = rawLog(here.logDir).toString().split("\n");
	const uids = new Set<string>();
	for (const event of events) {
		const { metadata, unmapped, raw_data_hash, raw_data_size } = event;
		const { entry } = unmapped.gatepost;
		const line = lines[entry.line - 1] ?? "";
		const original = JSON.parse(line);
		assert.equal(metadata.uid, original.hash);
		assert.equal(metadata.original_event_uid, original.hash);
		assert.equal(metadata.sequence, entry.line);
		assert.deepEqual([entry.hash, entry.prev, entry.seq], [original.hash, original.prev, original.head.seq]);
		assert.equal(raw_data_hash.value, sha256(line));
		assert.equal(raw_data_size, Buffer.byteLength(line));
		uids.add(metadata.uid);
	}
	assert.equal(uids.size, events.length);
});

test("events are attested and chained: what is changed, taken out or moved shows", async (t) => {
	const here = await sample(t);
	const events = eventsOf((await exported(here, "ocsf")).text);
	const check = (some: Event[]): boolean => {
		let previous: Event;
		return some.every((event) => {
			const [attestation] = event.attestation_list;
			const { fingerprint, ...rest } = attestation;
			const fits = sha256(canonical({ ...event, attestation_list: [rest] })) === fingerprint.value;
			const linked =
				previous === undefined
					? attestation.prev_event === undefined
					: attestation.prev_event?.uid === previous.metadata.uid &&
						attestation.prev_event.type_uid === previous.type_uid &&
						attestation.prev_event.fingerprint.value === previous.attestation_list[0].fingerprint.value;
			previous = event;
			return fits && linked;
		});
	};
	assert.ok(check(events));
	assert.equal(new Set(events.map((event) => event.attestation_list[0].chain_uid)).size, 1);
	assert.ok(!check(events.map((event, at) => (at === 3 ? { ...event, message: "other" } : event))));
	assert.ok(!check(events.filter((_, at) => at !== 3)));
	assert.ok(!check([...events.slice(1), events[0]]));
});

test("lines that are no entries, odd members and times that are none make valid events too", async (t) => {
	const here = place(t);
	const journal = await here.open("gate1");
	const odd: object[] = [
		{ ...requested("a"), claimed: { input: { command: "x".repeat(100_000) } } },
		{ request: "b", agent: 7, tool: ["x"], kind: {}, claimed: "no object" },
		{ request: { deep: [1] }, claimed: { input: { __proto__: 1, a: null } } },
		{ request: "c", claimed: { input: JSON.parse('{"__proto__":{"x":1},"constructor":2}') } },
	];
	for (const body of odd) await journal.append("action.requested", body, { session: "s" });
	await journal.append("session.started", { agent: "", osUser: {}, host: 5, claimed: { model: 12 } }, { session: "t" });
	await journal.append("grant.added", { approver: 1 } as object, { session: "t" });
	await journal.append("notification.failed", { channel: "phone", reason: "x" });
	await journal.close();
	const [path = ""] = segmentPaths(journal.dir);
	appendFileSync(path, Buffer.concat([Buffer.from('not json\n{"body":{},"hash":1}\n'), Buffer.from([0xff, 0x0a])]));
	const hex = "0".repeat(64);
	appendFileSync(
		path,
		`{"body":{"request":"\\ud800","tool":"\\udfff"},"hash":"${hex}","head":{"mono":1e300,"seq":1,"time":"never","type":"action.requested","v":1},"prev":"${hex}"}\n`,
	);
	const { text } = await exported({ logDir: journal.dir, outDir: here.dir }, "ocsf");
	const events = eventsOf(text);
	for (const event of events) assert.deepEqual(ocsfProblems(event), [], JSON.stringify(event, undefined, 2));
	const long = events.find((event) => event.api?.request.uid === "a");
	assert.equal(long.metadata.is_truncated, true);
	assert.equal(long.api.request.data, undefined);
	const never = events.at(-1);
	assert.deepEqual([never.time, never.metadata.original_time, never.severity], [0, "never", "High"]);
});

test("the fixture says where it is from", () => {
	assert.match(JSON.stringify(ocsfSchema), /ocsf-schema, commit [0-9a-f]{8} of/);
});
