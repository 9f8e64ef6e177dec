// What a screen reader is told when the list changes.
import type { CardModel } from "../../src/protocol/card.ts";
import { counted, say, t } from "../ui/texts.ts";
import { oneLine, visibleText } from "../ui/visible.ts";
import type { Answers } from "./answers.ts";
import type { Item } from "./model.ts";
import { outcomeText } from "./outcome.ts";

/** Beyond this many, they are counted and not read out. */
const READ_OUT = 2;

export function announceNew(cards: readonly CardModel[], waiting: number, isFirst: boolean): string[] {
	if (cards.length === 0) return [];
	if (isFirst || cards.length > READ_OUT) return [counted("ui.waiting", waiting)];
	return cards.map((card) => t("ui.announce.new", { agent: visibleText(card.agent.label), action: summary(card) }));
}

/** Cards that say something else than before. */
export function announceChanged(cards: readonly CardModel[]): string[] {
	return cards.slice(0, READ_OUT).map((card) => t("ui.announce.changed", { action: summary(card) }));
}

export function announceOutcomes(items: readonly Item[], answers: Answers): string[] {
	return items
		.slice(0, READ_OUT)
		.map(
			({ card, ghost }) => `${outcomeText(ghost?.outcome, answers.isOurs(card.id, ghost?.outcome))}: ${summary(card)}.`,
		);
}

/** "Run npm test": a request in a few words, for names and announcements. */
export function summary(card: CardModel): string {
	return `${say(card.verb)} ${visibleText(oneLine(card.target, 80))}`;
}
