// Tells that a log may have grown: by the file system where it says so, and by a slow look in any case, because other
// windows' gates write to the same log and not every file system tells. Only while somebody looks.
import { type FSWatcher, watch } from "node:fs";
import { join } from "node:path";

/** Between two looks. Milliseconds. */
const POLL_MS = 5000;
/** Between two calls, however often the log grows. Milliseconds. */
const PAUSE_MS = 300;

export class AuditWatch {
	readonly #onGrown: () => void;
	readonly #poll: NodeJS.Timeout;
	#watcher: FSWatcher | undefined;
	#due: NodeJS.Timeout | undefined;

	/** @param dir folder of the log */
	constructor(dir: string, onGrown: () => void) {
		this.#onGrown = onGrown;
		this.#poll = setInterval(() => this.grown(), POLL_MS);
		this.#poll.unref();
		try {
			this.#watcher = watch(join(dir, "journal"), { persistent: false }, () => this.grown());
			this.#watcher.on("error", () => this.#unwatch());
		} catch {
			// No journal yet, or no watches left: the slow look does.
		}
	}

	/** The log has grown, as far as the caller knows. */
	grown(): void {
		this.#due ??= setTimeout(() => {
			this.#due = undefined;
			this.#onGrown();
		}, PAUSE_MS);
	}

	dispose(): void {
		clearInterval(this.#poll);
		clearTimeout(this.#due);
		this.#unwatch();
	}

	#unwatch(): void {
		this.#watcher?.close();
		this.#watcher = undefined;
	}
}
