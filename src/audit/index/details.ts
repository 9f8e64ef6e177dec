// Everything about one row, from its lines in the log.
import { type RowDetail, RowKind } from "../../protocol/audit.ts";
import type { Entry } from "../chain.ts";
import { detailOf } from "../facts.ts";
import { KnownSecrets } from "./knownSecrets.ts";
import { readSpots, type TextLine } from "./lines.ts";
import type { IndexQuestions } from "./messages.ts";
import type { Spot } from "./spots.ts";
import { requestHash, type Store } from "./store.ts";

/** Lines of one row that are read, and their bytes (one line is always read). A row may have any number of entries. */
const MAX_LINES = 200;
const MAX_BYTES = 16 * 1024 * 1024;
/** Entries whose lines are longer travel as text only: the host would stall on a hundred thousand small objects. Bytes. */
const MAX_CLONED = 256 * 1024;
/** Characters of the entries of one answer. */
const MAX_TEXTS = 2_000_000;
/** Files of one action, and reasons of one decision. An agent may name as many as a line holds. */
const MAX_FILES = 500;
const MAX_WHY = 100;
const MAX_SECRETS = 50;
const MAX_SAME = 50;
const LOOSE = "it does not fit the line beside it: one of the two was changed";

const PROMPT = RowKind.options.indexOf("prompt");

export class Details {
	readonly #dir: string;
	readonly #store: Store;
	readonly #secrets: KnownSecrets;

	constructor(dir: string, store: Store) {
		this.#dir = dir;
		this.#store = store;
		this.#secrets = new KnownSecrets(dir);
	}

	async detail(id: number): Promise<RowDetail | undefined> {
		if (!this.#store.has(id)) return undefined;
		const row = this.#store.row(id);
		const [lines, prompt, started, same] = await Promise.all([
			this.#lines(this.#ownSpots(id)),
			this.#entryOf(this.#before(id, (one) => this.#store.columns.of.kind[one] === PROMPT)),
			this.#entryOf(this.#before(id, (one) => this.#isType(one, "session.started"))),
			row.request === undefined ? [] : this.#secrets.same(row.request),
		]);
		const removed = this.#removed(lines);
		const detail = detailOf(row, lines, { prompt, started, removed });
		let room = MAX_TEXTS;
		for (const entry of detail.entries) {
			if (entry.text.length > room) Object.assign(entry, { text: "", cut: true });
			room -= entry.text.length;
		}
		if (detail.files.length > MAX_FILES) detail.moreFiles = detail.files.splice(MAX_FILES).length;
		detail.edited?.files.splice(MAX_FILES);
		const { actual } = detail;
		if (actual !== undefined && actual.files.length > MAX_FILES) actual.more += actual.files.splice(MAX_FILES).length;
		detail.decision?.why.splice(MAX_WHY);
		detail.sameSecrets = same.slice(0, MAX_SECRETS).flatMap(({ kind, requests }) => {
			const rows = requests.slice(0, MAX_SAME).flatMap((request) => this.#rowsOf(request));
			return rows.length === 0 ? [] : [{ kind, rows: rows.slice(0, MAX_SAME) }];
		});
		return detail;
	}

	async entries(id: number): Promise<IndexQuestions["entries"]["gives"]> {
		if (!this.#store.has(id)) return [];
		const lines = await this.#lines(this.#ownSpots(id));
		return lines.map(({ segment, line, bytes, entry, problem, text }) => ({
			segment,
			line,
			...(entry === undefined || bytes > MAX_CLONED ? {} : { entry }),
			...(text === undefined ? {} : { text }),
			...(problem === undefined ? {} : { problem }),
		}));
	}

	/** Lines of its own, in the order of the log; marks that other rows leave are none. */
	#ownSpots(id: number): Spot[] {
		return this.#store.spots(id).filter(({ only }) => !only);
	}

	async #lines(spots: readonly Spot[]): Promise<TextLine[]> {
		let bytes = 0;
		const enough = spots.findIndex((spot, at) => {
			bytes += spot.bytes;
			return at === MAX_LINES || (at > 0 && bytes > MAX_BYTES);
		});
		const wanted = enough < 0 ? spots : spots.slice(0, enough);
		const lines: TextLine[] = [];
		for await (const line of readSpots(this.#dir, this.#store.segments, wanted)) {
			const isLoose = line.problem === undefined && wanted[lines.length]?.loose === true;
			lines.push(isLoose ? { ...line, problem: LOOSE } : line);
		}
		for (const spot of spots.slice(wanted.length, MAX_LINES)) {
			const segment = this.#store.segments[spot.segment] ?? "";
			const { line, offset } = spot;
			lines.push({
				segment,
				line,
				offset,
				bytes: spot.bytes,
				ended: true,
				problem: "not read: there is too much of it",
			});
		}
		return lines;
	}

	async #entryOf(id: number): Promise<Entry | undefined> {
		if (id === 0) return undefined;
		const [line] = await this.#lines(this.#ownSpots(id).slice(0, 1));
		return line?.entry;
	}

	/** The last row of the same session before a row that is so; the row itself counts. 0 when there is none. */
	#before(id: number, isSo: (id: number) => boolean): number {
		const { order, count, of } = this.#store.columns;
		const session = of.session[id] as number;
		if (session === 0) return 0;
		let [low, high] = [0, count];
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.#store.compare(order[middle] as number, id) < 0) low = middle + 1;
			else high = middle;
		}
		for (let at = low; at >= 0; at--) {
			const one = order[at] as number;
			if (of.session[one] === session && isSo(one)) return one;
		}
		return 0;
	}

	#isType(id: number, type: string): boolean {
		return this.#store.columns.of.type[id] === this.#store.strings.find(type);
	}

	/** When evidence that these lines name was removed. */
	#removed(lines: readonly TextLine[]): Map<string, string> {
		const removed = new Map<string, string>();
		for (const { text } of lines)
			for (const [, digest] of text?.matchAll(/"digest":"([0-9a-f]{64})"/g) ?? []) {
				const time = this.#store.database.get("SELECT time FROM removed WHERE digest = ?", [digest as string])?.[0];
				if (typeof time === "string") removed.set(digest as string, time);
			}
		return removed;
	}

	#rowsOf(request: string): { id: number; time: string; target: string }[] {
		const store = this.#store;
		return [...store.columns.withRequest(requestHash(request))]
			.filter((id) => store.columns.of.action[id] !== 0 && store.request(id) === request)
			.map((id) => ({ id, time: store.time(id), target: store.target(id) }));
	}
}
