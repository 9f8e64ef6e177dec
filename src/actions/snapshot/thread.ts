// A thread of the snapshots. Built to dist/snapshot.cjs.
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { SnapshotEngine } from "./engine.ts";
import type { GitEnv } from "./gitObjects.ts";
import type { ChangedFiles, Limits, SnapshotMark } from "./types.ts";

/** How the thread is started, as its workerData. */
export interface ThreadData {
	limits: Limits;
	env: GitEnv;
}

export type ToThread =
	| { say: "take"; id: number; root: string }
	/** `folders` that agents work in: no git in them is run. */
	| { say: "changes"; id: number; folders: readonly string[] }
	| { say: "drop"; id: number };

/** An answer to "take" or "changes", in the order in which they came. */
export type FromThread =
	| { say: "mark"; mark: SnapshotMark }
	| { say: "changes"; changes: ChangedFiles }
	| { say: "error"; name: string; message: string };

function serve(port: MessagePort, { limits, env }: ThreadData): void {
	const engine = new SnapshotEngine(limits, env);
	port.on("message", (asked: ToThread) => {
		if (asked.say === "drop") {
			engine.drop(asked.id);
			return;
		}
		try {
			if (asked.say === "take")
				port.postMessage({ say: "mark", mark: engine.take(asked.id, asked.root) } satisfies FromThread);
			else {
				const changes = engine.changes(asked.id, asked.folders);
				port.postMessage({ say: "changes", changes } satisfies FromThread, buffersOf(changes));
			}
		} catch (error) {
			const { name, message } = error instanceof Error ? error : new Error(String(error));
			port.postMessage({ say: "error", name, message } satisfies FromThread);
		}
	});
}

/** Contents are handed over, not copied: copying 32 MB would stall who gets them. */
function buffersOf({ files }: ChangedFiles): ArrayBuffer[] {
	const sides = files.flatMap(({ before, after }) => [before?.bytes, after?.bytes]);
	return sides.flatMap((bytes) => (bytes?.buffer instanceof ArrayBuffer ? [bytes.buffer] : []));
}

if (parentPort !== null) serve(parentPort, workerData as ThreadData);
