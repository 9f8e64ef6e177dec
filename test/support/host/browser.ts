// Opens a running host's workbench in headless Chromium and drives it as a person would: pointer, keys, palette.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from "playwright-core";
import { chromiumPath } from "./chromium.ts";
import type { RunningHost } from "./host.ts";
import { checkout } from "./install.ts";

/** How long a step of the workbench may take on a busy machine before it counts as broken. */
export const stepLimitMs = 30_000;
const readyLimitMs = 90_000;

export type ConsoleError = {
	text: string;
	/** Address of the script or document that reported it. */
	source: string;
};

export type Workbench = {
	page: Page;
	context: BrowserContext;
	browser: Browser;
	/** Errors on the console and uncaught ones, of the workbench and of every webview, oldest first; not `hostNoise`. */
	consoleErrors: ConsoleError[];
	/** Closes the browser. The extension host lives on until `host.stop()`. */
	close(): Promise<void>;
};

export type OpenOptions = {
	/** One folder or several; absolute paths. */
	folder: string | string[];
	width?: number;
	height?: number;
	/** Given to the workbench in its address; see `mocha.ts`. */
	payload?: [string, string][];
	/** Called with the new page before it loads anything. */
	beforeLoad?: (page: Page) => Promise<void>;
	/** "none": do not wait until the workbench is restored. */
	waitFor?: "ready" | "none";
};

const browserArgs = [
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
	"--force-color-profile=srgb",
	// Whatever the workbench asks for, nothing but this machine answers.
	"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];

/** A workbench in a browser of its own, ready for input. */
export async function openWorkbench(host: RunningHost, options: OpenOptions): Promise<Workbench> {
	const browser = await chromium.launch({
		executablePath: await chromiumPath(),
		args: browserArgs,
		// Chromium refuses its own sandbox to root.
		chromiumSandbox: process.getuid?.() !== 0,
		env: browserEnvironment(host),
	});
	try {
		const context = await browser.newContext({
			viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
			permissions: ["clipboard-read", "clipboard-write"],
			serviceWorkers: "allow",
		});
		const page = await context.newPage();
		const consoleErrors = collectErrors(page);
		await options.beforeLoad?.(page);
		await page.goto(await host.urlFor(options.folder, options.payload), { waitUntil: "domcontentloaded" });
		if (options.waitFor !== "none") await waitUntilReady(page);
		return { page, context, browser, consoleErrors, close: () => browser.close() };
	} catch (error) {
		await browser.close();
		throw error;
	}
}

function browserEnvironment(host: RunningHost): Record<string, string> {
	const { home, run } = host.homeDirs;
	const kept = Object.entries(process.env).filter(([name]) => /^(PATH|LANG|LC_\w+|TZ)$/.test(name));
	return { ...(Object.fromEntries(kept) as Record<string, string>), HOME: home, XDG_RUNTIME_DIR: run };
}

/** What these hosts print in every run, with any extension: files that the npm package does not carry. */
const hostNoise = [
	/_static\/src\/browser\/media\/favicon/,
	/node_modules\/vsda\/rust\/web\/vsda/,
	/^A bad HTTP response code \(404\) was received when fetching the script\.$/,
	/\[Service Worker\] registration TypeError/,
	/\[lifecycle\] Long running operations during shutdown are unsupported in the web/,
];

function collectErrors(page: Page): ConsoleError[] {
	const errors: ConsoleError[] = [];
	const add = (text: string, source: string) => {
		if (!hostNoise.some((known) => known.test(text) || known.test(source))) errors.push({ text, source });
	};
	page.on("console", (message) => {
		if (message.type() === "error") add(message.text(), message.location().url);
	});
	page.on("pageerror", (error) => add(error.stack ?? error.message, page.url()));
	return errors;
}

/**
 * The errors that came from inside webviews: none are expected there. The workbench itself has some of its own on a busy
 * machine (a built-in extension that is late), so a test should not ask for `consoleErrors` to be empty.
 */
export function webviewErrors({ consoleErrors }: Workbench): ConsoleError[] {
	return consoleErrors.filter(({ source }) => !source.includes("/workbench/workbench.js"));
}

/** Resolves when the workbench has restored its parts and editors. */
export async function waitUntilReady(page: Page): Promise<void> {
	await page.locator(".monaco-workbench .part.statusbar").waitFor({ timeout: readyLimitMs });
	// The server's --enable-smoke-test-driver puts this object there.
	await page.waitForFunction("globalThis.driver !== undefined", undefined, { timeout: readyLimitMs });
	await page.evaluate("globalThis.driver.whenWorkbenchRestored()");
}

/** Lets `window.state.focused` follow tab switches again: Playwright makes every page believe it has the focus. */
export async function setFocusEmulation(page: Page, emulation: "on" | "off"): Promise<void> {
	const session = await page.context().newCDPSession(page);
	await session.send("Emulation.setFocusEmulationEnabled", { enabled: emulation === "on" });
	await session.detach();
}

/**
 * Drags the border of the side bar until it is `width` CSS pixels wide (VS Code allows 170 and more).
 * @returns the width it has then.
 */
export async function setSideBarWidth(page: Page, width: number): Promise<number> {
	const sideBar = page.locator(".part.sidebar");
	const box = await boxOf(sideBar);
	const y = box.y + box.height / 2;
	await page.mouse.move(box.x + box.width, y);
	await page.mouse.down();
	await page.mouse.move(box.x + width + 5, y, { steps: 5 });
	await page.mouse.move(box.x + width, y);
	await page.mouse.up();
	// Away from the border, which lights up under the pointer.
	await page.mouse.move(box.x + width + 150, y);
	return (await boxOf(sideBar)).width;
}

async function boxOf(part: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
	const box = await part.boundingBox({ timeout: stepLimitMs });
	if (!box) throw new Error("This part of the workbench is hidden.");
	return box;
}

/**
 * Saves a picture of the page (or of one part of it) to `out/screenshots/<name>.png`.
 * @returns the path of the file.
 */
export async function screenshot(page: Page, name: string, part?: string): Promise<string> {
	const folder = join(checkout, "out/screenshots");
	await mkdir(folder, { recursive: true });
	const path = join(folder, `${name}.png`);
	if (part) await page.locator(part).first().screenshot({ path, animations: "disabled" });
	else await page.screenshot({ path, animations: "disabled" });
	return path;
}

/** A part of the page, for the README. Pixels. */
export async function picture(
	page: Page,
	name: string,
	clip: { x: number; y: number; width: number; height: number },
): Promise<void> {
	const folder = join(checkout, "out/screenshots");
	await mkdir(folder, { recursive: true });
	await page.screenshot({ path: join(folder, `readme-${name}.png`), clip, animations: "disabled" });
}
