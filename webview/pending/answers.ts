// Answers on their way to the editor: what was given, what is waited for, what was refused and why.
import type { GrantLasts, GrantRule } from "../../src/protocol/grants.ts";
import { type MessageCode, message } from "../../src/protocol/messages.ts";
import type { Outcome, PendingViewMessage } from "../../src/protocol/pendingView.ts";
import { NO_DIGEST, type ShownCard } from "../ui/shown.ts";
import type { AnyMessage } from "../ui/texts.ts";
import type { Gesture } from "./answerRules.ts";

export interface GivenAnswer {
	verdict: "allow" | "deny";
	reason?: string;
	stopSession?: boolean;
	/** Only with allow. */
	grant?: { lasts: GrantLasts; rule: GrantRule };
	gesture: Gesture;
}

/** Why an answer was not taken, at its card. `serial` tells two equal hints apart. */
export interface Hint {
	message: AnyMessage;
	serial: number;
}

/** With no word from the editor for this long, a person may answer again; the desk takes only one anyway. */
const REPLY_MS = 10_000;

export class Answers {
	readonly #given = new Map<string, GivenAnswer>();
	readonly #hints = new Map<string, Hint>();
	readonly #post: (message: PendingViewMessage) => void;
	readonly #onChange: () => void;
	readonly #settled = new Set<string>();
	#serial = 0;

	constructor(post: (message: PendingViewMessage) => void, onChange: () => void) {
		this.#post = post;
		this.#onChange = onChange;
	}

	/** The answer to this request that is on its way, or that settled it. */
	given(id: string): GivenAnswer | undefined {
		return this.#given.get(id);
	}

	/** True when this view gave the answer that became the outcome. */
	isOurs(id: string, outcome: Outcome | undefined): boolean {
		const verdict = this.#given.get(id)?.verdict;
		return (verdict === "allow" && outcome === "allowed") || (verdict === "deny" && outcome === "denied");
	}

	hint(id: string): Hint | undefined {
		return this.#hints.get(id);
	}

	/** Sends an answer to the card as it has been shown. */
	async give(id: string, answer: GivenAnswer, shown: ShownCard): Promise<void> {
		if (this.#given.has(id)) return;
		if (!shown.isVisible) return this.refuse(id, "ui.refused.offScreen");
		// What had been shown is what had been shown at the gesture, not when the digest is ready.
		const { extent, visibleMs: ms } = shown;
		if (answer.verdict === "allow" && shown.card.guard && extent !== "whole") {
			return this.refuse(id, "ui.refused.notWhole");
		}
		if (answer.grant !== undefined && extent !== "whole") return this.refuse(id, "ui.grant.notWhole");
		this.#hints.delete(id);
		this.#given.set(id, answer);
		this.#onChange();
		const { verdict, gesture, reason, stopSession, grant } = answer;
		const rest = {
			...(reason ? { reason } : {}),
			...(stopSession ? { stopSession } : {}),
			...(grant ? { grant } : {}),
		};
		const digest = await shown.digest.catch(() => undefined);
		if (digest === undefined && verdict === "allow") {
			this.#given.delete(id);
			return this.refuse(id, "ui.refused.noDigest");
		}
		this.#post({
			type: "answer",
			id,
			verdict,
			gesture,
			...rest,
			shown: digest === undefined ? { digest: NO_DIGEST, extent: "partial", ms } : { digest, extent, ms },
		});
		setTimeout(() => this.#giveUpOn(id, answer), REPLY_MS);
	}

	/** The editor did not take it, or this view did not. */
	refuse(id: string, why: MessageCode | AnyMessage): void {
		this.#given.delete(id);
		this.#hints.set(id, { message: typeof why === "string" ? message(why) : why, serial: ++this.#serial });
		this.#onChange();
	}

	clearHint(id: string): void {
		if (this.#hints.delete(id)) this.#onChange();
	}

	/** Forgets all requests but these. */
	keep(ids: ReadonlySet<string>): void {
		for (const map of [this.#given, this.#hints, this.#settled]) {
			for (const id of map.keys()) if (!ids.has(id)) map.delete(id);
		}
	}

	/** The request has an outcome: no reply is waited for any more. */
	settled(id: string): void {
		this.#settled.add(id);
		this.#hints.delete(id);
	}

	#giveUpOn(id: string, answer: GivenAnswer): void {
		if (this.#given.get(id) === answer && !this.#settled.has(id)) this.refuse(id, "ui.refused.noReply");
	}
}
