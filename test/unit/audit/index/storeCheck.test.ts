// A snapshot that was made up by who has its key, or where there is none: what is in it is checked before it is used.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Database } from "sql.js";
import { readSnapshot, type SegmentMark, writeSnapshot } from "../../../../src/audit/index/snapshot.ts";
import { Store } from "../../../../src/audit/index/store.ts";
import { openSql } from "../../../../src/audit/sql.ts";
import { demandAnswers, HOME, withSnapshot } from "./snapshots.ts";

const PAGE = 8192;

interface Made {
	dir: string;
	segments: SegmentMark[];
	/** Copies, with this part in place of that of its name. */
	with(name?: string, bytes?: Uint8Array): Map<string, Uint8Array>;
	part(name: string): Buffer;
}

async function made(t: TestContext, lines?: number): Promise<Made> {
	const { dir } = await withSnapshot(t, HOME, lines);
	const { segments, parts } = await readSnapshot(dir, HOME);
	assert.ok(segments !== undefined && parts !== undefined);
	const part = (name: string) => Buffer.from(parts.get(name) ?? []);
	const all = (name?: string, bytes?: Uint8Array) =>
		new Map([...parts.keys()].map((one) => [one, one === name && bytes !== undefined ? bytes : part(one)]));
	return { dir, segments, with: all, part };
}

async function changed({ part }: Made, change: (database: Database) => void): Promise<Buffer> {
	const { Database } = await openSql();
	const database = new Database(part("database"));
	try {
		change(database);
		return Buffer.from(database.export());
	} finally {
		database.close();
	}
}

test("a database that is not made exactly like ours is not used", async (t) => {
	const one = await made(t);
	(await Store.load(one.with(), one.segments)).close();
	const same = await changed(one, (database) => database.run("UPDATE removed SET time = time"));
	(await Store.load(one.with("database", same), one.segments)).close();

	const rows = "SELECT id, text FROM paths";
	const changes: [sql: string, why?: RegExp][] = [
		["CREATE VIEW more AS SELECT 1"],
		["CREATE TRIGGER more AFTER INSERT ON rows BEGIN DELETE FROM rows; END"],
		["CREATE TABLE more(id)"],
		["CREATE INDEX more ON rows(data)"],
		[`ALTER TABLE paths RENAME TO kept; CREATE VIEW paths AS ${rows.replace("paths", "kept")}`],
		[
			`ALTER TABLE paths RENAME TO kept; CREATE VIEW paths AS WITH RECURSIVE more(id) AS (SELECT 1 UNION ALL SELECT id + 1
			FROM more) SELECT id, '"' || id || '"' AS text FROM more`,
		],
		["ALTER TABLE rows ADD COLUMN more"],
		["DROP TABLE removed"],
		["DROP TABLE removed; CREATE TABLE removed(digest TEXT PRIMARY KEY, time TEXT NOT NULL)"],
		["DROP TABLE words; CREATE VIRTUAL TABLE words USING fts4(text)"],
		[Array.from({ length: 300 }, (_, at) => `CREATE TABLE more${at}(id)`).join(";"), /no database of the index/],
		["PRAGMA page_size = 4096; VACUUM", /no database of the index/],
	];
	for (const [sql, why = /not made like ours/] of changes) {
		const database = await changed(one, (open) => open.run(sql));
		await assert.rejects(Store.load(one.with("database", database), one.segments), why, sql);
		// Even where nobody else can have made it.
		await assert.rejects(Store.load(one.with("database", database), one.segments, true), why, sql);
	}
	// Two tables on one page.
	const shared = await changed(one, (open) =>
		open.run(
			`PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE
				name = 'strings') WHERE name = 'paths'`,
		),
	);
	await assert.rejects(Store.load(one.with("database", shared), one.segments), /not made like ours|malformed/);
	const view = await changed(one, (open) => open.run(changes[5]?.[0] ?? ""));
	await writeSnapshot(one.dir, HOME, one.segments, one.with("database", view));
	assert.match((await demandAnswers(t, one.dir)) ?? "", /cannot be opened.*built anew/);
});

test("pages that lead back to themselves are found, unless only Gatepost can have made them", async (t) => {
	const one = await made(t, 2500);
	const bytes = one.part("database");
	let root = 0;
	await changed(one, (open) => {
		root = Number(open.exec("SELECT rootpage FROM sqlite_master WHERE name = 'rows'")[0]?.values[0]?.[0]);
	});
	const page = (root - 1) * PAGE;
	assert.equal(bytes[page], 5, "a page that leads to others");
	const cells = bytes.readUInt16BE(page + 3);
	assert.ok(cells > 3);
	const at = (cell: number) => page + bytes.readUInt16BE(page + 12 + 2 * cell);
	for (let cell = 0; cell < cells - 1; cell++) bytes.writeUInt32BE(bytes.readUInt32BE(at(cells - 1)), at(cell));
	await assert.rejects(Store.load(one.with("database", bytes), one.segments), /damaged in rows/);
	(await Store.load(one.with("database", bytes), one.segments, true)).close();
});

test("rows, texts and columns must fit together", async (t) => {
	const one = await made(t);
	const sqls = [
		"DELETE FROM rows WHERE id = (SELECT max(id) FROM rows)",
		"INSERT INTO rows VALUES (1000000, '[]', x'')",
		"DELETE FROM strings WHERE id = 1",
		"UPDATE strings SET text = '7' WHERE id = 1",
		"UPDATE strings SET text = (SELECT text FROM strings WHERE id = 2) WHERE id = 1",
		"UPDATE paths SET text = 'no json' WHERE id = 1",
		"DELETE FROM paths",
	];
	for (const sql of sqls) {
		const database = await changed(one, (open) => open.run(sql));
		await assert.rejects(Store.load(one.with("database", database), one.segments), Error, sql);
	}
	const none = one.segments.map(({ name }) => ({ name, lines: 0 }));
	await assert.rejects(Store.load(one.with(), none), /column line/);
	await assert.rejects(Store.load(one.with(), []), /column segment/);
});

test("a column that holds what it cannot hold is not used", async (t) => {
	const one = await made(t);
	const id = 7;
	const bytes = (name: string, change: (view: DataView) => void) => {
		const copy = new Uint8Array(one.part(`columns/${name}`));
		change(new DataView(copy.buffer));
		return copy;
	};
	const cases: [name: string, change: (view: DataView) => void][] = [
		...["kind", "action", "outcome", "by", "flags", "result", "text", "hasId"].map(
			(name): [string, (view: DataView) => void] => [name, (view) => view.setUint8(id, 255)],
		),
		...["agent", "session", "channel", "person", "rule", "type", "segment", "line", "fileStart", "earlier"].map(
			(name): [string, (view: DataView) => void] => [name, (view) => view.setUint32(4 * id, 0xffff_fff0, true)],
		),
		// A row of a request that leads to itself would be followed for ever.
		["earlier", (view) => view.setUint32(4 * id, id, true)],
		["line", (view) => view.setUint32(4 * id, 0, true)],
		["time", (view) => view.setFloat64(8 * id, 1e20, true)],
		["time", (view) => view.setFloat64(8 * id, Number.POSITIVE_INFINITY, true)],
		["key", (view) => view.setFloat64(8 * id, Number.NaN, true)],
		["order", (view) => view.setUint32(4 * id, 0, true)],
		["order", (view) => view.setUint32(4 * id, 1_000_000, true)],
		["order", (view) => view.setUint32(4 * id, view.getUint32(0, true), true)],
		["paths", (view) => view.setUint32(0, 0, true)],
		["paths", (view) => view.setUint32(0, 1_000_000, true)],
	];
	for (const [name, change] of cases) {
		const parts = one.with(`columns/${name}`, bytes(name, change));
		await assert.rejects(Store.load(parts, one.segments), new RegExp(`the column ${name} holds`), name);
	}
	const earlier = bytes("earlier", (view) => view.setUint32(4 * id, id, true));
	await writeSnapshot(one.dir, HOME, one.segments, one.with("columns/earlier", earlier));
	assert.match((await demandAnswers(t, one.dir)) ?? "", /cannot be opened.*built anew/);
});

test("a row that cannot be read is an error that says so", async (t) => {
	const one = await made(t);
	for (const data of [
		"{}",
		"[]",
		"null",
		'["x",0,0,0,0,0,0,1e300,0,[]]',
		'["x",0,0,0,0,0,0,null,0,[1]]',
		"[1,0,0,0,0,0,0,null,0,[]]",
	]) {
		const database = await changed(one, (open) => open.run("UPDATE rows SET data = ? WHERE id = 1", [data]));
		const store = await Store.load(one.with("database", database), one.segments);
		try {
			assert.throws(() => store.row(1), /no row 1 that can be read/, data);
		} finally {
			store.close();
		}
	}
});
