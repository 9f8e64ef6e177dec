// The first policy: reads inside the gate's folders, a short list of read-only commands, the start of built-in sub-agents
// and an agent's own bookkeeping are allowed, guard changes are marked, everything else asks. No rules of people and no
// grants yet; it never denies.
import { createHash } from "node:crypto";
import type { Action } from "../actions/action.ts";
import { canonical } from "../protocol/canonical.ts";
import { message } from "../protocol/messages.ts";
import { BOOK_TOOLS, judgeOther } from "./books.ts";
import { ask, clip, type Finding } from "./finding.ts";
import { BASH_MEMBERS, judgeShell } from "./floor/shell.ts";
import { COMMANDS, EXACT_LINES, VALUES } from "./floor/table.ts";
import { GUARD_COMMANDS, GUARD_TEXTS } from "./guard/commands.ts";
import { PLACES } from "./guard/places.ts";
import { type GuardOptions, guardMarks } from "./guard.ts";
import type { Policy, PolicyContext, PolicyVerdict } from "./policy.ts";
import { judgeRead, READ_TOOLS, remarks } from "./reads.ts";
import { SENSITIVE_FILES, SENSITIVE_FOLDERS, SENSITIVE_ROOTS } from "./sensitive.ts";
import { BUILT_IN_TYPES, judgeSpawn, SPAWN_TOOLS } from "./spawn.ts";

/** Counted up when the code decides differently on the same tables. */
const VERSION = 2;

/** The policy of the first cut. `options` are for tests and for adapters that know an agent's environment. */
export function firstCut(options: GuardOptions = {}): Policy {
	return {
		digest: policyDigest(),
		evaluate: (action, context) => evaluate(action, context, options),
	};
}

async function evaluate(action: Action, context: PolicyContext, options: GuardOptions): Promise<PolicyVerdict> {
	let finding: Finding;
	let marks: string[];
	try {
		finding = await judge(action, context);
		marks = await guardMarks(action, finding, context, options);
	} catch (error) {
		// Nothing is allowed by an error, and nobody can say that it is no guard change: the strictest kind of asking.
		const detail = clip(error instanceof Error ? error.message : String(error));
		return { effect: "ask", ruleId: "ask.trouble", why: [message("why.trouble", { detail })], guard: true };
	}
	const why = finding.effect === "ask" ? finding.why : [];
	if (marks.length > 0) {
		const marked = marks.map((what) => message("why.guard", { what }));
		return { effect: "ask", ruleId: "guard.change", why: [...marked, ...held(context), ...why], guard: true };
	}
	const reasons = held(context);
	if (reasons.length > 0) {
		const ruleId = context.callerKnown ? "ask.foreignHook" : "ask.unknownAgent";
		return { effect: "ask", ruleId, why: [...reasons, ...why], guard: false };
	}
	const { effect, ruleId } = finding;
	return { effect, ruleId, why: finding.why, guard: false };
}

/** Why nothing is allowed unasked in this session: an answer of ours might not be the one that counts. */
function held({ callerKnown, foreignHooks }: PolicyContext): PolicyVerdict["why"] {
	return [
		...(callerKnown ? [] : [message("why.unknownAgent")]),
		...foreignHooks.slice(0, 3).map((source) => message("why.foreignHook", { source: clip(source) })),
	];
}

async function judge(action: Action, context: PolicyContext): Promise<Finding> {
	switch (action.kind) {
		case "read":
			return judgeRead(action, context);
		case "shell":
			return judgeShell(action, context);
		case "edit":
		case "write":
		case "delete":
			return ask("ask.changes", message("why.changesFiles"), ...(await remarks(action, context)));
		case "fetch":
			return ask("ask.network", message("why.network"));
		case "spawn":
			return judgeSpawn(action, context);
		case "other":
			return judgeOther(action);
		default:
			return ask("ask.tool", message("why.tool", { tool: clip(action.tool) }));
	}
}

/** Hex SHA-256 over everything the decisions rest on that is data, and the version of the code that reads it. */
function policyDigest(): string {
	const patterns = (list: readonly object[]) =>
		list.map((entry) => Object.entries(entry).map(([key, value]) => [key, String(value)]));
	const tables = {
		version: VERSION,
		shell: { COMMANDS, EXACT_LINES, BASH_MEMBERS, VALUES: patterns([VALUES]) },
		tools: { READ_TOOLS, SPAWN_TOOLS, BUILT_IN_TYPES, BOOK_TOOLS },
		sensitive: { SENSITIVE_FILES, SENSITIVE_FOLDERS, SENSITIVE_ROOTS },
		guard: { PLACES, GUARD_COMMANDS: patterns(GUARD_COMMANDS), GUARD_TEXTS: patterns(GUARD_TEXTS) },
	};
	return createHash("sha256").update(canonical(tables)).digest("hex");
}
