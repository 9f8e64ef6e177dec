// Starts the log's thread (src/audit/worker.ts), built or from sources.
import { join } from "node:path";
import { Worker } from "node:worker_threads";

/** Where the built thread lies, beside the program that is built with it; absent when sources run as they are. */
declare const GATEPOST_LOG_WORKER: string | undefined;

/** Heap of the thread. The database, columns and lines lie outside of it; what it holds of a million entries is below 200 MB. */
const HEAP_MB = 1024;

/** Much is short-lived; the default lets it take more memory and no less time. */
const YOUNG_MB = 48;

/** @param workerData what it is to do */
export function startThread(workerData: object): Worker {
	const file =
		typeof GATEPOST_LOG_WORKER === "string"
			? join(__dirname, GATEPOST_LOG_WORKER)
			: new URL("../worker.ts", import.meta.url);
	// Environment and options of this process do not concern it.
	return new Worker(file, {
		workerData,
		env: {},
		execArgv: [],
		resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_MB },
	});
}
