// One browser and one served webview for the tests of a `describe`, and a picture of whatever went wrong.
import { after, afterEach, before } from "node:test";
import type { Browser } from "playwright-core";
import { launchBrowser, openWebview, type ViewOptions, type WebviewPage } from "./page.ts";
import { type HarnessServer, serveWebview } from "./server.ts";

/**
 * Call in a `describe`: a fresh page for each `open`, gone at the end of its test.
 * @param name "pending", "audit"
 */
export function useWebview(name: string): { open(options?: ViewOptions): Promise<WebviewPage> } {
	let server: HarnessServer;
	let browser: Browser;
	let pages: WebviewPage[] = [];
	before(async () => {
		[server, browser] = await Promise.all([serveWebview(name), launchBrowser()]);
	});
	afterEach(async (context) => {
		// What it looked like when it went wrong says more than the error.
		const test = context.name.replaceAll(/\W+/g, "-").slice(0, 80);
		if ("passed" in context && !context.passed)
			for (const [index, page] of pages.entries())
				await page.screenshot(`failed-${test}-${index}`).catch(() => undefined);
		await Promise.all(pages.map((page) => page.close()));
		pages = [];
	});
	after(async () => {
		await browser?.close();
		await server?.close();
	});
	return {
		open: async (options) => {
			const view = await openWebview(browser, server.url, options);
			pages.push(view);
			return view;
		},
	};
}
