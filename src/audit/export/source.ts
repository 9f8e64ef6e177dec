// A log as exporters read it: as it was when the export began, only what the scope wants, with bounded memory.

import { isUtf8 } from "node:buffer";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { ExportScope } from "../../protocol/auditPanel.ts";
import { type Entry, MAX_LINE_BYTES } from "../chain.ts";
import { JournalError, systemCode } from "../errors.ts";
import { readEvidence } from "../evidence.ts";
import { openPlain, readAt } from "../files.ts";
import { type FoldedRow, hasOwnRow, type Place, requestOf } from "../fold.ts";
import { type TextLine, textLine } from "../quickOpen.ts";
import { WantedLines, wantsRow } from "../wanted.ts";
import { mergedBatches, openedBatches, type Reading } from "./batches.ts";
import { type Extent, extentsOf } from "./extent.ts";
import { LostEvidence } from "./lost.ts";
import { type Kept, type Told, toldBatches } from "./told.ts";
import { type ExportSource, type LeftOut, MAX_NAMED } from "./types.ts";

export interface SourceOptions {
	dir: string;
	version: string;
	scope: ExportScope;
	bom: boolean;
	signal?: AbortSignal | undefined;
	/** Told how many more bytes of the log were read. */
	read?: (bytes: number) => void;
}

/** Files that are kept open for reading single lines. */
const MAX_OPEN = 8;
/** What is read at once for single lines, because those asked for next are mostly near. Bytes. */
const WINDOW = 64 * 1024;
/** Not the piece of evidence is the matter then, but this machine. */
const EXHAUSTED = new Set(["EMFILE", "ENFILE", "ENOMEM"]);

/** A file and what was read of it last. */
interface Opened {
	handle: FileHandle;
	bytes: Buffer;
	offset: number;
}

/** What a scope wants of a log. */
export interface Wanted {
	lines: WantedLines;
	rows: number;
	/** Of the wanted lines, together. */
	bytes: number;
}

export class LogSource implements ExportSource {
	readonly dir: string;
	readonly version: string;
	readonly scope: ExportScope;
	readonly bom: boolean;
	readonly signal: AbortSignal | undefined;
	readonly extents: readonly Extent[];
	readonly #reading: Reading;
	readonly #opened = new Map<string, Opened>();
	readonly #planted: readonly string[];
	readonly #lost: LostEvidence;
	#wanted: Wanted | undefined;
	/** Lines that hold no entry, of the last whole reading. What happened in them no row can tell. */
	#blank: { count: number; names: string[] } = { count: 0, names: [] };

	private constructor(options: SourceOptions, extents: readonly Extent[], planted: readonly string[]) {
		this.dir = options.dir;
		this.version = options.version;
		this.scope = options.scope;
		this.bom = options.bom;
		this.signal = options.signal;
		this.extents = extents;
		this.#planted = planted;
		this.#reading = { read: options.read ?? (() => {}), signal: options.signal };
		this.#lost = new LostEvidence(async () => (await extentsOf(options.dir)).extents, options.signal);
	}

	/** Fixes the ends of the segments. Close it when done. */
	static async open(options: SourceOptions): Promise<LogSource> {
		const { extents, planted } = await extentsOf(options.dir);
		return new LogSource(options, extents, planted);
	}

	/** What could not be told so far. Reads the log once more when evidence was missing. */
	async leftOut(): Promise<LeftOut | undefined> {
		await this.#lost.settle();
		const segments = { count: this.#planted.length, names: this.#planted.slice(0, MAX_NAMED) };
		const evidence = this.#lost.told;
		const lines = this.#blank;
		if (segments.count + evidence.count + lines.count === 0) return undefined;
		return { segments, evidence, ...(lines.count === 0 ? {} : { lines }) };
	}

	/** For an exporter that knows itself which of the missing pieces no retention took. */
	lacks(lost: Iterable<string>): void {
		this.#lost.settled(lost);
	}

	/** Bytes of the log that one reading of it takes. */
	get bytes(): number {
		return this.extents.reduce((sum, { end }) => sum + end, 0);
	}

	get reading(): Reading {
		return this.#reading;
	}

	/** The wanted rows with their facts, in batches. @param kept what rows keep; the scope may need more */
	async *told(kept: Kept): AsyncGenerator<Told[]> {
		const wants = wantsRow(this.scope);
		for await (const batch of this.#allTold(kept)) {
			const wanted = this.scope.of === "all" ? batch : batch.filter(({ row }) => wants(row));
			if (wanted.length > 0) yield wanted;
		}
	}

	#allTold(kept: Kept): AsyncGenerator<Told[]> {
		const search = kept.search || (this.scope.of === "filter" && this.scope.filter.text !== undefined);
		return toldBatches(this.#countingBlank(mergedBatches(this.extents, this.#reading)), { ...kept, search });
	}

	async *#countingBlank(batches: AsyncIterable<TextLine[]>): AsyncGenerator<TextLine[]> {
		const blank: { count: number; names: string[] } = { count: 0, names: [] };
		this.#blank = blank;
		for await (const batch of batches) {
			for (const { entry, ended, segment, line } of batch) {
				// One that is not ended is being written, or is what a crash leaves behind.
				if (entry !== undefined || !ended) continue;
				blank.count++;
				if (blank.names.length < MAX_NAMED) blank.names.push(`${segment}:${line}`);
			}
			yield batch;
		}
	}

	async *rows(): AsyncGenerator<FoldedRow> {
		for await (const batch of this.told({ search: true, places: true })) for (const { row } of batch) yield row;
	}

	/** How many rows are wanted. */
	async countRows(): Promise<number> {
		let count = 0;
		for await (const batch of this.told({ search: false, places: false })) count += batch.length;
		return count;
	}

	/** The lines of the wanted rows and how many rows these are; undefined when all are wanted. Read once. */
	async wanted(): Promise<Wanted | undefined> {
		if (this.scope.of !== "all") this.#wanted ??= await this.#findWanted();
		return this.#wanted;
	}

	/**
	 * Row by row, and then by request: an entry that comes to its request so late that the row is not held any more is a row
	 * of its own, but its line belongs to the request all the same.
	 */
	async #findWanted(): Promise<Wanted> {
		const wants = wantsRow(this.scope);
		const lines = new WantedLines();
		const requests = new Set<string>();
		const late = new Set<string>();
		let [rows, bytes] = [0, 0];
		for await (const batch of this.#allTold({ search: false, places: true }))
			for (const { row } of batch) {
				const request = row.kind === "action" ? row.request : undefined;
				const isLate = request !== undefined && row.type !== "action.requested";
				if (isLate) late.add(request);
				if (!wants(row)) continue;
				// Of a request whose row was counted already.
				if (!isLate || !requests.has(request)) rows++;
				if (request !== undefined) requests.add(request);
				bytes += lines.add(row);
			}
		for (const request of late) if (!requests.has(request)) late.delete(request);
		if (late.size > 0)
			for await (const batch of mergedBatches(this.extents, this.#reading))
				for (const line of batch) {
					const request = line.entry === undefined ? undefined : requestOf(line.entry);
					if (request === undefined || !late.has(request) || hasOwnRow(line.entry as Entry)) continue;
					bytes += lines.add({ places: [line] });
				}
		return { lines, rows, bytes };
	}

	/** Segment after segment, so that each one's chain stays together. */
	async *lines(): AsyncGenerator<TextLine> {
		for await (const batch of this.lineBatches()) yield* batch;
	}

	/** The same in batches. */
	async *lineBatches(): AsyncGenerator<TextLine[]> {
		const wanted = await this.wanted();
		for (const extent of this.extents) {
			if (wanted?.lines.hasAny(extent.segment) === false) continue;
			for await (const batch of openedBatches(extent, this.#reading)) {
				const some =
					wanted === undefined ? batch : batch.filter(({ segment, line }) => wanted.lines.has(segment, line));
				if (some.length > 0) yield some;
			}
		}
	}

	async read({ segment, line, offset, bytes }: Place): Promise<TextLine> {
		const extent = this.extents.find((one) => one.segment === segment);
		if (extent === undefined || offset < 0 || bytes < 1 || offset + bytes > extent.end)
			throw new JournalError("unreadable", `${segment} has no line at byte ${offset}. Nothing was read.`);
		const at = { number: line, offset, bytes };
		if (bytes > MAX_LINE_BYTES + 1) return textLine(segment, { ...at, text: undefined, ended: true });
		const all = await this.#bytes(extent, offset, bytes);
		const ended = all.at(-1) === 10;
		const text = ended ? all.subarray(0, -1) : all;
		return textLine(segment, { ...at, text: isUtf8(text) ? text.toString("utf8") : undefined, ended });
	}

	async evidence(digest: string): Promise<Buffer | undefined> {
		// It is from the log and becomes a name.
		if (!/^[0-9a-f]{64}$/.test(digest)) return undefined;
		try {
			return await readEvidence(join(this.dir, "evidence"), digest);
		} catch (error) {
			if (error instanceof JournalError && error.code === "evidence-missing") {
				await this.#lost.miss(digest);
				return undefined;
			}
			if (error instanceof JournalError && error.code === "evidence-altered") this.#lost.add(digest, "altered");
			const code = systemCode(error);
			if (error instanceof JournalError || code === "" || EXHAUSTED.has(code)) throw error;
			this.#lost.add(digest, "unreadable");
			throw new JournalError(
				"unreadable",
				`The evidence ${digest} cannot be read (${code}). Check the disk and the rights of the file.`,
				{ cause: error },
			);
		}
	}

	async close(): Promise<void> {
		for (const { handle } of this.#opened.values()) await handle.close();
		this.#opened.clear();
	}

	/** Of one line; a copy of nothing, so it is not to be changed. */
	async #bytes(extent: Extent, offset: number, length: number): Promise<Buffer> {
		const opened = await this.#open(extent);
		let { bytes, offset: from } = opened;
		if (offset < from || offset + length > from + bytes.length) {
			from = offset;
			bytes = await readAt(opened.handle, offset, Math.min(Math.max(length, WINDOW), extent.end - offset));
			if (bytes.length <= WINDOW) Object.assign(opened, { bytes, offset });
		}
		return bytes.subarray(offset - from, offset - from + length);
	}

	async #open({ segment, path }: Extent): Promise<Opened> {
		const known = this.#opened.get(segment);
		if (known !== undefined) return known;
		for (const [oldest, { handle }] of this.#opened) {
			if (this.#opened.size < MAX_OPEN) break;
			this.#opened.delete(oldest);
			await handle.close();
		}
		const opened = { handle: await openPlain(path), bytes: Buffer.alloc(0), offset: 0 };
		this.#opened.set(segment, opened);
		return opened;
	}
}
