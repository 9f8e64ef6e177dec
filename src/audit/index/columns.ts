// What filters, sessions and the overview look at, by row, in arrays of numbers: a look at all rows takes milliseconds.
// They are kept beside the database as they are. Numbers of texts are those of a Dictionary; 0 is none.

const FIELDS = {
	/** Index in RowKind, ActionKind, RowOutcome, RowBy (the last three + 1), bits of RowFlag, 1 done and 2 failed. */
	kind: Uint8Array,
	action: Uint8Array,
	outcome: Uint8Array,
	by: Uint8Array,
	flags: Uint8Array,
	result: Uint8Array,
	/** Where its words are: see texts.ts. */
	text: Uint8Array,
	/** Bits: it has a word that begins with this letter, this digit. */
	letters: Uint32Array,
	digits: Uint16Array,
	agent: Uint32Array,
	session: Uint32Array,
	channel: Uint32Array,
	person: Uint32Array,
	rule: Uint32Array,
	type: Uint32Array,
	segment: Uint32Array,
	line: Uint32Array,
	/** 1: its request is a UUID, which its text holds: see requestIds.ts. */
	hasId: Uint8Array,
	idA: Uint32Array,
	idB: Uint32Array,
	idC: Uint32Array,
	idD: Uint32Array,
	/** 32 bits of a hash of its request, and the row before it that has the same. */
	request: Uint32Array,
	earlier: Uint32Array,
	/** Its paths in `paths`: those it names, then those it would change. */
	fileStart: Uint32Array,
	fileCount: Uint8Array,
	changeCount: Uint8Array,
	/** Milliseconds; NaN when its time is none. */
	time: Float64Array,
	/** Its place in the order of the log: see times.ts. */
	key: Float64Array,
	/** The request's clock. */
	mono: Float64Array,
	/** Milliseconds; NaN for none. */
	waited: Float64Array,
	/** 48 bits of a hash of its tool and target. */
	what: Float64Array,
} as const;

type Fields = typeof FIELDS;
type Field = keyof Fields;
export type ColumnArrays = { [F in Field]: InstanceType<Fields[F]> };
const NAMES = Object.keys(FIELDS) as Field[];

export class Columns {
	/** Rows; their ids are 1 to count. Index 0 of every array is unused. */
	count = 0;
	of: ColumnArrays;
	/** Ids in the order of the log: the first `count` are valid. */
	order = new Uint32Array(1024);
	/** Numbers of paths of all rows. */
	paths = new Uint32Array(1024);
	pathCount = 0;
	/** The newest row by the hash of its request; made when it is asked for first. */
	#newest: Map<number, number> | undefined;

	constructor() {
		this.of = Object.fromEntries(NAMES.map((name) => [name, new FIELDS[name](1024)])) as unknown as ColumnArrays;
	}

	/** Makes room for rows up to this id. */
	reserve(id: number): void {
		const has = this.of.kind.length;
		if (id < has) return;
		const length = Math.max(id + 1, Math.ceil(has * 1.5));
		this.of = Object.fromEntries(NAMES.map((name) => [name, grown(this.of[name], length)])) as unknown as ColumnArrays;
		this.order = grown(this.order, length);
	}

	/** Keeps the paths of a row. */
	setPaths(id: number, files: readonly number[], changes: readonly number[]): void {
		const needs = this.pathCount + files.length + changes.length;
		if (needs > this.paths.length) this.paths = grown(this.paths, Math.ceil(needs * 1.5));
		this.of.fileStart[id] = this.pathCount;
		this.of.fileCount[id] = files.length;
		this.of.changeCount[id] = changes.length;
		this.paths.set(files, this.pathCount);
		this.paths.set(changes, this.pathCount + files.length);
		this.pathCount = needs;
	}

	filesOf(id: number): Uint32Array {
		const start = this.of.fileStart[id] as number;
		return this.paths.subarray(start, start + (this.of.fileCount[id] as number));
	}

	changesOf(id: number): Uint32Array {
		const start = (this.of.fileStart[id] as number) + (this.of.fileCount[id] as number);
		return this.paths.subarray(start, start + (this.of.changeCount[id] as number));
	}

	/** Makes a row findable by the hash of its request; once. */
	setRequest(id: number, hash: number): void {
		this.of.request[id] = hash;
		const newest = this.#byRequest();
		this.of.earlier[id] = newest.get(hash) ?? 0;
		newest.set(hash, id);
	}

	/** Rows whose request may be the one with this hash, newest first. */
	*withRequest(hash: number): Generator<number> {
		for (let id = this.#byRequest().get(hash) ?? 0; id !== 0; id = this.of.earlier[id] ?? 0) yield id;
	}

	#byRequest(): Map<number, number> {
		if (this.#newest !== undefined) return this.#newest;
		const newest = new Map<number, number>();
		for (let id = 1; id <= this.count; id++) {
			const hash = this.of.request[id] as number;
			if (hash !== 0) newest.set(hash, id);
		}
		this.#newest = newest;
		return newest;
	}

	/** All of it as bytes, by name; valid until the next change. */
	save(): Map<string, Uint8Array> {
		const saved = new Map<string, Uint8Array>();
		for (const name of NAMES) saved.set(name, bytesOf(this.of[name].subarray(0, this.count + 1)));
		saved.set("order", bytesOf(this.order.subarray(0, this.count)));
		saved.set("paths", bytesOf(this.paths.subarray(0, this.pathCount)));
		return saved;
	}

	/** @throws Error when what was saved does not fit together */
	static load(saved: (name: string) => Uint8Array | undefined): Columns {
		const columns = new Columns();
		const of = Object.fromEntries(
			NAMES.map((name) => [name, arrayOf(FIELDS[name] as NumbersType<Numbers>, saved(name))]),
		);
		columns.of = of as unknown as ColumnArrays;
		columns.count = columns.of.kind.length - 1;
		columns.order = arrayOf(Uint32Array, saved("order"));
		columns.paths = arrayOf(Uint32Array, saved("paths"));
		columns.pathCount = columns.paths.length;
		const { count, of: arrays } = columns;
		if (count < 0 || columns.order.length !== count || NAMES.some((name) => arrays[name].length !== count + 1))
			throw new Error("the columns are not of one length");
		return columns;
	}
}

type Numbers = Uint8Array | Uint16Array | Uint32Array | Float64Array;

function grown<T extends Numbers>(array: T, length: number): T {
	const larger = new (array.constructor as new (length: number) => T)(length);
	larger.set(array);
	return larger;
}

function bytesOf(array: Numbers): Uint8Array {
	return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

interface NumbersType<T> {
	readonly BYTES_PER_ELEMENT: number;
	new (buffer: ArrayBuffer, offset: number, length: number): T;
}

function arrayOf<T extends Numbers>(type: NumbersType<T>, bytes: Uint8Array | undefined): T {
	if (bytes === undefined || bytes.length % type.BYTES_PER_ELEMENT !== 0) throw new Error("a column is missing or cut");
	// The bytes may begin anywhere; numbers may not.
	const isOwn = bytes.byteOffset % 8 === 0 && bytes.buffer instanceof ArrayBuffer;
	const own = isOwn ? bytes : new Uint8Array(bytes);
	return new type(own.buffer as ArrayBuffer, own.byteOffset, own.length / type.BYTES_PER_ELEMENT);
}
