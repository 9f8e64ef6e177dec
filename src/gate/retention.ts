// Evidence that is older than the person wants to keep it goes, in the log of every folder served and in that of what belongs
// to none: some time after the start, when nobody waits for anything, and then a few times a day. The log is read in a
// thread, because requests of agents are answered in this one.
import { OUTSIDE } from "../audit/home.ts";
import { lastNamedInThread } from "../audit/index/jobs.ts";
import { removeOldEvidence } from "../audit/retention.ts";
import { type Message, message } from "../protocol/messages.ts";
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
 * @param tell told after each look at a log what went wrong there, or that nothing did; the next look tries again. The log
 *   is a folder's, or "_outside": of what belongs to none
 */
export function keepRetention(
	workspaces: Workspaces,
	days: () => number | undefined,
	tell: (log: string, trouble: Message | undefined) => void,
): RetentionTask {
	const ended = new AbortController();
	let running: Promise<void> | undefined;
	const lookAt = async (folder: Folder, olderThanDays: number): Promise<Message | undefined> => {
		if (olderThanDays < 1 || (folder === undefined && !workspaces.hasOutside())) return undefined;
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
		if (planted.length === 0) return undefined;
		return message("gate.retentionPlanted", { folder: folder ?? OUTSIDE, names: planted.join(", ") });
	};
	const look = async () => {
		const olderThanDays = days() ?? 0;
		for (const folder of [...workspaces.folders, undefined]) {
			if (ended.signal.aborted) return;
			const log = folder ?? OUTSIDE;
			const trouble = await lookAt(folder, olderThanDays).catch((error: unknown) => {
				const detail = error instanceof Error ? error.message : String(error);
				return message("gate.retention", { folder: log, detail });
			});
			if (!ended.signal.aborted) tell(log, trouble);
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
