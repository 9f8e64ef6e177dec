// What the editor has seen of a log: noted when it is found whole, missed when it is gone, forgotten only when a person says
// so in a dialog of the editor.
import assert from "node:assert/strict";
import { mkdir, readdir, realpath, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { openHome } from "../../src/audit/home.ts";
import { forgetHeads } from "../../src/editor/auditForget.ts";
import { comparing } from "../../src/editor/auditIntegrity.ts";
import { type AuditLog, type LogPlace, Refusal } from "../../src/editor/auditLog.ts";
import { RememberedHeads, type Trouble } from "../../src/editor/rememberedHeads.ts";
import type { JsonObject } from "../../src/protocol/canonical.ts";
import { until } from "../support/until.ts";
import { answering, auditLog, page, sample } from "./auditStage.ts";
import { gatepost, home } from "./stage.ts";

const approver = async () => ({ osUser: "ann", claims: { gitName: "Ann" }, assurance: 1 as const });

describe("what the editor has seen of a log", function () {
	this.timeout(60_000);
	let made: Awaited<ReturnType<typeof sample>>;
	let memory: RememberedHeads;
	let log: AuditLog;
	let place: LogPlace;
	let entries: number;
	const secrets = new Map<string, string>();
	const troubles: Trouble[] = [];
	const told: string[] = [];
	const open = () =>
		auditLog(() => [made.root], {
			source: { home: gatepost, folders: () => [made.root], homeKey: () => openHome(gatepost).macKey(), memory },
			onProblem: (sentence) => told.push(sentence),
			verify: comparing({ ownKey: async () => undefined, memory }),
		});
	const integrity = () => log.state().integrity;
	const verified = async (state: "good" | "bad" | "failed") => {
		log.verify();
		await until("it is verified", () => !["unknown", "checking"].includes(integrity().state));
		assert.equal(integrity().state, state, JSON.stringify(integrity()).slice(0, 1000));
	};

	before(async () => {
		made = await sample("audit-memory");
		await made.journal.close();
		entries = made.journal.head.entries;
		memory = new RememberedHeads({
			secrets: {
				get: async (name) => secrets.get(name),
				store: async (name, value) => void secrets.set(name, value),
			},
			place: "test",
			onTrouble: (trouble) => troubles.push(trouble),
		});
	});
	beforeEach(async () => {
		log = open();
		await log.sync();
		assert(log.place);
		place = log.place;
	});
	afterEach(async () => {
		await log.close();
		assert.deepEqual(troubles, []);
	});

	it("is noted when the log was found whole", async () => {
		await verified("good");
		assert.equal(integrity().missed, undefined);
		const { segment, head } = made.journal;
		assert.deepEqual(integrity().head, { segment, entries, hash: head.hash });
		assert.deepEqual(await memory.of(basename(place.dir)), [{ segment, entries, hash: head.hash }]);
		assert.deepEqual([...secrets.keys()], [`gatepost.heads.v1.test.${basename(place.dir)}`]);
	});

	it("is missed when the newest segment is gone together with its head file", async () => {
		const { segment } = made.journal;
		const moved = [join("journal", segment), join("heads", `${segment}.head`)].map((name) => {
			return [join(place.dir, name), join(home, basename(name))] as const;
		});
		for (const [from, to] of moved) await rename(from, to);
		try {
			await verified("bad");
			assert.deepEqual(integrity().missed, { entries, segments: 1, gone: true });
			assert.equal(integrity().head, undefined, "a head to note, of a log that is not whole");
			assert.deepEqual(integrity().problems, [
				{ segment, kind: "segment-missing", detail: `this editor has seen ${entries} entries of this segment` },
			]);
			assert.match(told.join("\n"), /this editor has seen \d+ entries/);
		} finally {
			for (const [from, to] of moved) await rename(to, from);
		}
		await verified("good");
		assert.equal(integrity().missed, undefined);
	});

	it("is not given up by a message of the page, nor without a yes in the dialog, nor off the record", async () => {
		const { messages, opened } = page(log);
		await messages.take({ type: "forget" });
		assert.deepEqual(opened, [["forget", place]]);
		const before = [...secrets];
		const recordForgotten = async () => assert.fail("it is on record");
		const asked: unknown[][] = [];
		const dismissed = { showWarningMessage: async (...args: unknown[]) => void asked.push(args) };
		const options = { place, memory, approver, missed: await memory.of(basename(place.dir)) };
		assert.equal(await answering(dismissed, () => forgetHeads({ ...options, gate: { recordForgotten } })), false);
		const [question, shown, button] = asked[0] ?? [];
		assert.match(String(question), /audit-memory/);
		const { modal, detail } = shown as { modal: boolean; detail: string };
		assert.equal(modal, true);
		assert.match(detail, new RegExp(`has seen ${entries} entries in a segment of this log.*no longer says`));
		assert.equal(button, "Forget");
		const pressed = { showWarningMessage: async (_: unknown, __: unknown, yes: string) => yes };
		// What no verification has missed is not asked about.
		const said: string[] = [];
		const silent = {
			showInformationMessage: async (text: string) => void said.push(text),
			showWarningMessage: async () => assert.fail("asked"),
		};
		const none = { ...options, missed: [], gate: { recordForgotten } };
		assert.equal(await answering(silent, () => forgetHeads(none)), false);
		assert.match(said.join(), /nothing was forgotten/);
		const failing = async () => Promise.reject(new Error("ENOSPC"));
		for (const gate of [undefined, { recordForgotten: failing }])
			await assert.rejects(
				answering(pressed, () => forgetHeads({ ...options, gate })),
				(error) => error instanceof Refusal && error.said.code === "auditHost.forget.notRecorded",
			);
		assert.deepEqual([...secrets], before);
	});

	it("of a log that was removed is told, and given up on record", async () => {
		await log.close();
		await rm(place.dir, { recursive: true });
		log = open();
		await log.sync();
		await until("the panel finds by itself that it is gone", () => integrity().state === "bad");
		assert.deepEqual(integrity().missed, { entries, segments: 1, gone: true });
		const recorded: unknown[] = [];
		const recordForgotten = async (root: string | undefined, body: JsonObject) => {
			assert.equal((await memory.of(basename(place.dir))).length, 1, "forgotten before it is on record");
			recorded.push(root, body);
		};
		const said: string[] = [];
		const answers = {
			showWarningMessage: async (_: unknown, __: unknown, yes: string) => yes,
			showInformationMessage: async (text: string) => void said.push(text),
		};
		const forget = () => forgetHeads({ place, memory, approver, missed: log.missed, gate: { recordForgotten } });
		assert.equal(await answering(answers, forget), true);
		const { segment, head } = made.journal;
		const body = { segments: 1, entries, heads: [{ segment, entries, hash: head.hash }] };
		assert.deepEqual(recorded, [made.root, { ...body, approver: await approver() }]);
		assert.deepEqual(await memory.of(basename(place.dir)), []);
		assert.match(said.join(), /Forgotten.*is being verified again; only if it is found whole/);
		await verified("failed");
		assert.equal(await answering(answers, forget), false, "there is nothing left to forget");
		assert.deepEqual(await readdir(place.dir).catch(() => []), []);
	});

	it("is given up for what is missed alone, and it is said when the log itself names that", async () => {
		const root = join(await realpath(home), "audit-three");
		await mkdir(root);
		for (let n = 0; n < 3; n++) await (await sample("audit-three")).journal.close();
		const three = auditLog(() => [root], { verify: comparing({ ownKey: async () => undefined, memory }) });
		try {
			await three.sync();
			const at = three.place ?? assert.fail();
			const state = () => three.state().integrity;
			await until("it is verified", () => state().state === "good");
			const seen = await memory.of(basename(at.dir));
			const [first, ...others] = seen;
			assert(first);
			assert.equal(others.length, 2);
			assert.equal(state().head?.segment, others[1]?.segment);
			for (const name of [join("journal", first.segment), join("heads", `${first.segment}.head`)])
				await rm(join(at.dir, name));
			three.verify();
			await until("it is missed", () => state().state === "bad");
			assert.deepEqual(state().missed, { entries: first.entries, segments: 1, gone: false });
			const shown: string[] = [];
			const bodies: JsonObject[] = [];
			const answers = {
				showWarningMessage: async (_: unknown, { detail }: { detail: string }, yes: string) => {
					shown.push(detail);
					return yes;
				},
				showInformationMessage: async () => undefined,
			};
			const gate = { recordForgotten: async (_: unknown, body: JsonObject) => void bodies.push(body) };
			const { missed } = three;
			assert.equal(await answering(answers, () => forgetHeads({ place: at, memory, approver, missed, gate })), true);
			assert.match(shown.join(), /The log itself names this segment, too.*does not make the log whole/);
			assert.deepEqual(
				bodies.map(({ segments, entries }) => [segments, entries]),
				[[1, first.entries]],
			);
			assert.deepEqual(await memory.of(basename(at.dir)), others, "what is not missed was given up, too");
			three.verify();
			await until("the log itself goes on saying so", () => state().state === "bad" && state().missed === undefined);
		} finally {
			await three.close();
		}
	});
});
