// The audit panel by keyboard and by ear: where the focus goes, what Escape leaves, and what is told without being looked at.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type AuditPage, useAudit } from "../support/auditHarness/audit.ts";
import { sample } from "../support/auditHarness/fakeHost.ts";
import { log } from "../support/auditHarness/sample.ts";
import { until } from "../support/webviewHarness/page.ts";
import { BAD, typical } from "./auditViewsHost.ts";
import { useViews } from "./auditViewsPage.ts";

/** What has the focus, by its role and name; "" when nothing has it. */
const FOCUS = `(() => {
	const e = document.activeElement;
	if (e === null || e === document.body) return "";
	return (e.getAttribute("role") ?? e.localName) + ": " + (e.getAttribute("aria-label") ?? e.labels?.[0]?.textContent ?? e.textContent).trim();
})()`;

interface Stop {
	name: string;
	/** It is on screen, and something is drawn around it. */
	seen: boolean;
}

/** Goes through the page by Tab, from its first stop on, until the focus leaves the page or comes round. */
async function walk({ page }: { page: AuditPage["page"] }): Promise<Stop[]> {
	const stops: Stop[] = [];
	await page.locator('[role="tab"][tabindex="0"]').focus();
	await page.evaluate("globalThis.walked = new Set()");
	for (let n = 0; n < 120; n++) {
		await page.keyboard.press("Tab");
		const stop = (await page.evaluate(`(() => {
			const e = document.activeElement;
			if (e === document.body || walked.has(e)) return null;
			walked.add(e);
			const { top, bottom, left, right, width, height } = e.getBoundingClientRect();
			const onScreen = width > 0 && height > 0 && bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
			// The mark is on the element, on a part of it, or on the row or label that it stands for.
			const parts = [e, e.nextElementSibling, e.parentElement, ...(e.shadowRoot?.querySelectorAll("*") ?? [])].filter((one) => one !== null);
			const drawn = parts.some((one) => [undefined, "::before", "::after"].some((part) => getComputedStyle(one, part).outlineStyle !== "none"))
				|| (e.localName === "tr" && getComputedStyle(e, "::after").borderTopStyle !== "none");
			return { name: ${FOCUS}, seen: onScreen && drawn };
		})()`)) as Stop | null;
		if (stop === null) break;
		stops.push(stop);
	}
	return stops;
}

const told = ({ page }: { page: AuditPage["page"] }) =>
	page.evaluate(
		'[...document.querySelectorAll("[role=status], [role=alert], [aria-live]")].map((one) => one.textContent).join(" | ")',
	) as Promise<string>;

describe("the keyboard in the audit panel", () => {
	const view = useAudit();

	it("opens each box of the filters with the focus in it, and Escape gives it back to its button", async () => {
		const panel = await view.open(sample());
		const { page } = panel;
		for (const name of ["Time", "Decision", "Decided by", "Session", "Action", "Agent", "More", "Columns", "Export"]) {
			const button = page.getByRole("main").or(page.locator("body")).getByRole("button", { name, exact: true }).first();
			await button.focus();
			await page.keyboard.press("Enter");
			await page.getByRole("dialog").waitFor();
			await until(page, 'document.querySelector("[role=dialog]").contains(document.activeElement)');
			assert.equal(await button.getAttribute("aria-expanded"), "true", name);
			await page.keyboard.press("Escape");
			assert.equal(await page.getByRole("dialog").count(), 0, name);
			assert.equal(await button.evaluate((one) => one === one.ownerDocument.activeElement), true, name);
			assert.equal(await button.getAttribute("aria-expanded"), "false", name);
		}
	});

	it("keeps the focus in the page when a chip that had it is gone, also the last", async () => {
		const panel = await view.open(sample());
		const { page } = panel;
		await page.locator(".filter-bar").getByRole("button", { name: "Decision", exact: true }).click();
		await page.getByRole("checkbox", { name: /Denied/ }).check();
		await page.keyboard.press("Escape");
		await panel.drawn();
		for (const name of [/^Remove: Decision/, /^Remove: Without gate entries/]) {
			await page.getByRole("button", { name }).focus();
			await page.keyboard.press("Enter");
			await panel.drawn();
			assert.equal(await page.getByRole("button", { name }).count(), 0);
			assert.notEqual(await page.evaluate(FOCUS), "", `after ${name}`);
		}
	});

	it("leaves the detail, then nothing, by Escape: the rest is the editor's", async () => {
		const panel = await view.open(sample());
		const { page } = panel;
		await panel.row("make deploy").click();
		await panel.detail.getByRole("button", { name: "Explain" }).waitFor();
		await page.keyboard.press("Escape");
		await panel.detail.waitFor({ state: "detached" });
		await page.evaluate("globalThis.passed = [], addEventListener('keydown', ({ key }) => passed.push(key))");
		await page.keyboard.press("Escape");
		assert.deepEqual(await page.evaluate("passed"), ["Escape"]);
	});
});

describe("every stop of the Tab key", () => {
	const audit = useAudit();
	const views = useViews();
	const check = (stops: readonly Stop[], least: number) => {
		assert.ok(stops.length >= least, JSON.stringify(stops));
		assert.deepEqual(
			stops.filter(({ name, seen }) => !seen || /: ?$/.test(name)),
			[],
			"each has a name, is in sight and is marked",
		);
	};

	it("of the log and a detail has a name, is scrolled into sight and is marked", async () => {
		const panel = await audit.open(sample(), { height: 500 });
		await panel.row("src/login.ts").click();
		await panel.detail.getByRole("button", { name: "Explain" }).waitFor();
		check(await walk(panel), 30);
	});

	for (const [name, least, show] of [
		["the sessions", 8, { view: "sessions" }],
		["a session", 20, { view: "sessions", session: { agent: "claude-code", session: "s1" } }],
		["the overview", 10, { view: "overview" }],
		["the integrity", 6, { view: "integrity" }],
	] as const) {
		it(`of ${name} has a name, is scrolled into sight and is marked`, async () => {
			const world = { ...typical(), log: { ...typical().log, integrity: BAD } };
			check(await walk(await views.open(world, show, { height: 500 })), least);
		});
	}
});

describe("what is told without being looked at", () => {
	const view = useAudit();

	it("is how many results a search and a filter have, also none", async () => {
		const panel = await view.open(sample());
		await panel.search.fill("git");
		await until(
			panel.page,
			`[...document.querySelectorAll("[role=status]")].some((one) => one.textContent === "2 results")`,
		);
		await panel.search.fill("zzz");
		await panel.page.getByRole("heading", { name: "Nothing matches" }).waitFor();
		await panel.drawn();
		assert.match(await told(panel), /0 results|Nothing matches/);
		await panel.search.fill("");
		await panel.drawn();
		await until(
			panel.page,
			`![...document.querySelectorAll("[role=status]")].some((one) => /^0 /.test(one.textContent))`,
		);
	});

	it("is that the log is being read, and that it has been", async () => {
		const index = { state: "loading", entries: 12, done: 1_000_000, total: 9_000_000 } as const;
		const panel = await view.open(sample({ log: log({ index }) }));
		await panel.page.getByRole("progressbar", { name: "Reading the log" }).waitFor();
		await panel.sendLog(log());
		await panel.row("git status").waitFor();
		await panel.drawn();
		assert.notEqual((await told(panel)).replaceAll(/[ |]/g, ""), "");
	});

	it("is what is wrong, at once", async () => {
		const index = { state: "failed", entries: 0, done: 0, total: 0, message: { code: "why.network" } } as const;
		const panel = await view.open(sample());
		await panel.sendLog(log({ index }));
		await panel.page.getByRole("alert").getByText("Reaches the network.").waitFor();
	});

	it("is that something was copied", async () => {
		const panel = await view.open(sample());
		await panel.row("src/login.ts").click();
		await panel.detail.getByRole("button", { name: "Copy the hash of entry 2" }).press("Enter");
		await panel.drawn();
		assert.match(await told(panel), /Copied/);
	});
});
