// The audit panel under test: its parts by what a person calls them.
import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import type { AuditPanelMessage, LogState } from "../../../src/protocol/auditPanel.ts";
import { describeViolations, until, type ViewOptions, type WebviewPage } from "../webviewHarness/page.ts";
import { useWebview } from "../webviewHarness/useWebview.ts";
import { type FakeLog, fakeHost } from "./fakeHost.ts";

type Asked<Type extends AuditPanelMessage["type"]> = Extract<AuditPanelMessage, { type: Type }>;

export interface AuditPage extends Omit<WebviewPage, "posted" | "waitForPosted" | "send"> {
	grid: Locator;
	/** The rows that are drawn. */
	rows: Locator;
	/** The rows whose action or target holds this. */
	row(target: string): Locator;
	detail: Locator;
	search: Locator;
	/** Messages of the panel of this type, oldest first. */
	posted<Type extends AuditPanelMessage["type"]>(type: Type): Promise<Asked<Type>[]>;
	/** Waits for that many messages of this type. */
	waitForPosted<Type extends AuditPanelMessage["type"]>(type: Type, count?: number): Promise<Asked<Type>[]>;
	/** The last question for rows. */
	lastRows(): Promise<Asked<"rows">>;
	/** A message of the host; resolves when it has been drawn. */
	send(message: object): Promise<void>;
	/** The host's state of the log changes. */
	sendLog(log: LogState): Promise<void>;
	/** Waits until every question is answered and the page has drawn what it was told. */
	drawn(): Promise<void>;
	/** The document begins anew, with what it keeps for itself. */
	reload(): Promise<void>;
	/** No error, no policy violation, no axe violation. */
	isGood(where: string): Promise<void>;
}

/** Call in a `describe`: one browser for its tests, a fresh page for each `open`. */
export function useAudit(): { open(fake: FakeLog, options?: ViewOptions): Promise<AuditPage> } {
	const webview = useWebview("audit");
	return {
		open: async (fake, options = {}) => {
			const view = await webview.open({ width: 1400, height: 800, ...options });
			const page = withParts(view, fake);
			await view.page.evaluate(fakeHost(fake));
			await page.drawn();
			return page;
		},
	};
}

function withParts(view: WebviewPage, fake: FakeLog): AuditPage {
	const { page } = view;
	const drawn = async () => {
		// Twice: an answer may make the panel ask again.
		for (let round = 0; round < 2; round++) {
			await until(page, "globalThis.open === 0");
			await page.evaluate(
				"new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))))",
			);
		}
	};
	const posted = async (type: string) =>
		(await page.evaluate(`posted.filter((message) => message.type === ${JSON.stringify(type)})`)) as never;
	return {
		...view,
		grid: page.getByRole("grid"),
		rows: page.locator(".grid tbody tr"),
		row: (target) =>
			page.locator(".grid tbody tr").filter({ has: page.locator("td:is(.c-target, .c-tool)", { hasText: target }) }),
		detail: page.locator(".detail"),
		search: page.getByRole("searchbox", { name: "Search the log" }),
		posted,
		waitForPosted: async (type, count = 1) => {
			await until(page, `posted.filter((message) => message.type === ${JSON.stringify(type)}).length >= ${count}`);
			return posted(type);
		},
		lastRows: async () => ((await posted("rows")) as Asked<"rows">[]).at(-1) as Asked<"rows">,
		send: async (message) => {
			await page.evaluate(`sendFake(${JSON.stringify(message)})`);
			await drawn();
		},
		sendLog: async (log) => {
			await page.evaluate(`fake.log = ${JSON.stringify(log)}, sendFake({ type: "log", log: fake.log })`);
			await drawn();
		},
		drawn,
		reload: async () => {
			await page.reload();
			await until(page, "posted.length > 0");
			await page.evaluate(fakeHost(fake));
			await drawn();
		},
		isGood: async (where) => {
			assert.equal(describeViolations(await view.axe()), "", where);
			assert.deepEqual(await view.problems(), [], where);
		},
	};
}
