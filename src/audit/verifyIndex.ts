// The index's snapshots on disk. They prove nothing and nothing is lost with them; but somebody who changed one changed what
// the audit panel would have shown.
import { constants } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { JournalError, systemCode } from "./errors.ts";
import { openPlain, readAt } from "./files.ts";
import type { Problems } from "./problems.ts";

const KEY_BYTES = 32;
const NO_EVIDENCE = "The index is not evidence: Gatepost will throw it away and build it anew from the log.";

/**
 * Says when a snapshot is not what Gatepost wrote. That there is none, or an old one, is no problem; nor is one that was made
 * with the key of an editor that is not at hand, as long as it is whole.
 * @param workspace whose log it is; a copy in a folder of another name is not looked at, because nobody uses its index
 * @param snapshotKey the editor's own key, 32 bytes
 * @param signal stops it: then this rejects with the signal's reason
 */
export async function checkIndex(
	folder: string,
	workspace: string | undefined,
	problems: Problems,
	snapshotKey?: Uint8Array,
	signal?: AbortSignal,
): Promise<void> {
	const dir = resolve(folder);
	if (basename(dir) !== workspace) return;
	// What it brings along is for nobody else.
	const { checkSnapshots } = await import("./index/snapshot.ts");
	const { checks, more } = await checkSnapshots(dir, { homeKey: await homeKey(dir), snapshotKey }, signal);
	for (const { name, state, detail } of checks)
		if (state === "altered") problems.add(join("index", name), undefined, "index-altered", `${detail} ${NO_EVIDENCE}`);
	if (more > 0)
		problems.add(
			"index",
			undefined,
			"index-altered",
			`There are ${more} more snapshots of the index than Gatepost leaves. They were not looked at. ${NO_EVIDENCE}`,
		);
}

/** The key of the home that a log lies in; undefined for a copy elsewhere. Nothing is made. */
async function homeKey(dir: string): Promise<Buffer | undefined> {
	const workspaces = dirname(dir);
	if (basename(workspaces) !== "workspaces") return undefined;
	try {
		const handle = await openPlain(join(dirname(workspaces), "keys", "home.key"), constants.O_RDONLY);
		try {
			const key = await readAt(handle, 0, KEY_BYTES + 1);
			return key.length === KEY_BYTES ? key : undefined;
		} finally {
			await handle.close();
		}
	} catch (error) {
		// Also what may not be read: then what the key would show stays open.
		if (error instanceof JournalError || systemCode(error) !== "") return undefined;
		throw error;
	}
}
