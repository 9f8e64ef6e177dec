// Evidence that is older than the person wants to keep it goes, in the log of every folder served: some time after the start,
// when nobody waits for anything, and then a few times a day.
import { removeOldEvidence } from "../audit/retention.ts";
import type { Workspaces } from "./workspaces.ts";

const FIRST_MS = 60_000;
const EVERY_MS = 6 * 60 * 60_000;

export interface RetentionTask {
	close(): void;
	/** Looks now; resolves when all folders were looked at. For whoever does not want to wait. */
	run(): Promise<void>;
}

/**
 * @param days how long evidence is kept; 0 or undefined: for ever. Asked at every look, because it is a setting.
 * @param onError told when a folder's evidence could not be removed; the next look tries again
 */
export function keepRetention(
	workspaces: Workspaces,
	days: () => number | undefined,
	onError: (folder: string, error: unknown) => void,
): RetentionTask {
	const ended = new AbortController();
	let running: Promise<void> | undefined;
	const look = async () => {
		const olderThanDays = days() ?? 0;
		if (olderThanDays < 1) return;
		for (const folder of workspaces.folders) {
			if (ended.signal.aborted) return;
			try {
				const journal = await workspaces.journal(folder);
				await removeOldEvidence(journal, { dir: journal.dir, olderThanDays, now: Date.now(), signal: ended.signal });
			} catch (error) {
				if (!ended.signal.aborted) onError(folder, error);
			}
		}
	};
	const run = () => {
		running ??= look().finally(() => {
			running = undefined;
		});
		return running;
	};
	const first = setTimeout(() => void run(), FIRST_MS);
	const every = setInterval(() => void run(), EVERY_MS);
	first.unref();
	every.unref();
	return {
		run,
		close() {
			clearTimeout(first);
			clearInterval(every);
			ended.abort(new Error("the gate is closing"));
		},
	};
}
