// The index's snapshot on disk. It proves nothing and nothing is lost with it; but somebody who changed it changed what the
// audit panel would have shown.
import { constants } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { JournalError, systemCode } from "./errors.ts";
import { openPlain, readAt } from "./files.ts";
import type { Problems } from "./problems.ts";

/** Where the snapshot lies in a workspace's folder. */
const SNAPSHOT = join("index", "snapshot");
const KEY_BYTES = 32;

/**
 * Says when the snapshot is not what Gatepost wrote. That there is none, or an old one, is no problem.
 * @param workspace whose log it is; a copy in a folder of another name is not looked at, because nobody uses its index
 */
export async function checkIndex(folder: string, workspace: string | undefined, problems: Problems): Promise<void> {
	const dir = resolve(folder);
	if (basename(dir) !== workspace) return;
	// What it brings along is for nobody else.
	const { checkSnapshot } = await import("./index/snapshot.ts");
	const { state, detail } = await checkSnapshot(dir, await homeKey(dir));
	if (state === "altered")
		problems.add(
			SNAPSHOT,
			undefined,
			"index-altered",
			`${detail} The index is not evidence: Gatepost will throw it away and build it anew from the log.`,
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
