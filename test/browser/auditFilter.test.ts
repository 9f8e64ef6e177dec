// Search, filters, chips and exports of the audit panel: what is asked of the host.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AuditFilter } from "../../src/protocol/audit.ts";
import { AuditPanelMessage } from "../../src/protocol/auditPanel.ts";
import { type AuditPage, useAudit } from "../support/auditHarness/audit.ts";
import { sample } from "../support/auditHarness/fakeHost.ts";
import { rowLike, SESSIONS } from "../support/auditHarness/sample.ts";
import { until } from "../support/webviewHarness/page.ts";

const ALL_BUT_GATE = [
	"action",
	"prompt",
	"session",
	"question",
	"grant",
	"policy",
	"agent",
	"channel",
	"gap",
	"export",
	"undo",
	"other",
] as const;

/** Waits until rows were asked for with this filter, and the panel has drawn them. */
async function asksFor(panel: AuditPage, filter: AuditFilter): Promise<void> {
	const wanted = JSON.stringify(sorted(filter));
	await until(
		panel.page,
		`(() => { const last = posted.filter(({ type }) => type === "rows").at(-1).filter; const out = {}; for (const key of Object.keys(last).sort()) out[key] = last[key]; return JSON.stringify(out) === ${JSON.stringify(wanted)}; })()`,
	).catch(async () => assert.deepEqual((await panel.lastRows()).filter, filter));
	await panel.drawn();
}

function sorted(filter: AuditFilter): object {
	return Object.fromEntries(Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function open(panel: AuditPage, name: string): Promise<void> {
	await panel.page.locator(".filter-bar").getByRole("button", { name, exact: true }).click();
	await panel.page.getByRole("dialog").waitFor();
}

const chips = (panel: AuditPage) => panel.page.getByRole("list", { name: "Filters in force" });

describe("the filters", () => {
	const view = useAudit();

	it("leave out the gate's own entries at first, say so, and let them in", async () => {
		const panel = await view.open(sample());
		assert.deepEqual((await panel.lastRows()).filter, { kinds: [...ALL_BUT_GATE] });
		assert.equal(await panel.row("Checkpoint").count(), 0);
		await chips(panel).getByRole("button", { name: "Remove: Without gate entries" }).click();
		await asksFor(panel, {});
		await panel.row("Checkpoint").waitFor();
		assert.equal(await chips(panel).count(), 0);
	});

	it("ask for exactly what was ticked, and forget it chip by chip", async () => {
		const panel = await view.open(sample());
		await open(panel, "Decision");
		const dialog = panel.page.getByRole("dialog", { name: "Decision" });
		assert.match((await dialog.getByText("Denied").locator("xpath=ancestor::label").textContent()) ?? "", /Denied\s*2/);
		await dialog.getByRole("checkbox", { name: /Denied/ }).check();
		await dialog.getByRole("checkbox", { name: /Timed out/ }).check();
		await panel.page.keyboard.press("Escape");
		assert.equal(await dialog.count(), 0);
		const kinds = [...ALL_BUT_GATE];
		await asksFor(panel, { kinds, outcomes: ["denied", "timeout"] });
		assert.equal(await panel.rows.count(), 3);
		await open(panel, "Decided by");
		await panel.page.getByRole("checkbox", { name: /Person/ }).check();
		await asksFor(panel, { kinds, outcomes: ["denied", "timeout"], by: ["person"] });
		await panel.page.keyboard.press("Escape");
		await chips(panel).getByRole("button", { name: "Remove: Decision Denied, Timed out" }).click();
		await asksFor(panel, { kinds, by: ["person"] });
		await chips(panel).getByRole("button", { name: "Clear all" }).click();
		await asksFor(panel, { kinds });
		assert.equal(await panel.page.evaluate('document.activeElement === document.querySelector(".search input")'), true);
	});

	it("offer the sessions by their first words, and every other member behind More", async () => {
		const panel = await view.open(sample());
		await open(panel, "Session");
		await panel.page.getByRole("checkbox", { name: /The login form forgets/ }).check();
		const kinds = [...ALL_BUT_GATE];
		const filter: AuditFilter = { kinds, sessions: [SESSIONS.good] };
		await asksFor(panel, filter);
		await panel.page.keyboard.press("Escape");
		await open(panel, "More");
		const more = panel.page.getByRole("dialog", { name: "More" });
		await more.getByRole("button", { name: "Something odd" }).click();
		await more.getByRole("checkbox", { name: /Something else ran/ }).check();
		await more.getByRole("button", { name: "Person" }).click();
		await more.getByRole("checkbox", { name: /Ada Lovelace/ }).check();
		await more.getByRole("button", { name: "Channel" }).click();
		await more.getByRole("checkbox", { name: /Phone\s*1/ }).check();
		await more.getByRole("button", { name: "Rule" }).click();
		await more.getByRole("searchbox", { name: "Find: Rule" }).fill("shell.git");
		await more.getByRole("checkbox", { name: /floor\.shell\.git/ }).check();
		await more.getByRole("button", { name: "Kind of entry" }).click();
		await more.getByRole("checkbox", { name: /^Gate/ }).check();
		await more.getByRole("searchbox", { name: "File, a part of its path" }).fill("src/login");
		await asksFor(panel, {
			kinds: [...kinds, "gate"],
			sessions: [SESSIONS.good],
			flags: ["mismatch"],
			people: ["Ada Lovelace (ada)"],
			channels: ["phone"],
			rules: ["floor.shell.git"],
			file: "src/login",
		});
	});

	it("search after a pause in typing, once, and at once on Enter", async () => {
		const panel = await view.open(sample());
		const before = (await panel.posted("rows")).length;
		await panel.page.keyboard.press("/");
		await panel.page.keyboard.type("git");
		await asksFor(panel, { kinds: [...ALL_BUT_GATE], text: "git" });
		const asked = (await panel.posted("rows")).slice(before).map(({ filter }) => filter.text);
		assert.ok(asked.length <= 3 && asked.at(-1) === "git", String(asked));
		assert.equal(await panel.page.locator('[role="status"]').last().textContent(), "2 results");
		await panel.page.keyboard.press("Control+f");
		await panel.page.keyboard.type("zzz");
		await panel.page.keyboard.press("Enter");
		await panel.page.getByRole("heading", { name: "Nothing matches" }).waitFor();
		await panel.page.getByRole("main").getByRole("button", { name: "Clear all" }).last().click();
		await asksFor(panel, { kinds: [...ALL_BUT_GATE] });
		assert.equal(await panel.search.inputValue(), "");
	});

	it("take a range of time that goes with the clock, or two times of this machine's zone", async () => {
		const panel = await view.open(sample());
		await open(panel, "Time");
		const earliest = Date.now() - 86_400_000;
		await panel.page.getByRole("radio", { name: "Last 24 hours" }).check();
		await until(panel.page, "posted.filter(({ type }) => type === 'rows').at(-1).filter.since !== undefined");
		const since = Date.parse((await panel.lastRows()).filter.since ?? "");
		assert.ok(since >= earliest && since <= Date.now() - 86_400_000);
		await chips(panel).getByText("Last 24 hours").waitFor();
		await panel.page.getByRole("radio", { name: "From … to …" }).check();
		await panel.page.getByLabel("From", { exact: true }).fill("2026-11-22T14:02");
		await panel.page.getByLabel("Up to").fill("2026-11-22T14:05");
		const local = (text: string) => new Date(text).toISOString();
		await asksFor(panel, {
			kinds: [...ALL_BUT_GATE],
			since: local("2026-11-22T14:02:00"),
			until: local("2026-11-22T14:05:59.999"),
		});
		await panel.page.getByRole("radio", { name: "Any time" }).check();
		await asksFor(panel, { kinds: [...ALL_BUT_GATE] });
	});

	it("say why nothing can be offered, and ask again", async () => {
		const panel = await view.open(sample({ refuse: ["facets"] }));
		await open(panel, "Session");
		const alert = panel.page.getByRole("dialog").getByRole("alert");
		await alert.getByText("did not answer").waitFor();
		await panel.page.evaluate("fake.refuse = []");
		await alert.getByRole("button", { name: "Try again" }).click();
		await panel.page.getByRole("checkbox", { name: /The login form/ }).waitFor();
	});

	it("are all in one box where there is no room", async () => {
		const panel = await view.open(sample(), { width: 320, height: 700 });
		await open(panel, "More");
		const more = panel.page.getByRole("dialog", { name: "More" });
		await more.getByRole("button", { name: "Decision" }).click();
		await more.getByRole("checkbox", { name: /Denied/ }).check();
		const { x, width } = (await more.boundingBox()) ?? { x: -1, width: 0 };
		assert.ok(x >= 0 && x + width <= 320, `${x} to ${x + width}`);
		await asksFor(panel, { kinds: [...ALL_BUT_GATE], outcomes: ["denied"] });
	});
});

describe("an export", () => {
	const view = useAudit();

	it("is of what is in view, of everything, or of the session in view, in every format", async () => {
		const panel = await view.open(sample());
		const menu = panel.page.getByRole("button", { name: "Export" });
		const format = (name: RegExp) =>
			panel.page.getByRole("dialog", { name: "Export the log" }).getByRole("button", { name });
		await panel.search.fill("git");
		await asksFor(panel, { kinds: [...ALL_BUT_GATE], text: "git" });
		await menu.click();
		assert.equal(await panel.page.getByRole("radio", { name: /This session/ }).count(), 0);
		await format(/^CSV/).click();
		await menu.click();
		await format(/^Receipt/).click();
		await menu.click();
		await panel.page.getByRole("radio", { name: "Everything" }).check();
		await format(/^JSONL/).click();
		await menu.click();
		await panel.page.getByRole("radio", { name: "Everything" }).check();
		await format(/^Receipt/).click();
		await panel.row("git status").click();
		await panel.detail.waitFor();
		await menu.click();
		await panel.page.getByRole("radio", { name: /This session/ }).check();
		await format(/^Receipt/).click();
		const { agent = "", session = "" } = rowLike("git status");
		const inView = { of: "filter", filter: { kinds: [...ALL_BUT_GATE], text: "git" } };
		const exports = await panel.waitForPosted("export", 5);
		assert.deepEqual(exports, [
			{ type: "export", format: "csv", scope: inView },
			{ type: "export", format: "bundle", scope: inView },
			{ type: "export", format: "jsonl", scope: { of: "all" } },
			{ type: "export", format: "bundle", scope: { of: "all" } },
			{ type: "export", format: "bundle", scope: { of: "session", agent, session } },
		]);
	});
});

describe("what the panel posts", () => {
	const view = useAudit();

	it("is what the host takes", async () => {
		const panel = await view.open(sample());
		for (const tab of ["Sessions", "Overview", "Integrity", "Log"]) {
			await panel.page.getByRole("tab", { name: tab }).click();
			await panel.drawn();
		}
		await panel.row("src/login.ts").first().click();
		await panel.drawn();
		const all = (await panel.page.evaluate("posted")) as unknown[];
		for (const one of all) assert.ok(AuditPanelMessage.safeParse(one).success, JSON.stringify(one));
	});
});
