// Deny, with words that the agent reads.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Button } from "../ui/button.tsx";
import { TextArea } from "../ui/textArea.tsx";
import { t } from "../ui/texts.ts";
import type { BarProps } from "./answerBar.tsx";
import { type Gesture, useAnswerRules } from "./answerRules.ts";
import { attention } from "./attention.ts";
import { ALLOW_SHORTCUTS, handled, isAllowKey, keyLabel } from "./keys.ts";

/** The protocol's limit. */
const REASON_CHARACTERS = 4000;

export function Reason({ store, card }: BarProps): JSX.Element {
	const [text, setText] = useState(() => store.draft(card.id));
	const deny = (gesture: Gesture) =>
		store.answer(card.id, { verdict: "deny", gesture, ...(text.trim() === "" ? {} : { reason: text.trim() }) });
	const refused = (why: Parameters<typeof store.answers.refuse>[1]) => store.answers.refuse(card.id, why);
	const rules = useAnswerRules({ onAnswer: deny, onRefused: refused });
	const close = (event?: Event) => {
		// Back to where it was opened from.
		const head = (event?.currentTarget as Element | null)
			?.closest("article")
			?.querySelector<HTMLElement>("button.head");
		store.write(undefined);
		head?.focus({ preventScroll: true });
	};
	const onKeyDown = (event: KeyboardEvent) => {
		if (event.key === "Escape") {
			handled(event);
			close(event);
		} else if (isAllowKey(event)) {
			handled(event);
			if (!event.isTrusted) return;
			if (attention.isReady(event.timeStamp)) deny("key");
			else refused("ui.refused.key");
		}
	};
	return (
		// biome-ignore lint/a11y/noStaticElementInteractions: hears the keys of the controls in it
		<div class="reason" onKeyDown={onKeyDown}>
			<TextArea
				label={t("ui.reason.label")}
				value={text}
				maxLength={REASON_CHARACTERS}
				onInput={(value) => {
					setText(value);
					store.setDraft(card.id, value);
				}}
			/>
			<div class="buttons">
				<Button look="primary" class="deny" keyShortcuts={ALLOW_SHORTCUTS} title={keyLabel("Enter")} {...rules}>
					{t("ui.deny")}
				</Button>
				<Button look="secondary" onClick={close}>
					{t("ui.cancel")}
				</Button>
			</div>
		</div>
	);
}
