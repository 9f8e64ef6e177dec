import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeViolations, themeNames } from "../support/webviewHarness/page.ts";
import { BAD, GOOD, hostile, log, overview, typical, type World } from "./auditViewsHost.ts";
import { useViews, type ViewsPage } from "./auditViewsPage.ts";

type Show = Parameters<ReturnType<typeof useViews>["open"]>[1];
const REFUSED = { code: "audit.noAnswer" } as const;

function open(session: string, agent = "claude-code"): Show {
	return { view: "sessions", session: { agent, session } };
}

const evil = hostile();
const evilSession = evil.sessions?.[0];
const scenes: Record<string, [World, Show]> = {
	sessions: [typical(), { view: "sessions" }],
	"sessions-empty": [
		{ log: log(), sessions: [] },
		{ view: "sessions", filter: {} },
	],
	"sessions-none-fits": [
		{ log: log(), sessions: [] },
		{ view: "sessions", filter: { agents: ["codex"] } },
	],
	"sessions-loading": [{ log: log() }, { view: "sessions" }],
	"sessions-refused": [{ log: log(), refuses: { sessions: REFUSED } }, { view: "sessions" }],
	"sessions-hostile": [evil, { view: "sessions" }],
	session: [typical(), open("s1")],
	"session-refused": [{ ...typical(), refuses: { session: REFUSED } }, open("s1")],
	"session-hostile": [evil, open(evilSession?.session ?? "", evilSession?.agent)],
	overview: [typical(), { view: "overview" }],
	"overview-quarter": [{ ...typical(), overview: overview(92) }, { view: "overview" }],
	"overview-empty": [
		{ log: log(), overview: none() },
		{ view: "overview", filter: {} },
	],
	"overview-none-fits": [
		{ log: log(), overview: none() },
		{ view: "overview", filter: { agents: ["codex"] } },
	],
	"overview-loading": [{ log: log() }, { view: "overview" }],
	"overview-refused": [{ log: log(), refuses: { overview: REFUSED } }, { view: "overview" }],
	"overview-hostile": [evil, { view: "overview" }],
	"integrity-good": [typical(), { view: "integrity" }],
	"integrity-bad": [{ log: log({ integrity: BAD }) }, { view: "integrity" }],
	"integrity-unknown": [{ log: log({ integrity: { state: "unknown" } }) }, { view: "integrity" }],
	"integrity-checking": [
		{
			log: log({
				integrity: { ...GOOD, state: "checking", done: 3_000_000, total: 8_000_000 },
				index: { state: "loading", entries: 20, done: 1_000_000, total: 9_000_000 },
			}),
		},
		{ view: "integrity" },
	],
	"integrity-failed": [
		{
			log: log({
				integrity: { state: "failed", message: { code: "audit.trouble", args: { detail: "EIO" } } },
				index: { state: "failed", entries: 0, done: 0, total: 0, message: { code: "audit.noAnswer" } },
			}),
		},
		{ view: "integrity" },
	],
	"integrity-hostile": [evil, { view: "integrity" }],
};

function none() {
	return { ...overview(0), actions: 0, days: [], agents: [], channels: [], by: [], asked: [] };
}

describe("the audit panel's views", () => {
	const views = useViews();

	async function isGood(page: ViewsPage, where: string): Promise<void> {
		assert.equal(describeViolations(await page.axe()), "", where);
		assert.deepEqual(await page.problems(), [], where);
	}

	for (const [scene, [world, show]] of Object.entries(scenes)) {
		it(`"${scene}" has no axe violation and no policy violation in the four themes`, async () => {
			const page = await views.open(world, show, { width: 800, height: 1700 });
			for (const theme of themeNames) {
				await page.setTheme(theme);
				await page.picture(`audit-${scene}`, theme, "full");
				await isGood(page, theme);
			}
		});
	}

	for (const scene of [
		"sessions",
		"session",
		"overview-quarter",
		"integrity-bad",
		"session-hostile",
		"overview-hostile",
		"sessions-hostile",
		"integrity-hostile",
	]) {
		it(`"${scene}" fits from 320 px at 200 % zoom to 1600 px`, async () => {
			const [world, show] = scenes[scene] as [World, Show];
			for (const [width, zoom] of [
				[320, 2],
				[1600, 1],
			] as const) {
				const page = await views.open(world, show, { width, zoom, height: 900 });
				await page.screenshot(`audit-${scene}-${width}`, "full");
				assert.deepEqual(await page.tooWide(), [], String(width));
				assert.equal(await page.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
				await isGood(page, String(width));
			}
		});
	}

	for (const scene of ["sessions", "session", "overview", "integrity-bad"]) {
		it(`"${scene}" can be read with the system's own colours`, async () => {
			const [world, show] = scenes[scene] as [World, Show];
			const page = await views.open(world, show, { theme: "Dark High Contrast", height: 900 });
			await page.page.emulateMedia({ forcedColors: "active" });
			await page.screenshot(`audit-${scene}-forced-colors`, "full");
			const lost = await page.page.evaluate(
				'[...document.querySelectorAll(".av .icon, .av-bars text")].filter((one) => { const { stroke, fill } = getComputedStyle(one); return [stroke, fill].every((color) => color === "none" || color === "rgb(255, 255, 255)"); }).map((one) => one.getAttribute("class") + one.textContent)',
			);
			assert.deepEqual(lost, [], "drawn in the colour of the ground");
			await isGood(page, "forced colours");
			assert.deepEqual(
				await page.page.evaluate(
					'[...new Set([...document.querySelectorAll(".av-look .ground")].map((one) => getComputedStyle(one).fill))].length <= 2',
				),
				true,
				"charts hold no colour but the system's two",
			);
		});
	}

	it("stand still for those who want no motion", async () => {
		const page = await views.open({ log: log({ integrity: { state: "checking" } }) }, { view: "integrity" });
		await page.page.emulateMedia({ reducedMotion: "reduce" });
		const moving = await page.page.evaluate(
			'[...document.querySelectorAll(".av *")].filter((e) => getComputedStyle(e).animationName !== "none").length',
		);
		assert.equal(moving, 0);
	});
});
