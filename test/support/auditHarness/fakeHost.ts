// What answers the audit panel in the editor's place. It runs in the page, so that its delay is exact; what it knows is
// handed to it as JSON.
import type { AuditRow, Facets, RowDetail } from "../../../src/protocol/audit.ts";
import type { LogState } from "../../../src/protocol/auditPanel.ts";
import { detailOf, facets, log, ROWS } from "./sample.ts";

export interface FakeLog {
	log: LogState;
	/** Rows, oldest first; absent for made ones. */
	rows?: AuditRow[];
	/** As many rows are made up. */
	made?: number;
	details?: Record<number, RowDetail>;
	facets: Facets;
	/** Milliseconds before each answer. */
	delayMs?: number;
	/** Types of questions that are refused. */
	refuse?: string[];
	/** Types of questions that are never answered. */
	silent?: string[];
}

/** The sample's log, with anything else given. */
export function sample(more: Partial<FakeLog> = {}): FakeLog {
	return {
		log: log(),
		rows: ROWS,
		details: Object.fromEntries(ROWS.map((row) => [row.id, detailOf(row)])),
		facets: facets(),
		...more,
	};
}

/** A log of so many rows, made up from their numbers. */
export function large(rows: number, more: Partial<FakeLog> = {}): FakeLog {
	const entries = rows * 4;
	return {
		log: log({ index: { state: "ready", entries, done: 0, total: 0 } }),
		made: rows,
		facets: facets(),
		...more,
	};
}

/** Code that makes `globalThis.fake` answer what is posted, including what was posted before. */
export function fakeHost(fake: FakeLog): string {
	return `globalThis.fake = ${JSON.stringify(fake)}; (${install.toString()})();`;
}

/* c8 ignore start: it runs in the page */
function install(): void {
	// biome-ignore lint/suspicious/noExplicitAny: the page's own globals
	const page = globalThis as any;
	const { fake } = page;
	const start = Date.parse("2026-01-02T08:00:00.000Z");
	const made = (n: number) => ({
		id: n + 1,
		kind: "action",
		type: "action.requested",
		time: new Date(start + n * 15_000).toISOString(),
		segment: "s",
		line: n + 1,
		agent: "claude-code",
		session: `session-${Math.floor(n / 200)}`,
		request: `request-${n}`,
		tool: "Bash",
		action: "shell",
		target: `row ${n}`,
		files: [],
		outcome: n % 9 === 0 ? "denied" : "allowed",
		by: n % 9 === 0 ? "person" : "rule",
		rule: `floor.shell.${n % 30}`,
		waitedMs: n % 1000,
		flags: [],
		entries: 4,
	});
	const send = (message: object) => page.window.postMessage(message, page.origin);
	page.sendFake = send;
	page.open = 0;
	page.mostOpen = 0;
	// biome-ignore lint/suspicious/noExplicitAny: as posted
	const fits = (row: any, filter: any) =>
		(filter.kinds === undefined || filter.kinds.includes(row.kind)) &&
		(filter.outcomes === undefined || filter.outcomes.includes(row.outcome)) &&
		(filter.sessions === undefined || filter.sessions.includes(row.session)) &&
		(filter.text === undefined || row.target.toLowerCase().includes(filter.text.toLowerCase()));
	// biome-ignore lint/suspicious/noExplicitAny: as posted
	const answer = (message: any) => {
		const { n, type } = message;
		if (fake.refuse?.includes(type)) return { type: "refused", n, message: { code: "audit.noAnswer" } };
		switch (type) {
			case "rows": {
				const { filter, order, offset, limit } = message;
				if (fake.made !== undefined) {
					const total = fake.made;
					const rows = [];
					for (let at = offset; at < Math.min(total, offset + limit); at++) {
						rows.push(made(order === "oldest" ? at : total - 1 - at));
					}
					return { type, n, offset, total, rows };
				}
				// biome-ignore lint/suspicious/noExplicitAny: rows as given
				const found = fake.rows.filter((row: any) => fits(row, filter));
				if (order === "newest") found.reverse();
				return { type, n, offset, total: found.length, rows: found.slice(offset, offset + limit) };
			}
			case "detail": {
				const known = fake.details?.[message.row];
				if (known !== undefined) return { type, n, detail: known };
				const row = made(message.row - 1);
				return { type, n, detail: { row, entries: [], files: [], sameSecrets: [] } };
			}
			case "facets":
				return { type, n, facets: fake.facets };
			case "sessions":
				return { type, n, offset: 0, total: 0, sessions: [] };
			case "overview":
				return { type, n, overview: { actions: 0, days: [], agents: [], channels: [], by: [], asked: [] } };
			default:
				return { type: "refused", n, message: { code: "audit.noAnswer" } };
		}
	};
	// biome-ignore lint/suspicious/noExplicitAny: as posted
	const take = (message: any) => {
		if (message.type === "ready") {
			send({ type: "strings", contents: {} });
			if (fake.log) send({ type: "log", log: fake.log });
		}
		if (message.n === undefined || fake.silent?.includes(message.type)) return;
		page.open++;
		page.mostOpen = Math.max(page.mostOpen, page.open);
		setTimeout(() => {
			page.open--;
			send(answer(message));
		}, fake.delayMs ?? 0);
	};
	page.posted.push = (message: object) => {
		const length = Array.prototype.push.call(page.posted, message);
		take(message);
		return length;
	};
	for (const message of [...page.posted]) take(message);
}
/* c8 ignore stop */
