// A browser page with a webview in it, driven by real input, and what can be asked of it.
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { AxeResults, Result } from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import type { PendingHostMessage, PendingViewMessage } from "../../../src/protocol/pendingView.ts";
import { chromiumPath } from "../host/chromium.ts";
import { checkout } from "../host/install.ts";
import themes from "./themes.json" with { type: "json" };

/** Variables as VS Code 1.139.1 sets them in a webview, those our styles and the toolkit use. */
export type ThemeName = keyof typeof themes;
export const themeNames = Object.keys(themes) as ThemeName[];

const browserArgs = [
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
	"--force-color-profile=srgb",
	"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

export async function launchBrowser(): Promise<Browser> {
	return chromium.launch({
		executablePath: await chromiumPath(),
		args: browserArgs,
		// Chromium refuses its own sandbox to root.
		chromiumSandbox: process.getuid?.() !== 0,
	});
}

export interface ViewOptions {
	/** Width in CSS pixels; a 280 px side bar at 200 % zoom is 140 wide with `zoom: 2`. */
	width?: number;
	height?: number;
	zoom?: number;
	theme?: ThemeName;
}

export interface WebviewPage {
	page: Page;
	/** Messages of the view, oldest first. */
	posted(): Promise<PendingViewMessage[]>;
	/** Waits for a message of this type and gives back the latest. */
	waitForPosted<Type extends PendingViewMessage["type"]>(
		type: Type,
		count?: number,
	): Promise<Extract<PendingViewMessage, { type: Type }>[]>;
	/** A message of the host; resolves when it has been drawn. */
	send(message: PendingHostMessage | Record<string, unknown>): Promise<void>;
	setTheme(theme: ThemeName): Promise<void>;
	/** Errors, console errors and policy violations so far. */
	problems(): Promise<string[]>;
	axe(): Promise<Result[]>;
	/** Saves `out/screenshots/<name>.png`. */
	screenshot(name: string, full?: "full"): Promise<string>;
	close(): Promise<void>;
}

/** Opens the webview at `url` in a page of its own. */
export async function openWebview(browser: Browser, url: string, options: ViewOptions = {}): Promise<WebviewPage> {
	const { width = 280, height = 700, zoom = 1, theme = "Dark Modern" } = options;
	const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: zoom });
	const page = await context.newPage();
	const errors: string[] = [];
	page.on("pageerror", (error) => errors.push(error.stack ?? error.message));
	page.on("console", (message) => {
		if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
	});
	await context.addInitScript(`sessionStorage.setItem("theme", ${JSON.stringify(JSON.stringify(themes[theme]))})`);
	await page.goto(url);
	await until(page, "posted.length > 0");
	const posted = () => page.evaluate("posted") as Promise<PendingViewMessage[]>;
	return {
		page,
		posted,
		waitForPosted: async (type, count = 1) => {
			const query = `posted.filter((message) => message.type === ${JSON.stringify(type)})`;
			await until(page, `${query}.length >= ${count}`);
			return page.evaluate(query) as never;
		},
		send: async (message) => {
			await page.evaluate(
				`globalThis.sent = ${JSON.stringify(message)}, window.postMessage(${JSON.stringify(message)}, window.origin)`,
			);
			await page.evaluate("new Promise((done) => setTimeout(() => requestAnimationFrame(() => setTimeout(done))))");
		},
		setTheme: async (name) => {
			await page.evaluate(
				`sessionStorage.setItem("theme", ${JSON.stringify(JSON.stringify(themes[name]))}), applyTheme()`,
			);
			// The toolkit takes over a theme in its next frame.
			await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
		},
		problems: async () => [...errors, ...((await page.evaluate("violations")) as string[])],
		axe: () => runAxe(page),
		screenshot: async (name, full) => {
			const folder = join(checkout, "out/screenshots");
			await mkdir(folder, { recursive: true });
			const path = join(folder, `${name}.png`);
			await page.screenshot({ path, animations: "disabled", fullPage: full === "full" });
			return path;
		},
		close: () => context.close(),
	};
}

const untilLimitMs = 60_000;

/**
 * Waits until an expression holds in the page. Playwright's own `waitForFunction` evaluates text in the page, which a
 * strict policy forbids from the second look on.
 */
export async function until(page: Page, expression: string): Promise<void> {
	const held = await page.evaluate(`new Promise((done) => {
		const end = performance.now() + ${untilLimitMs};
		const look = () => {
			if (${expression}) done(true);
			else if (performance.now() > end) done(false);
			else setTimeout(look, 20);
		};
		look();
	})`);
	if (!held) throw new Error(`After ${untilLimitMs} ms this does not hold in the page: ${expression}`);
}

async function runAxe(page: Page): Promise<Result[]> {
	// Evaluated by the debugger, which the page's policy does not bind. `preload` would fetch, which it forbids.
	await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
	const results = await page.evaluate('axe.run({ preload: false, resultTypes: ["violations"] })');
	return (results as AxeResults).violations;
}

/** Violations as one line each, for an assertion's message. */
export function describeViolations(violations: Result[]): string {
	return violations
		.map(
			({ id, help, nodes }) =>
				`${id}: ${help} (${nodes.map((node) => `${node.target.join(" ")} ${node.failureSummary}`).join("; ")})`,
		)
		.join("\n");
}
