// What the audit panel keeps over a reload, the states of the log it shows, and its frame: tabs, badge, folders.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useAudit } from "../support/auditHarness/audit.ts";
import { large, sample } from "../support/auditHarness/fakeHost.ts";
import { detailOf, FOLDER, log, rowLike, SESSIONS } from "../support/auditHarness/sample.ts";
import { until } from "../support/webviewHarness/page.ts";

describe("after a reload, the panel", () => {
	const view = useAudit();

	it("shows the same filter, order, columns, row and place of the table", async () => {
		const panel = await view.open(sample(), { height: 320 });
		await panel.page.getByRole("button", { name: "Columns" }).click();
		await panel.page.getByRole("checkbox", { name: "Agent" }).uncheck();
		await panel.page.keyboard.press("Escape");
		await panel.page.getByRole("columnheader", { name: "Time" }).getByRole("button").click();
		await panel.page.locator(".filter-bar").getByRole("button", { name: "Session", exact: true }).click();
		await panel.page.getByRole("checkbox", { name: /Deploy/ }).check();
		await panel.page.keyboard.press("Escape");
		await panel.drawn();
		await panel.row("make deploy").click();
		await panel.detail.getByText("took it back").waitFor();
		const scrolled = () => panel.page.evaluate('document.querySelector(".scroller").scrollTop') as Promise<number>;
		await panel.page.evaluate('document.querySelector(".scroller").scrollTop = 20');
		await panel.drawn();
		const before = await scrolled();
		assert.ok(before > 0);
		await panel.reload();
		await panel.detail.getByText("took it back").waitFor();
		const { filter, order } = await panel.lastRows();
		assert.equal(order, "oldest");
		assert.deepEqual(filter.sessions, [SESSIONS.bad]);
		assert.equal(await scrolled(), before);
		assert.equal(await panel.row("make deploy").getAttribute("aria-selected"), "true");
		assert.equal(await panel.page.getByRole("columnheader", { name: "Agent" }).count(), 0);
		assert.deepEqual(await panel.problems(), []);
	});

	it("is where it was in a long list, counted from its old end", async () => {
		const panel = await view.open(large(100_000));
		await panel.page.evaluate('document.querySelector(".scroller").scrollTop = 1.2e6');
		await panel.drawn();
		const first = () =>
			panel.page.evaluate(`(() => {
				const box = document.querySelector(".scroller").getBoundingClientRect();
				const head = document.querySelector(".grid thead").offsetHeight;
				return [...document.querySelectorAll(".grid tbody tr:not(.blank)")].filter((tr) => tr.getBoundingClientRect().bottom > box.top + head + 1)
					.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)[0]?.querySelector(".c-target").textContent;
			})()`);
		const before = await first();
		assert.match(String(before), /^row \d+$/);
		await panel.reload();
		assert.equal(await first(), before);
	});

	it("shows the same view, session and folder", async () => {
		const panel = await view.open(sample());
		await panel.page.getByRole("tab", { name: "Overview" }).click();
		await panel.sendLog(log({ folder: "/home/ada/lib" }));
		await panel.page.evaluate("new Promise((done) => setTimeout(done, 300))");
		await panel.reload();
		assert.equal(await panel.page.getByRole("tab", { name: "Overview" }).getAttribute("aria-selected"), "true");
		assert.deepEqual(await panel.waitForPosted("choose"), [{ type: "choose", folder: "/home/ada/lib" }]);
	});

	it("begins anew with what is kept but makes no sense", async () => {
		const panel = await view.open(sample());
		for (const state of [
			'"text"',
			'{"view":"<b>","filter":{"kinds":"all","zzz":1},"anchor":{"index":-4},"detailShare":7,"selected":[]}',
			'{"view":"log","filter":null,"hidden":[1,{}],"anchor":{"index":1e99,"px":"x"}}',
		]) {
			await panel.page.evaluate(
				`addEventListener("pagehide", () => sessionStorage.setItem("state", ${JSON.stringify(state)}))`,
			);
			await panel.reload();
			await panel.row("git status").waitFor();
			assert.deepEqual(await panel.problems(), [], state);
		}
	});
});

describe("the host's word", () => {
	const view = useAudit();

	it("shows a view, a filter, a session", async () => {
		const panel = await view.open(sample());
		await panel.send({ type: "show", view: "log", filter: { sessions: [SESSIONS.good] } });
		assert.deepEqual((await panel.lastRows()).filter, { sessions: [SESSIONS.good] });
		const session = { agent: "claude-code", session: SESSIONS.bad };
		await panel.send({ type: "show", view: "sessions", session });
		const [asked] = await panel.waitForPosted("session");
		assert.equal(asked?.session, SESSIONS.bad);
		await panel.send({ type: "show", view: "integrity" });
		assert.equal(await panel.page.getByRole("tab", { name: "Integrity" }).getAttribute("aria-selected"), "true");
	});

	it("that is not understood is said to be, and harms nothing", async () => {
		const panel = await view.open(sample());
		for (const message of [
			{ type: "log", log: {} },
			{ type: "rows", n: 1, rows: "x" },
			{ type: "show", view: "<b>" },
			{ type: "other" },
			{ type: "detail", n: 99, detail: null },
		])
			await panel.send(message);
		await panel.page.getByRole("alert").getByText("does not understand").waitFor();
		assert.deepEqual(await panel.problems(), []);
		await panel.sendLog(log());
		assert.equal(await panel.page.getByText("does not understand").count(), 0);
	});

	it("that comes too late, twice, or for another question is dropped", async () => {
		const panel = await view.open(sample({ silent: ["detail"] }));
		await panel.row("make deploy").click();
		await panel.row("touch x").click();
		const [first, second] = await panel.waitForPosted("detail", 2);
		const late = detailOf(rowLike("make deploy"));
		await panel.send({ type: "detail", n: first?.n, detail: late });
		assert.equal(await panel.detail.getByText("took it back").count(), 0);
		await panel.send({ type: "detail", n: second?.n, detail: detailOf(rowLike("touch x")) });
		await panel.detail.getByText("Gatepost could not go on").waitFor();
		await panel.send({ type: "detail", n: second?.n, detail: late });
		assert.equal(await panel.detail.getByText("took it back").count(), 0);
	});

	it("of another log is asked for anew, without what was chosen in the first", async () => {
		const panel = await view.open(sample());
		await panel.search.fill("git");
		await until(panel.page, "posted.some(({ type, filter }) => type === 'rows' && filter.text === 'git')");
		await panel.page.getByRole("combobox", { name: "Log of" }).selectOption("/home/ada/lib");
		assert.deepEqual(await panel.posted("choose"), [{ type: "choose", folder: "/home/ada/lib" }]);
		const before = (await panel.posted("rows")).length;
		await panel.sendLog(log({ folder: "/home/ada/lib" }));
		await panel.waitForPosted("rows", before + 1);
		assert.equal((await panel.lastRows()).filter.text, undefined);
	});

	it("about an index that was built anew makes the panel ask again, and not mix up its rows", async () => {
		const panel = await view.open(sample());
		await panel.row("make deploy").click();
		await panel.detail.getByText("took it back").waitFor();
		const before = (await panel.posted("rows")).length;
		// Another row has this number now.
		await panel.page.evaluate(
			`fake.details[${rowLike("make deploy").id}] = ${JSON.stringify(detailOf(rowLike("touch x")))}`,
		);
		await panel.sendLog(log({ index: { state: "loading", entries: 0, done: 1, total: 9 } }));
		await panel.page.getByRole("progressbar").waitFor();
		await panel.sendLog(log());
		await panel.waitForPosted("rows", before + 1);
		await panel.detail.getByText("has another number now").waitFor();
		assert.equal(await panel.detail.getByText("Gatepost could not go on").count(), 0);
	});
});

describe("the state of the log", () => {
	const view = useAudit();

	it("is a progress in figures while it is read", async () => {
		const index = { state: "loading", entries: 1234, done: 4_500_000, total: 9_000_000 } as const;
		const panel = await view.open(sample({ log: log({ index }) }));
		const bar = panel.page.getByRole("progressbar", { name: "Reading the log" });
		assert.equal(await bar.getAttribute("aria-valuenow"), "50");
		await panel.page.getByText("50 % · 4.5 MB of 9 MB · 1,234 entries").waitFor();
		// Only what is drawn first, to be answered as soon as the index is there.
		assert.deepEqual(
			(await panel.posted("rows")).map(({ offset }) => offset),
			[0],
		);
		assert.deepEqual(await panel.posted("facets"), []);
	});

	it("asks for its first rows once, and for what is counted over the whole log after them", async () => {
		const index = { state: "loading", entries: 0, done: 1, total: 9 } as const;
		const panel = await view.open(sample({ log: log({ index }) }));
		await panel.sendLog(log());
		await panel.row("make deploy").waitFor();
		await panel.waitForPosted("facets");
		const asked = (await panel.page.evaluate(
			"posted.filter(({ n }) => n !== undefined).map(({ type }) => type)",
		)) as string[];
		assert.deepEqual(asked, ["rows", "facets"]);
	});

	it("is why it failed, with a way out", async () => {
		const index = { state: "failed", entries: 0, done: 0, total: 0, message: { code: "why.network" } } as const;
		const panel = await view.open(sample({ log: log({ index }) }));
		await panel.page.getByRole("alert").getByText("Reaches the network.").waitFor();
		await panel.page.getByRole("button", { name: "Build the index anew" }).click();
		assert.equal((await panel.posted("rebuild")).length, 1);
	});

	it("is what will be there, while there is nothing", async () => {
		const index = { state: "ready", entries: 0, done: 0, total: 0 } as const;
		const panel = await view.open(sample({ log: log({ index }), rows: [] }));
		await panel.page.getByRole("heading", { name: "Nothing has been logged yet" }).waitFor();
	});

	it("is that no folder is open", async () => {
		const { folder: _, ...rest } = log();
		const panel = await view.open(sample({ log: { ...rest, folders: [] } }));
		await panel.page.getByRole("heading", { name: "There is no log to show" }).waitFor();
	});

	it("is why rows were refused, and they are asked for again", async () => {
		const panel = await view.open(sample({ refuse: ["rows"] }));
		const alert = panel.page.getByRole("alert");
		await alert.getByText("The editor did not answer").waitFor();
		await panel.page.evaluate("fake.refuse = []");
		await alert.getByRole("button", { name: "Try again" }).click();
		await panel.row("git status").waitFor();
	});
});

describe("the frame", () => {
	const view = useAudit();

	it("has tabs that arrow keys move between", async () => {
		const panel = await view.open(sample());
		const { keyboard } = panel.page;
		const focused = () => panel.page.locator('[role="tab"]:focus').textContent();
		await panel.page.getByRole("tab", { name: "Log" }).focus();
		await keyboard.press("ArrowRight");
		assert.equal(await focused(), "Sessions");
		await keyboard.press("End");
		assert.equal(await focused(), "Integrity");
		await keyboard.press("ArrowRight");
		assert.equal(await focused(), "Log");
		await keyboard.press("ArrowLeft");
		assert.equal(await focused(), "Integrity");
		await keyboard.press("Home");
		assert.equal(await focused(), "Log");
		assert.equal(await panel.page.getByRole("tabpanel", { name: "Log" }).count(), 1);
		assert.equal(await panel.page.locator('[role="tab"][tabindex="0"]').count(), 1);
	});

	it("says in a badge whether the log is whole, and opens what is known of that", async () => {
		const panel = await view.open(sample());
		const badge = panel.page.locator(".integrity");
		assert.match((await badge.textContent()) ?? "", /^96 entries consistent at /);
		const known = { ...log().integrity, entries: 12_345 };
		const key = known.keys?.[0]?.publicKey ?? "";
		for (const [own, text] of [
			[{ publicKey: key, all: false }, /^12,345 entries consistent at /],
			[{ publicKey: key, all: true }, /^12,345 entries verified at /],
		] as const) {
			await panel.sendLog({ ...log(), integrity: { ...known, own } });
			assert.match((await badge.textContent()) ?? "", text);
		}
		const states = [
			[{ state: "checking", done: 30, total: 90 }, "Checking, 33 %"],
			[{ state: "bad", problems: [{ segment: "s", kind: "edited", detail: "x" }], moreProblems: 2 }, "3 problems"],
			[{ state: "unknown" }, "Not verified yet"],
			[{ state: "failed" }, "Could not be verified"],
		] as const;
		for (const [integrity, text] of states) {
			await panel.sendLog({ ...log(), integrity: integrity as never });
			assert.equal(await badge.textContent(), text);
		}
		await badge.click();
		assert.equal(await panel.page.getByRole("tab", { name: "Integrity" }).getAttribute("aria-selected"), "true");
		assert.equal(await panel.page.locator('[role="tab"]:focus').textContent(), "Integrity");
	});

	it("names the log when there is one only", async () => {
		const panel = await view.open(sample({ log: log({ folders: [{ folder: FOLDER, label: "<b>shop</b>\u202e" }] }) }));
		assert.equal(await panel.page.getByRole("combobox").count(), 0);
		await panel.page.getByText("<b>shop</b>⟦U+202E⟧").waitFor();
	});
});
