// A real VS Code server with Gatepost in it and as many windows as a test wants, in one browser; no agent but the launcher.
import { existsSync } from "node:fs";
import { mkdir, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { applyPlan, planInstall } from "../../src/agents/claude-code/install.ts";
import { readEntries } from "../../src/gate/registry.ts";
import type { RegistryEntry } from "../../src/protocol/hook.ts";
import { vsix } from "./editorStage.ts";
import { openWorkbench, screenshot, type Workbench, waitUntilReady } from "./host/browser.ts";
import { type RunningHost, startHost, temporaryHome } from "./host/host.ts";
import type { HostVersion } from "./host/install.ts";
import { until } from "./until.ts";

export interface EditorWindow {
	page: Page;
	/** Id of the gate this window opened; another one after a reload. */
	gate: string;
}

export interface WindowStage {
	host: RunningHost;
	/** The user's home, the same for all windows. */
	home: string;
	/** Gatepost's home. */
	gatepost: string;
	/** An empty folder to open, by its real path. */
	folder(name: string): Promise<string>;
	/** Opens a window and waits until its gate is in the registry. */
	open(folder: string | string[]): Promise<EditorWindow>;
	/** Registry entries, the oldest first. */
	gates(): RegistryEntry[];
	/** Waits for a gate that is none of these. */
	nextGate(known: readonly string[]): Promise<string>;
	/** Runs `end` when the test is over, before the editor is stopped. Last in, first out. */
	finally(end: () => unknown): void;
}

/** Starts the server; all of it ends with the test, with a picture of every window where the test failed. */
export async function windowStage(
	t: { name: string; passed?: boolean; after(fn: () => Promise<void>): void },
	options: { version?: HostVersion; settings?: Record<string, unknown> } = {},
): Promise<WindowStage> {
	const ends: (() => unknown)[] = [];
	t.after(async () => {
		const failures: unknown[] = [];
		// One end that fails must not leave an editor running.
		for (const end of ends.reverse())
			await Promise.resolve()
				.then(end)
				.catch((error) => failures.push(error));
		if (failures.length > 0) throw new AggregateError(failures, "the stage was not taken down in order");
	});
	const dir = await temporaryHome();
	ends.push(() => rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
	const folder = async (name: string) => {
		await mkdir(join(dir, name), { recursive: true });
		return realpath(join(dir, name));
	};
	const host = await startHost({
		version: options.version ?? "1.139",
		home: dir,
		folder: await folder("first"),
		extensions: [await vsix()],
		settings: options.settings ?? {},
	});
	ends.push(() => host.stop());
	const { home } = host.homeDirs;
	const gatepost = join(home, ".gatepost");
	await applyPlan(await planInstall({ scope: "user", home: gatepost, userHome: home }));

	const gates = () =>
		readEntries(gatepost).entries.sort((a, b) => (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : 0));
	const nextGate = async (known: readonly string[]) => {
		let found: string | undefined;
		await until("a new gate is in the registry", () => {
			found = gates().find(({ id, state }) => state === "open" && !known.includes(id))?.id;
			return found !== undefined;
		});
		return found ?? "";
	};
	const isThere = (...path: string[]) => existsSync(join(gatepost, ...path));
	let workbench: Workbench | undefined;
	const pages: Page[] = [];
	ends.push(async () => {
		if (t.passed === false) {
			for (const [n, page] of pages.entries()) {
				const name = `failed-${t.name.replaceAll(/\W+/g, "-").slice(0, 60)}-${n}`;
				await screenshot(page, name).catch(() => undefined);
			}
		}
		await workbench?.close();
	});
	const open = async (where: string | string[]) => {
		const known = gates().map(({ id }) => id);
		const page = await openPage(where);
		pages.push(page);
		const gate = await nextGate(known);
		await until("the hook is installed", () => ["gatepost-hook", "hook.cjs"].every((file) => isThere("bin", file)));
		return { page, gate };
	};
	const openPage = async (where: string | string[]) => {
		if (workbench === undefined) {
			workbench = await openWorkbench(host, { folder: where });
			return workbench.page;
		}
		const page = await workbench.context.newPage();
		await page.goto(await host.urlFor(where), { waitUntil: "domcontentloaded" });
		await waitUntilReady(page);
		return page;
	};
	return { host, home, gatepost, folder, open, gates, nextGate, finally: (end) => void ends.push(end) };
}

/** The status bar item, by what it says to a screen reader. */
export function statusItem(page: Page) {
	return page.locator('.statusbar-item[aria-label^="Gatepost: "], .statusbar-item [aria-label^="Gatepost: "]').first();
}
