// What the command line does to an agent's settings, on record: taking the hooks out is the largest change there is.
import { randomBytes } from "node:crypto";
import { hostname, userInfo } from "node:os";
import type { EntryType } from "../audit/entry.ts";
import { openHome } from "../audit/home.ts";
import { openJournal } from "../audit/journal.ts";

/**
 * Writes one entry into the log of a folder, or of what belongs to none.
 * @param root the folder; undefined for a change of the user's own settings
 * @throws JournalError, or what keeps the home from being opened
 */
export async function recordAgent(
	options: { home: string; root: string | undefined; version: string },
	type: EntryType,
	body: object,
): Promise<void> {
	const home = openHome(options.home);
	const osUser = userInfo().username;
	const journal = await openJournal({
		home,
		root: options.root,
		gateId: randomBytes(8).toString("hex"),
		writer: { osUser, host: hostname(), editor: "command line", version: options.version },
		signer: home.signer(),
	});
	try {
		await journal.append(type, { ...body, osUser });
	} finally {
		await journal.close();
	}
}
