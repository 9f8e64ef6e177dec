// Folders, files and actions for tests of this room.
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Action, ActionKind } from "../../../src/actions/action.ts";
import type { Change, FileChange, Proposal } from "../../../src/actions/change.ts";
import { isChange } from "../../../src/actions/change.ts";
import { sideOf } from "../../../src/actions/textFile.ts";
import type { JsonObject } from "../../../src/protocol/canonical.ts";

/** A folder of the test's own, by its real path. */
export function folder(t: { after(end: () => void): void }): string {
	const dir = realpathSync(mkdtempSync(join(tmpdir(), "gatepost-actions-")));
	t.after(() => rmSync(dir, { recursive: true, force: true }));
	return dir;
}

export function action(kind: ActionKind, tool: string, input: JsonObject, paths: string[] = [], root = "/w"): Action {
	return { v: 1, kind, tool, root, cwd: root, input, paths };
}

/** A change of one file from `before` to `after`; undefined where there is no file. */
export function change(
	path: string,
	before: string | Buffer | undefined,
	after: string | Buffer | undefined,
	more: Partial<FileChange> = {},
): Change {
	return {
		files: [
			{
				path,
				op: before === undefined ? "create" : after === undefined ? "delete" : "modify",
				...(before === undefined ? {} : { before: sideOf(Buffer.from(before), 0o644) }),
				...(after === undefined ? {} : { after: sideOf(Buffer.from(after), 0o644) }),
				...more,
			},
		],
	};
}

/** How a proposal ended: "change", "nothing", or the code of why not. */
export function ending(proposal: Proposal): string {
	if (proposal === undefined) return "nothing";
	return isChange(proposal) ? "change" : proposal.unknown.code;
}
