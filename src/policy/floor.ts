// The built-in floor: what is allowed without a rule. Reads inside the gate's folders, read-only commands, the start of
// built-in sub-agents and an agent's own bookkeeping; everything else asks. It never denies.
import { createHash } from "node:crypto";
import type { Action } from "../actions/action.ts";
import { canonical } from "../protocol/canonical.ts";
import { message } from "../protocol/messages.ts";
import { BOOK_TOOLS, judgeOther } from "./books.ts";
import { ask, clip, type Finding } from "./finding.ts";
import type { Line } from "./floor/line.ts";
import { CMDLETS } from "./floor/powershell.ts";
import { VALUES } from "./floor/rule.ts";
import { BASH_MEMBERS, judgeLine, lineOf } from "./floor/shell.ts";
import { ENTRIES, VERSIONS } from "./floor/table/index.ts";
import { GUARD_COMMANDS, GUARD_TEXTS } from "./guard/commands.ts";
import { PLACES } from "./guard/places.ts";
import type { PolicyContext } from "./policy.ts";
import { judgeRead, READ_TOOLS, remarks } from "./reads.ts";
import { SENSITIVE_FILES, SENSITIVE_FOLDERS, SENSITIVE_ROOTS } from "./sensitive.ts";
import { BUILT_IN_TYPES, judgeSpawn, SPAWN_TOOLS } from "./spawn.ts";

/** Counted up when the code decides differently on the same tables. */
const VERSION = 3;

export interface Judged {
	finding: Finding;
	/** Of a shell action whose line could be told. */
	line?: Line;
}

/** The floor's word on an action. */
export async function judge(action: Action, context: PolicyContext): Promise<Judged> {
	switch (action.kind) {
		case "read":
			return { finding: await judgeRead(action, context) };
		case "shell": {
			const line = lineOf(action);
			return "effect" in line ? { finding: line } : { finding: await judgeLine(line, action, context), line };
		}
		case "edit":
		case "write":
		case "delete":
			return { finding: ask("ask.changes", message("why.changesFiles"), ...(await remarks(action, context))) };
		case "fetch":
			return { finding: ask("ask.network", message("why.network")) };
		case "spawn":
			return { finding: await judgeSpawn(action, context) };
		case "other":
			return { finding: judgeOther(action) };
		default:
			return { finding: ask("ask.tool", message("why.tool", { tool: clip(action.tool) })) };
	}
}

/** Hex SHA-256 over everything the floor's decisions rest on that is data, and the version of the code that reads it. */
export const FLOOR_DIGEST = digest();

function digest(): string {
	const patterns = (list: readonly object[]) =>
		list.map((entry) => Object.entries(entry).map(([key, value]) => [key, String(value)]));
	const tables = {
		version: VERSION,
		shell: { entries: Object.fromEntries(ENTRIES), VERSIONS, BASH_MEMBERS, CMDLETS, VALUES: patterns([VALUES]) },
		tools: { READ_TOOLS, SPAWN_TOOLS, BUILT_IN_TYPES, BOOK_TOOLS },
		sensitive: { SENSITIVE_FILES, SENSITIVE_FOLDERS, SENSITIVE_ROOTS },
		guard: { PLACES, GUARD_COMMANDS: patterns(GUARD_COMMANDS), GUARD_TEXTS: patterns(GUARD_TEXTS) },
	};
	return createHash("sha256")
		.update(canonical(JSON.parse(JSON.stringify(tables))))
		.digest("hex");
}
