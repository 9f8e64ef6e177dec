// A zip that is written as it is made, to whoever takes parts of it. Names in the order they are given, one fixed time:
// the same log gives the same bytes.
import { createHash } from "node:crypto";
import { Zip, ZipDeflate, ZipPassThrough } from "fflate";
import { JournalError } from "../../errors.ts";

/** A zip without the extension for large ones takes no more. */
const MAX_FILES = 65_000;
const MAX_BYTES = 0xff_00_00_00;
/** Local time, as zip has it: without a zone, so the same everywhere. */
const TIME = new Date(2000, 0, 1);
const CHUNK = 64 * 1024;

export interface ZipFile {
	/** Adds to the file; waits for the taker. */
	write(part: string | Uint8Array): Promise<void>;
}

export class ZipWriter {
	readonly #zip: Zip;
	readonly #take: (part: Uint8Array) => Promise<void>;
	#ready: Uint8Array[] = [];
	#failure: Error | undefined;
	#bytes = 0;
	/** Hex SHA-256 of every file, by name, in the order of writing. */
	readonly sums = new Map<string, string>();

	constructor(take: (part: Uint8Array) => Promise<void>) {
		this.#take = take;
		this.#zip = new Zip((error, part) => {
			if (error) this.#failure = error;
			else this.#ready.push(part);
		});
	}

	/** Adds a file; what is in it is written by `fill`. @param store not packed, because it is already */
	async add(name: string, fill: (file: ZipFile) => Promise<void>, store = false): Promise<void> {
		if (this.sums.size >= MAX_FILES) throw tooLarge(`more than ${MAX_FILES} files`);
		const file = store ? new ZipPassThrough(name) : new ZipDeflate(name, { level: 6 });
		file.mtime = TIME;
		this.#zip.add(file);
		const hash = createHash("sha256");
		await fill({
			write: async (part) => {
				const bytes = typeof part === "string" ? Buffer.from(part) : part;
				hash.update(bytes);
				// Packing is done at once: in small parts, so that nobody else in this thread waits long.
				for (let at = 0; at < bytes.length; at += CHUNK) {
					file.push(bytes.subarray(at, at + CHUNK));
					await this.#drain();
				}
			},
		});
		file.push(new Uint8Array(0), true);
		await this.#drain();
		this.sums.set(name, hash.digest("hex"));
	}

	/** A file whose content is known. */
	put(name: string, content: string | Uint8Array): Promise<void> {
		return this.add(name, (file) => file.write(content));
	}

	async end(): Promise<void> {
		this.#zip.end();
		await this.#drain();
	}

	/** `<sha256>  <name>` for every file so far, in the order of their names: what sha256sum takes. */
	sumsText(): string {
		return [...this.sums]
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.map(([name, sum]) => `${sum}  ${name}\n`)
			.join("");
	}

	async #drain(): Promise<void> {
		const ready = this.#ready;
		this.#ready = [];
		if (this.#failure) throw this.#failure;
		for (const part of ready) {
			this.#bytes += part.length;
			if (this.#bytes > MAX_BYTES) throw tooLarge("more than 4 GB");
			if (part.length > 0) await this.#take(part);
		}
	}
}

function tooLarge(what: string): JournalError {
	return new JournalError(
		"too-large",
		`A bundle of all this would hold ${what}, which a zip file cannot. No bundle was written. Choose one session, or export as JSONL.`,
	);
}
