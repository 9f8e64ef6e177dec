// One opening of the audit panel, with the times of its steps: the built host on this side, the built page in a tab that has
// never seen it on the other.
import { randomBytes } from "node:crypto";
import type { Browser, Page } from "playwright-core";
import type { Home } from "../../src/audit/home.ts";
import type { AuditHostMessage, AuditPanelMessage } from "../../src/protocol/auditPanel.ts";
import themes from "../support/webviewHarness/themes.json" with { type: "json" };
import { type AuditShownOptions, type BuiltHost, PanelAt } from "./panelHost.ts";

const WAIT_MS = 60_000;
/** An editor has one in its secret storage. */
export const SNAPSHOT_KEY = randomBytes(32);

/** Since the panel was opened. Milliseconds. */
export interface Steps {
	/** The page has run and says so. */
	page: number;
	/** The first rows are asked for, as the host hears it. */
	asked: number;
	/** The index is there, as the host tells the page. */
	index: number;
	/** The first rows leave the host. */
	answered: number;
	/** A frame with the first row has been painted. */
	drawn: number;
}

export interface Opened {
	page: Page;
	at: Steps;
	tabMs: number;
	bridgeMs: number;
	close(): Promise<void>;
}

export interface Where {
	browser: Browser;
	url: string;
	built: BuiltHost;
	home: Home;
	root: string;
}

/** Opens the panel as the command does, in a tab that has never seen its page. */
export async function opened({ browser, url, built, home, root }: Where): Promise<Opened> {
	const now = () => performance.timeOrigin + performance.now();
	const at: Partial<Record<keyof Steps, number>> = {};
	const mark = (step: keyof Steps) => {
		at[step] ??= now();
	};
	const before = now();
	const context = await browser.newContext({ viewport: { width: 1400, height: 800 } });
	const page = await context.newPage();
	const pongs: (() => void)[] = [];
	let drawn = () => {};
	const isDrawn = new Promise<void>((resolve) => {
		drawn = resolve;
	});
	await page.exposeFunction(
		"toHost",
		(message: AuditPanelMessage | { type: "pong" } | { type: "drawn"; at: number }) => {
			if (message.type === "pong") pongs.shift()?.();
			else if (message.type === "drawn") {
				at.drawn = message.at;
				drawn();
			} else {
				if (message.type === "ready") mark("page");
				if (message.type === "rows") mark("asked");
				side.post(message);
			}
		},
	);
	await page.addInitScript(`(${inPage.toString()})(${JSON.stringify(JSON.stringify(themes["Dark Modern"]))})`);
	const failed = (error: unknown) => console.error(String(error));
	const give = (message: object) =>
		page.evaluate((one) => window.postMessage(JSON.parse(one), window.origin), JSON.stringify(message));
	const side = new PanelAt({
		load: () => void page.goto(url).catch(failed),
		take: (message: AuditHostMessage) => {
			if (message.type === "log" && message.log.index.state === "ready") mark("index");
			if (message.type === "rows") mark("answered");
			void give(message).catch(failed);
		},
	});
	const begin = now();
	const shown = new built.AuditShown(side.panel, {
		source: {
			home: home.dir,
			folders: () => [root],
			homeKey: () => home.macKey(),
			snapshotKey: async () => SNAPSHOT_KEY,
		},
		starting: () => false,
		output: { error: failed, warn: failed } as unknown as AuditShownOptions["output"],
		extensionUri: "/extension" as unknown as AuditShownOptions["extensionUri"],
		openers: () => ({}) as ReturnType<AuditShownOptions["openers"]>,
	});
	await within(isDrawn, "no row was drawn");
	return {
		page,
		at: Object.fromEntries(Object.entries(at).map(([step, time]) => [step, time - begin])) as unknown as Steps,
		tabMs: begin - before,
		bridgeMs: await bridge(give, pongs),
		close: async () => {
			shown.end();
			await shown.log.close();
			await context.close();
		},
	};
}

/** In the page, before its own scripts: what it posts goes to the host, and when its first row is painted. */
function inPage(theme: string): void {
	// biome-ignore lint/suspicious/noExplicitAny: the page's own globals
	const own = globalThis as any;
	sessionStorage.setItem("theme", theme);
	let posted: unknown[] = [];
	Object.defineProperty(globalThis, "posted", {
		get: () => posted,
		set: (list: unknown[]) => {
			posted = list;
			list.push = (message: unknown) => {
				own.toHost(message);
				return Array.prototype.push.call(list, message);
			};
		},
	});
	addEventListener("message", (event) => {
		if (event.data?.type !== "ping") return;
		event.stopImmediatePropagation();
		own.toHost({ type: "pong" });
	});
	const look = () => {
		if (document.querySelector('tr[data-index="0"] time') === null) requestAnimationFrame(look);
		// After the frame it is in.
		else
			requestAnimationFrame(() =>
				setTimeout(() => own.toHost({ type: "drawn", at: performance.timeOrigin + performance.now() })),
			);
	};
	requestAnimationFrame(look);
}

/** A message to the page and one back, the median. Milliseconds. */
async function bridge(give: (message: object) => Promise<void>, pongs: (() => void)[]): Promise<number> {
	const times: number[] = [];
	for (let round = 0; round < 9; round++) {
		const begin = performance.now();
		const pong = new Promise<void>((resolve) => pongs.push(resolve));
		await give({ type: "ping" });
		await within(pong, "the bridge does not answer");
		times.push(performance.now() - begin);
	}
	return times.sort((a, b) => a - b)[4] ?? Number.NaN;
}

async function within(done: Promise<void>, otherwise: string): Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Error(`${otherwise} after ${WAIT_MS} ms`)), WAIT_MS);
	});
	try {
		await Promise.race([done, late]);
	} finally {
		clearTimeout(timer);
	}
}
