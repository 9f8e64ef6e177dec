import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AuditFilter, Overview } from "../../src/protocol/audit.ts";
import { hostile, log, overview, typical } from "./auditViewsHost.ts";
import { useViews, type ViewsPage } from "./auditViewsPage.ts";

const NAMES = ["allowed", "denied", "timeout", "other"] as const;

/** The cells of a figure's table as numbers where they are, row by row, without the name. */
async function table(view: ViewsPage, figure: string): Promise<(number | string)[][]> {
	const rows = view.page.locator(`.av-figure.${figure} tbody tr`);
	return rows.evaluateAll((all) =>
		all.map((one) =>
			[...one.querySelectorAll("td")].map(({ textContent }) => {
				const text = (textContent ?? "").replaceAll(",", "");
				return /^\d+$/.test(text) ? Number(text) : text;
			}),
		),
	);
}

/** What the bars of a figure stand for: each bar's parts by look. */
async function bars(view: ViewsPage, figure: string, bar: string): Promise<Record<string, number>[]> {
	const all = view.page.locator(`.av-figure.${figure} ${bar}`);
	return all.evaluateAll((some) =>
		some.map((one) =>
			Object.fromEntries(
				[...one.querySelectorAll<SVGElement>("[data-look]")].map(({ dataset }) => [
					dataset.look,
					Number(dataset.count),
				]),
			),
		),
	);
}

function counts(of: Partial<Overview["days"][number]>): number[] {
	const some = NAMES.filter((name) => of[name] !== undefined).map((name) => of[name] ?? 0);
	return [...some, some.reduce((all, one) => all + one, 0)];
}

function drawn(of: Partial<Overview["days"][number]>): Record<string, number> {
	return Object.fromEntries(NAMES.filter((name) => (of[name] ?? 0) > 0).map((name) => [name, of[name] ?? 0]));
}

describe("the overview", () => {
	const views = useViews();

	it("shows the same numbers in charts and tables", async () => {
		const view = await views.open(typical(), { view: "overview" }, { width: 1200 });
		const { days, agents, channels, by } = overview();
		assert.deepEqual(await bars(view, "days", ".av-bar"), days.map(drawn));
		assert.deepEqual(await table(view, "days"), days.map(counts));
		assert.deepEqual(await bars(view, "agents", ".av-share-row"), agents.map(drawn));
		assert.deepEqual(await table(view, "agents"), agents.map(counts));
		assert.deepEqual(await bars(view, "channels", ".av-share-row"), channels.map(drawn));
		assert.deepEqual(await table(view, "channels"), channels.map(counts));
		assert.deepEqual(await bars(view, "by", ".av-share-row"), [
			Object.fromEntries(by.map(({ name, count }) => [name, count])),
		]);
		assert.deepEqual(
			(await table(view, "by")).map(([count]) => count),
			by.map(({ count }) => count),
		);
	});

	it("draws bars in proportion, and shows even one of thousands", async () => {
		const days = [
			{ day: "2026-11-19", allowed: 4000, denied: 1, timeout: 0, other: 0 },
			{ day: "2026-11-20", allowed: 2000, denied: 0, timeout: 0, other: 0 },
		];
		const view = await views.open({ log: log(), overview: overview(2, { days }) }, { view: "overview" });
		const heights = await view.page
			.locator(".av-bar [data-look]")
			.evaluateAll((all) => all.map((one) => Number(one.getAttribute("height"))));
		const [most = 0, one = 0, half = 0] = heights;
		assert.ok(Math.abs(most / half - 2) < 0.01, heights.join());
		assert.ok(one >= 3, heights.join());
	});

	it("puts days together by weeks where they would be too thin, and loses none", async () => {
		const world = { ...typical(), overview: overview(92) };
		const view = await views.open(world, { view: "overview" }, { width: 320 });
		await view.page.getByRole("heading", { name: "Decisions per week" }).waitFor();
		const weeks = await bars(view, "days", ".av-bar");
		assert.equal(weeks.length, 14);
		const sum = (name: string) => weeks.reduce((all, week) => all + (week[name] ?? 0), 0);
		for (const name of NAMES)
			assert.equal(
				sum(name),
				world.overview.days.reduce((all, day) => all + day[name], 0),
			);
		assert.equal((await table(view, "days")).length, 92);
	});

	it("says in words what each chart shows", async () => {
		const view = await views.open(typical(), { view: "overview" });
		const { days } = overview();
		const most = Math.max(...days.map((day) => counts(day).at(-1) ?? 0));
		const chart = view.page.getByRole("img", { name: "Decisions per day" });
		const described = await chart.locator("desc").textContent();
		assert.match(described ?? "", new RegExp(`^\\d+ actions from .*2026 to .*2026\\. Most at .*: ${most}\\.$`));
		for (const name of ["By agent", "By channel", "Decided by"]) {
			const id = await view.page.getByRole("img", { name }).getAttribute("aria-describedby");
			const text = await view.page.locator(`[id="${id}"]`).textContent();
			assert.match(text ?? "", /\d/, name);
		}
		await view.page.getByText("8.2 s", { exact: true }).waitFor();
		await view.page.getByText("Editor", { exact: true }).first().waitFor();
	});

	/** The filter of the log's rows after something was done. */
	async function filterAfter(view: ViewsPage, act: () => Promise<unknown>): Promise<AuditFilter> {
		const before = (await view.posted("rows")).length;
		await act();
		const { filter } = await view.last("rows", before + 1);
		return filter;
	}

	it("leads from a bar to its rows in the log", async () => {
		const view = await views.open(typical(), { view: "overview", filter: { agents: ["claude-code"] } });
		const day = overview().days[1]?.day ?? "";
		const filter = await filterAfter(view, () => view.page.locator(`.av-bar[data-bar="${day}"]`).click());
		assert.deepEqual(filter.kinds, ["action"]);
		assert.deepEqual(filter.agents, ["claude-code"]);
		const local = (iso: string | undefined) =>
			view.page.evaluate(`new Date(${JSON.stringify(iso)}).toString().slice(0, 24)`);
		assert.match(String(await local(filter.since)), /00:00:00$/);
		assert.match(String(await local(filter.until)), /23:59:59$/);
		assert.equal(Date.parse(filter.until ?? "") - Date.parse(filter.since ?? ""), 24 * 3_600_000 - 1);
	});

	it("leads there by keyboard too, through the tables", async () => {
		for (const [figure, button, member, value] of [
			["agents", "Show in the log: Codex", "agents", ["codex"]],
			["channels", "Show in the log: Phone", "channels", ["phone"]],
			["by", "Show in the log: Person", "by", ["person"]],
		] as const) {
			const view = await views.open(typical(), { view: "overview", filter: {} });
			await view.page.locator(`.av-figure.${figure} summary`).focus();
			await view.page.keyboard.press("Enter");
			const target = view.page.getByRole("button", { name: button });
			await target.focus();
			const filter = await filterAfter(view, () => view.page.keyboard.press("Enter"));
			assert.deepEqual(filter, { kinds: ["action"], [member]: value });
		}
	});

	it("makes a rule of what is asked often", async () => {
		const view = await views.open(typical(), { view: "overview" });
		await view.page.getByText("asked 12 times").waitFor();
		await view.page.getByRole("button", { name: "Make a rule for git push origin main" }).click();
		assert.deepEqual(await view.last("makeRule"), { type: "makeRule", row: 9 });
	});

	it("asks anew when the log grows or the filter changes", async () => {
		const view = await views.open(typical(), { view: "overview" });
		await view.page.getByText("552 actions in the whole log").waitFor();
		const index = { ...log().index, entries: 2000 };
		await view.setWorld({ log: log({ index }), overview: { ...overview(), actions: 777 } });
		await view.page.getByText("777 actions in the whole log").waitFor();
		await view.send({ type: "show", view: "overview", filter: { agents: ["codex"] } });
		await view.page.getByText("777 actions in what the filter shows").waitFor();
	});

	it("without what it needs says so instead of drawing nothing", async () => {
		const bare = overview(3, { channels: [], by: [], asked: [] });
		const { answer: _, ...rest } = bare;
		const view = await views.open({ log: log(), overview: rest }, { view: "overview" });
		for (const text of [
			"No person has decided anything here.",
			"Nothing is decided yet.",
			"No person has answered anything here.",
			"No person was asked about anything here.",
		])
			await view.page.getByText(text).waitFor();
	});

	it("that is refused can be asked for again", async () => {
		const world = typical();
		const view = await views.open(
			{ ...world, refuses: { overview: { code: "audit.noAnswer" } } },
			{ view: "overview" },
		);
		await view.page.getByRole("alert").waitFor();
		await view.page.evaluate("delete world.refuses");
		await view.page.getByRole("alert").getByRole("button").click();
		await view.page.getByRole("img", { name: "Decisions per day" }).waitFor();
	});

	it("full of hostile names makes no element, and no filter that would be refused", async () => {
		const view = await views.open(hostile(), { view: "overview" });
		await view.page.getByText("<img src=x onerror=").first().waitFor();
		for (const summary of await view.page.locator(".av summary").all()) await summary.click();
		assert.equal(
			await view.page.evaluate(
				'document.querySelectorAll(".av img, .av a, .av b, .av script, .av [onerror], .av [href]").length',
			),
			0,
		);
		assert.equal(
			await view.page.evaluate("/[\\u202a-\\u202e\\u2066-\\u2069\\u001b]/.test(document.body.innerText)"),
			false,
		);
		// The one without a name leads nowhere.
		assert.equal(await view.page.locator(".av-figure.agents tbody button").count(), 2);
		assert.deepEqual(await view.problems(), []);
	});
});

describe("one of something", () => {
	const views = useViews();

	it("is not told as many", async () => {
		const days = [{ day: "2026-11-20", allowed: 1, denied: 0, timeout: 0, other: 0 }];
		const one = overview(1, { actions: 1, days, by: [{ name: "rule", count: 1 }] });
		const view = await views.open({ log: log(), overview: one }, { view: "overview" });
		assert.match((await view.page.locator(".av-days desc").textContent()) ?? "", /^1 action from /);
		await view.page.getByText(/^1 decision: /).waitFor({ state: "attached" });
	});
});
