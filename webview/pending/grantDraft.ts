// A grant being made at a card: the rules the editor offers for it, what the person has made of them, and whether that can
// be granted. Components draw it; what is sent is decided here.
import type { GrantLasts, GrantOffer, GrantRule } from "../../src/protocol/grants.ts";
import type { MessageCode } from "../../src/protocol/messages.ts";
import type { PendingViewMessage } from "../../src/protocol/pendingView.ts";
import type { AnyMessage } from "../ui/texts.ts";

export type LastsFor = GrantLasts["for"];

/** One offered rule, and the person's edit of it. */
export interface Choice {
	readonly offered: GrantOffer;
	patterns: readonly string[];
	/** What the rule as it stands would do, once that is known. */
	offer?: GrantOffer | undefined;
	problem?: AnyMessage | undefined;
	/** Number of the check that is waited for. */
	checking?: number | undefined;
}

/** Nobody types slower than this between two keys of one word. */
const TYPING_MS = 300;
/** With no word from the editor for this long, it is not coming. */
const REPLY_MS = 10_000;
/** The protocol's limits. */
export const MINUTES = { least: 1, most: 1440, first: 30 } as const;

export class GrantDraft {
	readonly id: string;
	lasts: LastsFor;
	/** As typed. */
	minutes = String(MINUTES.first);
	/** Undefined until the editor has answered. */
	choices: readonly Choice[] | undefined;
	/** Why nothing can be granted. */
	refused: AnyMessage | undefined;
	selected = 0;
	readonly #post: (message: PendingViewMessage) => void;
	readonly #onChange: () => void;
	#serial = 0;
	#typing: ReturnType<typeof setTimeout> | undefined;
	#waiting: ReturnType<typeof setTimeout> | undefined;

	/** Asks the editor for offers at once. */
	constructor(id: string, lasts: LastsFor, post: (message: PendingViewMessage) => void, onChange: () => void) {
		this.id = id;
		this.lasts = lasts;
		this.#post = post;
		this.#onChange = onChange;
		post({ type: "offers", id });
		this.#wait(() => {
			this.refused = { code: "ui.grant.noReply" };
		});
	}

	takeOffers(offers: readonly GrantOffer[], refused: AnyMessage | undefined): void {
		if (this.choices !== undefined) return;
		clearTimeout(this.#waiting);
		this.choices = offers.map((offer) => ({ offered: offer, patterns: offer.rule.patterns, offer }));
		this.refused = refused ?? (offers.length === 0 ? { code: "ui.grant.noOffers" } : undefined);
	}

	takeCheck(n: number, offer: GrantOffer | undefined, problem: AnyMessage | undefined): void {
		const choice = this.choices?.find(({ checking }) => checking === n);
		if (!choice) return;
		clearTimeout(this.#waiting);
		choice.checking = undefined;
		// The editor must have checked what stands here, not what it has made of it.
		const same = offer !== undefined && isSame(offer.rule, this.#ruleOf(choice));
		choice.offer = problem === undefined && same ? offer : undefined;
		choice.problem = problem ?? (same ? undefined : { code: "ui.grant.noReply" });
	}

	get choice(): Choice | undefined {
		return this.choices?.[this.selected];
	}

	select(index: number): void {
		this.selected = index;
		this.#onChange();
	}

	/** The person changes one pattern of the selected rule: it counts only after the editor has checked it. */
	edit(at: number, text: string): void {
		const { choice } = this;
		if (!choice) return;
		choice.patterns = choice.patterns.map((pattern, index) => (index === at ? text : pattern));
		clearTimeout(this.#typing);
		clearTimeout(this.#waiting);
		choice.offer = undefined;
		choice.problem = undefined;
		choice.checking = undefined;
		const rule = this.#ruleOf(choice);
		if (isSame(rule, choice.offered.rule)) choice.offer = choice.offered;
		else if (choice.patterns.some((pattern) => pattern.trim() === "")) choice.problem = { code: "ui.grant.empty" };
		else {
			const n = ++this.#serial;
			choice.checking = n;
			this.#typing = setTimeout(() => this.#check(choice, n, rule), TYPING_MS);
		}
		this.#onChange();
	}

	setLasts(lasts: LastsFor): void {
		this.lasts = lasts;
		this.#onChange();
	}

	setMinutes(text: string): void {
		this.minutes = text;
		this.#onChange();
	}

	/** What would be granted; undefined while that is not known or is no grant. */
	get grant(): { lasts: GrantLasts; rule: GrantRule } | undefined {
		const lasts = this.#lasts();
		const rule = this.refused === undefined ? this.choice?.offer?.rule : undefined;
		return lasts === undefined || rule === undefined ? undefined : { lasts, rule };
	}

	/** Why nothing can be granted now, most important first. */
	get problem(): AnyMessage | undefined {
		if (this.refused !== undefined) return this.refused;
		if (this.choices === undefined) return { code: "ui.grant.wait" satisfies MessageCode };
		if (this.choice?.problem !== undefined) return this.choice.problem;
		if (this.choice?.offer === undefined) return { code: "ui.grant.checking" satisfies MessageCode };
		return this.#lasts() === undefined ? { code: "ui.grant.badMinutes" satisfies MessageCode } : undefined;
	}

	/** True while the answer to `problem` is to wait. */
	get isWaiting(): boolean {
		return this.refused === undefined && (this.choices === undefined || this.choice?.checking !== undefined);
	}

	/** Nothing is asked any more. */
	end(): void {
		clearTimeout(this.#typing);
		clearTimeout(this.#waiting);
	}

	#lasts(): GrantLasts | undefined {
		if (this.lasts !== "minutes") return { for: this.lasts };
		const minutes = /^\d{1,4}$/.test(this.minutes) ? Number(this.minutes) : Number.NaN;
		return minutes >= MINUTES.least && minutes <= MINUTES.most ? { for: "minutes", minutes } : undefined;
	}

	#check(choice: Choice, n: number, rule: GrantRule): void {
		this.#post({ type: "checkRule", id: this.id, n, rule });
		this.#wait(() => {
			if (choice.checking !== n) return;
			choice.checking = undefined;
			choice.problem = { code: "ui.grant.noReply" };
		});
	}

	#ruleOf({ offered, patterns }: Choice): GrantRule {
		return { member: offered.rule.member, patterns: [...patterns] };
	}

	#wait(giveUp: () => void): void {
		clearTimeout(this.#waiting);
		this.#waiting = setTimeout(() => {
			giveUp();
			this.#onChange();
		}, REPLY_MS);
	}
}

function isSame(a: GrantRule, b: GrantRule): boolean {
	return JSON.stringify([a.member, a.patterns]) === JSON.stringify([b.member, b.patterns]);
}
