// How a request ended, in a word and an icon. The word carries the meaning, never the colour alone.
import type { Outcome } from "../../src/protocol/pendingView.ts";
import type { IconName } from "../ui/icons.tsx";
import { t } from "../ui/texts.ts";

export const OUTCOME_ICONS: Record<Outcome, IconName> = {
	allowed: "check",
	denied: "cross",
	timeout: "clock",
	withdrawn: "undo",
	failed: "error",
};

/** @param byPerson the answer that settled it was given in this view */
export function outcomeText(outcome: Outcome | undefined, byPerson: boolean): string {
	switch (outcome) {
		case "allowed":
			return t(byPerson ? "ui.outcome.allowedByYou" : "ui.outcome.allowed");
		case "denied":
			return t(byPerson ? "ui.outcome.deniedByYou" : "ui.outcome.denied");
		case "timeout":
			return t("ui.outcome.timeout");
		case "withdrawn":
			return t("ui.outcome.withdrawn");
		case "failed":
			return t("ui.outcome.failed");
		default:
			return t("ui.outcome.gone");
	}
}

/** The outcome in as few words as fit a row. */
export function outcomeWord(outcome: Outcome): string {
	switch (outcome) {
		case "timeout":
			return t("ui.word.timeout");
		case "withdrawn":
			return t("ui.word.withdrawn");
		case "failed":
			return t("ui.word.failed");
		default:
			return outcomeText(outcome, false);
	}
}
