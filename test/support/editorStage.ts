// A real VS Code with Gatepost in it, opened in a real browser, beside the real Claude Code with its scripted model.
import assert from "node:assert/strict";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Frame, Page } from "playwright-core";
import { applyPlan, planInstall } from "../../src/agents/claude-code/install.ts";
import { type Scripting, type Stage, stage } from "./claude/stage.ts";
import { openWorkbench, screenshot, type Workbench } from "./host/browser.ts";
import { type RunningHost, startHost, temporaryHome } from "./host/host.ts";
import type { HostVersion } from "./host/install.ts";
import { runCommand, setTheme, themes } from "./host/palette.ts";
import { axe, describeViolations, webviewFrame } from "./host/webview.ts";
import { packageExtension } from "./package.ts";
import { until } from "./until.ts";

export { until };

export interface EditorStage extends Stage {
	host: RunningHost;
	workbench: Workbench;
	page: Page;
	/** The gate's home: the editor's HOME decides, not the agent's. */
	gatepost: string;
}

export interface EditorStageOptions {
	version?: HostVersion;
	settings?: Record<string, unknown>;
	width?: number;
	height?: number;
	/** Whether Claude Code's settings get our hooks; default true. */
	connect?: boolean;
	/** Runs before anything starts, with the project's folder. */
	prepare?: (cwd: string) => Promise<void>;
}

let packaged: Promise<string> | undefined;

/** The vsix under test: the one that a run of all tests has packaged (GATEPOST_TEST_VSIX), else built once in a process. */
export function vsix(): Promise<string> {
	const made = process.env.GATEPOST_TEST_VSIX;
	packaged ??= made ? Promise.resolve(made) : packageExtension().then(({ path }) => path);
	return packaged;
}

/** Sets everything up and waits until the gate is open; all of it ends with the test. */
export async function editorStage(
	t: Parameters<typeof stage>[0],
	script: Scripting,
	options: EditorStageOptions = {},
): Promise<EditorStage> {
	const set = await stage(t, script);
	await options.prepare?.(set.cwd);
	const hostHome = await temporaryHome();
	set.finally(() => rm(hostHome, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
	const host = await startHost({
		version: options.version ?? "1.139",
		home: hostHome,
		folder: set.cwd,
		extensions: [await vsix()],
		...(options.settings === undefined ? {} : { settings: options.settings }),
	});
	set.finally(() => host.stop());
	const { width = 1280, height = 900 } = options;
	const workbench = await openWorkbench(host, { folder: set.cwd, width, height });
	set.finally(() => workbench.close());
	const gatepost = join(host.homeDirs.home, ".gatepost");
	await until("the gate is in the registry and the hook is installed", async () => {
		const gates = await readdir(join(gatepost, "gates")).catch((): string[] => []);
		const bin = await readdir(join(gatepost, "bin")).catch((): string[] => []);
		return gates.some((name) => name.endsWith(".json")) && bin.includes("gatepost-hook") && bin.includes("hook.cjs");
	});
	if (options.connect !== false) {
		await applyPlan(await planInstall({ scope: "user", home: gatepost, userHome: set.home }));
	}
	return { ...set, host, workbench, page: workbench.page, gatepost };
}

/** The Requests view, opened as a person opens it. */
export async function requests(page: Page): Promise<Frame> {
	await runCommand(page, "Gatepost: Review Waiting Requests");
	return webviewFrame(page, async (frame) => (await frame.locator("main.view").count()) > 0);
}

/** The card that is open, once there is one with this text. */
export async function openCard(frame: Frame, text: string | RegExp, limitMs = 30_000) {
	const card = frame
		.locator("[data-card]")
		.filter({ hasText: text })
		.filter({ has: frame.locator(".bar .buttons") });
	try {
		await card.first().waitFor({ timeout: limitMs });
	} catch (error) {
		await screenshot(frame.page(), "failed-no-open-card");
		throw error;
	}
	return card.first();
}

/** A picture in each of the four themes, in each of which axe finds nothing in the frame. */
export async function look(page: Page, frame: Frame, name: string): Promise<void> {
	for (const theme of themes) {
		await setTheme(page, theme);
		await screenshot(page, `${name}-${theme.toLowerCase().replaceAll(" ", "-")}`);
		assert.equal(describeViolations(await axe(frame)), "", `${name}, ${theme}`);
	}
	await setTheme(page, "Dark Modern");
}

/** Clicks Allow or Deny with the pointer, after the time in which the button must not have moved. */
export async function click(page: Page, frame: Frame, card: ReturnType<Frame["locator"]>, button: "allow" | "deny") {
	const control = card.locator(`.bar .${button}`).first();
	await control.scrollIntoViewIfNeeded();
	await control.hover();
	// DESIGN 9: a pointer answer counts when the button has not moved for 500 ms.
	await page.waitForTimeout(700);
	await control.click();
	await frame.locator("[data-card] .outcome, .activity-row").first().waitFor();
	// Ghosts stay, and the next card stays closed, until the pointer has left the list.
	await page.mouse.move(900, 300);
}
