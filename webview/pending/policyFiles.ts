// Policy files as the view follows them: what of a waiting one has been in view, what was accepted and not yet confirmed,
// and which ones the person does not want to be reminded of.
import type { PolicyLayer } from "../../src/protocol/grants.ts";
import type { MessageCode } from "../../src/protocol/messages.ts";
import type { PendingViewMessage } from "../../src/protocol/pendingView.ts";
import { ShownText } from "../ui/shownText.ts";
import type { AnyMessage } from "../ui/texts.ts";
import type { Hint } from "./answers.ts";

/** With no word from the editor for this long, a person may try again. */
const REPLY_MS = 10_000;

export class PolicyFiles {
	readonly #shown = new Map<string, ShownText>();
	readonly #sent = new Set<string>();
	readonly #hints = new Map<string, Hint>();
	readonly #open = new Set<string>();
	/** Whether the list of files is unfolded. */
	listOpen = false;
	#wanted: string | undefined;
	readonly #later: Set<string>;
	readonly #post: (message: PendingViewMessage) => void;
	readonly #onChange: () => void;
	#serial = 0;

	/** @param later digests of files that are not to be mentioned again */
	constructor(later: readonly string[], post: (message: PendingViewMessage) => void, onChange: () => void) {
		this.#later = new Set(later);
		this.#post = post;
		this.#onChange = onChange;
	}

	/** What the person is reminded of: waiting, and not put off. */
	waiting(layers: readonly PolicyLayer[]): PolicyLayer[] {
		return layers.filter(({ accepted, sha256 }) => accepted === "waiting" && !this.#later.has(sha256));
	}

	/** Not mentioned again until the file has other content; it stays among the policy files. */
	putOff(layer: PolicyLayer): void {
		this.#later.add(layer.sha256);
		this.#onChange();
	}

	/** For the view's memory. */
	get later(): string[] {
		return [...this.#later].slice(-20);
	}

	/** What is known of a waiting file's being shown; begun anew with other content. */
	shown(layer: PolicyLayer & { text: string }): ShownText {
		const key = keyOf(layer);
		let shown = this.#shown.get(key);
		if (!shown) {
			shown = new ShownText(layer.text);
			this.#shown.set(key, shown);
		}
		return shown;
	}

	isOpen({ file }: PolicyLayer): boolean {
		return this.#open.has(file);
	}

	/** Unfolds a file, or folds it away. */
	setOpen({ file }: PolicyLayer, open: boolean): void {
		if (open) this.#open.add(file);
		else this.#open.delete(file);
		this.#onChange();
	}

	openList(open: boolean): void {
		this.listOpen = open;
		this.#onChange();
	}

	/** Takes the person to a file: unfolded, in view, with the focus. */
	show(layer: PolicyLayer): void {
		this.listOpen = true;
		this.#wanted = layer.file;
		this.setOpen(layer, true);
	}

	/** True when this file is where the person is to be taken; until `found`. */
	isWanted({ file }: PolicyLayer): boolean {
		return this.#wanted === file;
	}

	found(): void {
		this.#wanted = undefined;
	}

	isSent(layer: PolicyLayer): boolean {
		return this.#sent.has(keyOf(layer));
	}

	hint(layer: PolicyLayer): Hint | undefined {
		return this.#hints.get(keyOf(layer));
	}

	clearHint(layer: PolicyLayer): void {
		if (this.#hints.delete(keyOf(layer))) this.#onChange();
	}

	/** Sends the person's acceptance of exactly what was drawn. */
	async accept(layer: PolicyLayer, shown: ShownText): Promise<void> {
		const key = keyOf(layer);
		if (this.#sent.has(key)) return;
		if (!shown.isVisible) return this.#refuse(key, "ui.refused.offScreen");
		const { extent, visibleMs: ms } = shown;
		if (extent !== "whole") return this.#refuse(key, "ui.policy.notWhole");
		this.#hints.delete(key);
		this.#sent.add(key);
		this.#onChange();
		const digest = await shown.digest.catch(() => undefined);
		if (digest !== layer.sha256) return this.#refuse(key, "ui.policy.notSame");
		const { layer: name, file, sha256 } = layer;
		this.#post({ type: "acceptPolicy", layer: name, file, sha256, shown: { digest, extent, ms } });
		setTimeout(() => this.#sent.has(key) && this.#refuse(key, "ui.policy.noReply"), REPLY_MS);
	}

	/** It was not taken, here or in the editor. */
	refuse(layer: Pick<PolicyLayer, "file" | "sha256">, why: MessageCode | AnyMessage): void {
		this.#refuse(keyOf(layer), why);
	}

	/** Forgets what is no longer there or no longer waits. */
	keep(layers: readonly PolicyLayer[]): void {
		const waiting = new Set(layers.filter(({ accepted }) => accepted === "waiting").map(keyOf));
		for (const map of [this.#shown, this.#sent, this.#hints]) {
			for (const key of map.keys()) if (!waiting.has(key)) map.delete(key);
		}
	}

	#refuse(key: string, why: MessageCode | AnyMessage): void {
		this.#sent.delete(key);
		const message = typeof why === "string" ? { code: why } : why;
		this.#hints.set(key, { message, serial: ++this.#serial });
		this.#onChange();
	}
}

function keyOf({ file, sha256 }: Pick<PolicyLayer, "file" | "sha256">): string {
	return `${sha256} ${file}`;
}
