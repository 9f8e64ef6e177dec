// The person of `npm start -- --check`: opens the page, looks at each card, presses Allow, and takes pictures on the way.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Frame, Locator, Page } from "playwright-core";
import { openWorkbench, type Workbench } from "../support/host/browser.ts";
import type { RunningHost } from "../support/host/host.ts";
import { runCommand } from "../support/host/palette.ts";
import { webviewFrame } from "../support/host/webview.ts";
import { smallerPng } from "../support/png.ts";

const pollMs = 100;
const stepLimitMs = 30_000;
const hoverLimitMs = 15_000;
/** Nothing to answer for this long, and the session is not over: something hangs. */
const idleLimitMs = 120_000;

/** A card that waits. */
type Waiting = { id: string; verb: string };

export class CheckingPerson {
	readonly #workbench: Workbench;
	readonly #pictures: string;
	/** Verbs of the cards that were allowed, by id, in order. */
	readonly allowed = new Map<string, string>();

	private constructor(workbench: Workbench, pictures: string) {
		this.#workbench = workbench;
		this.#pictures = pictures;
	}

	/** Opens the page with the Gatepost view in sight. */
	static async open(host: RunningHost, project: string, pictures: string): Promise<CheckingPerson> {
		await mkdir(pictures, { recursive: true });
		const workbench = await openWorkbench(host, { folder: project, width: 1240, height: 840 });
		const person = new CheckingPerson(workbench, pictures);
		try {
			await workbench.page.locator('.activitybar a[aria-label^="Gatepost"]').click({ timeout: stepLimitMs });
			await person.#view();
			await person.#lookAway();
			return person;
		} catch (error) {
			await person.picture("failed");
			await person.close();
			throw error;
		}
	}

	/** Answers until the session is over. @throws when a card cannot be allowed, or nothing happens for long */
	async answer(over: Promise<unknown>): Promise<void> {
		let ended = false;
		const end = () => {
			ended = true;
		};
		over.then(end, end);
		let busyAt = Date.now();
		while (!ended) {
			const frame = await this.#view();
			const card = await firstWaiting(frame);
			if (card !== undefined && !this.allowed.has(card.id)) {
				await this.#allow(frame, card, () => ended);
				busyAt = Date.now();
			} else if (Date.now() - busyAt > idleLimitMs) {
				throw new Error(`No card came for ${idleLimitMs / 1000} s, and the session is not over.`);
			} else await delay(pollMs);
		}
	}

	/** Opens the audit log, looks at one changed file's row, and takes a picture. */
	async auditLog(): Promise<void> {
		await runCommand(this.#page, "View: Close All Editors");
		await runCommand(this.#page, "Gatepost: Open Audit Log");
		const panel = await webviewFrame(this.#page, async (frame) => (await frame.locator("main.panel").count()) > 0);
		const row = panel.locator("tr[data-index]", { has: panel.locator('[data-mark="edit"]') });
		const any = panel.locator("tr[data-index]:not(.blank)");
		await any.first().waitFor({ timeout: stepLimitMs });
		await ((await row.count()) > 0 ? row : any.filter({ hasText: /\.ts|\.js|\.md|Allowed/ })).first().click();
		await panel.locator(".detail").waitFor({ timeout: stepLimitMs });
		await this.#lookAway();
		await this.picture("audit-log");
	}

	/** A picture of the whole window, or of the bars at its left where nothing else is of interest. */
	async picture(name: string, part: "window" | "left" = "window"): Promise<void> {
		const clip = part === "left" ? { clip: { x: 0, y: 30, width: 350, height: 580 } } : {};
		const png = await this.#page.screenshot({ animations: "disabled", ...clip });
		await writeFile(join(this.#pictures, `${name}.png`), smallerPng(png));
	}

	/** What the page complained about that concerns us; the workbench has troubles of its own without a network. */
	get errors(): string[] {
		const all = this.#workbench.consoleErrors.map(({ text, source }) => `${text} (${source})`);
		return all.filter((error) => /gatepost/i.test(error));
	}

	close(): Promise<void> {
		return this.#workbench.close();
	}

	get #page(): Page {
		return this.#workbench.page;
	}

	#view(): Promise<Frame> {
		return webviewFrame(this.#page, async (frame) => (await frame.locator("main.view").count()) > 0);
	}

	/** Opens the card when it is closed, looks, presses Allow, and waits until it is settled. */
	async #allow(frame: Frame, card: Waiting, isOver: () => boolean): Promise<void> {
		const waits = frame.locator(`[data-card="${card.id}"] article:not(.ghost)`);
		const head = waits.locator('button.head[aria-expanded="false"]');
		const button = waits.locator(".allow");
		const limit = Date.now() + stepLimitMs;
		let looked = false;
		// A press too soon after the button came to rest is refused in sight; a person would press again. The same goes for
		// a card that opens by itself the moment its head is clicked, and so is closed by that click.
		while ((await waits.count()) > 0 && !isOver()) {
			if (Date.now() > limit) throw new Error(`Allow on the card "${card.verb}" has no effect: ${await said(frame)}`);
			if ((await head.count()) > 0) await head.click({ timeout: stepLimitMs }).catch(ignoreGone);
			else if ((await button.count()) > 0) {
				if (!looked) await this.#look(waits, card);
				looked = true;
				await button.click({ timeout: stepLimitMs }).catch(ignoreGone);
			}
			await delay(pollMs);
		}
		this.allowed.set(card.id, card.verb);
		await this.#lookAway();
	}

	/** Takes a picture of the first card of each kind; for a changed file, with the diff beside it. */
	async #look(place: Locator, { verb }: Waiting): Promise<void> {
		if ([...this.allowed.values()].includes(verb)) return;
		const openDiff = place.getByRole("button", { name: /^Open diff/ });
		const hasDiff = (await openDiff.count()) > 0;
		if (hasDiff) {
			await openDiff.first().click();
			const side = this.#page.locator(".monaco-diff-editor .editor.modified .view-line").first();
			await side.waitFor({ timeout: stepLimitMs });
			// Colours of the diff come a little later than its text.
			await this.#page.locator(".monaco-diff-editor .char-insert, .monaco-diff-editor .line-insert").first().waitFor();
		}
		await this.#lookAway();
		await this.picture(`card-${verb.toLowerCase().replaceAll(/\W+/g, "-")}`, hasDiff ? "window" : "left");
	}

	/** The pointer rests where it hides nothing and holds no card in place. */
	async #lookAway(): Promise<void> {
		const { mouse } = this.#page;
		const hover = this.#page.locator(".workbench-hover:visible");
		const limit = Date.now() + hoverLimitMs;
		for (let step = 0; step === 0 || (await hover.count()) > 0; step += 1) {
			if (Date.now() > limit) {
				// It spoils a picture, not the path of a newcomer.
				console.warn(`A hover stays in the picture: ${await hover.first().innerText()}`);
				return;
			}
			// A busy editor may show a hover for where the pointer was, and keep it until another one takes its place.
			if (step % 3 === 2) await mouse.move(24, 300 + step, { steps: 4 });
			await mouse.move(900 + (step % 2) * 40, 520, { steps: 4 });
			await this.#page.waitForTimeout(250);
		}
	}
}

async function firstWaiting(frame: Frame): Promise<Waiting | undefined> {
	const open = frame.locator("[data-card]:has(article.full:not(.ghost))").first();
	const any = frame.locator("[data-card]:has(article:not(.ghost))").first();
	const card = (await open.count()) > 0 ? open : any;
	// It may be settled and gone between one question and the next.
	const [id, verb] = await Promise.all([
		card.getAttribute("data-card", { timeout: pollMs }),
		card.locator(".verb").first().textContent({ timeout: pollMs }),
	]).catch(() => [null, null]);
	return id === null || verb === null ? undefined : { id, verb: verb.trim() };
}

async function said(frame: Frame): Promise<string> {
	return (await frame.locator(".hint, [role=alert]").allInnerTexts()).join(" ");
}

/** The card may be answered and gone while the pointer is on its way. */
function ignoreGone(error: Error): void {
	if (!/Timeout|detached|not attached|not visible/i.test(error.message)) throw error;
}
