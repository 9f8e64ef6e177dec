// Which secrets were masked in which request, in the book of each folder: so that a person can see that two masks hide the
// same one. Nobody waits for it, and nothing rests on it.
import { collectSecrets, type FoundSecret } from "../actions/redactDigests.ts";
import { SecretBook } from "../audit/secretBook.ts";
import type { Folder, Workspaces } from "./workspaces.ts";

/** Hears of secrets that were masked. */
export type NoteSecrets = (secrets: readonly FoundSecret[]) => void;

export class SecretBooks {
	readonly #workspaces: Workspaces;
	readonly #onError: (folder: Folder, error: unknown) => void;
	readonly #books = new Map<Folder, Promise<SecretBook>>();

	/** @param onError told of each note that could not be written */
	constructor(workspaces: Workspaces, onError: (folder: Folder, error: unknown) => void) {
		this.#workspaces = workspaces;
		this.#onError = onError;
	}

	/** What notes the secrets of one request; those that belong to none are not noted, because nobody could look them up. */
	of(folder: Folder, request: string | undefined): NoteSecrets {
		return (secrets) => {
			if (secrets.length > 0 && request !== undefined) void this.#note(folder, request, secrets);
		};
	}

	async #note(folder: Folder, request: string, secrets: readonly FoundSecret[]): Promise<void> {
		try {
			let book = this.#books.get(folder);
			if (book === undefined) {
				book = this.#workspaces.journal(folder).then(({ dir }) => new SecretBook(dir));
				this.#books.set(folder, book);
				// A journal that could not be opened may be there the next time.
				book.catch(() => this.#books.delete(folder));
			}
			await (await book).note(request, secrets);
		} catch (error) {
			this.#onError(folder, error);
		}
	}
}

/** Does `work` and hands on what was masked in it. */
export function noting<T>(note: NoteSecrets, work: () => T): T {
	const { value, secrets } = collectSecrets(work);
	note(secrets);
	return value;
}
