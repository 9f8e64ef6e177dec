// What an undo of several changes of one file would do: they are taken back one after the other, the newest first, in memory.
// Only so does what others changed in between stay. Nothing is read or written here.
import { message } from "../../protocol/messages.ts";
import { isEqual, type Plan, type Sides } from "./plan.ts";

/** Contents before and after one change, read when it is its turn: all of them at once may not fit into memory. */
export type ReadChange = () => Promise<Pick<Sides, "before" | "after">>;

/**
 * Plans the undo of all changes of a file that is `now`. One that cannot be taken back makes the whole impossible: nothing
 * is done by halves. Several that are in conflict are, too: no three contents would tell a person what they merge.
 * @param changes oldest first @param plan takes one change back
 */
export async function planChanges(
	now: Buffer | undefined,
	changes: readonly ReadChange[],
	plan: (sides: Sides) => Promise<Plan>,
): Promise<Plan> {
	let at = now;
	let oldest: Buffer | undefined;
	for (const read of [...changes].reverse()) {
		const sides = await read();
		oldest = sides.before;
		const step = await plan({ ...sides, now: at });
		if (changes.length === 1 || step.kind === "impossible") return step;
		if (step.kind === "conflict") return { kind: "impossible", why: message("undo.why.conflictBetween") };
		if (step.kind === "remove") at = undefined;
		else if (step.kind !== "nothing") at = step.bytes;
	}
	if (isEqual(at, now)) return { kind: "nothing" };
	if (at === undefined) return { kind: "remove" };
	return { kind: isEqual(at, oldest) ? "restore" : "merged", bytes: at };
}
