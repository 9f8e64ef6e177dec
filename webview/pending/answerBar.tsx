// Allow and Deny, always in reach at the foot of the card, and what has to be known before they are pressed.
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { CardModel } from "../../src/protocol/card.ts";
import { Sentence } from "../ui/agentText.tsx";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icons.tsx";
import type { ShownCard } from "../ui/shown.ts";
import { t } from "../ui/texts.ts";
import { type Gesture, useAnswerRules } from "./answerRules.ts";
import type { GivenAnswer } from "./answers.ts";
import { EditForm, EditStatus, UnsavedNote } from "./editForm.tsx";
import { GrantForm } from "./grantForm.tsx";
import { ALLOW_SHORTCUTS, DENY_SHORTCUTS, keyLabel } from "./keys.ts";
import { Menu } from "./menu.tsx";
import { Reason } from "./reason.tsx";
import type { Store } from "./store.ts";

export interface BarProps {
	store: Store;
	card: CardModel;
	shown: ShownCard;
}

export function AnswerBar(props: BarProps): JSX.Element {
	const { store, card } = props;
	const given = store.answers.given(card.id);
	const writing = store.writing === card.id;
	const granting = store.granting?.id === card.id ? store.granting : undefined;
	const edit = store.edits.of(card.id);
	const bar = useRef<HTMLDivElement>(null);
	const height = useRef(0);
	useLayoutEffect(() => {
		if (!bar.current) return;
		// While an answer is on its way nothing below may move.
		bar.current.style.minHeight = given ? `${height.current}px` : "";
		if (!given) height.current = bar.current.getBoundingClientRect().height;
	});
	return (
		<div class={granting || edit?.form === "command" ? "bar granting" : "bar"} ref={bar}>
			<HintView {...props} />
			{edit?.form === undefined && <Progress {...props} />}
			{!given && edit && <EditStatus edit={edit} />}
			{!given && store.isUnsaved(card.id) && <UnsavedNote />}
			{given ? (
				<p class="sending">{t(sendingText(given))}</p>
			) : granting ? (
				<GrantForm {...props} draft={granting} />
			) : edit?.form !== undefined ? (
				<EditForm {...props} edit={edit} form={edit.form} />
			) : writing ? (
				<Reason {...props} />
			) : (
				<>
					<div class="buttons">
						<AllowButton {...props} />
						<DenyButton {...props} />
						<Menu {...props} />
					</div>
					<p class="key-hint">{t("ui.keys", { allow: keyLabel("Enter"), deny: keyLabel("Backspace") })}</p>
				</>
			)}
		</div>
	);
}

function sendingText({ verdict, grant }: GivenAnswer) {
	if (verdict === "deny") return "ui.sending.deny";
	return grant === undefined ? "ui.sending.allow" : "ui.sending.grant";
}

function AllowButton({ store, card, shown }: BarProps): JSX.Element {
	const rules = useAnswerRules({
		onAnswer: (gesture: Gesture) => store.answer(card.id, { verdict: "allow", gesture }),
		onRefused: (why) => store.answers.refuse(card.id, why),
	});
	return (
		<Button
			look="primary"
			class="allow"
			unavailable={(card.guard && shown.extent !== "whole") || store.whyNotAllow(card.id) !== undefined}
			keyShortcuts={ALLOW_SHORTCUTS}
			title={t("ui.allowTitle", { key: keyLabel("Enter") })}
			{...rules}
		>
			{t(card.edited === undefined ? "ui.allow" : "ui.allowEdited")}
		</Button>
	);
}

function DenyButton({ store, card }: BarProps): JSX.Element {
	const rules = useAnswerRules({
		onAnswer: (gesture: Gesture) => store.answer(card.id, { verdict: "deny", gesture }),
		onRefused: (why) => store.answers.refuse(card.id, why),
	});
	return (
		<Button look="secondary" class="deny" keyShortcuts={DENY_SHORTCUTS} title={keyLabel("Backspace")} {...rules}>
			{t("ui.deny")}
		</Button>
	);
}

/** Why the last press answered nothing. It lies over the card, so that it moves no button. */
export function HintView({ store, card }: Pick<BarProps, "store" | "card">): JSX.Element | null {
	const hint = store.answers.hint(card.id);
	if (!hint) return null;
	return (
		<p class="hint" role="alert" key={hint.serial}>
			<Sentence message={hint.message} />
		</p>
	);
}

/** What of the card has not been shown, and what to do about it. */
function Progress({ card, shown }: BarProps): JSX.Element | null {
	const { progress } = shown;
	const line = useRef<HTMLDivElement>(null);
	const height = useRef(0);
	const [hadMore, setHadMore] = useState(false);
	const [settled, setSettled] = useState(false);
	useEffect(() => {
		setSettled(true);
		// Asked anew: the first drawing is always partial, until the pieces have measured themselves.
		if (shown.progress !== "whole") setHadMore(true);
	}, [shown, progress]);
	// The line stays, as high as it was, when nothing is missing any more: Allow must not move up into a click.
	useLayoutEffect(() => {
		if (!line.current || !settled) return;
		height.current = Math.max(height.current, line.current.offsetHeight);
		line.current.style.minHeight = `${height.current}px`;
	});
	if ((!settled || progress === "whole") && !hadMore && !card.guard) return null;
	return (
		<div ref={line} class={`progress ${progress}`}>
			<Icon name={progress === "whole" ? "check" : card.guard ? "shield" : "info"} />
			<p>
				{t(progressText(progress, card.guard))}{" "}
				{progress === "partial" && (
					<button type="button" class="link" onClick={() => shown.openAll()}>
						{t("ui.shown.all")}
					</button>
				)}
			</p>
		</div>
	);
}

function progressText(progress: ShownCard["progress"], guard: boolean) {
	if (progress === "whole") return "ui.shown.whole";
	if (progress === "beyond") return guard ? "ui.shown.guardBeyond" : "ui.shown.beyond";
	if (!guard) return "ui.shown.partial";
	return progress === "drawn" ? "ui.shown.guardScroll" : "ui.shown.guardPartial";
}
