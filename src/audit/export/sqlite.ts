// SQLite: one file that any SQLite tool opens. Made in memory by sql.js, so it needs several times the file's size of it; the
// log itself is streamed. Work is done in short pieces with a pause between, because sql.js does not wait for anything.
import { setImmediate as pause } from "node:timers/promises";
import type { Database, SqlValue, Statement } from "sql.js";
import { requestOf } from "../fold.ts";
import type { TextLine } from "../quickOpen.ts";
import { openSql } from "../sql.ts";
import { evidenceRefs } from "../verifyEvidence.ts";
import { ranOf, readLong } from "./csv.ts";
import { ExportError } from "./errors.ts";
import { pieceOf } from "./piece.ts";
import { redactScope } from "./scopeText.ts";
import { Sessions } from "./sessions.ts";
import type { LogSource } from "./source.ts";
import { INDEXES_AND_VIEWS, MAX_CONTENT, MAX_CONTENTS, SCHEMA_VERSION, TABLES } from "./sqliteSchema.ts";
import type { Told } from "./told.ts";
import type { Sink } from "./types.ts";

/** Rows that are put in at once. */
const PIECE = 200;
const BLOCK = 1024 * 1024;

/** Bytes of the wanted lines that a database is made of, at most: docs/EXPORTS.md says what that takes. */
const MAX_BYTES = 512 * 1024 ** 2;

/**
 * Writes the wanted entries and rows as a database.
 * @returns `rows`: of `actions`; `entries`: lines, also those that are no entries
 * @throws ExportError "too-large" before any of it is made
 */
export async function sqlite(
	source: LogSource,
	sink: Sink,
	maxBytes = MAX_BYTES,
): Promise<{ rows: number; entries: number }> {
	await demandSize(source, maxBytes);
	const db = new (await openSql()).Database();
	try {
		db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}; PRAGMA journal_mode = OFF; BEGIN; ${TABLES}`);
		const rows = await putRows(db, source);
		const { entries, digests } = await putEntries(db, source);
		await putEvidence(db, source, digests);
		await pause();
		for (const statement of INDEXES_AND_VIEWS.split(/;\n/).filter((text) => text.trim() !== "")) {
			source.signal?.throwIfAborted();
			db.exec(statement);
			await pause();
		}
		putMeta(db, source, rows, entries);
		db.exec("COMMIT");
		const file = db.export();
		for (let at = 0; at < file.length; at += BLOCK) {
			source.signal?.throwIfAborted();
			await sink.write(file.subarray(at, at + BLOCK));
		}
		return { rows, entries };
	} finally {
		db.close();
	}
}

async function demandSize(source: LogSource, maxBytes: number): Promise<void> {
	if (source.bytes <= maxBytes) return;
	const bytes = (await source.wanted())?.bytes ?? source.bytes;
	if (bytes <= maxBytes) return;
	const mb = (n: number) => `${Math.ceil(n / 1024 ** 2)} MB`;
	throw new ExportError(
		"too-large",
		`A database is made in memory, and ${mb(bytes)} of the log are more than it can hold (at most ${mb(maxBytes)}). Nothing was exported. Export a part (a filter, a session, --since), or all of it as JSONL.`,
	);
}

async function putRows(db: Database, source: LogSource): Promise<number> {
	const sessions = new Sessions();
	const insert = prepared(db, "actions", 35);
	const file = db.prepare("INSERT OR IGNORE INTO files VALUES (?, ?, ?)");
	let id = 0;
	for await (const batch of source.told({ search: false, places: false })) {
		for (const told of batch) {
			await readLong(source, told);
			insert.run(whole(rowValues(++id, told)));
			for (const { path, op } of told.row.changes) file.run(whole([id, path, op]));
			for (const path of told.row.files) file.run(whole([id, path, null]));
			sessions.add(told);
			if (id % PIECE === 0) await breathe(source);
		}
	}
	insert.free();
	file.free();
	const session = prepared(db, "sessions", 23);
	for (const values of sessions.values()) session.run(whole(values));
	session.free();
	return id;
}

function rowValues(id: number, told: Told): SqlValue[] {
	const { row, facts } = told;
	return [
		id,
		row.kind,
		row.type,
		row.time,
		row.segment,
		row.line,
		row.agent ?? null,
		row.session ?? null,
		row.subagent ?? null,
		row.request ?? null,
		row.tool ?? null,
		row.action ?? null,
		facts.target ?? "",
		row.outcome ?? null,
		row.by ?? null,
		row.decidedAt ?? null,
		row.waitedMs ?? null,
		row.rule ?? null,
		facts.policyDigest || null,
		row.grant ?? null,
		row.channel ?? null,
		row.person ?? null,
		number(facts.assurance),
		facts.gesture || null,
		facts.shown || null,
		number(facts.shownMs),
		facts.reason || null,
		row.result ?? null,
		JSON.stringify(row.flags),
		row.enforcement ?? facts.began?.enforcement ?? null,
		facts.prompt || null,
		row.entries,
		facts.hash || null,
		facts.decidedHash || null,
		ranOf(told) || null,
	];
}

/** The library ends a text at a NUL. */
function whole(values: SqlValue[]): SqlValue[] {
	return values.map((value) => (typeof value === "string" ? value.replaceAll("\0", "\u2400") : value));
}

function number(text: string): number | null {
	return text === "" || !Number.isFinite(Number(text)) ? null : Number(text);
}

async function putEntries(db: Database, source: LogSource): Promise<{ entries: number; digests: Map<string, number> }> {
	const insert = prepared(db, "entries", 15);
	const use = db.prepare("INSERT OR IGNORE INTO evidence_uses VALUES (?, ?)");
	const digests = new Map<string, number>();
	let id = 0;
	for await (const batch of source.lineBatches()) {
		for (const line of batch) {
			insert.run(whole(entryValues(++id, line)));
			for (const { digest, size } of evidenceRefs(line.entry?.body)) {
				if (!digests.has(digest)) digests.set(digest, size);
				use.run([digest, id]);
			}
			if (id % PIECE === 0) await breathe(source);
		}
	}
	insert.free();
	use.free();
	return { entries: id, digests };
}

function entryValues(id: number, { segment, line, entry, problem, text }: TextLine): SqlValue[] {
	if (entry === undefined) {
		const raw = Buffer.from(text);
		return [id, segment, line, ...Array<null>(10).fill(null), problem ?? null, raw];
	}
	const { head, body, bodyHash, hash, prev } = entry;
	return [
		id,
		segment,
		line,
		head.seq,
		head.time,
		head.mono,
		head.type,
		head.session ?? null,
		requestOf(entry) ?? null,
		body === undefined ? null : JSON.stringify(body),
		bodyHash ?? null,
		hash,
		prev,
		problem ?? null,
		// What was altered is kept as it stands, because its canonical form is not what the line says.
		problem === undefined ? null : Buffer.from(text),
	];
}

async function putEvidence(db: Database, source: LogSource, digests: ReadonlyMap<string, number>): Promise<void> {
	const insert = prepared(db, "evidence", 4);
	let left = MAX_CONTENTS;
	for (const [digest, size] of digests) {
		source.signal?.throwIfAborted();
		const { state, content } = await contentOf(source, digest, size, left);
		left -= content?.length ?? 0;
		insert.run([digest, size, state, content]);
	}
	insert.free();
}

async function contentOf(
	source: LogSource,
	digest: string,
	size: number,
	left: number,
): Promise<{ state: string; content: Buffer | null }> {
	if (size > MAX_CONTENT || size > left) return { state: "left out", content: null };
	const content = await pieceOf(source, digest);
	if (typeof content === "string") return { state: content, content: null };
	return content.length > MAX_CONTENT || content.length > left
		? { state: "left out", content: null }
		: { state: "kept", content };
}

function putMeta(db: Database, source: LogSource, rows: number, entries: number): void {
	const insert = prepared(db, "meta", 2);
	const values: Record<string, string> = {
		schema_version: String(SCHEMA_VERSION),
		made_by: `Gatepost ${source.version}`,
		made_at: new Date().toISOString(),
		scope: JSON.stringify(redactScope(source.scope)),
		rows: String(rows),
		entries: String(entries),
		segments: JSON.stringify(source.extents.map(({ segment, end }) => ({ segment, bytes: end }))),
	};
	for (const pair of Object.entries(values)) insert.run(pair);
	insert.free();
}

function prepared(db: Database, table: string, columns: number): Statement {
	return db.prepare(`INSERT INTO ${table} VALUES (${Array(columns).fill("?").join(", ")})`);
}

async function breathe(source: LogSource): Promise<void> {
	source.signal?.throwIfAborted();
	await pause();
}
