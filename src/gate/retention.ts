// Evidence that is older than the person wants to keep it goes, in the log of every folder served and in that of what belongs
// to none: some time after the start, when nobody waits for anything, and then a few times a day. The log is read in a
// thread, because requests of agents are answered in this one.
import { OUTSIDE } from "../audit/home.ts";
import { lastNamedInThread } from "../audit/index/jobs.ts";
import { removeOldEvidence } from "../audit/retention.ts";
import type { Folder, Workspaces } from "./workspaces.ts";

const FIRST_MS = 60_000;
const EVERY_MS = 6 * 60 * 60_000;

export interface RetentionTask {
	close(): void;
	/** Looks now; resolves when all folders were looked at. For whoever does not want to wait. */
	run(): Promise<void>;
}

/**
 * @param days how long evidence is kept; 0 or undefined: for ever. Asked at every look, because it is a setting.
 * @param onError told when a folder's evidence could not be removed ("_outside": of what belongs to none); the next look
 *   tries again
 */
export function keepRetention(
	workspaces: Workspaces,
	days: () => number | undefined,
	onError: (folder: string, error: unknown) => void,
): RetentionTask {
	const ended = new AbortController();
	let running: Promise<void> | undefined;
	const lookAt = async (folder: Folder, olderThanDays: number) => {
		if (folder === undefined && !workspaces.hasOutside()) return;
		const journal = await workspaces.journal(folder);
		const { signal } = ended;
		const { dir } = journal;
		const retained = removeOldEvidence(journal, {
			dir,
			olderThanDays,
			now: Date.now(),
			signal,
			walk: lastNamedInThread,
		});
		const { planted } = await retained;
		if (planted.length > 0)
			throw new Error(
				`${planted.join(", ")} in the log folder is no file, so no gate made it; evidence that no entry names was kept. Move it away from the log.`,
			);
	};
	const look = async () => {
		const olderThanDays = days() ?? 0;
		if (olderThanDays < 1) return;
		for (const folder of [...workspaces.folders, undefined]) {
			if (ended.signal.aborted) return;
			try {
				await lookAt(folder, olderThanDays);
			} catch (error) {
				if (!ended.signal.aborted) onError(folder ?? OUTSIDE, error);
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
