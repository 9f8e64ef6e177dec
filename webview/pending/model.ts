// What is on the list and in which order: pure functions, so that "nothing moves under the pointer" can be tested without
// one. An item is a waiting card or the ghost of a settled one; a ghost stays where it was until it is swept away.
import type { CardModel } from "../../src/protocol/card.ts";
import type { Outcome, PendingState } from "../../src/protocol/pendingView.ts";
import type { AnyMessage } from "../ui/texts.ts";

export interface Ghost {
	/** Undefined when the host no longer knows. */
	outcome: Outcome | undefined;
	message?: AnyMessage | undefined;
}

export interface Item {
	card: CardModel;
	ghost?: Ghost;
}

export interface Group {
	/** Of the agent's session; a session can have a second group at the end while the order is held. */
	session: string;
	/** Unique among the groups drawn at one time. */
	key: string;
	items: Item[];
}

export type HostCards = Pick<PendingState, "pending" | "settled">;

export function sessionOf(card: CardModel): string {
	return `${card.agent.id} ${card.session.id}`;
}

/**
 * The list after the host said what is pending now.
 * @param held nothing that is drawn may move: new cards go below everything
 */
export function merge(groups: readonly Group[], { pending, settled }: HostCards, held: boolean): Group[] {
	const waiting = new Map(pending.map((card) => [card.id, card]));
	const outcomes = new Map(settled.map((entry) => [entry.id, entry]));
	const known = new Set<string>();
	const merged = groups.map((group) => ({
		...group,
		items: group.items.map((item): Item => {
			known.add(item.card.id);
			const card = waiting.get(item.card.id);
			if (card && !item.ghost) return { card };
			if (item.ghost && !card) return item;
			const end = outcomes.get(item.card.id);
			return { card: item.card, ghost: { outcome: end?.outcome, message: end?.message } };
		}),
	}));
	for (const card of pending) {
		if (!known.has(card.id)) append(merged, card, held);
	}
	return merged;
}

/** The list without ghosts, every session in one group, in the host's order. */
export function sweep(groups: readonly Group[], pending: readonly CardModel[]): Group[] {
	const now = new Map(groups.flatMap((group) => group.items).map((item) => [item.card.id, item.card]));
	const swept: Group[] = [];
	for (const card of pending) append(swept, now.get(card.id) ?? card, false);
	return swept;
}

export function itemsOf(groups: readonly Group[]): Item[] {
	return groups.flatMap((group) => group.items);
}

export function hasGhosts(groups: readonly Group[]): boolean {
	return itemsOf(groups).some((item) => item.ghost !== undefined);
}

/**
 * Where the selection goes after `id` was settled: the next waiting card of its session.
 * @param reach "below": only one that lies below `id`, so that nothing above it changes its height; "any": also one above
 * it, and when the session has none, the first of all
 */
export function nextAfter(groups: readonly Group[], id: string, reach: "below" | "any"): string | undefined {
	const items = itemsOf(groups);
	const at = items.findIndex((item) => item.card.id === id);
	const from = items[at];
	if (!from) return undefined;
	const isOpen = (item: Item) => item.ghost === undefined;
	const isSame = (item: Item) => isOpen(item) && sessionOf(item.card) === sessionOf(from.card);
	const below = items.slice(at + 1).find(isSame);
	if (below || reach === "below") return below?.card.id;
	return (items.find(isSame) ?? items.find(isOpen))?.card.id;
}

function append(groups: Group[], card: CardModel, held: boolean): void {
	const session = sessionOf(card);
	const last = groups.at(-1);
	const home = held
		? last?.session === session
			? last
			: undefined
		: groups.find((group) => group.session === session);
	if (home) home.items.push({ card });
	else groups.push({ session, key: keyFor(groups, session), items: [{ card }] });
}

function keyFor(groups: readonly Group[], session: string): string {
	const same = groups.filter((group) => group.session === session).length;
	return same === 0 ? session : `${session} ${same}`;
}
