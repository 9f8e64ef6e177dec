// Group commit: what is appended in one turn of the event loop, and while a sync is running, is one write and one
// fdatasync. Nobody is told before that. The first failure closes the file for good: after a failed fdatasync the kernel
// may have thrown the dirty pages away and say "ok" the next time, so trying again would prove nothing.
import { JournalError, writeError } from "./errors.ts";
import { writeAll } from "./files.ts";
import type { Head } from "./head.ts";

/** What a batch is written to. A write may take less than it was given. */
export interface AppendFile {
	write(bytes: Buffer, offset: number, length: number): Promise<number>;
	datasync(): Promise<void>;
	close(): Promise<void>;
}

/** A line that ends a batch. */
export interface Sealed {
	text: string;
	/** Number of its entry, and its hash. */
	entries: number;
	hash: string;
}

interface Waiting {
	text: string;
	entries: number;
	hash: string;
	resolve: () => void;
	reject: (error: JournalError) => void;
}

/** More than this waiting in memory, in UTF-16 units, and appends are refused instead of queued. */
const MAX_WAITING = 64 * 1024 * 1024;

export class BatchWriter {
	readonly #file: AppendFile;
	readonly #path: string;
	readonly #onDurable: (head: Head) => void;
	readonly #seal: () => Sealed | undefined;
	readonly #onFailure: (error: JournalError) => void;
	#waiting: Waiting[] = [];
	#waitingSize = 0;
	#bytes = 0;
	#running: Promise<void> | undefined;
	#failure: JournalError | undefined;

	/**
	 * @param seal called for each batch when nothing more comes into it: what is to be its last line; when it throws, the
	 *   batch has failed
	 * @param onDurable called after each sync and before anybody is told; when it throws, the batch has failed
	 * @param onFailure called once, when the file was closed for good
	 */
	constructor(
		file: AppendFile,
		path: string,
		seal: () => Sealed | undefined,
		onDurable: (head: Head) => void,
		onFailure: (error: JournalError) => void,
	) {
		this.#file = file;
		this.#path = path;
		this.#seal = seal;
		this.#onDurable = onDurable;
		this.#onFailure = onFailure;
	}

	/** The first failure, after which nothing is written any more. */
	get failure(): JournalError | undefined {
		return this.#failure;
	}

	/** @throws JournalError when an append of this size cannot be taken now; asked before a place in the chain is given */
	demandRoom(size: number): void {
		if (this.#failure) throw this.closedError(this.#failure);
		if (this.#waitingSize + size > MAX_WAITING)
			throw new JournalError(
				"overloaded",
				"More entries are waiting for the disk than fit in memory. Gatepost refused this one. Check whether the disk hangs.",
			);
	}

	/**
	 * Appends lines that end with the entry `entries`, `hash`. Resolves when they are durable.
	 * Calls keep their order; never rejects for one and not for those after it.
	 */
	push(text: string, entries: number, hash: string): Promise<void> {
		if (this.#failure) return Promise.reject(this.closedError(this.#failure));
		this.#waitingSize += text.length;
		return new Promise((resolve, reject) => {
			this.#waiting.push({ text, entries, hash, resolve, reject });
			this.#running ??= this.#run();
		});
	}

	/** Ends the file for good because of something that went wrong outside of it. */
	async fail(error: JournalError): Promise<void> {
		await this.#end(error, []);
	}

	/** Closes the file after what is waiting was written. */
	async close(): Promise<void> {
		await this.#running;
		if (!this.#failure) await this.#file.close();
	}

	closedError(cause: JournalError): JournalError {
		return new JournalError(
			"closed",
			`This part of the audit log was closed, so nothing can be recorded in it. Gatepost refused the action. Reason: ${cause.message}`,
			{ cause },
		);
	}

	async #run(): Promise<void> {
		while (this.#waiting.length > 0 && !this.#failure) {
			// To the end of this turn: more may arrive in it, also from those who were just told.
			await new Promise((resolve) => setImmediate(resolve));
			const batch = this.#waiting;
			const last = batch.at(-1);
			if (last === undefined) break;
			this.#waiting = [];
			this.#waitingSize = 0;
			try {
				const sealed = this.#seal();
				const text = batch.length === 1 ? last.text : batch.map((one) => one.text).join("");
				const bytes = Buffer.from(sealed === undefined ? text : text + sealed.text);
				const { entries, hash } = sealed ?? last;
				this.#bytes += bytes.length;
				await writeAll(this.#file, bytes);
				await this.#file.datasync();
				// Ended meanwhile: who was told that it failed must not see others told that it went on.
				if (this.#failure) throw this.#failure;
				this.#onDurable({ entries, bytes: this.#bytes, hash });
			} catch (error) {
				await this.#end(writeError(error, this.#path), batch);
				break;
			}
			for (const one of batch) one.resolve();
		}
		this.#running = undefined;
	}

	async #end(error: JournalError, batch: Waiting[]): Promise<void> {
		if (this.#failure) {
			for (const one of batch) one.reject(this.#failure);
			return;
		}
		this.#failure = error;
		const refused = [...batch, ...this.#waiting];
		this.#waiting = [];
		this.#waitingSize = 0;
		try {
			await this.#file.close();
		} catch {
			// It failed already; a close that fails too says nothing new, and the file is not used again either way.
		}
		this.#onFailure(error);
		for (const one of refused) one.reject(error);
	}
}
