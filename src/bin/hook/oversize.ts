// An event that is larger than the gate takes: made to fit where only a result is too long, else told of by its name, so
// that what happened, or was refused, is on record all the same.
import { isReportName } from "./event.ts";

/** Members that hold results and answers; the input of a tool is never left out, or it could not be compared. */
const RESULTS = ["tool_response", "tool_output", "tool_calls", "last_assistant_message"];
/** Texts of a stub: names and ids. Characters. */
const MAX_TEXT = 200;

export interface Fitted {
	payload: Buffer;
	/** Size of the event, where the payload only names it. Bytes. */
	leftOut?: number;
}

/** @param limit bytes that the gate takes */
export function madeToFit(event: Buffer, limit: number): Fitted {
	if (event.length <= limit) return { payload: event };
	const members = read(event);
	if (isReportName(members.hook_event_name)) {
		const shorter = Buffer.from(JSON.stringify({ ...members, ...without(members) }));
		if (shorter.length <= limit) return { payload: shorter };
	}
	const short = Object.entries(members).filter(([, value]) => typeof value === "string" && value.length <= MAX_TEXT);
	return { payload: Buffer.from(JSON.stringify(Object.fromEntries(short))), leftOut: event.length };
}

function without(members: Record<string, unknown>): Record<string, string> {
	const long = RESULTS.filter((name) => members[name] !== undefined);
	return Object.fromEntries(long.map((name) => [name, "left out by Gatepost: too large"]));
}

function read(event: Buffer): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(event.toString("utf8"));
		return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
	} catch {
		// Nothing is known of it but its size.
		return {};
	}
}
