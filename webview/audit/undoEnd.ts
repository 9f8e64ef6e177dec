// What came of an undo, as its row tells.
import type { AuditRow } from "../../src/protocol/audit.ts";

/** Characters of a path up to which the row's text is whole (MAX_TARGET of the protocol, which is not bundled for it). */
const MAX_PATH = 300;

export type UndoEnd = "done" | "conflict" | "failed" | "unknown";

/** "unknown" where its path is so long that the row does not say. See `targetOf` in src/audit/fold.ts. */
export function undoEnd({ target, files }: Pick<AuditRow, "target" | "files">): UndoEnd {
	// The row's text is cut, and a path can be made that ends like this where it is.
	if ((files[0]?.length ?? 0) >= MAX_PATH) return "unknown";
	const end = / · (restore|remove|merged|conflict)( · failed)?$/.exec(target);
	if (end === null) return "unknown";
	if (end[2] !== undefined) return "failed";
	return end[1] === "conflict" ? "conflict" : "done";
}
