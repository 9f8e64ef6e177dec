// Plans and counts of large files come from the thread of jobQueue.ts: they would stall whoever asks.

import { jobQueue } from "../jobQueue.ts";
import { asBuffer } from "../jobs.ts";
import type { LineCounts, Plan, Sides } from "./plan.ts";

const TURN = { turn: "undo" };

/** As `planUndo`. @throws Error when the thread could not do it */
export async function planInThread(sides: Sides): Promise<Plan> {
	const { before, after, now } = sides;
	const plan = await jobQueue.run("undo", sides, sizeOf(before, after, now), TURN);
	// A Buffer comes out of another thread as a plain Uint8Array.
	if (plan.kind === "restore" || plan.kind === "merged") return { ...plan, bytes: asBuffer(plan.bytes) };
	if (plan.kind !== "conflict") return plan;
	return { ...plan, base: asBuffer(plan.base), ours: asBuffer(plan.ours), theirs: asBuffer(plan.theirs) };
}

/** As `lineCounts`. @throws Error when the thread could not do it */
export function countInThread(from: Buffer | undefined, to: Buffer | undefined): Promise<LineCounts | undefined> {
	return jobQueue.run("lineCounts", { from, to }, sizeOf(from, to), TURN);
}

function sizeOf(...all: (Buffer | undefined)[]): number {
	return all.reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0);
}
