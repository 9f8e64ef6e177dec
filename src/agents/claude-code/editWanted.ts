// editInput.ts for the host: what is small or refused is told at once, what is large is worked out in the thread.

import type { WantedInput } from "../../actions/inputFinders.ts";
import { type JobOptions, jobQueue } from "../../actions/jobQueue.ts";
import type { AgentEvent, Wanted } from "../adapter.ts";
import { editAtOnce, type Found, finder } from "./editInput.ts";

/**
 * The input, all other members kept; or why there is none.
 * @throws Error when the thread could not work it out, or the reason of the signal
 */
export async function editWanted(
	event: AgentEvent & { kind: "tool.before" },
	wanted: Wanted,
	options?: JobOptions,
): Promise<Found> {
	const early = editAtOnce(event, wanted);
	if (!("file" in early)) return early.found;
	const { file } = early;
	const found = await jobQueue.run("input", { name: finder, ...file }, workOf(file), options);
	return "why" in found ? found.why : found;
}

/** Bytes that are gone through, about. */
function workOf({ tool, input, bytes, before }: WantedInput): number {
	const texts = Object.values(input).reduce<number>(
		(sum, value) => sum + (typeof value === "string" ? value.length : 0),
		0,
	);
	const size = before?.length ?? 0;
	// A notebook is written anew with a space for each depth, as in rewrites.ts.
	return size + bytes.length + texts + (tool === "NotebookEdit" ? (size * size) / 8 : 0);
}
