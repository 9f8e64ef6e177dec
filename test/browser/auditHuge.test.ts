// The audit panel over the real index of a log whose texts are megabytes of hostile characters: it draws, opens and scrolls
// as it does over any other, and nothing an agent wrote becomes more than text.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Locator, Page } from "playwright-core";
import { LogIndex } from "../../src/audit/index/logIndex.ts";
import { COMMAND, FILES_OF, FOLDER, hugeLog, ORDINARY, SESSION } from "../support/auditHarness/hugeLog.ts";
import { joinIndex, type RealIndex } from "../support/auditHarness/realIndex.ts";
import { until, type WebviewPage } from "../support/webviewHarness/page.ts";
import { useWebview } from "../support/webviewHarness/useWebview.ts";

/** Files of one action. */
const FILES = 40_000;
/** Elements of the whole page with a detail in it that nobody has unfolded. */
const MOST_ELEMENTS = 5000;
/** Characters drawn there. */
const MOST_CHARACTERS = 120_000;
/** Processor time that one step may take in the page, as a multiple of a piece of work of about a millisecond. */
const MOST_WORK = 1000;

interface Huge extends WebviewPage, RealIndex {
	/** Waits until every question is answered and drawn. */
	drawn(): Promise<void>;
	/** Nothing but text was made of the log, it fits, and what was done since the last time took little work. */
	isGood(where: string, look?: "unfolded"): Promise<void>;
}

describe("a log of megabytes a line", () => {
	let dir: string;
	let index: LogIndex;
	const views = useWebview("audit");

	before(async () => {
		dir = mkdtempSync(join(tmpdir(), "gatepost-huge-"));
		hugeLog(dir, FILES);
		index = new LogIndex({ dir, onState: () => {} });
		await index.ask("facets", {});
	});
	after(async () => {
		await index?.close();
		rmSync(dir, { recursive: true, force: true });
	});

	async function open(width = 1400): Promise<Huge> {
		const view = await views.open({ width, height: 800 });
		const { page } = view;
		const { all, spent } = await processorTime(page);
		const work = await calibrated(page, all);
		const joined = await joinIndex(view, index, FOLDER);
		const drawn = async () => {
			for (let round = 0; round < 2; round++) {
				await until(page, "globalThis.open === 0");
				await page.evaluate(
					"new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))))",
				);
			}
		};
		await until(page, "document.querySelector('.grid tbody tr time') !== null");
		await drawn();
		let before = await spent();
		const isGood = async (where: string, look?: "unfolded") => {
			const times = ((await spent()) - before) / work;
			const { made, ...seen } = (await page.evaluate(LOOK)) as Seen;
			assert.deepEqual(made, [], where);
			assert.equal(seen.title, "Gatepost", where);
			assert.equal(seen.wide, false, `${where}: the page scrolls sideways`);
			const figures = `${where}: ${JSON.stringify({ ...seen, times: Math.round(times) })}`;
			if (look !== "unfolded") {
				assert.ok(seen.elements <= MOST_ELEMENTS, figures);
				assert.ok(seen.characters <= MOST_CHARACTERS, figures);
			}
			assert.ok(times <= MOST_WORK, figures);
			assert.deepEqual(await view.problems(), [], where);
			assert.deepEqual(joined.dropped, [], where);
			before = await spent();
		};
		return { ...view, ...joined, drawn, isGood };
	}

	const row = ({ page }: Huge, target: string) =>
		page.locator(".grid tbody tr").filter({ has: page.locator(".c-target", { hasText: target }) });
	const select = async (panel: Huge, one: Locator) => {
		await one.click();
		await panel.page.locator(".detail").getByRole("region", { name: "What happened" }).waitFor();
		await panel.drawn();
	};

	it("is a table like any other, and each of its rows has a detail", async () => {
		const panel = await open();
		const heights = await panel.page.evaluate(
			'[...new Set([...document.querySelectorAll(".grid tbody tr")].map((row) => row.offsetHeight))].length',
		);
		assert.equal(heights, 1, "all rows are of one height");
		await panel.isGood("the table");
		const rows = panel.page.locator(".grid tbody tr");
		const count = await rows.count();
		assert.equal(count, 14);
		for (let at = 0; at < count; at++) {
			await select(panel, rows.nth(at));
			const name = (await rows.nth(at).locator(".c-target").innerText()).slice(0, 40);
			await panel.isGood(`the detail of row ${at}, ${name}`);
		}
	});

	it("says how much more there is, and shows it", async () => {
		const panel = await open();
		const { page } = panel;
		await select(panel, row(panel, COMMAND));
		await page
			.locator(".detail")
			.getByRole("button", { name: /^Show (all 100,000 characters|the whole line)/ })
			.last()
			.click();
		await until(page, `${DRAWN}.length === 100_000`);
		assert.equal(((await page.evaluate(DRAWN)) as string).slice(0, COMMAND.length), COMMAND);
		await panel.drawn();
		await panel.isGood("all of a command", "unfolded");
		await select(panel, row(panel, FILES_OF));
		const files = page.locator(".detail .files > li");
		assert.equal(await files.count(), 50);
		await page.locator(".detail").getByText("40,000 files").waitFor();
		await page.locator(".detail").getByText("and 39,500 more").waitFor();
		await panel.isGood("the first files");
		await page.locator(".detail").getByRole("button", { name: "Show all 500 files" }).click();
		await until(page, 'document.querySelectorAll(".detail .files > li").length === 500');
		await panel.drawn();
		await panel.isGood("all of the files that are told", "unfolded");
	});

	it("fits a narrow panel, and its sessions, overview and filters are as bounded", async () => {
		const panel = await open(600);
		const { page } = panel;
		await select(panel, row(panel, ORDINARY));
		await panel.isGood("a narrow panel");
		await page.keyboard.press("Escape");
		for (const name of ["Sessions", "Overview", "Integrity"]) {
			await page.getByRole("tab", { name }).click();
			await panel.drawn();
			await panel.isGood(name);
		}
		await panel.send({ type: "show", view: "sessions", session: { agent: "claude-code", session: SESSION } });
		await panel.drawn();
		await page.getByRole("heading", { level: 2, name: "huge prompt" }).waitFor();
		await page.getByRole("heading", { name: "What changed" }).waitFor();
		await panel.isGood("a session");
		await panel.send({ type: "show", view: "log" });
		await page.locator(".filter-bar").getByRole("button", { name: "More", exact: true }).click();
		const folds = page.getByRole("dialog").locator(".fold[aria-expanded=false]");
		while ((await folds.count()) > 0) await folds.first().click();
		await panel.isGood("the filters");
	});
});

/** The text of the command as it is drawn. */
const DRAWN = `[...document.querySelectorAll('.detail [aria-label="What was asked for"] .text')].map((row) => row.textContent.replaceAll(/⟦U\\+[0-9A-F]+⟧/g, "?")).join("")`;

interface Seen {
	/** Elements that only a careless page makes of a text. */
	made: string[];
	title: string;
	wide: boolean;
	elements: number;
	characters: number;
}

interface ProcessorTime {
	/** Everything. */
	all(): Promise<number>;
	/** Script, style and layout, without the frames that are drawn while a test waits, nor what a test evaluates. */
	spent(): Promise<number>;
}

/** What the page's main thread has cost so far, in seconds of the processor: what else the machine does is not in it. */
async function processorTime(page: Page): Promise<ProcessorTime> {
	const session = await page.context().newCDPSession(page);
	await session.send("Performance.enable", { timeDomain: "threadTicks" });
	const sum = async (...names: string[]) => {
		const { metrics } = await session.send("Performance.getMetrics");
		const found = metrics.filter(({ name }) => names.includes(name));
		assert.equal(found.length, names.length, "the browser measures it");
		return found.reduce((all, { value }) => all + value, 0);
	};
	return {
		all: () => sum("TaskDuration"),
		spent: () => sum("ScriptDuration", "LayoutDuration", "RecalcStyleDuration"),
	};
}

/** What the fixed piece of work of pace.ts costs: the least of some runs. */
async function calibrated(page: Page, all: () => Promise<number>): Promise<number> {
	let best = Number.POSITIVE_INFINITY;
	for (let run = 0; run < 5; run++) {
		const begin = await all();
		// Ten of them: a look at the clock is a task, too.
		await page.evaluate(`{
			let text = "";
			for (let index = 0; index < 200_000; index++) text = (text + String.fromCharCode(97 + (index % 26))).slice(-40);
			text.length;
		}`);
		best = Math.min(best, ((await all()) - begin) / 10);
	}
	return best;
}

const LOOK = `(() => {
	return {
		made: [...document.querySelectorAll("#root a, #root img, #root b, #root u, #root iframe, #root object, #root script, #root style, #root i:not(.end), [onerror], [href]:not(link)")].map((one) => one.outerHTML.slice(0, 200)),
		title: document.title,
		wide: document.documentElement.scrollWidth > innerWidth,
		elements: document.querySelectorAll("*").length,
		characters: document.body.textContent.length,
	};
})()`;
