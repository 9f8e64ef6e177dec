// All that the view shows, in one place: the host's state, the list with its ghosts, the selection, drafts. Components
// draw it and call its methods; every rule about when something may move is here.
import type { CardModel } from "../../src/protocol/card.ts";
import type { MessageCode } from "../../src/protocol/messages.ts";
import type { PendingState } from "../../src/protocol/pendingView.ts";
import { foldOf, ShownCard } from "../ui/shown.ts";
import { setStrings } from "../ui/texts.ts";
import { announceChanged, announceNew, announceOutcomes } from "./announce.ts";
import { Answers, type GivenAnswer } from "./answers.ts";
import { attention } from "./attention.ts";
import { Edits, type Form } from "./edits.ts";
import { GrantDraft, type LastsFor } from "./grantDraft.ts";
import type { Host, HostMessage } from "./host.ts";
import { type Group, hasGhosts, itemsOf, merge, nextAfter, sweep } from "./model.ts";
import { PolicyFiles } from "./policyFiles.ts";

/** Ghosts nobody points at or has the focus in are gone after this long. */
const LINGER_MS = 3000;

export class Store {
	readonly host: Host;
	readonly answers: Answers;
	readonly edits: Edits;
	groups: Group[] = [];
	/** Undefined until the host has spoken. */
	state: PendingState | undefined;
	/** What is drawn above the list: as old as needed so that the list does not move under the pointer. */
	top: PendingState | undefined;
	/** The card drawn in full form. A ghost can be it until it is swept away. */
	expanded: string | undefined;
	/** Ghosts drawn in full form, because they were when they were settled. */
	readonly fullGhosts = new Set<string>();
	/** The request whose reason is being written. */
	writing: string | undefined;
	/** The grant that is being made, at the expanded card. */
	granting: GrantDraft | undefined;
	readonly policyFiles: PolicyFiles;
	/** The host sent something this build does not understand. */
	puzzled = false;
	/** For screen readers. */
	announcement = "";
	/** Take the focus to this card, and bring it into view, after drawing. */
	wanted: { id: string; focus: boolean } | undefined;

	/** The card that got the focus last, while the focus has not gone to anything else in this document. */
	focused: string | undefined;

	readonly #shown = new Map<string, ShownCard>();
	readonly #drafts: Map<string, string>;
	readonly #listeners = new Set<() => void>();
	#pointerInside = false;
	#keysInside = false;
	#collapsedByPerson = false;
	#revealLater: string | undefined;
	#linger: ReturnType<typeof setTimeout> | undefined;

	constructor(host: Host) {
		this.host = host;
		this.answers = new Answers(
			(message) => host.post(message),
			() => this.#changed(),
		);
		this.edits = new Edits(
			(message) => host.post(message),
			() => this.#changed(),
		);
		const { expanded, drafts, later } = host.memory;
		this.expanded = typeof expanded === "string" ? expanded : undefined;
		this.#drafts = new Map(Object.entries(drafts ?? {}).filter(([, text]) => typeof text === "string"));
		this.policyFiles = new PolicyFiles(
			Array.isArray(later) ? later : [],
			(message) => host.post(message),
			() => {
				this.#remember();
				this.#changed();
			},
		);
	}

	start(): void {
		this.host.listen(
			(message) => this.take(message),
			() => {
				this.puzzled = true;
				this.#changed();
			},
		);
		this.host.post({ type: "ready" });
	}

	subscribe(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	take(message: HostMessage): void {
		if (message.type === "strings") setStrings(message.contents);
		else if (message.type === "refused") this.answers.refuse(message.id, message.message);
		else if (message.type === "reveal") this.reveal(message.id);
		else if (message.type === "policyRefused") this.policyFiles.refuse(message, message.message);
		else if (message.type === "state") this.#takeState(message);
		else if (message.type === "editRefused") this.edits.refuse(message.id, message.message);
		else if (message.type === "context") this.#shown.get(message.id)?.contexts.take(message);
		else if (message.id !== this.granting?.id) return;
		else if (message.type === "offers") this.granting.takeOffers(message.offers, message.refused);
		else this.granting.takeCheck(message.n, message.offer, message.problem);
		this.#changed();
	}

	/** What is known of a card's being shown; begun when it is first drawn in full form. */
	shown(card: CardModel): ShownCard {
		let shown = this.#shown.get(card.id);
		if (!shown) {
			shown = new ShownCard(card);
			this.#shown.set(card.id, shown);
		}
		return shown;
	}

	/** Draws a card in full form, or closes it when it is. */
	toggle(id: string): void {
		const closes = this.expanded === id;
		this.#sweepIfFree();
		this.#collapsedByPerson = closes;
		this.#select(closes ? undefined : id);
		this.wanted = { id, focus: false };
		this.#changed();
	}

	/** Selects a card for the person; answers nothing. One that is not here yet is selected when it comes. */
	reveal(id: string): void {
		if (!itemsOf(this.groups).some(({ card, ghost }) => card.id === id && !ghost)) {
			this.#revealLater = id;
			return;
		}
		this.#revealLater = undefined;
		this.#collapsedByPerson = false;
		this.#select(id);
		this.wanted = { id, focus: true };
		this.#changed();
	}

	/** The focus went to another card by key. */
	moved(): void {
		attention.changed();
		this.#sweepIfFree();
		this.#changed();
	}

	/** Has a screen reader say this. */
	announce(sentence: string): void {
		this.announcement = sentence;
		this.#changed();
	}

	answer(id: string, answer: GivenAnswer): void {
		const item = itemsOf(this.groups).find(({ card }) => card.id === id);
		if (!item || item.ghost) return;
		const unfinished = answer.verdict === "allow" ? this.whyNotAllow(id) : undefined;
		if (this.expanded !== id) this.answers.refuse(id, "ui.refused.closed");
		else if (unfinished !== undefined) this.answers.refuse(id, unfinished);
		else void this.answers.give(id, answer, this.shown(item.card));
	}

	/** Why the card cannot be allowed now: a change of it is being made. */
	whyNotAllow(id: string): MessageCode | undefined {
		return this.edits.whyNotAllow(id) ?? (this.isUnsaved(id) ? "ui.edit.unsaved" : undefined);
	}

	/** What the person typed into the diff of this card is not saved, so it is not what would run. */
	isUnsaved(id: string): boolean {
		return this.state?.unsaved?.includes(id) === true;
	}

	draft(id: string): string {
		return this.#drafts.get(id) ?? "";
	}

	setDraft(id: string, text: string): void {
		if (text === "") this.#drafts.delete(id);
		else this.#drafts.set(id, text);
		this.#remember();
	}

	/** Opens or closes the box for a reason. */
	write(id: string | undefined): void {
		this.#endForms();
		this.writing = id;
		this.#changed();
	}

	/** Opens the form of a grant at a card. */
	beginGrant(id: string, lasts: LastsFor): void {
		this.#endForms();
		this.granting = new GrantDraft(
			id,
			lasts,
			(message) => this.host.post(message),
			() => this.#changed(),
		);
		this.#changed();
	}

	/** Opens the form that changes the action of a card. */
	beginEdit(card: CardModel, form: Form): void {
		this.#endForms();
		// What can be left out must be in sight.
		if (form === "parts")
			this.shown(card).openEach(card.files.flatMap((_, at) => [`file:${at}`, foldOf(`file:${at}`)]));
		this.edits.begin(card, form);
	}

	endGrant(): void {
		this.#endGrant();
		this.#changed();
	}

	pointer(inside: boolean): void {
		this.#pointerInside = inside;
		if (!inside) this.#sweep();
		this.#changed();
	}

	keys(inside: boolean): void {
		if (this.#keysInside === inside) return;
		this.#keysInside = inside;
		this.#lingerIfFree();
	}

	#takeState(state: PendingState): void {
		const isFirst = this.state === undefined;
		const before = itemsOf(this.groups);
		this.state = state;
		this.puzzled = false;
		this.policyFiles.keep(state.policy);
		this.groups = merge(this.groups, state, this.#pointerInside);
		const changed = this.#keepDrawn();
		const items = itemsOf(this.groups);
		const wasWaiting = new Set(before.filter((item) => !item.ghost).map((item) => item.card.id));
		const ended = items.filter((item) => item.ghost && wasWaiting.has(item.card.id));
		for (const { card } of ended) this.answers.settled(card.id);
		const old = new Set(before.map((item) => item.card.id));
		const fresh = items.filter((item) => !item.ghost && !old.has(item.card.id)).map((item) => item.card);
		this.announcement = [
			...announceOutcomes(ended, this.answers),
			...announceChanged(changed),
			...announceNew(fresh, state.pending.length, isFirst),
		].join(" ");
		if (ended.some(({ card }) => card.id === this.expanded)) this.#moveOn();
		if (!this.#pointerInside) this.top = state;
		this.#selectSomething();
		if (this.#revealLater !== undefined) this.reveal(this.#revealLater);
		this.#lingerIfFree();
	}

	/** A card with the same words stays the same object, and goes on being shown; with other words it starts anew. */
	#keepDrawn(): CardModel[] {
		const changed: CardModel[] = [];
		for (const item of itemsOf(this.groups)) {
			const shown = this.#shown.get(item.card.id);
			if (!shown || item.ghost) continue;
			if (shown.isSame(item.card)) item.card = shown.card;
			else {
				shown.setVisible(false);
				this.#shown.delete(item.card.id);
				this.edits.replaced(item.card.id);
				changed.push(item.card);
				if (item.card.id === this.expanded) attention.changed();
				// Rules were offered for other words.
				if (item.card.id === this.granting?.id) this.#endGrant();
			}
		}
		return changed;
	}

	/** The expanded card is settled: the selection moves on within its session (DESIGN 9). */
	#moveOn(): void {
		const id = this.expanded as string;
		this.fullGhosts.add(id);
		this.#shown.get(id)?.setVisible(false);
		if (this.writing === id) this.writing = undefined;
		if (this.granting?.id === id) this.#endGrant();
		this.edits.end(id);
		const given = this.answers.given(id);
		if (given?.gesture === "key") {
			const next = nextAfter(this.groups, id, "any");
			if (next === undefined) return;
			this.#select(next);
			this.wanted = { id: next, focus: true };
		} else if (given) {
			// Under a pointer, only what is below may open; the rest waits until the pointer has left.
			const next = nextAfter(this.groups, id, "below");
			if (next !== undefined) this.#select(next);
		}
	}

	#selectSomething(): void {
		const items = itemsOf(this.groups);
		if (items.every((item) => item.ghost)) this.#collapsedByPerson = false;
		const open = items.find(({ card }) => card.id === this.expanded);
		// Answered by a pointer that has left already: what comes up next is not under it.
		const passed = open?.ghost && !this.#pointerInside && this.answers.given(open.card.id)?.gesture === "pointer";
		if ((open && !passed) || this.#collapsedByPerson) return;
		this.#select(items.find((item) => !item.ghost)?.card.id);
	}

	#select(id: string | undefined): void {
		if (this.expanded === id) return;
		if (this.expanded !== undefined) this.#shown.get(this.expanded)?.setVisible(false);
		this.expanded = id;
		this.#endForms();
		attention.changed();
		this.#remember();
	}

	#sweepIfFree(): void {
		if (!this.#pointerInside) this.#sweep();
	}

	/** Ghosts go, sessions come together, what waited above the list is drawn. */
	#sweep(): void {
		clearTimeout(this.#linger);
		if (!this.state) return;
		const { pending } = this.state;
		const expandedWaits = pending.some((card) => card.id === this.expanded);
		const next =
			this.expanded === undefined || expandedWaits ? undefined : nextAfter(this.groups, this.expanded, "any");
		this.groups = sweep(this.groups, pending);
		this.top = this.state;
		this.fullGhosts.clear();
		const ids = new Set(pending.map((card) => card.id));
		for (const id of this.#shown.keys()) if (!ids.has(id)) this.#shown.delete(id);
		for (const id of this.#drafts.keys()) if (!ids.has(id)) this.#drafts.delete(id);
		this.answers.keep(ids);
		this.edits.keepOnly(ids);
		if (next !== undefined) this.#select(next);
		this.#selectSomething();
	}

	#lingerIfFree(): void {
		clearTimeout(this.#linger);
		if (this.#pointerInside || this.#keysInside || !hasGhosts(this.groups)) return;
		this.#linger = setTimeout(() => {
			this.#sweep();
			this.#changed();
		}, LINGER_MS);
	}

	/** One form at a time. */
	#endForms(): void {
		this.#endGrant();
		this.writing = undefined;
		this.edits.closeForms();
	}

	#endGrant(): void {
		this.granting?.end();
		this.granting = undefined;
	}

	#remember(): void {
		const { later } = this.policyFiles;
		this.host.memory = {
			...(this.expanded === undefined ? {} : { expanded: this.expanded }),
			drafts: Object.fromEntries(this.#drafts),
			...(later.length === 0 ? {} : { later }),
		};
	}

	#changed(): void {
		for (const listener of this.#listeners) listener();
	}
}
