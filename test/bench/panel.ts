// The audit panel as a person meets it: the built page in a real browser, asking the real index of a large log. From a warm
// snapshot to the first row drawn, from a word typed to its rows drawn, and how long a place in the table stays blank while
// somebody scrolls. Each against its limit (1 is the limit). GATEPOST_BENCH_ENTRIES or an argument for fewer entries.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { openHome } from "../../src/audit/home.ts";
import { LogIndex } from "../../src/audit/index/logIndex.ts";
import type { AuditHostMessage, AuditPanelMessage } from "../../src/protocol/auditPanel.ts";
import { bigLog, rootIn } from "../support/auditLog.ts";
import { launchBrowser, openWebview, type WebviewPage } from "../support/webviewHarness/page.ts";
import { serveWebview } from "../support/webviewHarness/server.ts";
import type { Measured } from "./journal.ts";

/** The limits. Milliseconds. */
const LIMIT = { paint: 1500, search: 300, blank: 100 };
const WAIT_MS = 60_000;

/** Runs for about two minutes at a million entries, most of it to write and index the log. */
export async function benchPanel(
	entries = Number(process.env.GATEPOST_BENCH_ENTRIES ?? 1_000_000),
): Promise<Measured[]> {
	const dir = mkdtempSync(join(tmpdir(), "gatepost-bench-"));
	const server = await serveWebview("audit");
	const browser = await launchBrowser();
	try {
		const home = openHome(join(dir, "home"));
		const log = bigLog({ home, root: rootIn(dir), entries });
		const open = () => new LogIndex({ dir: log, homeKey: home.macKey(), onState: () => {} });
		const first = open();
		await first.ask("rows", { filter: {}, order: "newest", offset: 0, limit: 1 });
		await first.close();
		const [paint, index, view] = await painted(browser, server.url, open);
		try {
			return [paint, await searched(view), await scrolled(view)];
		} finally {
			await view.close();
			await index.close();
		}
	} finally {
		await browser.close();
		await server.close();
		rmSync(dir, { recursive: true, force: true });
	}
}

async function painted(
	browser: Browser,
	url: string,
	open: () => LogIndex,
): Promise<[Measured, LogIndex, WebviewPage]> {
	// The browser and its caches are warm, as an editor that runs is.
	await (await openWebview(browser, url, { width: 1400, height: 800 })).close();
	const begin = performance.now();
	const index = open();
	const view = await openWebview(browser, url, { width: 1400, height: 800 });
	await connect(view, index);
	await until(view, `document.querySelector('tr[data-index="0"] time') !== null`);
	const ms = performance.now() - begin;
	return [
		{
			name: "panel: from a warm snapshot to the first rows on screen",
			ratio: ms / LIMIT.paint,
			detail: `${ms.toFixed(0)} ms`,
		},
		index,
		view,
	];
}

async function searched(view: WebviewPage): Promise<Measured> {
	const times: number[] = [];
	for (const word of ["part17", "make chec", "file3", "task"]) {
		const before = (await view.page.evaluate(
			"document.querySelector('[aria-rowcount]').getAttribute('aria-rowcount')",
		)) as string;
		const ms = (await view.page.evaluate(`new Promise((done) => {
			const box = document.querySelector('.search input');
			box.value = ${JSON.stringify(word)};
			// What was typed rests a moment before it is looked for: that time is the person's.
			const begin = performance.now();
			box.dispatchEvent(new InputEvent('input', { bubbles: true }));
			const look = () => {
				const grid = document.querySelector('[aria-rowcount]');
				if (grid !== null && grid.getAttribute('aria-rowcount') !== ${JSON.stringify(before)} && document.querySelector('tr[data-index="0"]:not(.blank)') !== null)
					done(performance.now() - begin - 150);
				else requestAnimationFrame(look);
			};
			look();
		})`)) as number;
		times.push(ms);
	}
	const worst = Math.max(...times);
	return {
		name: "panel: from a search to its rows on screen, without the pause in typing, the slowest",
		ratio: worst / LIMIT.search,
		detail: times.map((ms) => `${ms.toFixed(0)} ms`).join(", "),
	};
}

async function scrolled(view: WebviewPage): Promise<Measured> {
	await view.page.evaluate(`(() => {
		const box = document.querySelector('.search input');
		box.value = '';
		box.dispatchEvent(new InputEvent('input', { bubbles: true }));
	})()`);
	await view.page.waitForTimeout(1000);
	// For each place on screen: since when it has been blank. Watched at every frame while the wheel turns.
	await view.page.evaluate(`(() => {
		const since = new Map();
		globalThis.longestBlank = 0;
		globalThis.blankFrames = 0;
		globalThis.watching = true;
		const look = (now) => {
			const blank = [...document.querySelectorAll('tr[data-index].blank')].map((row) => row.dataset.index);
			if (blank.length > 0) blankFrames++;
			for (const index of since.keys()) if (!blank.includes(index)) since.delete(index);
			for (const index of blank) {
				if (!since.has(index)) since.set(index, now);
				longestBlank = Math.max(longestBlank, now - since.get(index));
			}
			if (watching) requestAnimationFrame(look);
		};
		requestAnimationFrame(look);
	})()`);
	const box = await view.page.locator("[aria-rowcount]").first().boundingBox();
	if (box === null) throw new Error("there is no table");
	await view.page.mouse.move(box.x + box.width / 2, box.y + 200);
	for (let turn = 0; turn < 150; turn++) {
		await view.page.mouse.wheel(0, 400);
		await view.page.waitForTimeout(16);
	}
	await view.page.waitForTimeout(300);
	const [longest, frames] = (await view.page.evaluate("(watching = false, [longestBlank, blankFrames])")) as [
		number,
		number,
	];
	return {
		name: "panel: how long a row stays blank while 2,500 rows are scrolled by",
		ratio: longest / LIMIT.blank,
		detail: `${longest.toFixed(0)} ms at most, blank rows in ${frames} frames`,
	};
}

/** The page's questions go to the index, as the editor's host sends them. */
async function connect({ page }: WebviewPage, index: LogIndex): Promise<void> {
	const send = (message: AuditHostMessage) =>
		page.evaluate(`window.postMessage(${JSON.stringify(message)}, window.origin)`);
	const tell = () =>
		send({
			type: "log",
			log: {
				folders: [{ folder: "/shop", label: "shop" }],
				folder: "/shop",
				index: { ...index.state, detail: undefined } as never,
				integrity: { state: "unknown" },
			},
		});
	await page.exposeFunction("toHost", async (message: AuditPanelMessage) => {
		switch (message.type) {
			case "ready":
				await send({ type: "strings", contents: {} });
				await index.ask("rows", { filter: {}, order: "newest", offset: 0, limit: 1 });
				return void (await tell());
			case "rows": {
				const { n, filter, order, offset, limit } = message;
				return void (await send({
					type: "rows",
					n,
					offset,
					...(await index.ask("rows", { filter, order, offset, limit })),
				}));
			}
			case "facets":
				return void (await send({ type: "facets", n: message.n, facets: await index.ask("facets", {}) }));
		}
	});
	await page.evaluate(`(() => {
		const push = posted.push.bind(posted);
		posted.push = (message) => { toHost(message); return push(message); };
		for (const message of posted) toHost(message);
	})()`);
}

async function until({ page }: WebviewPage, expression: string): Promise<void> {
	const limit = Date.now() + WAIT_MS;
	while (!(await page.evaluate(expression))) {
		if (Date.now() > limit) throw new Error(`not so after ${WAIT_MS} ms: ${expression}`);
		await page.waitForTimeout(5);
	}
}
