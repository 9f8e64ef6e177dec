// The book of masked secrets (secretBook.ts), remembered as long as its files stay what they are.
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { JournalError, systemCode } from "../errors.ts";
import { readSecretBook, type SecretNote, sameSecrets } from "../secretBook.ts";

const FILES = ["secrets.jsonl", "secrets.old.jsonl"];

export class KnownSecrets {
	readonly #dir: string;
	#seen = "";
	#notes: SecretNote[] = [];

	/** @param dir the workspace's folder */
	constructor(dir: string) {
		this.#dir = dir;
	}

	/** Other requests in which a secret of this request stands, by secret. A book that cannot be read knows nothing. */
	async same(request: string): Promise<{ kind: string; requests: string[] }[]> {
		const seen = FILES.map((name) => seenOf(join(this.#dir, name))).join();
		if (seen !== this.#seen) {
			this.#notes = await this.#read();
			this.#seen = seen;
		}
		return sameSecrets(this.#notes, request);
	}

	async #read(): Promise<SecretNote[]> {
		try {
			return await readSecretBook(this.#dir);
		} catch (error) {
			if (systemCode(error) === "" && !(error instanceof JournalError)) throw error;
			return [];
		}
	}
}

function seenOf(path: string): string {
	const found = lstatSync(path, { throwIfNoEntry: false });
	return found === undefined ? "" : `${found.ino} ${found.size} ${found.mtimeMs}`;
}
