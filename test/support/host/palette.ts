// The command palette and the theme picker, driven by the exact label of a row.
import type { Locator, Page } from "playwright-core";
import { stepLimitMs } from "./browser.ts";

export type Theme = "Dark Modern" | "Light Modern" | "Dark High Contrast" | "Light High Contrast";

/** The four themes that every picture is taken in. */
export const themes: readonly Theme[] = ["Dark Modern", "Light Modern", "Dark High Contrast", "Light High Contrast"];

/** A class that only this theme puts on the workbench. */
const themeClass: Record<Theme, string> = {
	"Dark Modern": "vscode-theme-defaults-themes-dark_modern-json",
	"Light Modern": "vscode-theme-defaults-themes-light_modern-json",
	"Dark High Contrast": "vscode-theme-defaults-themes-hc_black-json",
	"Light High Contrast": "vscode-theme-defaults-themes-hc_light-json",
};

/** An F1 that got lost (the page had no focus yet) is pressed again after this long. */
const keyLostMs = 2_000;

/**
 * Runs the command that the palette lists as `title`, with its category: "View: Toggle Terminal".
 * @throws when the palette does not offer exactly this command, naming what it offers.
 */
export async function runCommand(page: Page, title: string): Promise<void> {
	// An editor that closes at this moment takes the focus, and the palette goes away as if it had been left.
	const limit = Date.now() + stepLimitMs;
	for (;;) {
		const input = await openPalette(page);
		try {
			await input.fill(`>${title}`, { timeout: keyLostMs });
			break;
		} catch (error) {
			if (Date.now() > limit) throw error;
		}
	}
	await pickRow(page, title);
}

/** Switches the colour theme through the picker and waits until the workbench wears it. */
export async function setTheme(page: Page, theme: Theme): Promise<void> {
	const worn = page.locator(`.monaco-workbench.${themeClass[theme]}`);
	if ((await worn.count()) === 0) {
		await runCommand(page, "Preferences: Color Theme");
		const input = quickInput(page);
		await input.fill(theme);
		await pickRow(page, theme);
	}
	await worn.waitFor({ state: "attached", timeout: stepLimitMs });
	await quickInput(page).waitFor({ state: "hidden", timeout: stepLimitMs });
}

/** The text box of the open quick input. */
export function quickInput(page: Page): Locator {
	return page.locator(".quick-input-widget:visible .quick-input-box input");
}

async function openPalette(page: Page): Promise<Locator> {
	const input = quickInput(page);
	const limit = Date.now() + stepLimitMs;
	for (;;) {
		await page.keyboard.press("F1");
		const open = await input.waitFor({ timeout: keyLostMs }).then(
			() => true,
			() => false,
		);
		if (open) return input;
		if (Date.now() > limit) throw new Error("F1 does not open the command palette.");
	}
}

/** Clicks the row with exactly this label; VS Code appends ", <keys>" or ", recently used" to it. */
async function pickRow(page: Page, label: string): Promise<void> {
	const rows = page.locator(".quick-input-list .monaco-list-row");
	const escaped = label.replaceAll(/["\\]/g, "\\$&");
	const row = page.locator(
		`.quick-input-list .monaco-list-row:is([aria-label="${escaped}"], [aria-label^="${escaped}, "])`,
	);
	try {
		await row.first().click({ timeout: stepLimitMs });
	} catch (error) {
		const offered = await rows.evaluateAll((found) => found.map((element) => element.getAttribute("aria-label")));
		throw new Error(`No row "${label}" in the quick input; it offers: ${JSON.stringify(offered)}`, { cause: error });
	}
}
