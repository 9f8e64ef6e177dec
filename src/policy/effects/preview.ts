// What a command would do, as far as that can be known without running it. A preview: files can change until it runs.
import { homedir } from "node:os";
import type { Action } from "../../actions/action.ts";
import type { PreviewItem } from "../../protocol/card.ts";
import { lineOf } from "../floor/shell.ts";
import { Ground, NotKnown, TimeOver } from "./ground.ts";
import { LineWalk } from "./line.ts";
import { say } from "./say.ts";

/** What a preview may take in all. Milliseconds. */
const MAX_MS = 200;

export interface PreviewPlace {
	/** Real paths of the gate's folders: repositories are asked in these only. */
	folders: readonly string[];
	/** Names on the card are relative to it. */
	root: string;
	signal?: AbortSignal | undefined;
	/** Default: the user's. */
	home?: string;
	/** Milliseconds. */
	ms?: number;
}

/**
 * What the line of an action of kind "shell" would do: nothing runs, nothing is written, no other machine is asked. Empty
 * for what is not understood; a last item says when that is only a part. Never throws.
 */
export async function previewOf(action: Action, place: PreviewPlace): Promise<PreviewItem[]> {
	const { command } = action.input;
	if (action.kind !== "shell" || action.tool !== "Bash" || typeof command !== "string") return [];
	if (process.platform === "win32" || !action.cwd.startsWith("/")) return [];
	// What the floor does not take for a line of shell is none here.
	if (!("commands" in lineOf({ ...action, input: { command } }))) return [];
	const ground = new Ground({ home: homedir(), ms: MAX_MS, ...place });
	const walk = new LineWalk(ground, action.cwd);
	try {
		await walk.line(command);
	} catch (error) {
		// What was found until then stands. Nothing else is known to be thrown, and a card does not fail for a preview.
		if (!(error instanceof TimeOver || error instanceof NotKnown)) return [];
		walk.partial = true;
	}
	if (walk.items.length === 0) return [];
	return [
		...walk.items,
		...(walk.changes > 1 ? [say("effect.asNow")] : []),
		...(walk.partial ? [say("effect.partial")] : []),
	];
}
