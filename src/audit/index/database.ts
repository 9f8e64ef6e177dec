// The SQLite database of the index in memory: prepared statements, and its bytes.
import type { BindParams, Database, SqlValue, Statement } from "sql.js";
import { openSql } from "../sql.ts";
import { demandLayout, demandSchema, demandWholePages, schemaOf } from "./databaseCheck.ts";

export type Value = SqlValue;

/**
 * Nothing is kept for the case that a statement fails half-way: the index is thrown away then. FTS4 keeps no copy of its
 * text and counts nothing that only ranking needs. Its tokenizer parts words at every ASCII character that is no letter or
 * digit and at nothing else: it gets words that were made already (wordsOf), so it cannot disagree about what one is.
 */
const SCHEMA = `
	PRAGMA page_size = 8192;
	CREATE TABLE rows(id INTEGER PRIMARY KEY, data TEXT NOT NULL, spots BLOB NOT NULL);
	CREATE TABLE strings(id INTEGER PRIMARY KEY, text TEXT NOT NULL);
	CREATE TABLE paths(id INTEGER PRIMARY KEY, text TEXT NOT NULL);
	CREATE TABLE fresh(id INTEGER PRIMARY KEY, stale INTEGER NOT NULL, text TEXT NOT NULL);
	CREATE TABLE starters(id INTEGER PRIMARY KEY, text TEXT NOT NULL);
	CREATE TABLE removed(digest TEXT PRIMARY KEY, time TEXT NOT NULL) WITHOUT ROWID;
	CREATE VIRTUAL TABLE words USING fts4(content="", text, tokenize=simple, matchinfo=fts3);
`;
/** The first two are for bytes that were made up: nothing that stands in a schema runs, and a damaged page is an error. */
const PRAGMAS = `
	PRAGMA trusted_schema = OFF;
	PRAGMA cell_size_check = ON;
	PRAGMA journal_mode = OFF;
	PRAGMA synchronous = OFF;
	PRAGMA locking_mode = EXCLUSIVE;
	PRAGMA temp_store = MEMORY;
	PRAGMA cache_size = -32000;
`;

let own: SqlValue[][] | undefined;

/** Schema of a new database. */
async function ownSchema(): Promise<SqlValue[][]> {
	if (own !== undefined) return own;
	const { Database } = await openSql();
	const empty = new Database();
	try {
		empty.run(SCHEMA);
		own = schemaOf(empty);
	} finally {
		empty.close();
	}
	return own;
}

export class IndexDatabase {
	readonly #database: Database;
	readonly #statements = new Map<string, Statement>();

	private constructor(database: Database) {
		this.#database = database;
	}

	/**
	 * A new one, or that of these bytes, which belong to it from then on.
	 * @param trusted only Gatepost can have made them: not every page is looked at
	 * @throws Error when they are no database of ours
	 */
	static async open(bytes?: Buffer, trusted = false): Promise<IndexDatabase> {
		const { Database } = await openSql();
		if (bytes !== undefined) demandLayout(bytes);
		// A Buffer's slice shares its memory, so that a large one is not copied.
		const database = new Database(bytes);
		try {
			if (bytes === undefined) database.run(SCHEMA);
			database.run(PRAGMAS);
			if (bytes !== undefined) {
				const own = await ownSchema();
				demandSchema(database, own);
				if (!trusted) demandWholePages(database, own);
			}
		} catch (error) {
			database.close();
			throw error;
		}
		return new IndexDatabase(database);
	}

	run(sql: string, values: BindParams = []): void {
		this.#statement(sql).run(values);
	}

	/** The first row, or undefined. */
	get(sql: string, values: BindParams = []): Value[] | undefined {
		const statement = this.#statement(sql);
		try {
			statement.bind(values);
			return statement.step() ? statement.get() : undefined;
		} finally {
			statement.reset();
		}
	}

	/** All rows; the statement must not be used again before the last one. */
	*all(sql: string, values: BindParams = []): Generator<Value[]> {
		const statement = this.#statement(sql);
		try {
			statement.bind(values);
			while (statement.step()) yield statement.get();
		} finally {
			statement.reset();
		}
	}

	/** A copy of its bytes. */
	bytes(): Uint8Array {
		// The library closes all statements with it.
		this.#statements.clear();
		const bytes = this.#database.export();
		this.#database.run(PRAGMAS);
		return bytes;
	}

	close(): void {
		this.#statements.clear();
		this.#database.close();
	}

	#statement(sql: string): Statement {
		let statement = this.#statements.get(sql);
		if (statement === undefined) {
			statement = this.#database.prepare(sql);
			this.#statements.set(sql, statement);
		}
		return statement;
	}
}
