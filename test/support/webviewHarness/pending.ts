// The sidebar's "Pending" webview under test: its parts by what a person calls them, and the trouble a test can make.
import { createHash } from "node:crypto";
import type { Locator, Page } from "playwright-core";
import { canonical } from "../../../src/protocol/canonical.ts";
import type { CardModel } from "../../../src/protocol/card.ts";
import type { GrantOffer } from "../../../src/protocol/grants.ts";
import type { Message } from "../../../src/protocol/messages.ts";
import type { PendingState, PendingViewMessage } from "../../../src/protocol/pendingView.ts";
import type { ViewOptions, WebviewPage } from "./page.ts";
import { useWebview } from "./useWebview.ts";

export type Answer = Extract<PendingViewMessage, { type: "answer" }>;

export interface PendingPage extends WebviewPage {
	card(id: string): Locator;
	/** The button in a card's header. */
	head(id: string): Locator;
	allow: Locator;
	deny: Locator;
	/** The sentence that says why an answer was not taken. */
	hint: Locator;
	/** A button, by name, once it has rested long enough for a press to count. */
	rested(button: Locator): Promise<Locator>;
	/** Answers given so far. */
	answers(): Promise<Answer[]>;
	/** Waits until keys count again: the time since the last change of focus, selection or document. */
	keysRested(): Promise<void>;
}

/** Call in a `describe`: one browser for its tests, a fresh page for each `open`. */
export function usePending(): { open(state: PendingState, options?: ViewOptions): Promise<PendingPage> } {
	const webview = useWebview("pending");
	return {
		open: async (state, options) => {
			const view = await webview.open(options);
			await view.send(state);
			return withParts(view);
		},
	};
}

function withParts(view: WebviewPage): PendingPage {
	const { page } = view;
	return {
		...view,
		card: (id) => page.locator(`[data-card="${id}"]`),
		head: (id) => page.locator(`[data-card="${id}"] button.head`),
		allow: page.locator(".card.full:not(.ghost) .allow"),
		deny: page.locator(".card.full:not(.ghost) .deny"),
		hint: page.locator(".hint"),
		rested: async (button) => {
			// Longer than the view needs to notice that a layout it has just begun has moved the button.
			await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 150)))");
			await button.and(page.locator(":not([data-settling])")).waitFor();
			return button;
		},
		answers: async () => (await view.posted()).filter((message) => message.type === "answer"),
		keysRested: async () => {
			await page.evaluate("new Promise((done) => setTimeout(done, 350))");
		},
	};
}

/** Opens the form of a grant at the open card by the pointer, and has the editor offer these rules. */
export async function openGrant(
	pending: PendingPage,
	item: string,
	offers: readonly GrantOffer[],
	refused?: Message,
): Promise<void> {
	await pending.page.getByRole("button", { name: "More actions" }).click();
	await pending.page.getByRole("menuitem", { name: item }).click();
	const [asked] = (await pending.waitForPosted("offers")).slice(-1);
	await pending.send({ type: "offers", id: asked?.id ?? "", offers, ...(refused === undefined ? {} : { refused }) });
}

/** What the desk expects as `shown.digest` of a card. */
export function digestOf(card: CardModel): string {
	return createHash("sha256").update(canonical(card)).digest("hex");
}

/** From now on, runs this code in the page again and again, faster than any rest: what it moves never rests. */
export async function keepDoing(page: Page, code: string): Promise<{ stop(): Promise<void> }> {
	await page.evaluate(`globalThis.trouble = setInterval(() => { ${code} }, 60)`);
	return { stop: () => page.evaluate("clearInterval(trouble)") };
}

/** Runs this code in the page at the last moment before the view hears of an event. */
export async function rightBefore(page: Page, event: string, code: string): Promise<void> {
	await page.evaluate(
		`window.addEventListener(${JSON.stringify(event)}, (event) => { ${code} }, { capture: true, once: true })`,
	);
}
