// What the editor has seen of a log: noted when it is found whole, missed when it is gone, forgotten only when a person says
// so in a dialog of the editor.
import assert from "node:assert/strict";
import { readdir, rename, rm } from "node:fs/promises";
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
				delete: async (name) => void secrets.delete(name),
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
		const options = { place, memory, approver };
		assert.equal(await answering(dismissed, () => forgetHeads({ ...options, gate: { recordForgotten } })), false);
		const [question, shown, button] = asked[0] ?? [];
		assert.match(String(question), /audit-memory/);
		const { modal, detail } = shown as { modal: boolean; detail: string };
		assert.equal(modal, true);
		assert.match(detail, new RegExp(`has seen ${entries} entries in 1 segments.*can no longer notice`));
		assert.equal(button, "Forget");
		const pressed = { showWarningMessage: async (_: unknown, __: unknown, yes: string) => yes };
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
			assert.equal(secrets.size, 1, "forgotten before it is on record");
			recorded.push(root, body);
		};
		const said: string[] = [];
		const answers = {
			showWarningMessage: async (_: unknown, __: unknown, yes: string) => yes,
			showInformationMessage: async (text: string) => void said.push(text),
		};
		const forget = () => forgetHeads({ place, memory, approver, gate: { recordForgotten } });
		assert.equal(await answering(answers, forget), true);
		const { segment, head } = made.journal;
		const body = { segments: 1, entries, heads: [{ segment, entries, hash: head.hash }] };
		assert.deepEqual(recorded, [made.root, { ...body, approver: await approver() }]);
		assert.equal(secrets.size, 0);
		assert.match(said.join(), /Forgotten/);
		await verified("failed");
		assert.equal(await answering(answers, forget), false, "there is nothing left to forget");
		assert.deepEqual(await readdir(place.dir).catch(() => []), []);
	});
});
