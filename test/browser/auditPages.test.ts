// The rows of the audit table as they are asked for and kept, and the mapping of scroll positions; without a browser.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AuditRow } from "../../src/protocol/audit.ts";
import { type AskRows, CHUNK, MAX_KEPT, RowPages } from "../../webview/audit/table/rowPages.ts";
import { ScrollMap } from "../../webview/audit/table/scrollMap.ts";

const row = (n: number, note = ""): AuditRow => ({
	id: n + 1,
	kind: "action",
	type: "action.requested",
	time: "",
	segment: "s",
	line: n,
	target: `row ${n}${note}`,
	files: [],
	flags: [],
	entries: 1,
});

/** A host with `total` rows that answers when it is told to. */
function host(total: number) {
	const state = { total, note: "", asked: [] as { offset: number; limit: number }[], open: 0, most: 0, fewer: 0 };
	const waiting: (() => void)[] = [];
	const ask: AskRows = ({ type, offset, limit, order }) => {
		state.asked.push({ offset, limit });
		state.open++;
		state.most = Math.max(state.most, state.open);
		return new Promise((resolve) => {
			waiting.push(() => {
				state.open--;
				const rows: AuditRow[] = [];
				for (let at = offset; at < Math.min(state.total, offset + limit - state.fewer); at++) {
					rows.push(row(order === "oldest" ? at : state.total - 1 - at, state.note));
				}
				resolve({ type, n: 1, offset, total: state.total, rows });
			});
		});
	};
	const settle = async () => {
		for (let round = 0; round < 200 && waiting.length > 0; round++) {
			waiting.shift()?.();
			await new Promise((done) => setImmediate(done));
		}
		assert.equal(waiting.length, 0, "it asks without end");
	};
	return { state, ask, settle };
}

function texts(pages: RowPages, first: number, last: number): (string | undefined)[] {
	return Array.from({ length: last - first + 1 }, (_, at) => pages.at(first + at)?.target);
}

describe("pages of rows", () => {
	it("are read around what is in sight, few at a time, and not twice", async () => {
		const { state, ask, settle } = host(100_000);
		const pages = new RowPages(ask, {}, "newest", () => undefined);
		pages.see(0, 40, true);
		await settle();
		assert.equal(pages.total, 100_000);
		pages.see(50_000, 50_040, false);
		await settle();
		assert.deepEqual(texts(pages, 50_000, 50_001), ["row 49999", "row 49998"]);
		assert.ok(texts(pages, 49_960, 50_080).every((text) => text !== undefined));
		const before = state.asked.length;
		pages.see(50_000, 50_040, false);
		pages.see(50_010, 50_050, false);
		await settle();
		assert.equal(state.asked.length, before);
		assert.ok(state.most <= 3, `${state.most} questions at once`);
		assert.ok(state.asked.every(({ offset, limit }) => offset >= 0 && limit >= 1 && limit <= 500));
	});

	it("are read further ahead the way they are scrolled, and no further the other way", async () => {
		for (const [start, to] of [
			[50_000, 50_200],
			[50_400, 50_200],
		] as const) {
			const { ask, settle } = host(100_000);
			const pages = new RowPages(ask, {}, "newest", () => undefined);
			pages.see(0, 40, true);
			await settle();
			pages.see(start, start + 40, false);
			await settle();
			pages.see(to, to + 40, false);
			await settle();
			const ahead = to > start ? [to + 41, to + 40 + CHUNK] : [to - CHUNK, to - 1];
			assert.ok(texts(pages, ...(ahead as [number, number])).every((text) => text !== undefined));
			const far = to > start ? to + 40 + 3 * CHUNK : to - 3 * CHUNK;
			assert.equal(pages.at(far), undefined);
		}
	});

	it("stay where they are while the log grows below the top, and are read anew", async () => {
		const { state, ask, settle } = host(1000);
		const pages = new RowPages(ask, {}, "newest", () => undefined);
		pages.see(0, 40, true);
		await settle();
		pages.see(300, 340, false);
		await settle();
		const before = texts(pages, 300, 340);
		state.total = 1007;
		state.note = " changed";
		pages.grew();
		assert.deepEqual(texts(pages, 300, 340), before, "drawn as they were meanwhile");
		await settle();
		assert.equal(pages.shown, 1000);
		assert.equal(pages.fresh, 7);
		assert.deepEqual(
			texts(pages, 300, 340),
			before.map((text) => `${text} changed`),
		);
		pages.showAll();
		pages.see(0, 40, true);
		await settle();
		assert.deepEqual(texts(pages, 0, 1), ["row 1006 changed", "row 1005 changed"]);
	});

	it("show what is new at once at the top, and at the end when the oldest come first", async () => {
		for (const order of ["newest", "oldest"] as const) {
			const { state, ask, settle } = host(50);
			const pages = new RowPages(ask, {}, order, () => undefined);
			pages.see(0, 40, order === "newest");
			await settle();
			state.total = 53;
			pages.grew();
			await settle();
			assert.equal(pages.shown, 53, order);
			assert.equal(pages.fresh, 0, order);
			pages.see(0, 52, order === "newest");
			await settle();
			assert.equal(pages.at(order === "newest" ? 0 : 52)?.target, "row 52", order);
		}
	});

	it("are counted again when there were none", async () => {
		const { state, ask, settle } = host(0);
		const pages = new RowPages(ask, {}, "newest", () => undefined);
		pages.see(0, 40, true);
		await settle();
		assert.equal(pages.total, 0);
		state.total = 2;
		pages.grew();
		await settle();
		assert.equal(pages.total, 2);
		assert.equal(pages.at(0)?.target, "row 1");
	});

	it("of a host that gives fewer than it counts are not asked for without end", async () => {
		const { state, ask, settle } = host(1000);
		state.fewer = 5;
		const pages = new RowPages(ask, {}, "newest", () => undefined);
		pages.see(0, 40, true);
		await settle();
		pages.see(400, 700, false);
		await settle();
		assert.ok(state.asked.length < 20, `${state.asked.length} questions`);
	});

	it("tell why there are none, and are asked for again", async () => {
		let refuse = true;
		const { ask, settle } = host(10);
		const pages = new RowPages(
			(question, signal) => (refuse ? Promise.reject(new Error("full disk")) : ask(question, signal)),
			{},
			"newest",
			() => undefined,
		);
		pages.see(0, 5, true);
		await new Promise((done) => setImmediate(done));
		assert.equal(pages.refused?.args?.detail, "full disk");
		refuse = false;
		pages.again();
		await settle();
		assert.equal(pages.refused, undefined);
		assert.equal(pages.at(0)?.target, "row 9");
	});

	it("are forgotten far from what is in sight", async () => {
		const { ask, settle } = host(300_000);
		const pages = new RowPages(ask, {}, "oldest", () => undefined);
		pages.see(0, 40, true);
		await settle();
		for (let first = 0; first < 3 * MAX_KEPT; first += CHUNK) {
			pages.see(first, first + 40, false);
			await settle();
		}
		assert.equal(pages.at(0), undefined);
		assert.ok(pages.at(3 * MAX_KEPT - CHUNK) !== undefined);
		let kept = 0;
		for (let at = 0; at < 4 * MAX_KEPT; at++) if (pages.at(at) !== undefined) kept++;
		assert.ok(kept <= MAX_KEPT, `${kept} rows are kept`);
	});
});

describe("scroll positions", () => {
	it("are those of the rows while the box can hold them", () => {
		const map = new ScrollMap(24);
		map.resize(1000, 480);
		assert.equal(map.boxPx, 24_000);
		map.scrolled(2400);
		assert.deepEqual(map.sight, { first: 100, last: 119 });
		assert.equal(map.place(100), 2400);
	});

	it("reach every row of a list that is too long for a box", () => {
		const rows = 2_000_000;
		const map = new ScrollMap(24, 1_000_000);
		map.resize(rows, 480);
		assert.equal(map.boxPx, 1_000_000);
		map.scrolled(map.boxPx - 480);
		assert.equal(map.sight.last, rows - 1);
		assert.equal(map.place(rows - 1) + 24, map.boxPx);
		map.scrolled(0);
		assert.deepEqual(map.sight, { first: 0, last: 19 });
		for (const index of [1, 777_777, 1_234_567, rows - 20]) {
			const boxTop = map.scrollTo(index * 24);
			assert.equal(map.sight.first, index);
			assert.ok(boxTop >= 0 && boxTop <= map.boxPx - 480);
			// Drawn where the box is scrolled to.
			assert.ok(Math.abs(map.place(index) - boxTop) < 1);
		}
	});

	it("move by their own length in small steps, and by parts of the list in large ones", () => {
		const map = new ScrollMap(24, 1_000_000);
		map.resize(2_000_000, 480);
		const boxTop = map.scrollTo(24_000_000);
		map.scrolled(boxTop + 48);
		assert.equal(map.top, 24_000_048);
		map.scrolled(boxTop + 96);
		assert.equal(map.top, 24_000_096);
		// At rest, the box goes where it belongs, and nothing moves.
		const sight = map.sight;
		map.scrollTo(map.top);
		assert.deepEqual(map.sight, sight);
		map.scrolled(999_520 / 4);
		assert.ok(Math.abs(map.top / (2_000_000 * 24) - 0.25) < 0.001);
	});

	it("tell what it takes to bring a row into sight", () => {
		const map = new ScrollMap(20);
		map.resize(100, 100);
		map.scrolled(500);
		assert.equal(map.reveal(27), undefined);
		assert.equal(map.reveal(24), 480);
		assert.equal(map.reveal(30), 520);
	});
});
