// What a person undid, as it stands in the log.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { readEvidence } from "../../../src/audit/evidence.ts";
import { workspaceId, workspacePaths } from "../../../src/audit/home.ts";
import { readEntries } from "../../../src/audit/read.ts";
import { recordUndone, type Undone } from "../../../src/gate/undone.ts";
import { Workspaces } from "../../../src/gate/workspaces.ts";
import type { JsonObject } from "../../../src/protocol/canonical.ts";
import { place, WRITER } from "../audit/support.ts";

const UNDONE: Undone = {
	undo: "u1",
	request: "r1",
	session: "s1",
	path: "/w/a.env",
	how: "merged",
	approver: { osUser: "ada", claims: {}, assurance: 1 },
};
const SECRET = "ghp_0123456789abcdefghijklmnopqrstuvwxyz".slice(0, 40);

interface Recorded {
	entries: { body: JsonObject; session: string | undefined }[];
	text(side: unknown): Promise<string>;
}

async function recorded(t: TestContext, all: Undone[]): Promise<Recorded> {
	const { home, root } = place(t);
	const workspaces = new Workspaces({ home, gateId: "undoing", writer: WRITER, signer: home.signer() });
	await workspaces.setFolders([root]);
	const [folder] = workspaces.folders;
	for (const undone of all) await recordUndone(workspaces, folder, undone);
	await workspaces.close();
	const paths = workspacePaths(home.dir, workspaceId(folder));
	const entries: Recorded["entries"] = [];
	for await (const { entry } of readEntries(paths.journal)) {
		if (entry?.head.type !== "change.undone") continue;
		entries.push({ body: entry.body as JsonObject, session: entry.head.session });
	}
	return {
		entries,
		text: async (side) => String(await readEvidence(paths.evidence, (side as { digest: string }).digest)),
	};
}

test("an undo names request, file, person and how, in the session it belongs to", async (t) => {
	const {
		entries: [one],
		text,
	} = await recorded(t, [{ ...UNDONE, from: Buffer.from("now"), to: Buffer.from("old") }]);
	const { salt: _, before, after: later, ...body } = one?.body ?? {};
	assert.deepEqual(body, {
		undo: "u1",
		request: "r1",
		path: UNDONE.path,
		how: "merged",
		approver: UNDONE.approver,
	});
	assert.equal(one?.session, "s1");
	assert.deepEqual([await text(before), await text(later)], ["now", "old"]);
});

test("what the file held is redacted before it is kept, and where there is no file there is no content", async (t) => {
	const {
		entries: [made, removed],
		text,
	} = await recorded(t, [
		{ ...UNDONE, how: "restore", to: Buffer.from("x") },
		{ ...UNDONE, how: "remove", from: Buffer.from(`TOKEN=${SECRET}\n`) },
	]);
	assert.ok(made?.body.before === undefined && made?.body.after !== undefined);
	const before = removed?.body.before as { digest: string; redacted: boolean };
	assert.equal(before.redacted, true);
	assert.doesNotMatch(await text(before), new RegExp(SECRET));
	assert.equal(removed?.body.after, undefined);
});

test("an undo that was not written after all has a second entry that says so, without contents", async (t) => {
	const {
		entries: [, second],
	} = await recorded(t, [
		{ ...UNDONE, to: Buffer.from("x") },
		{ ...UNDONE, failed: "EACCES" },
	]);
	const { undo, outcome, detail, before, after: later } = second?.body ?? {};
	assert.deepEqual([undo, outcome, detail, before, later], ["u1", "failed", "EACCES", undefined, undefined]);
});
