// A process that appends until it is killed: `appender.ts <home> <root> <gate id> <entries, or 0 for no end>`.
// Prints "open <segment>" and then the number of each acknowledged entry, a line each; "failed <code>" when refused.
import { writeSync } from "node:fs";
import { openHome } from "../../../src/audit/home.ts";
import { openJournal } from "../../../src/audit/journal.ts";
import { requested, WRITER } from "./samples.ts";

const [home = "", root = "", gateId = "", count = "0"] = process.argv.slice(2);
const opened = openHome(home);
const journal = await openJournal({ home: opened, root, gateId, writer: WRITER, signer: opened.signer() });
writeSync(1, `open ${journal.segment}\n`);
const end = Number(count) || Number.POSITIVE_INFINITY;
let next = 0;
await Promise.all(
	Array.from({ length: 10 }, async () => {
		while (next < end) {
			try {
				const { seq } = await journal.append("action.requested", requested(`r${next++}`));
				writeSync(1, `${seq}\n`);
			} catch (error) {
				writeSync(1, `failed ${(error as { code?: string }).code}\n`);
				return;
			}
		}
	}),
);
await journal.close();
writeSync(1, "closed\n");
