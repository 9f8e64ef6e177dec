// The audit panel as a person meets it: the built page in a real browser and the built host and thread behind it, from the
// moment the panel is opened over a warm snapshot to its first row on screen, from a word typed to its rows drawn, and how
// long a place in the table stays blank while somebody scrolls. Each against its limit (1 is the limit). What stands in for
// the editor is the empty tab, which is there before (an editor makes its own frames, in its own time), and the bridge that
// carries messages to it, which is measured by itself and in the times. GATEPOST_BENCH_ENTRIES or an argument for fewer entries.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openHome } from "../../src/audit/home.ts";
import { bigLog, rootIn } from "../support/auditLog.ts";
import { launchBrowser } from "../support/webviewHarness/page.ts";
import { serveWebview } from "../support/webviewHarness/server.ts";
import type { Measured } from "./measured.ts";
import { buildHost } from "./panelHost.ts";
import { type Opened, opened, SNAPSHOT_KEY } from "./panelOpened.ts";

/** The issue's limits. Milliseconds. */
const LIMIT = { paint: 1500, search: 300, blank: 100 };
/** The panel is opened so often. */
const ROUNDS = 3;

/** Runs for about two minutes at a million entries, most of it to write and index the log. */
export async function benchPanel(
	entries = Number(process.env.GATEPOST_BENCH_ENTRIES ?? 1_000_000),
): Promise<Measured[]> {
	const dir = mkdtempSync(join(tmpdir(), "gatepost-bench-"));
	const [server, browser] = await Promise.all([serveWebview("audit"), launchBrowser()]);
	try {
		mkdirSync(join(dir, "built"));
		const built = await buildHost(join(dir, "built"));
		const home = openHome(join(dir, "home"));
		const root = rootIn(dir);
		const log = bigLog({ home, root, entries });
		const first = new built.LogIndex({
			dir: log,
			homeKey: home.macKey(),
			snapshotKey: SNAPSHOT_KEY,
			onState: () => {},
		});
		await first.ask("rows", { filter: {}, order: "newest", offset: 0, limit: 1 });
		await first.close();
		const open = () => opened({ browser, url: server.url, built, home, root });
		const rounds: Opened[] = [];
		for (let round = 0; round < ROUNDS; round++) {
			await rounds.at(-1)?.close();
			rounds.push(await open());
		}
		const last = rounds.at(-1) as Opened;
		try {
			return [painted(rounds), await searched(last), await scrolled(last)];
		} finally {
			await last.close();
		}
	} finally {
		await browser.close();
		await server.close();
		rmSync(dir, { recursive: true, force: true });
	}
}

function painted(rounds: readonly Opened[]): Measured {
	const sorted = rounds.toSorted((a, b) => a.at.drawn - b.at.drawn);
	const { at, tabMs, bridgeMs } = sorted[Math.floor(sorted.length / 2)] as Opened;
	const steps = Object.entries(at).sort(([, a], [, b]) => a - b);
	return {
		name: "panel: from opening it over a warm snapshot to the first rows on screen, the median",
		ratio: at.drawn / LIMIT.paint,
		most: 1,
		detail: `${steps.map(([step, ms]) => `${step} ${ms.toFixed(0)} ms`).join(", ")}; of all ${sorted.map((one) => `${one.at.drawn.toFixed(0)} ms`).join(", ")}; there and back over the bridge ${bridgeMs.toFixed(0)} ms, an empty tab before ${tabMs.toFixed(0)} ms`,
	};
}

async function searched(view: Opened): Promise<Measured> {
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
		most: 1,
		detail: times.map((ms) => `${ms.toFixed(0)} ms`).join(", "),
	};
}

async function scrolled(view: Opened): Promise<Measured> {
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
		most: 1,
		detail: `${longest.toFixed(0)} ms at most, blank rows in ${frames} frames`,
	};
}
