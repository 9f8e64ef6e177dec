// What the log keeps of a change's files.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sideOf } from "../../../src/actions/textFile.ts";
import { changeEvidence } from "../../../src/gate/contents.ts";
import { Workspaces } from "../../../src/gate/workspaces.ts";
import { place, WRITER } from "../audit/support.ts";

test("a file that moves is one that goes and one that comes, so that each can be put back", async (t) => {
	const { home, root } = place(t);
	const workspaces = new Workspaces({ home, gateId: "moving", writer: WRITER, signer: home.signer() });
	await workspaces.setFolders([root]);
	const journal = await workspaces.journal(workspaces.folders[0]);
	const [before, after] = [sideOf(Buffer.from("old\n"), 0o644), sideOf(Buffer.from("new\n".repeat(40_000)), 0o644)];
	const moved = { path: "/w/new.md", op: "modify" as const, from: "/w/old.md", before, after };
	const other = { path: "/w/a", target: "/w/b", op: "modify" as const, before, after };
	const kept = await changeEvidence(journal, { files: [moved, other] }, {});
	const side = async ({ bytes, mode }: typeof before) => ({
		...(await journal.evidence.put(bytes)),
		...{ mode, redacted: false },
	});
	const [old, made] = [await side(before), await side(after)];
	assert.deepEqual(kept, {
		files: [
			{ path: "/w/old.md", op: "delete", before: old },
			{ path: "/w/new.md", op: "create", after: made },
			{ path: "/w/a", target: "/w/b", op: "modify", before: old, after: made },
		],
	});
	assert.ok((await journal.evidence.get(made.digest)).equals(after.bytes));
	await workspaces.close();
});
