import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { until } from "../support/webviewHarness/page.ts";
import { hostile, log, prompt, ROOT, row, session, timeline, typical } from "./auditViewsHost.ts";
import { useViews, type ViewsPage } from "./auditViewsPage.ts";

const S1 = { agent: "claude-code", session: "s1" };
/** A session's button in the list. */
const opener = (view: ViewsPage, label: string | RegExp) =>
	view.page.getByRole("list", { name: "Sessions, the newest first" }).getByRole("button", { name: label });
const focused = (view: ViewsPage) => view.page.evaluate("document.activeElement.textContent");

describe("the list of sessions", () => {
	const views = useViews();

	it("says of each who started it, how it went and what to notice, in words", async () => {
		const view = await views.open(typical(), { view: "sessions" });
		const items = await view.page.locator(".av-session").allTextContents();
		assert.equal(items.length, 3);
		for (const said of [
			"The login form forgets the user.",
			"Claude Code",
			"Started by ada@workbench in a terminal (bash, code)",
			"branch fix-login",
			'says its model is "claude-opus-5"',
			"4 allowed",
			"1 denied",
			"1 other",
			"3 decided by a person",
			"2 files changed",
			"Enforced",
		])
			assert.ok(items[0]?.includes(said), `${said} in ${items[0]}`);
		assert.match(items[1] ?? "", /Not enforced.*Something else ran.*Coverage gap/s);
		assert.match(items[1] ?? "", /in CI/);
		assert.match(items[2] ?? "", /Session without a name.*no end recorded.*Who started it is not recorded/s);
		const [time] = await view.page
			.locator(".av-session time")
			.evaluateAll((all) => all.map((one) => one.getAttribute("datetime")));
		assert.equal(time, "2026-11-20T09:00:00.000Z");
	});

	it("opens one by keyboard, and Escape and the back button return to its place", async () => {
		const view = await views.open(typical(), { view: "sessions" });
		const { page } = view;
		await opener(view, "Deploy.").focus();
		await page.keyboard.press("Shift+Tab");
		assert.match(String(await focused(view)), /login form/);
		await page.keyboard.press("Enter");
		const heading = page.getByRole("heading", { level: 2, name: /The login form/ });
		await heading.waitFor();
		assert.equal(await heading.evaluate((one) => one === one.ownerDocument.activeElement), true);
		assert.deepEqual(await view.last("session"), { ...(await view.last("session")), ...S1, offset: 0, limit: 200 });
		await page.keyboard.press("Escape");
		await opener(view, /login form/).waitFor();
		assert.match(String(await focused(view)), /login form/);
		await page.keyboard.press("Enter");
		await page.getByRole("button", { name: "All sessions" }).click();
		assert.match(String(await focused(view)), /login form/);
		// What was loaded is still there: nothing was asked anew.
		assert.equal((await view.posted("sessions")).length, 1);
	});

	it("comes in pages, and follows the log without losing them", async () => {
		const sessions = Array.from({ length: 120 }, (_, n) => session(`s${n}`, { label: `Task ${n}` }));
		const world = { log: log(), sessions };
		const view = await views.open(world, { view: "sessions" });
		const count = () => view.page.locator(".av-session").count();
		assert.equal(await count(), 50);
		await view.page.getByText("50 of 120 shown").waitFor();
		for (const expected of [100, 120]) {
			await view.page.getByRole("button", { name: "Show more" }).click();
			await until(view.page, `document.querySelectorAll(".av-session").length === ${expected}`);
		}
		assert.equal(await view.page.getByRole("button", { name: "Show more" }).count(), 0);
		assert.match((await view.page.getByRole("status").allTextContents()).join(), /120 of 120 sessions are shown now/);
		const grown = [session("new", { label: "The newest" }), ...sessions];
		const index = { ...world.log.index, entries: world.log.index.entries + 1 };
		await view.setWorld({ log: log({ index }), sessions: grown });
		await opener(view, "The newest").waitFor();
		assert.equal(await count(), 121);
		const labels = await view.page.locator(".av-session h3").allTextContents();
		assert.equal(new Set(labels).size, labels.length, "none twice");
	});

	it("says when there is none, and how to get out of a filter", async () => {
		const view = await views.open({ log: log(), sessions: [] }, { view: "sessions", filter: {} });
		await view.page.getByText("No agent session is in this log yet.").waitFor();
		await view.send({ type: "show", view: "sessions", filter: { agents: ["codex"] } });
		const before = (await view.posted("sessions")).length;
		await view.page.locator(".av").getByRole("button").click();
		const asked = await view.last("sessions", before + 1);
		assert.equal(asked.filter.agents, undefined);
	});

	it("that is refused says why and can be asked for again", async () => {
		const world = typical();
		const view = await views.open(
			{ ...world, refuses: { sessions: { code: "audit.trouble", args: { detail: "<b>EIO</b>\u202e" } } } },
			{ view: "sessions" },
		);
		await view.page.getByRole("alert").getByText("<b>EIO</b>⟦U+202E⟧").waitFor();
		await view.page.evaluate("delete world.refuses");
		await view.page.getByRole("alert").getByRole("button").click();
		await opener(view, /login form/).waitFor();
		assert.equal(await view.page.getByRole("alert").count(), 0);
	});
});

describe("one session", () => {
	const views = useViews();

	it("has headings for its parts and one for each prompt", async () => {
		const view = await views.open(typical(), { view: "sessions", session: S1 });
		const headings = await view.page
			.locator(".av")
			.getByRole("heading")
			.evaluateAll((all) => all.map((one) => `${one.tagName} ${one.textContent}`));
		const expected: RegExp[] = [
			/^H2 The login form forgets/,
			/^H3 Who started it$/,
			/^H4 In the agent's own words, not checked$/,
			/^H3 What changed$/,
			/^H3 Timeline$/,
			/^H4 Before the first prompt$/,
			/^H4 Prompt: The login form/,
			/^H4 Prompt: Deploy it\./,
		];
		assert.equal(headings.length, expected.length, headings.join("\n"));
		for (const [index, pattern] of expected.entries()) assert.match(headings[index] ?? "", pattern);
		assert.equal(
			await view.page
				.getByRole("list", { name: /^Prompt: Deploy it/ })
				.getByRole("listitem")
				.count(),
			5,
		);
	});

	it("keeps what was seen apart from what the agent says", async () => {
		const view = await views.open(typical(), { view: "sessions", session: S1 });
		const [seen, said] = await view.page.locator(".av-facts").allTextContents();
		assert.match(
			seen ?? "",
			/ada@workbench.*terminal \(bash, code\).*claude 2\.1\.4.*claude ← bash ← code.*fix-login/s,
		);
		assert.doesNotMatch(seen ?? "", /claude-opus-5/);
		assert.match(said ?? "", /claude-opus-5.*cli.*vscode/s);
	});

	it("tells of each step the outcome, the time, who decided and what came of it", async () => {
		const view = await views.open(typical(), { view: "sessions", session: S1 });
		const rows = await view.page.locator(".av-row").allTextContents();
		const { rows: all } = typical().timelines?.s1 ?? { rows: [] };
		assert.equal(rows.length, all.filter(({ kind }) => kind !== "prompt").length);
		const of = (text: string) => rows.find((one) => one.includes(text)) ?? "";
		assert.match(of("git status"), /Allowed.*\+\d+:\d\d.*by rule floor\.shell\.git.*ran/s);
		assert.match(of("rm -rf"), /Denied.*by Ada Lovelace \(ada\) through Editor.*after 8\.2 s/s);
		assert.match(of("npm test"), /ran and failed/);
		assert.match(of("git push"), /Timed out.*nobody answered.*too late/is);
		assert.match(of("make deploy"), /Withdrawn.*took it back/s);
	});

	it("opens a step's detail, and closing that brings the focus back", async () => {
		const view = await views.open(typical(), { view: "sessions", session: S1 });
		const step = view.page.locator(".av-row", { hasText: "make deploy" });
		await step.focus();
		await view.page.keyboard.press("Enter");
		const asked = await view.last("detail");
		assert.ok(asked.row > 0);
		assert.equal(await step.getAttribute("aria-current"), "true");
		await step.focus();
		await view.page.keyboard.press("Escape");
		assert.equal(await step.getAttribute("aria-current"), null);
		assert.equal(await step.evaluate((one) => one === one.ownerDocument.activeElement), true);
		// The session is still open; the next Escape leaves it.
		await view.page.keyboard.press("Escape");
		await opener(view, /login form/).waitFor();
	});

	it("opens diffs over the whole session, exports it, and shows it in the log", async () => {
		const view = await views.open(typical(), { view: "sessions", session: S1 });
		const { page } = view;
		assert.deepEqual(await page.locator(".av-files .path").allTextContents(), [
			"src/login.ts",
			"src/remember.ts",
			"/etc/hosts",
		]);
		await page.getByRole("button", { name: /^Open diff of src\/login\.ts/ }).click();
		assert.deepEqual(await view.last("openSessionDiff"), {
			type: "openSessionDiff",
			...S1,
			path: `${ROOT}/src/login.ts`,
		});
		await page.getByRole("button", { name: "Export receipt" }).click();
		await page.getByRole("button", { name: "HTML report" }).click();
		const scope = { of: "session", ...S1 };
		assert.deepEqual(await view.posted("export"), [
			{ type: "export", format: "bundle", scope },
			{ type: "export", format: "html", scope },
		]);
		await page.getByRole("button", { name: "Show in log" }).click();
		const { filter } = await view.last("rows");
		assert.deepEqual(filter, { agents: ["claude-code"], sessions: ["s1"] });
	});

	it("of many steps comes in pages", async () => {
		const rows = [prompt("Go"), ...Array.from({ length: 450 }, (_, n) => row({ target: `step ${n}` }))];
		const view = await views.open(
			{ ...typical(), timelines: { s1: { rows, files: [] } } },
			{ view: "sessions", session: S1 },
		);
		await view.page.getByText("200 of 451 shown").waitFor();
		await view.page.getByText("It was not allowed to change any file.").waitFor();
		for (const expected of [399, 450]) {
			await view.page.getByRole("button", { name: "Show more" }).click();
			await until(view.page, `document.querySelectorAll(".av-row").length === ${expected}`);
		}
		assert.deepEqual(
			(await view.posted("session")).map(({ offset, limit }) => [offset, limit]),
			[
				[0, 200],
				[200, 200],
				[400, 200],
			],
		);
	});

	it("with many files shows the first, and all when asked", async () => {
		const [file] = timeline().files;
		assert.ok(file);
		const files = Array.from({ length: 40 }, (_, n) => ({ ...file, path: `${ROOT}/f${n}.ts` }));
		const view = await views.open(
			{ ...typical(), timelines: { s1: { rows: [], files } } },
			{ view: "sessions", session: S1 },
		);
		assert.equal(await view.page.locator(".av-files li").count(), 15);
		await view.page.getByRole("button", { name: "Show all 40 files" }).click();
		assert.equal(await view.page.locator(".av-files li").count(), 40);
	});

	it("full of hostile texts makes no element and runs nothing", async () => {
		const world = hostile();
		const one = world.sessions?.[0];
		assert.ok(one);
		const view = await views.open(world, { view: "sessions" });
		for (const show of [
			{ view: "sessions" },
			{ view: "sessions", session: { agent: one.agent, session: one.session } },
		]) {
			await view.send({ type: "show", ...show });
			await view.page.getByText("<img src=x onerror=").first().waitFor();
			const made = await view.page.evaluate(
				'[...document.querySelectorAll(".av img, .av a, .av b, .av script, .av iframe, .av [onerror], .av [href], .av [src]")].length',
			);
			assert.equal(made, 0);
			assert.equal(
				await view.page.evaluate("/[\\u202a-\\u202e\\u2066-\\u2069\\u001b]/.test(document.body.innerText)"),
				false,
				"no direction mark and no escape is drawn as it is",
			);
		}
		assert.equal(await view.page.title(), "Gatepost");
		assert.deepEqual(await view.problems(), []);
	});
});
