// Where the words of rows are (column `text`):
//   0  in `fresh` only: more may come to it, and FTS4 without its content cannot change a text
//   1  in the full-text index
//   2  in both, because something came to it later: `fresh` counts
import type { Columns } from "./columns.ts";
import type { IndexDatabase } from "./database.ts";
import { idNumbers, idText } from "./requestIds.ts";

/** Rows in `fresh` that wait for more to come; the oldest go into the full-text index then. */
const MAX_FRESH = 4000;

export class Texts {
	/** Rows whose words are in the full-text index but not as they are now. */
	readonly stale = new Set<number>();
	readonly #database: IndexDatabase;
	readonly #columns: Columns;
	#fresh: number;

	constructor(database: IndexDatabase, columns: Columns) {
		this.#database = database;
		this.#columns = columns;
		for (let id = 1; id <= columns.count; id++) if (columns.of.text[id] === 2) this.stale.add(id);
		this.#fresh = Number(database.get("SELECT count(*) FROM fresh WHERE stale = 0")?.[0] ?? 0);
	}

	/** Keeps the words of a row. @param over nothing more is to be expected of it */
	put(id: number, words: readonly string[], over: boolean, isNew: boolean): void {
		const { of } = this.#columns;
		this.#putStarts(id, words);
		if (of.text[id] !== 0) {
			of.text[id] = 2;
			this.stale.add(id);
		} else if (over) {
			this.#index(id, words);
			if (!isNew) this.#unfresh(id);
			return;
		} else if (isNew) this.#fresh++;
		const text = ` ${words.join(" ")}`;
		this.#database.run("INSERT OR REPLACE INTO fresh VALUES (?, ?, ?)", [id, of.text[id] === 0 ? 0 : 1, text]);
	}

	/** Nothing more is to be expected of a row whose words are what they were. */
	settle(id: number): void {
		if (this.#columns.of.text[id] !== 0) return;
		const words = String(this.#database.get("SELECT text FROM fresh WHERE id = ?", [id])?.[0] ?? "");
		this.#index(id, words.split(" ").filter(Boolean));
		this.#unfresh(id);
	}

	/** Puts the words of the oldest rows that wait into the full-text index, when too many do. */
	settleOldest(): void {
		if (this.#fresh <= MAX_FRESH) return;
		const count = this.#fresh - MAX_FRESH / 2;
		const ids = [...this.#database.all("SELECT id FROM fresh WHERE stale = 0 ORDER BY id LIMIT ?", [count])];
		for (const [id] of ids) this.settle(Number(id));
	}

	/** Puts the full-text index in order after a build: what is added later is not merged with all of it for long. */
	optimize(): void {
		this.#database.run("INSERT INTO words(words) VALUES ('optimize')");
	}

	/** Keeps a request id as numbers; only where the text was not cut before it, so that what is found is in the text. */
	putId(id: number, request: string | undefined, search: string): void {
		const { of } = this.#columns;
		const numbers = request !== undefined && search.includes(request) ? idNumbers(request) : undefined;
		of.hasId[id] = numbers === undefined ? 0 : 1;
		[of.idA[id], of.idB[id], of.idC[id], of.idD[id]] = numbers ?? [0, 0, 0, 0];
	}

	/** The request id that is kept as numbers. */
	idOf(id: number): string | undefined {
		const { hasId, idA, idB, idC, idD } = this.#columns.of;
		if (hasId[id] !== 1) return undefined;
		return idText([idA[id] as number, idB[id] as number, idC[id] as number, idD[id] as number]);
	}

	/** Puts words into the full-text index, but for those of the row's id. */
	#index(id: number, words: readonly string[]): void {
		const own = new Set(this.idOf(id)?.split("-"));
		const text = words.filter((word) => !own.has(word)).join(" ");
		if (text !== "") this.#database.run("INSERT INTO words(docid, text) VALUES (?, ?)", [id, text]);
		this.#columns.of.text[id] = 1;
	}

	#putStarts(id: number, words: readonly string[]): void {
		let [letters, digits] = [0, 0];
		for (const word of words) {
			const code = word.charCodeAt(0);
			if (code >= 97 && code <= 122) letters |= 1 << (code - 97);
			else if (code >= 48 && code <= 57) digits |= 1 << (code - 48);
		}
		this.#columns.of.letters[id] = letters;
		this.#columns.of.digits[id] = digits;
	}

	#unfresh(id: number): void {
		this.#database.run("DELETE FROM fresh WHERE id = ?", [id]);
		this.#fresh--;
	}
}
