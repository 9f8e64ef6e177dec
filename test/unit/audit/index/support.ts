// Logs made of chance, and what they must read like.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type EntryHead, GENESIS, saltedBody, seal } from "../../../../src/audit/chain.ts";
import { matches } from "../../../../src/audit/filter.ts";
import { type FoldedRow, foldRows } from "../../../../src/audit/fold.ts";
import { Lens } from "../../../../src/audit/index/lens.ts";
import type { IndexState } from "../../../../src/audit/index/messages.ts";
import { type ReadLine, readEntries } from "../../../../src/audit/read.ts";
import { segmentName } from "../../../../src/audit/segment.ts";
import type { AuditFilter, AuditRow } from "../../../../src/protocol/audit.ts";
import { tempDir } from "../support.ts";

/** Chance that can be repeated. */
export class Chance {
	#state: number;

	constructor(seed: number) {
		this.#state = seed >>> 0;
	}

	/** 0 up to below 1. */
	next(): number {
		this.#state = (this.#state + 0x6d2b79f5) >>> 0;
		let t = this.#state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	}

	below(limit: number): number {
		return Math.floor(this.next() * limit);
	}

	yes(share: number): boolean {
		return this.next() < share;
	}

	pick<T>(from: readonly T[]): T {
		return from[this.below(from.length)] as T;
	}

	some<T>(from: readonly T[], most: number): T[] {
		return Array.from({ length: this.below(most + 1) }, () => this.pick(from));
	}
}

export const WORDS = [
	"git",
	"github",
	"status",
	"npm",
	"Ärger",
	"ÀÉ",
	"naïve",
	"file",
	"ﬁle",
	"İstanbul",
	"ẞtraße",
	"删除文件",
	"データ",
	"٣٤",
	"x",
	"7",
	"42",
	"AND",
	"or",
	"NEAR",
	"not",
	"a.b",
	"*",
	'"quoted"',
	"(paren)",
	"text:col",
	"--flag",
	"𝒳math",
	"e\u0301",
	"\u0000nul",
	"rm\u202egpj",
	"=cmd",
	"🙂",
	"Ⅷ",
	"½",
	"cafe",
	"00c0ffee",
];
const PATHS = [
	"/w/shop/src/Login.ts",
	"/w/shop/src/login.TS",
	"/w/ÄÖ/x",
	"C:\\Temp\\a.txt",
	"/w/shop/README",
	"/İ/i",
	"/w/a%b_c",
];
const SESSIONS = ["s1", "s2", "S1", "", "5e550000-0000-4000-8000-000000000001"];
const AGENTS = ["claude-code", "codex", "Codex"];
const RULES = ["floor.shell", "floor.git", "my rule"];
const PEOPLE = [
	{ osUser: "ada", claims: { gitName: "Ada Lovelace" }, assurance: 1 },
	{ osUser: "bob", claims: {}, assurance: 1 },
];

/** A log of some gates at once: lines in the order they were written, each with the segment it goes to. */
export interface RandomLog {
	segments: string[];
	lines: { segment: number; bytes: Buffer }[];
}

const START = Date.UTC(2026, 2, 1, 23, 58);

/** Entries of all kinds, requests across segments, altered lines, lines that are none. */
export function randomLog(chance: Chance, count: number, gates = 3): RandomLog {
	const segments = Array.from({ length: gates }, (_, gate) => segmentName(START + gate, `gate${gate}`));
	const chains = segments.map(() => ({ prev: GENESIS, seq: 0 }));
	const requests = Array.from({ length: Math.max(2, Math.floor(count / 6)) }, (_, at) =>
		at % 7 === 0 ? `request ${at}` : `0${at % 10}c0ffee-0000-4000-8000-${String(at).padStart(12, "a")}`,
	);
	const lines: RandomLog["lines"] = [];
	for (let at = 1; at <= count; at++) {
		const segment = chance.below(gates);
		const chain = chains[segment] as (typeof chains)[0];
		// No two segments have lines of one millisecond: their order would be nobody's to say. Clocks jump now and then.
		const jump = chance.yes(0.03) ? chance.below(40_000) - 20_000 : 0;
		const time = START + gates * (at + jump) * 50 + segment;
		if (chance.yes(0.02)) {
			const junk = chance.pick([
				"not json",
				"{}",
				'{"body":1}',
				"",
				"\u0000",
				Buffer.from([0xff, 0xfe, 0x41]),
				"x".repeat(5000),
			]);
			lines.push({ segment, bytes: Buffer.concat([Buffer.from(junk), Buffer.from("\n")]) });
			continue;
		}
		const head: EntryHead = {
			v: 1,
			seq: ++chain.seq,
			time: new Date(time).toISOString(),
			mono: chance.yes(0.05) ? chance.below(1000) : at * 37.4,
			type: "",
		};
		const { type, body } = randomEntry(chance, requests);
		head.type = type;
		if (chance.yes(0.8)) head.session = chance.pick(SESSIONS);
		const sealed = seal(chain.prev, head, saltedBody(body));
		chain.prev = sealed.hash;
		let text = sealed.line;
		if (chance.yes(0.02)) text = text.replace('"v":1', '"v": 1');
		if (chance.yes(0.01)) {
			// From a time after all others on, a segment's lines are the last: of two such segments nobody could say which is first.
			const odd = segment === 0 ? ["", "yesterday", "2026-03-02", "9"] : [""];
			text = text.replace(/"time":"[^"]*"/, `"time":"${chance.pick(odd)}"`);
		}
		lines.push({ segment, bytes: Buffer.from(text) });
	}
	return { segments, lines };
}

function randomEntry(chance: Chance, requests: readonly string[]): { type: string; body: object } {
	const text = () => chance.some(WORDS, 6).join(" ");
	const common = chance.yes(0.85)
		? { agent: chance.pick(AGENTS), enforcement: chance.pick(["enforced", "voluntary"]) }
		: {};
	const request = chance.yes(0.95) ? { request: chance.pick(requests) } : {};
	const verdict = chance.pick(["allow", "deny"]);
	const approver = chance.pick(PEOPLE);
	const channel = chance.pick(["editor", "phone"]);
	const with_ = (type: string, body: object) => ({ type, body: { ...common, ...body } });
	switch (chance.below(16)) {
		case 0:
		case 1:
		case 2:
		case 3: {
			const paths = chance.some(PATHS, 3);
			const change = chance.yes(0.5)
				? {
						change: {
							files: chance
								.some(PATHS, 3)
								.map((path) => ({ path, op: chance.pick(["create", "modify", "delete", "odd"]) })),
						},
					}
				: {};
			return with_("action.requested", {
				...request,
				kind: chance.pick(["shell", "edit", "fetch", "strange"]),
				tool: chance.pick(["Bash", "Edit", "mcp__x"]),
				guard: chance.yes(0.1),
				...change,
				claimed: {
					input: { command: chance.yes(0.02) ? `${text()} `.repeat(900) : text() },
					paths,
					description: text(),
				},
			});
		}
		case 4:
		case 5:
		case 6: {
			const by = chance.pick(["rule", "person", "timeout", "withdrawn", "failure", "odd"]);
			const who =
				by === "person" ? { approver, channel } : by === "failure" ? { answered: { approver, channel, verdict } } : {};
			return with_("action.decided", {
				...request,
				decision: { by, verdict, ...who, reason: text(), ...(by === "rule" ? { ruleId: chance.pick(RULES) } : {}) },
				rule: chance.pick(RULES),
			});
		}
		case 7:
			if (chance.yes(0.5)) {
				const ops = ["create", "modify", "delete", "odd"];
				const files = chance.some([...PATHS, "/w/shop/out/made.js"], 4);
				return with_("action.changed", { ...request, files: files.map((path) => ({ path, op: chance.pick(ops) })) });
			}
			return with_("action.released", { ...request, verdict, delivered: true });
		case 8:
			return with_("action.executed", {
				...request,
				tool: "Bash",
				outcome: chance.pick(["done", "failed"]),
				claimed: {},
			});
		case 9:
			return with_("action.withdrawn", { ...request, decision: { by: "withdrawn", verdict: "deny", reason: text() } });
		case 10:
			return with_("action.settled", { ...request, by: "terminal", verdict, agentRule: chance.yes(0.5) });
		case 11: {
			const files = chance.yes(0.5) ? { files: [{ path: chance.pick(PATHS), approved: "a", found: null }] } : {};
			return with_(chance.pick(["digest.mismatch", "answer.late"]), {
				...request,
				verdict,
				channel,
				approver,
				...files,
			});
		}
		case 12:
			return with_("coverage.gap", { ...request, kind: "result-without-decision", tool: "Bash" });
		case 13:
			return with_("grant.added", {
				...request,
				grant: `g${chance.below(5)}`,
				rule: { command: text() },
				approver,
				channel,
			});
		case 14:
			return chance.yes(0.7)
				? with_("prompt", { claimed: { text: text() } })
				: with_(chance.pick(["session.started", "session.ended"]), {
						claimed: { reason: text(), model: "m" },
						osUser: "ada",
					});
		default:
			return with_(chance.pick(["policy.changed", "gate.stopped", "never.heard", "key.created", "checkpoint"]), {
				reason: text(),
				file: chance.pick(PATHS),
				note: "a\nb\nc",
				odd: chance.pick([null, [], { x: 1 }, 7, "text"]),
			});
	}
}

/** An empty place for the log of a workspace. */
export function emptyLog(t: TestContext): string {
	const dir = join(tempDir(t), "workspaces", "0123456789abcdef");
	mkdirSync(join(dir, "journal"), { recursive: true });
	return dir;
}

/** Writes a log as it is in the end. */
export function writeLog(dir: string, { segments, lines }: RandomLog): void {
	for (const [number, name] of segments.entries()) {
		const parts = lines.filter(({ segment }) => segment === number).map(({ bytes }) => bytes);
		writeFileSync(join(dir, "journal", name), Buffer.concat(parts));
	}
}

/** What every filter is held against: the rows of fold.ts, oldest first. */
export async function oracle(dir: string): Promise<FoldedRow[]> {
	const rows: FoldedRow[] = [];
	for await (const row of foldRows(ended(readEntries(dir)))) rows.push(row);
	return rows;
}

/** What has no line break yet is not in the index. */
async function* ended(lines: AsyncIterable<ReadLine>): AsyncGenerator<ReadLine> {
	for await (const line of lines) if (line.ended) yield line;
}

export function wanted(rows: readonly FoldedRow[], filter: AuditFilter): unknown[] {
	return rows.filter((row) => matches(row, filter)).map(comparable);
}

/** A row without what only one side has, and its flags in one order. */
export function comparable(row: AuditRow | FoldedRow): unknown {
	const { id: _, places: _1, search: _2, changes: _3, mono: _4, ...rest } = row as FoldedRow;
	return { ...rest, flags: [...rest.flags].sort() };
}

export interface Opened {
	lens: Lens;
	states: IndexState[];
}

/** The index of a log in this thread, closed after the test. */
export function openLens(t: TestContext, dir: string, homeKey?: Uint8Array, snapshotKey?: Uint8Array): Opened {
	const states: IndexState[] = [];
	const lens = new Lens({ dir, homeKey, snapshotKey, onState: (state) => states.push(state) });
	t.after(() => lens.close());
	void lens.start();
	return { lens, states };
}

/** All rows of a filter, oldest first, page by page. */
export async function allRows(lens: Pick<Lens, "ask">, filter: AuditFilter, limit = 500): Promise<AuditRow[]> {
	const rows: AuditRow[] = [];
	for (;;) {
		const page = await lens.ask("rows", { filter, order: "oldest", offset: rows.length, limit });
		rows.push(...page.rows);
		if (rows.length >= page.total) {
			assert.equal(rows.length, page.total);
			return rows;
		}
		assert.ok(page.rows.length > 0, "a page before the last is not empty");
	}
}

export function randomFilter(chance: Chance, rows: readonly FoldedRow[]): AuditFilter {
	const filter: AuditFilter = {};
	const row = () => chance.pick(rows);
	const values = (of: (row: FoldedRow) => string | undefined) =>
		Array.from({ length: 1 + chance.below(2) }, () => of(row())).filter((value) => value !== undefined);
	const members = 1 + chance.below(3);
	for (let at = 0; at < members; at++) {
		switch (chance.below(13)) {
			case 0:
				filter.kinds = [row().kind];
				break;
			case 1:
				filter.agents = values(({ agent }) => agent);
				break;
			case 2:
				filter.sessions = values(({ session }) => session);
				break;
			case 3:
				filter.actions = [chance.pick(["shell", "edit", "fetch", "other"] as const)];
				break;
			case 4:
				filter.outcomes = [chance.pick(["open", "allowed", "denied", "timeout", "withdrawn", "failed"] as const)];
				break;
			case 5:
				filter.by = [chance.pick(["rule", "person", "timeout", "withdrawn", "failure"] as const)];
				break;
			case 6:
				filter.channels = values(({ channel }) => channel);
				break;
			case 7:
				filter.people = values(({ person }) => person);
				break;
			case 8:
				filter.rules = values(({ rule }) => rule);
				break;
			case 9:
				filter.flags = chance.some(["mismatch", "gap", "late", "guard", "altered"] as const, 2);
				break;
			case 10:
				filter.file = chance.pick(["login", "/W/", "%", "_", "", "ÄÖ", "İ", "i", "\\temp"]);
				break;
			case 11: {
				const [from, to] = [row().time, row().time].sort();
				if (chance.yes(0.7)) filter.since = from ?? "";
				if (chance.yes(0.7)) filter.until = to ?? "";
				break;
			}
			default:
				filter.text = randomText(chance, row());
		}
	}
	return filter;
}

/** Beginnings of words of a row, words at all, or anything. */
export function randomText(chance: Chance, row: FoldedRow): string {
	const words = row.search.split(/\s+/);
	return Array.from({ length: 1 + chance.below(3) }, () => {
		const word = chance.yes(0.8) ? chance.pick(words) : chance.pick(WORDS);
		return chance.yes(0.5) ? word.slice(0, 1 + chance.below(word.length)) : word;
	}).join(chance.pick([" ", "-", ", "]));
}
