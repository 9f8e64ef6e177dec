// The views' arithmetic, without a browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { stack, ticks } from "../../webview/audit/charts/scale.ts";
import { dayStart, spans, within } from "../../webview/audit/overview/days.ts";
import { ago, offset } from "../../webview/audit/times.ts";

const day = (name: string, allowed: number) => ({ day: name, allowed, denied: 1, timeout: 0, other: 0 });

test("an axis has round steps from 0 to at least the highest bar", () => {
	for (const max of [0, 1, 2, 3, 7, 10, 83, 99, 101, 4001, 1_234_567]) {
		const steps = ticks(max);
		assert.equal(steps[0], 0);
		assert.ok((steps.at(-1) ?? 0) >= Math.max(1, max), `${max}: ${steps}`);
		assert.ok(steps.length <= 7 && steps.every(Number.isInteger), `${max}: ${steps}`);
		const [, step = 0] = steps;
		assert.ok(steps.every((value, index) => value === index * step));
	}
});

test("parts are in proportion, one after the other, none lost", () => {
	const part = (count: number) => ({ look: "allowed" as const, name: "", count });
	const pieces = stack([part(100), part(0), part(1), part(50)], 1, 4);
	assert.deepEqual(
		pieces.map(({ start, length }) => [start, length]),
		[
			[0, 100],
			[100, 4],
			[104, 50],
		],
	);
});

test("days stay apart while there is room, and come together by sevens from the end", () => {
	const days = Array.from({ length: 16 }, (_, n) => day(`2026-11-${String(n + 1).padStart(2, "0")}`, n));
	assert.equal(spans(days, 16).length, 16);
	const weeks = spans(days, 15);
	assert.deepEqual(
		weeks.map(({ first, last }) => [first.slice(-2), last.slice(-2)]),
		[
			["01", "02"],
			["03", "09"],
			["10", "16"],
		],
	);
	assert.equal(
		weeks.reduce((all, { counts }) => all + counts.allowed, 0),
		120,
	);
	assert.deepEqual(spans([], 10), []);
});

test("a day's filter is the whole local day, and never wider than the filter was", () => {
	const since = dayStart("2026-11-05").toISOString();
	const until = new Date(dayStart("2026-11-06").getTime() - 1).toISOString();
	assert.deepEqual(within({ kinds: ["prompt"], agents: ["a"] }, "2026-11-05", "2026-11-05"), {
		kinds: ["action"],
		agents: ["a"],
		since,
		until,
	});
	const noon = new Date(dayStart("2026-11-05").getTime() + 43_200_000).toISOString();
	assert.equal(within({ since: noon }, "2026-11-05", "2026-11-05").since, noon);
	assert.equal(within({ until: noon }, "2026-11-05", "2026-11-05").until, noon);
	assert.equal(within({ since: "2020-01-01T00:00:00.000Z" }, "2026-11-05", "2026-11-05").since, since);
	assert.deepEqual(within({}, "no day", "no day"), { kinds: ["action"] });
});

test("a month's end and a change of clocks are no trouble to a day", () => {
	assert.equal(dayStart("2026-12-31", 1).getFullYear(), 2027);
	for (const name of ["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01"]) {
		assert.equal(dayStart(name, 1).getHours(), 0, name);
	}
});

test("times are said relative to a start and to now, and nothing is made up", () => {
	const start = "2026-11-20T09:00:00.000Z";
	assert.equal(offset(start, start), "+0:00");
	assert.equal(offset(start, "2026-11-20T09:00:42.900Z"), "+0:42");
	assert.equal(offset(start, "2026-11-20T10:02:03.000Z"), "+1:02:03");
	assert.equal(offset(start, "2026-11-20T08:59:57.000Z"), "−0:03");
	assert.equal(offset("", start), "");
	const now = Date.parse(start);
	assert.match(ago("2026-11-20T08:58:00.000Z", now), /2 min/);
	assert.match(ago("2026-11-18T09:00:00.000Z", now), /2 days/);
	assert.equal(ago("<b>", now), "");
});
