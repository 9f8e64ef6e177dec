// A webview's content, and axe-core in it.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AxeResults, Result, RunOptions } from "axe-core";
import type { Frame, Page } from "playwright-core";
import { stepLimitMs } from "./browser.ts";

const pollMs = 100;

/**
 * The frame with the content of a webview: VS Code puts it two frames deep.
 * @param predicate tells which webview; asked again until one fits, an error in it counts as no.
 * @throws when none fits in time, naming the titles of those there are.
 */
export async function webviewFrame(
	page: Page,
	predicate: (frame: Frame) => boolean | Promise<boolean> = () => true,
	limitMs = stepLimitMs,
): Promise<Frame> {
	const limit = Date.now() + limitMs;
	for (;;) {
		const frames = webviewFrames(page);
		for (const frame of frames) {
			// A frame may go away while it is asked.
			if (await Promise.resolve(predicate(frame)).catch(() => false)) return frame;
		}
		if (Date.now() > limit) {
			const titles = await Promise.all(frames.map((frame) => frame.title().catch(() => "(gone)")));
			throw new Error(`No webview fits after ${limitMs} ms; there are: ${JSON.stringify(titles)}`);
		}
		await page.waitForTimeout(pollMs);
	}
}

/** The content frames of all webviews that are there now. */
export function webviewFrames(page: Page): Frame[] {
	return page.frames().filter((frame) => frame.parentFrame()?.parentFrame());
}

export type AxeOptions = {
	/** CSS variable of the part the webview lies in: its own body is transparent, which axe takes for white. */
	background?: string;
	rules?: RunOptions["rules"];
};

/**
 * Runs axe-core in a frame, strict CSP or not, and gives back the violations: empty is good.
 * @param options.background default "--vscode-sideBar-background"; a panel has "--vscode-editor-background".
 */
export async function axe(frame: Frame, options: AxeOptions = {}): Promise<Result[]> {
	const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
	// Evaluated by the debugger, so the page's CSP does not apply; the style is set through CSSOM for the same reason.
	await frame.evaluate(source);
	const background = `var(${options.background ?? "--vscode-sideBar-background"})`;
	// `preload` would fetch style sheets, which a strict CSP forbids.
	const run: RunOptions = { preload: false, resultTypes: ["violations"], rules: options.rules ?? {} };
	const results = await frame.evaluate(
		async ([color, axeOptions]) => {
			const page = globalThis as unknown as {
				axe: { run(options: RunOptions): Promise<AxeResults> };
				document: { documentElement: { style: { background: string } } };
			};
			const { style } = page.document.documentElement;
			const before = style.background;
			style.background = color;
			try {
				return await page.axe.run(axeOptions);
			} finally {
				style.background = before;
			}
		},
		[background, run] as const,
	);
	return results.violations;
}

/** Violations as one line each, for an assertion's message. */
export function describeViolations(violations: Result[]): string {
	return violations
		.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map((node) => node.target.join(" ")).join("; ")})`)
		.join("\n");
}
