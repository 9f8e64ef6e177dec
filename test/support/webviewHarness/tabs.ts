// Tabs of a browser, used again from test to test: a new one costs a second, most of it the process that a browser starts for
// each, and a new document in it gives a test all that is new. A tab is closed instead when a test did anything to it that
// outlives a document.
import type { Browser, BrowserContext, Page } from "playwright-core";

export interface Tab {
	page: Page;
	/** Errors and warnings that the page told since it was taken. */
	errors: string[];
	zoom: number;
	/** Whether a test did something to it that a new document does not undo. */
	lasting: boolean;
}

/** What a test sets here is there in the next document, too. To ask for it is to use it. */
const LASTING: readonly (keyof Page)[] = [
	"addInitScript",
	"addListener",
	"addLocatorHandler",
	"clock",
	"emulateMedia",
	"exposeBinding",
	"exposeFunction",
	"on",
	"once",
	"route",
	"routeFromHAR",
	"routeWebSocket",
	"setDefaultNavigationTimeout",
	"setDefaultTimeout",
	"setExtraHTTPHeaders",
];
const LASTING_IN_CONTEXT: readonly (keyof BrowserContext)[] = [
	"addCookies",
	"addInitScript",
	"clock",
	"exposeBinding",
	"exposeFunction",
	"grantPermissions",
	"newCDPSession",
	"newPage",
	"on",
	"route",
	"setExtraHTTPHeaders",
	"setGeolocation",
	"setOffline",
];

export class Tabs {
	readonly #browser: Browser;
	readonly #empty: string;
	#free: Tab[] = [];

	/** @param url of the served webview, which serves an empty page, too */
	constructor(browser: Browser, url: string) {
		this.#browser = browser;
		this.#empty = new URL("/empty", url).href;
	}

	/** A tab with an empty document of the webview's origin that keeps nothing. Sizes in CSS pixels. */
	async take({ width, height, zoom }: { width: number; height: number; zoom: number }): Promise<Tab> {
		const at = this.#free.findIndex((tab) => tab.zoom === zoom);
		const [kept] = at < 0 ? [] : this.#free.splice(at, 1);
		if (kept === undefined) return this.#make({ width, height, zoom });
		await kept.page.setViewportSize({ width, height });
		kept.errors.length = 0;
		return kept;
	}

	/** Keeps a tab for the next test, or closes it. */
	async give(tab: Tab): Promise<void> {
		const { page } = tab;
		if (page.isClosed()) return;
		if (tab.lasting) return closeTab(tab);
		await page.goto(this.#empty);
		await page.evaluate("sessionStorage.clear(), localStorage.clear()");
		// A new tab has no pointer over it, and no button is held down.
		await page.mouse.up();
		await page.mouse.move(-1, -1);
		this.#free.push(tab);
	}

	async #make({ zoom, ...viewport }: { width: number; height: number; zoom: number }): Promise<Tab> {
		const context = await this.#browser.newContext({ viewport, deviceScaleFactor: zoom });
		const page = await context.newPage();
		const tab: Tab = { page, errors: [], zoom, lasting: false };
		page.on("pageerror", (error) => tab.errors.push(error.stack ?? error.message));
		page.on("console", (message) => {
			if (message.type() === "error" || message.type() === "warning") tab.errors.push(message.text());
		});
		for (const name of LASTING) note(page, name, tab);
		for (const name of LASTING_IN_CONTEXT) note(context, name, tab);
		// A key that is held down and never let go would repeat in the next test.
		note(page.keyboard, "down", tab);
		await page.goto(this.#empty);
		return tab;
	}
}

/** Closes it, and all that is kept for it. */
export async function closeTab({ page }: Tab): Promise<void> {
	await page.context().close();
}

/** Notes at the tab when this member is asked for. */
function note<Of extends object>(of: Of, name: keyof Of, tab: Tab): void {
	const member: unknown = of[name];
	Object.defineProperty(of, name, {
		configurable: true,
		get: () => {
			tab.lasting = true;
			return typeof member === "function" ? member.bind(of) : member;
		},
	});
}
