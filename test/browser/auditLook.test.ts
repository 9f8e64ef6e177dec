// What the audit panel looks like in four themes, and that nothing of it shuts anybody out.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type AuditPage, useAudit } from "../support/auditHarness/audit.ts";
import { type FakeLog, large, sample } from "../support/auditHarness/fakeHost.ts";
import { log } from "../support/auditHarness/sample.ts";
import { themeNames, until } from "../support/webviewHarness/page.ts";

interface Scene {
	fake?: () => FakeLog;
	/** What a person does first. */
	doing?: (panel: AuditPage) => Promise<unknown>;
	width?: number;
	height?: number;
}

const press = (name: string) => (panel: AuditPage) =>
	panel.page.locator(".filter-bar").getByRole("button", { name, exact: true }).click();
const open = async (panel: AuditPage, target: string) => {
	await panel.row(target).first().click();
	await panel.detail.getByRole("region", { name: "What happened" }).waitFor();
};

const scenes: Record<string, Scene> = {
	log: {},
	detail: {
		doing: async (panel) => {
			await open(panel, "src/login.ts");
			await panel.detail.getByRole("button", { name: /^action\.requested/ }).click();
		},
	},
	"detail-end": {
		doing: async (panel) => {
			await open(panel, "src/login.ts");
			await panel.page.evaluate('document.querySelector(".detail").scrollTop = 1e5');
		},
	},
	"detail-hostile": { doing: (panel) => open(panel, "<img src=x") },
	"detail-below": { width: 600, height: 900, doing: (panel) => open(panel, "rm -rf") },
	"filter-decision": {
		doing: async (panel) => {
			await press("Decision")(panel);
			await panel.page.getByRole("checkbox", { name: /Denied/ }).check();
		},
	},
	"filter-more": {
		doing: async (panel) => {
			await press("More")(panel);
			await panel.page.getByRole("button", { name: "Rule", exact: true }).click();
		},
	},
	"filter-time": {
		doing: async (panel) => {
			await press("Time")(panel);
			await panel.page.getByRole("radio", { name: "From … to …" }).check();
		},
	},
	export: { doing: (panel) => panel.page.getByRole("button", { name: "Export" }).click() },
	columns: { doing: (panel) => panel.page.getByRole("button", { name: "Columns" }).click() },
	narrow: { width: 320, height: 640 },
	"narrow-detail": { width: 320, height: 640, doing: (panel) => open(panel, "rm -rf") },
	"narrow-more": { width: 320, height: 640, doing: press("More") },
	middle: { width: 800 },
	nothing: {
		doing: async (panel) => {
			await panel.search.fill("zzz");
			await panel.page.getByRole("heading", { name: "Nothing matches" }).waitFor();
		},
	},
	empty: { fake: () => sample({ rows: [], log: log({ index: { state: "ready", entries: 0, done: 0, total: 0 } }) }) },
	loading: {
		fake: () => sample({ log: log({ index: { state: "loading", entries: 51_200, done: 31e6, total: 90e6 } }) }),
	},
	failed: {
		fake: () =>
			sample({
				log: log({
					index: { state: "failed", entries: 0, done: 0, total: 0, message: { code: "why.network" } },
					integrity: { state: "bad", problems: [{ segment: "s", kind: "edited", detail: "x" }] },
				}),
			}),
	},
	refused: { fake: () => sample({ refuse: ["rows", "facets"] }) },
	waiting: {
		fake: () => large(5000, { silent: ["rows"] }),
		doing: (panel) => panel.page.evaluate("new Promise((done) => setTimeout(done, 600))"),
	},
	fresh: {
		fake: () => large(5000),
		doing: async (panel) => {
			await panel.page.evaluate('document.querySelector(".scroller").scrollTop = 24_000');
			await panel.drawn();
			await panel.page.evaluate("fake.made = 5012");
			await panel.sendLog(log({ index: { state: "ready", entries: 20_048, done: 0, total: 0 } }));
			await panel.page.getByRole("button", { name: "12 new" }).waitFor();
		},
	},
};

describe("the audit panel", () => {
	const view = useAudit();

	for (const [name, { fake = sample, doing, width = 1400, height = 800 }] of Object.entries(scenes)) {
		it(`"${name}" has no axe violation and no policy violation in the four themes at ${width} px`, async () => {
			const panel = await view.open(fake(), { width, height });
			await doing?.(panel);
			await panel.page.evaluate("new Promise((done) => setTimeout(done, 50))");
			for (const theme of themeNames) {
				await panel.setTheme(theme);
				await panel.picture(`audit-${name}`, theme);
				await panel.isGood(theme);
			}
		});
	}

	for (const [name, doing] of [
		["log", undefined],
		["detail", (panel: AuditPage) => open(panel, "rm -rf")],
		["more", press("More")],
	] as const) {
		it(`"${name}" can be used at 200 % zoom in 640 px, and at 320 px`, async () => {
			const panel = await view.open(sample(), { width: 320, height: 360, zoom: 2 });
			await doing?.(panel);
			await panel.drawn();
			await panel.screenshot(`audit-${name}-zoomed`);
			await panel.isGood("zoomed");
			// Nothing but the table scrolls sideways.
			const over = await panel.page.evaluate(
				'[...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".unseen, .scroller, svg")).map((e) => e.localName + "." + e.className)',
			);
			assert.deepEqual(over, []);
			assert.equal(await panel.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
		});
	}

	it("can be read where colours are forced", async () => {
		const panel = await view.open(sample());
		await open(panel, "make deploy");
		await panel.page.emulateMedia({ forcedColors: "active" });
		await panel.screenshot("audit-forced-colors");
		const [row, cell] = (await panel.page.evaluate(
			'[getComputedStyle(document.querySelector("tr.selected > td")).backgroundColor, getComputedStyle(document.querySelector("tr:not(.selected) > td")).backgroundColor]',
		)) as string[];
		assert.notEqual(row, cell);
		// axe reads the colours of the style sheet, not those that are forced.
		assert.deepEqual(await panel.problems(), []);
	});

	it("stands still for those who want no motion", async () => {
		const panel = await view.open(sample({ silent: ["rows"] }));
		await panel.page.emulateMedia({ reducedMotion: "reduce" });
		const moving = await panel.page.evaluate(
			'[...document.querySelectorAll("*")].filter((e) => getComputedStyle(e).transitionDuration !== "0s" || getComputedStyle(e).animationName !== "none").length',
		);
		assert.equal(moving, 0);
	});

	it("is walked by Tab alone: tabs, log, badge, export, search, filters, table, detail", async () => {
		const panel = await view.open(sample());
		await open(panel, "make deploy");
		await panel.page.getByRole("tab", { name: "Log" }).focus();
		const seen: string[] = [];
		for (let n = 0; n < 40; n++) {
			const name = (await panel.page.evaluate(
				'(() => { const e = document.activeElement; return e.closest("tr[data-index]") ? "row" : e.closest(".detail") ? "detail" : e.getAttribute("aria-label") ?? e.textContent; })()',
			)) as string;
			if (seen.at(-1) !== name) seen.push(name);
			if (name === "detail") break;
			await panel.page.keyboard.press("Tab");
		}
		assert.deepEqual(
			seen.map((name) => name.replace(/^[\d,]+ entries consistent.*/, "badge")),
			[
				"Log",
				"Log of",
				"badge",
				"Export",
				"Search the log",
				"Time",
				"Decision",
				"Decided by",
				"Session",
				"Action",
				"Agent",
				"More",
				"Columns",
				"Remove: Without gate entries",
				"Time newest first".replace(" ", ""),
				"row",
				"Size of the details",
				"detail",
			],
		);
		await until(panel.page, "document.activeElement.closest('.detail') !== null");
	});
});
