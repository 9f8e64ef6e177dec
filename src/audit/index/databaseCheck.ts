// Whether bytes are a database of the index, before anything in it is used. Its content is checked where it is read.
import type { Database, SqlValue } from "sql.js";

/** As SCHEMA in database.ts says. Bytes. */
const PAGE = 8192;
const MAGIC = "SQLite format 3\0";
/** Where the first page's tree begins, and what a tree of one page begins with. */
const ROOT = 100;
const LEAF_TABLE = 13;
const SCHEMA = "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_master ORDER BY rowid";

/**
 * The library reads the schema before the first statement, and follows its pages wherever they lead. Ours is short: one page,
 * the first, which leads nowhere.
 * @throws Error when it is not so
 */
export function demandLayout(bytes: Uint8Array): void {
	const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
	if (
		file.length < PAGE ||
		file.length % PAGE !== 0 ||
		file.toString("latin1", 0, MAGIC.length) !== MAGIC ||
		file.readUInt16BE(16) !== PAGE ||
		file[ROOT] !== LEAF_TABLE
	)
		throw new Error("this is no database of the index");
}

/**
 * Looks whether every page is in one tree and every tree ends, which takes a pass over all of it: pages that lead back to
 * themselves would keep whoever follows them busy for ever.
 * @param own schema of a new database
 * @throws Error when a table is damaged
 */
export function demandWholePages(database: Database, own: readonly SqlValue[][]): void {
	for (const [type, name, , , sql] of own) {
		// A virtual table lies in tables of its own, which are among these.
		if (type !== "table" || /^CREATE VIRTUAL/.test(String(sql))) continue;
		const found = database.exec(`PRAGMA quick_check(${name})`)[0]?.values[0]?.[0];
		if (found !== "ok") throw new Error(`the database is damaged in ${name}`);
	}
}

/** What a database is made of: every table, index, view and trigger, where it begins, and the words that made it. */
export function schemaOf(database: Database): SqlValue[][] {
	return database.exec(SCHEMA)[0]?.values ?? [];
}

/** @param own schema of a new database @throws Error when anything is missing, other, or more: e.g. a view or a trigger */
export function demandSchema(database: Database, own: readonly SqlValue[][]): void {
	if (JSON.stringify(schemaOf(database)) !== JSON.stringify(own)) throw new Error("the database is not made like ours");
}
