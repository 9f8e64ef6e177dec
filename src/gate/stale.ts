// Between the moment a change was shown and the moment a person allows it, the file may have become another one: then
// what they saw is not what would happen, and their answer does not count (DESIGN 2.5).
import { type FileChange, type FileSide, isChange, type Proposal } from "../actions/change.ts";
import type { AgentAdapter } from "../agents/adapter.ts";
import type { Decision } from "../approvals/decision.ts";
import { format, type Message, message } from "../protocol/messages.ts";
import { errorText } from "./context.ts";
import type { LedgerLine } from "./ledger.ts";
import { turnOf } from "./sessions.ts";

export interface Checked {
	decision: Decision;
	/** Why it is not the one that was given. */
	note?: Message;
}

/**
 * The decision, or a denial in its place when the change it allows would no longer be the one that was shown, or that
 * could not be found out. Never rejects: the answer that a denial stands in place of must be on record with it.
 */
export async function checkStale(
	adapter: AgentAdapter,
	line: LedgerLine,
	shown: Proposal,
	decision: Decision,
): Promise<Checked> {
	if (decision.by !== "person" || decision.verdict !== "allow" || !isChange(shown)) return { decision };
	const denied = (note: Message): Checked => ({
		decision: { by: "failure", verdict: "deny", reason: format(note), answered: decision },
		note,
	});
	let now: Proposal;
	try {
		now = await adapter.propose(line.action, { turn: turnOf(line.session) });
	} catch (error) {
		return denied(message("gate.internal", { detail: errorText(error) }));
	}
	const other = shown.files.find((file, index) => !isSame(file, isChange(now) ? now.files[index] : undefined));
	if (other === undefined && isChange(now) && now.files.length === shown.files.length) return { decision };
	return denied(message("gate.stale", { file: other?.path ?? "" }));
}

function isSame(a: FileChange, b: FileChange | undefined): boolean {
	return (
		b !== undefined &&
		a.path === b.path &&
		a.target === b.target &&
		a.op === b.op &&
		isSameSide(a.before, b.before) &&
		isSameSide(a.after, b.after)
	);
}

function isSameSide(a: FileSide | undefined, b: FileSide | undefined): boolean {
	if (a === undefined || b === undefined) return a === b;
	return a.mode === b.mode && a.bytes.equals(b.bytes);
}
