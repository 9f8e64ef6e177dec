// A browser page with a webview in it, driven by real input, and what can be asked of it.
import { mkdir } from "node:fs/promises";
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
	/**
	 * For people, who look at what no test can judge: as `screenshot`, with the theme in its name. Without
	 * GATEPOST_TEST_PICTURES=1 only the first theme's is taken; no test depends on it.
	 */
	picture(name: string, theme: ThemeName, full?: "full"): Promise<void>;
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
	await context.addInitScript(keepTheme(theme));
	await page.goto(url);
	await until(page, "posted.length > 0");
	const posted = () => page.evaluate("posted") as Promise<PendingViewMessage[]>;
	const screenshot = async (name: string, full?: "full") => {
		const folder = join(checkout, "out/screenshots");
		await mkdir(folder, { recursive: true });
		const path = join(folder, `${name}.png`);
		await page.screenshot({ path, animations: "disabled", fullPage: full === "full" });
		return path;
	};
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
			await page.evaluate(`${keepTheme(name)}, applyTheme()`);
			// The toolkit takes over a theme in its next frame; what this sets in motion is brought to its end.
			await page.evaluate(
				`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))).then(() => { ${SETTLE} })`,
			);
		},
		problems: async () => [...errors, ...((await page.evaluate("violations")) as string[])],
		axe: () => runAxe(page),
		screenshot,
		picture: async (name, of, full) => {
			if (process.env.GATEPOST_TEST_PICTURES !== "1" && of !== themeNames[0]) return;
			await screenshot(`${name}-${of.toLowerCase().replaceAll(" ", "-")}`, full);
		},
		close: () => context.close(),
	};
}

/** Code that has this theme set in this document and in those after it. */
function keepTheme(theme: ThemeName): string {
	return `sessionStorage.setItem("theme", ${JSON.stringify(JSON.stringify(themes[theme]))})`;
}

/** Code that ends all that moves and has an end, in shadow trees, too. */
const SETTLE = `
	const settle = (root) => {
		for (const one of root.getAnimations()) if (one.effect?.getComputedTiming().endTime < Infinity) one.finish();
		for (const { shadowRoot } of root.querySelectorAll("*")) if (shadowRoot) settle(shadowRoot);
	};
	settle(document);
`;

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
	// Once for a document, as a script of its server, whose compiled form the browser keeps: half a second less each time.
	await page.evaluate(`globalThis.axe === undefined && new Promise((done, failed) => {
		const script = document.createElement("script");
		script.nonce = document.querySelector("script[nonce]").nonce;
		script.src = "/axe.js";
		script.onload = () => done(script.remove());
		script.onerror = () => failed(new Error("axe was not loaded"));
		document.head.append(script);
	})`);
	// `preload` would fetch, which the page's policy forbids.
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
