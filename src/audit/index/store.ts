// The rows of the index: columns in memory, the rest and the words in the database.
import { hash as digest } from "node:crypto";
import {
	ActionKind,
	type AuditRow,
	MAX_FILES,
	MAX_TARGET,
	RowBy,
	RowFlag,
	RowKind,
	RowOutcome,
} from "../../protocol/audit.ts";
import { type Change, type FoldedRow, MAX_PATH } from "../fold.ts";
import { Columns } from "./columns.ts";
import { demandRanges } from "./columnsCheck.ts";
import { IndexDatabase } from "./database.ts";
import { Dictionary } from "./dictionary.ts";
import { type Data, isData } from "./rowData.ts";
import type { Parts, SegmentMark } from "./snapshot.ts";
import { packSpots, type Spot, unpackSpots } from "./spots.ts";
import { Texts } from "./texts.ts";
import { exactMillis } from "./times.ts";

/** Longest id or name that is kept, as in fold.ts. Characters. */
const MAX_NAME = 300;
const MAX_TIME = 40;

const OPS = ["create", "modify", "delete"] as const;
const RESULTS = ["done", "failed"] as const;

/** A row to be kept. */
export interface Kept {
	row: FoldedRow;
	/** Of its first entry, in the order of the log. */
	key: number;
	/** Number of the segment of its first entry. */
	segment: number;
	spots: Spot[];
	/** Its words, each once; undefined when they are what they were. */
	words: readonly string[] | undefined;
	/** Nothing more is to be expected. */
	over: boolean;
	/** Who started its session, as JSON. */
	starter?: string | undefined;
}

export class Store {
	readonly database: IndexDatabase;
	readonly columns: Columns;
	readonly strings: Dictionary;
	readonly paths: Dictionary;
	/** Names of the segments by their numbers, and their ranks by name. */
	readonly segments: string[] = [];
	rank: number[] = [];
	/** Goes up with every change. */
	version = 0;
	readonly texts: Texts;

	private constructor(database: IndexDatabase, columns: Columns, strings: Dictionary, paths: Dictionary) {
		this.database = database;
		this.columns = columns;
		this.strings = strings;
		this.paths = paths;
		this.texts = new Texts(database, columns);
	}

	static async create(): Promise<Store> {
		return new Store(await IndexDatabase.open(), new Columns(), new Dictionary(), new Dictionary());
	}

	/**
	 * @param parts belong to the store from then on
	 * @param segments as far as they were read
	 * @param trusted only Gatepost can have made the parts
	 * @throws Error when they are no store
	 */
	static async load(
		parts: Parts,
		segments: readonly Pick<SegmentMark, "name" | "lines">[],
		trusted = false,
	): Promise<Store> {
		const columns = Columns.load((name) => parts.get(`columns/${name}`));
		const bytes = parts.get("database") ?? Buffer.alloc(0);
		const database = await IndexDatabase.open(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), trusted);
		try {
			const [strings, paths] = [readTexts(database, "strings"), readTexts(database, "paths")];
			demandRanges(columns, { strings: strings.size, paths: paths.size, segments: segments.map(({ lines }) => lines) });
			const [last] = database.get("SELECT max(id) FROM rows") ?? [];
			if ((last ?? 0) !== columns.count) throw new Error("the rows and the columns are not as many");
			const store = new Store(database, columns, strings, paths);
			store.addSegments(segments.map(({ name }) => name));
			return store;
		} catch (error) {
			database.close();
			throw error;
		}
	}

	/** All of it; valid until the next change. */
	parts(): Parts {
		const parts = new Map([["database", this.database.bytes()]]);
		for (const [name, bytes] of this.columns.save()) parts.set(`columns/${name}`, bytes);
		return parts;
	}

	close(): void {
		this.database.close();
	}

	/** Gives segments the next numbers. */
	addSegments(names: readonly string[]): void {
		this.segments.push(...names);
		const ranks = new Map([...this.segments].sort().map((one, rank) => [one, rank]));
		this.rank = this.segments.map((one) => ranks.get(one) ?? 0);
	}

	/** Of two rows, in the order of the log. */
	compare(a: number, b: number): number {
		const { key, segment, line } = this.columns.of;
		const [segmentA, segmentB] = [segment[a] as number, segment[b] as number];
		return (
			(key[a] as number) - (key[b] as number) ||
			(this.rank[segmentA] as number) - (this.rank[segmentB] as number) ||
			(line[a] as number) - (line[b] as number)
		);
	}

	/** Keeps new and changed rows, new ones in the order of their ids. */
	keep(rows: Iterable<Kept>, removed: ReadonlyMap<string, string>): void {
		this.database.run("BEGIN");
		const before = this.columns.count;
		let moved = false;
		for (const kept of rows) moved = this.#put(kept) || moved;
		for (const [table, texts] of [
			["strings", this.strings],
			["paths", this.paths],
		] as const)
			for (const [id, text] of texts.fresh())
				this.database.run(`INSERT INTO ${table} VALUES (?, ?)`, [id, JSON.stringify(text)]);
		for (const [evidence, time] of removed)
			this.database.run(
				"INSERT INTO removed VALUES (?, ?) ON CONFLICT(digest) DO UPDATE SET time = min(time, excluded.time)",
				[evidence, time],
			);
		this.texts.settleOldest();
		this.database.run("COMMIT");
		this.#arrange(before, moved);
		this.version++;
	}

	/** @returns whether a row that was there changed its place in the order of the log */
	#put({ row, key, segment, spots, words, over, starter }: Kept): boolean {
		const { columns, strings, paths } = this;
		const { id } = row;
		const isNew = id > columns.count;
		if (isNew) {
			columns.reserve(id);
			columns.count = id;
		}
		const { of } = columns;
		const moved = !isNew && (of.key[id] !== key || of.segment[id] !== segment || of.line[id] !== row.line);
		const name = (text: string | undefined) => strings.add(text?.slice(0, MAX_NAME));
		of.kind[id] = RowKind.options.indexOf(row.kind);
		of.action[id] = numberIn(ActionKind.options, row.action);
		of.outcome[id] = numberIn(RowOutcome.options, row.outcome);
		of.by[id] = numberIn(RowBy.options, row.by);
		of.flags[id] = row.flags.reduce((bits, flag) => bits | (1 << RowFlag.options.indexOf(flag)), 0);
		of.result[id] = numberIn(RESULTS, row.result);
		of.agent[id] = name(row.agent);
		of.session[id] = name(row.session);
		of.channel[id] = name(row.channel);
		of.person[id] = name(row.person);
		of.rule[id] = name(row.rule);
		of.type[id] = name(row.type);
		of.segment[id] = segment;
		of.line[id] = row.line;
		of.time[id] = Date.parse(row.time);
		of.key[id] = key;
		of.mono[id] = row.mono;
		of.waited[id] = row.waitedMs ?? Number.NaN;
		of.what[id] = whatHash(`${row.tool ?? ""}\n${row.target}`);
		const files = row.files.slice(0, MAX_FILES).map((path) => paths.add(path.slice(0, MAX_PATH)));
		const changes = row.changes.map(({ path, op, file, actual }): [number, number, number] => {
			return [paths.add(path.slice(0, MAX_PATH)), OPS.indexOf(op), actual === true ? -1 - file : file];
		});
		const changed = changes.map(([path]) => path);
		if (isNew || !same(columns.filesOf(id), files) || !same(columns.changesOf(id), changed))
			columns.setPaths(id, files, changed);
		if (row.request !== undefined && of.request[id] === 0) columns.setRequest(id, requestHash(row.request));
		if (words !== undefined) this.texts.putId(id, row.request, row.search);
		const time = exactMillis(row.time) === undefined ? row.time.slice(0, MAX_TIME) : 0;
		const decidedAt = row.decidedAt === undefined ? null : (exactMillis(row.decidedAt) ?? row.decidedAt);
		const data: Data = [
			row.target.slice(0, MAX_TARGET),
			time,
			of.hasId[id] === 1 ? 0 : (row.request ?? 0),
			name(row.tool),
			name(row.subagent),
			name(row.grant),
			name(row.enforcement),
			typeof decidedAt === "string" ? decidedAt.slice(0, MAX_TIME) : decidedAt,
			row.entries,
			changes,
		];
		this.database.run("INSERT OR REPLACE INTO rows VALUES (?, ?, ?)", [
			id,
			JSON.stringify(data),
			packSpots(spots, key),
		]);
		if (starter !== undefined) this.database.run("INSERT OR REPLACE INTO starters VALUES (?, ?)", [id, starter]);
		if (words !== undefined) this.texts.put(id, words, over, isNew);
		else if (over) this.texts.settle(id);
		return moved;
	}

	/** Puts new rows in their places; all of them when one moved. */
	#arrange(before: number, moved: boolean): void {
		const { columns } = this;
		const { count, order } = columns;
		for (let id = before + 1; id <= count; id++) order[id - 1] = id;
		const from = moved ? 0 : before;
		const compare = (a: number, b: number) => this.compare(a, b);
		order.subarray(from, count).sort(compare);
		if (moved || before === 0 || before === count) return;
		// Nearly always the new ones come after all others; else the tail they belong to is sorted again.
		const first = order[before] as number;
		if (compare(order[before - 1] as number, first) <= 0) return;
		let [low, high] = [0, before];
		while (low < high) {
			const middle = (low + high) >> 1;
			if (compare(order[middle] as number, first) <= 0) low = middle + 1;
			else high = middle;
		}
		order.subarray(low, count).sort(compare);
	}

	has(id: number): boolean {
		return Number.isInteger(id) && id >= 1 && id <= this.columns.count;
	}

	/** A row that is there. */
	row(id: number): AuditRow {
		const { strings, columns } = this;
		const { of } = columns;
		const data = this.#data(id);
		const [target, time, , tool, subagent, grant, enforcement, decidedAt, entries] = data;
		const row: AuditRow = {
			id,
			kind: RowKind.options[of.kind[id] as number] ?? "other",
			type: strings.text(of.type[id] as number) ?? "",
			time: time === 0 ? new Date(of.time[id] as number).toISOString() : time,
			segment: this.segments[of.segment[id] as number] ?? "",
			line: of.line[id] as number,
			target,
			files: Array.from(columns.filesOf(id), (path) => this.paths.text(path) ?? ""),
			flags: RowFlag.options.filter((_, bit) => ((of.flags[id] as number) & (1 << bit)) !== 0),
			entries,
		};
		const ownId = this.request(id, data);
		const waited = of.waited[id] as number;
		const result = RESULTS[(of.result[id] as number) - 1];
		const outcome = RowOutcome.options[(of.outcome[id] as number) - 1];
		const by = RowBy.options[(of.by[id] as number) - 1];
		const action = ActionKind.options[(of.action[id] as number) - 1];
		if (action !== undefined) row.action = action;
		if (outcome !== undefined) row.outcome = outcome;
		if (by !== undefined) row.by = by;
		if (result !== undefined) row.result = result;
		if (ownId !== undefined) row.request = ownId;
		if (decidedAt !== null)
			row.decidedAt = typeof decidedAt === "number" ? new Date(decidedAt).toISOString() : decidedAt;
		if (!Number.isNaN(waited)) row.waitedMs = waited;
		const texts = [
			["agent", of.agent[id]],
			["session", of.session[id]],
			["channel", of.channel[id]],
			["person", of.person[id]],
			["rule", of.rule[id]],
			["tool", tool],
			["subagent", subagent],
			["grant", grant],
			["enforcement", enforcement],
		] as const;
		for (const [name, number] of texts) {
			const text = strings.text(number as number);
			if (text !== undefined) row[name] = text;
		}
		return row;
	}

	/** The request of a row, as it is kept. */
	request(id: number, data?: Data): string | undefined {
		const known = this.texts.idOf(id);
		if (known !== undefined) return known;
		const request = (data ?? this.#data(id))[2];
		return request === 0 ? undefined : request;
	}

	target(id: number): string {
		return this.#data(id)[0];
	}

	tool(id: number): string {
		return this.strings.text(this.#data(id)[3]) ?? "";
	}

	time(id: number): string {
		const time = this.#data(id)[1];
		return time === 0 ? new Date(this.columns.of.time[id] as number).toISOString() : time;
	}

	changes(id: number): Change[] {
		return this.#data(id)[9].map(([path, op, file]) => {
			const place = file < 0 ? { file: -1 - file, actual: true as const } : { file };
			return { path: this.paths.text(path) ?? "", op: OPS[op] ?? "modify", ...place };
		});
	}

	spots(id: number): Spot[] {
		const packed = this.database.get("SELECT spots FROM rows WHERE id = ?", [id])?.[0];
		return packed instanceof Uint8Array ? unpackSpots(packed, this.columns.of.key[id] as number) : [];
	}

	#data(id: number): Data {
		const data: unknown = JSON.parse(String(this.database.get("SELECT data FROM rows WHERE id = ?", [id])?.[0]));
		if (!isData(data)) throw new Error(`The index has no row ${id} that can be read. Build the index anew.`);
		return data;
	}
}

function readTexts(database: IndexDatabase, table: "strings" | "paths"): Dictionary {
	const texts = new Dictionary();
	for (const [id, json] of database.all(`SELECT id, text FROM ${table} ORDER BY id`)) {
		const text: unknown = JSON.parse(String(json));
		if (typeof text === "string") texts.restore(text);
		// Each has the next number, and none is there twice.
		if (texts.size - 1 !== id) throw new Error(`${table} are not numbered one by one`);
	}
	return texts;
}

function same(a: Uint32Array, b: readonly number[]): boolean {
	return a.length === b.length && b.every((value, at) => a[at] === value);
}

function numberIn<T>(options: readonly T[], value: T | undefined): number {
	return value === undefined ? 0 : options.indexOf(value) + 1;
}

/** Not 0. */
export function requestHash(request: string): number {
	return Number.parseInt(digest("sha1", request, "hex").slice(0, 8), 16) || 1;
}

function whatHash(text: string): number {
	return Number.parseInt(digest("sha1", text, "hex").slice(0, 12), 16);
}
