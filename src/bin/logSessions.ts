// Sessions by the beginning of their ids, as people type them. Only heads of entries are looked at, and nothing is checked:
// what a command then tells of the session comes from its own reading of the log.
import { JournalError, systemCode } from "../audit/errors.ts";
import { peek } from "../audit/export/bundle/peek.ts";
import { blocksOf } from "../audit/lines.ts";
import { segmentsIn } from "../audit/read.ts";
import type { AuditFilter } from "../protocol/audit.ts";
import { terminalText } from "./terminalText.ts";

/** What was typed cannot be done; the message says why. */
export class UsageError extends Error {
	override name = "UsageError";
}

/** Candidates that are named, and that are told apart at all. */
const MAX_SAID = 10;
const MAX_FOUND = 1000;
/** An id that agents give whole: nothing is looked up for it. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NEWLINE = 10;
/** A head is never longer. Bytes. */
const TAIL = 4096;

/**
 * The filter with whole ids of sessions. An id that is there stands for itself, also when others begin with it; so does
 * one that nothing begins with. The log is read for that, unless each id is a whole UUID, as most agents give them.
 * @param dir folder of the log
 * @throws UsageError when a beginning fits several sessions; the signal's reason
 */
export async function wholeSessions(dir: string, filter: AuditFilter, signal?: AbortSignal): Promise<AuditFilter> {
	const { sessions } = filter;
	if (sessions === undefined || sessions.length === 0) return filter;
	const open = new Set(sessions.filter((session) => !UUID.test(session)));
	if (open.size === 0) return { ...filter, sessions: [...new Set(sessions)] };
	const found = new Map([...open].map((start) => [start, new Set<string>()]));
	for await (const session of sessionsOf(dir, signal)) {
		for (const start of open) {
			if (session === start) open.delete(start);
			else if (session.startsWith(start)) add(found.get(start), session);
		}
		if (open.size === 0) break;
	}
	const whole = sessions.map((start) => (open.has(start) ? theOne(start, [...(found.get(start) ?? [])]) : start));
	return { ...filter, sessions: [...new Set(whole)] };
}

function add(to: Set<string> | undefined, session: string): void {
	if (to !== undefined && to.size < MAX_FOUND) to.add(session);
}

function theOne(start: string, candidates: readonly string[]): string {
	const [first = start, second] = candidates;
	if (second === undefined) return first;
	const more = candidates.length - MAX_SAID;
	const count = candidates.length < MAX_FOUND ? candidates.length : `${MAX_FOUND} or more`;
	throw new UsageError(
		[
			`--session ${terminalText(start)} is the beginning of ${count} sessions. Nothing was done. Type more of the one you mean:`,
			...candidates.slice(0, MAX_SAID).map((one) => `  ${terminalText(one)}`),
			...(more > 0 ? [`  and ${more} more`] : []),
		].join("\n"),
	);
}

/** Of all entries, in the order of the segments; one that comes again and again is given once. */
async function* sessionsOf(dir: string, signal: AbortSignal | undefined): AsyncGenerator<string> {
	let before: string | undefined;
	for (const path of await segmentsIn(dir)) {
		try {
			for await (const { bytes } of blocksOf(path)) {
				signal?.throwIfAborted();
				for (let from = 0; from < bytes.length; ) {
					const to = bytes.indexOf(NEWLINE, from);
					const session = peek(bytes.toString("utf8", Math.max(from, to - TAIL), to))?.session;
					if (session !== undefined && session !== before) yield session;
					before = session ?? before;
					from = to + 1;
				}
			}
		} catch (error) {
			// No session is known by a segment that cannot be read; the command itself reads it again and says so.
			if (!(error instanceof JournalError) && systemCode(error) === "") throw error;
		}
	}
}
