// One request on the list: a line, or the whole card, or the ghost of either.
import type { JSX } from "preact";
import { memo } from "preact/compat";
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef } from "preact/hooks";
import type { CardModel } from "../../src/protocol/card.ts";
import { AgentText, Sentence } from "../ui/agentText.tsx";
import { type CardActions, CardBody, KIND_ICONS } from "../ui/card.tsx";
import { Counts } from "../ui/fileName.tsx";
import { Icon } from "../ui/icons.tsx";
import type { PartsChoice } from "../ui/parts.tsx";
import type { ShownCard } from "../ui/shown.ts";
import { ShowingProvider } from "../ui/shownContext.ts";
import { t } from "../ui/texts.ts";
import { minutesAndSeconds, useCountdown } from "../ui/time.ts";
import { ViewWatch } from "../ui/viewWatch.ts";
import { oneLine } from "../ui/visible.ts";
import { summary } from "./announce.ts";
import { AnswerBar, HintView } from "./answerBar.tsx";
import { type Edit, isEditable } from "./edits.ts";
import type { Item } from "./model.ts";
import { OUTCOME_ICONS, outcomeText } from "./outcome.ts";
import type { Store } from "./store.ts";
import { useVisible } from "./useVisible.ts";

/** Characters of the target on a line of the list. */
const SUMMARY_CHARACTERS = 160;

export function ItemView({ store, item }: { store: Store; item: Item }): JSX.Element {
	const { card, ghost } = item;
	const full = ghost ? store.fullGhosts.has(card.id) : store.expanded === card.id;
	const article = useRef<HTMLElement>(null);
	const height = useRef(0);
	const clear = () => store.answers.clearHint(card.id);
	// No white space, which would part it into several in aria-labelledby.
	const head = `head-${encodeURIComponent(card.id)}`;

	useLayoutEffect(() => {
		const element = article.current;
		if (!element) return;
		// A ghost keeps the height of the card.
		if (ghost) element.style.height = `${height.current}px`;
		else {
			element.style.height = "";
			height.current = element.getBoundingClientRect().height;
		}
		// What had the focus in this card may be gone; the card still has it.
		if (store.focused === card.id && document.activeElement === document.body && document.hasFocus()) {
			element.querySelector<HTMLElement>("button.head")?.focus({ preventScroll: true });
		}
	});

	return (
		<li data-card={card.id} onPointerDownCapture={clear} onKeyDownCapture={clear}>
			<article
				ref={article}
				class={`card ${full ? "full" : ""} ${ghost ? "ghost" : ""} ${card.guard ? "is-guard" : ""}`}
				aria-labelledby={head}
			>
				<h3>
					<button
						type="button"
						id={head}
						class="head"
						aria-expanded={full}
						aria-disabled={ghost ? "true" : undefined}
						onClick={() => ghost || store.toggle(card.id)}
					>
						<Icon name="chevron" />
						<Icon name={KIND_ICONS[card.kind]} />
						<HeadText card={card} full={full} />
						{ghost && !full ? (
							<Outcome store={store} item={item} />
						) : (
							!ghost && <Marks store={store} card={card} full={full} />
						)}
					</button>
				</h3>
				{/* Other words are another card, with buttons that have not come to rest yet: see `useAnswerRules`. */}
				{full && <Full key={store.shown(card).serial} store={store} item={item} shown={store.shown(card)} />}
				{!full && <ClosedHint store={store} id={card.id} />}
			</article>
		</li>
	);
}

const HeadText = memo(function HeadText({ card, full }: { card: CardModel; full: boolean }): JSX.Element {
	return (
		<span class="head-text">
			<span class="verb">
				<Sentence message={card.verb} />
			</span>{" "}
			{/* The open card draws its target below; its name says it all the same. */}
			<span class={full ? "unseen" : undefined}>
				<AgentText text={oneLine(card.target, SUMMARY_CHARACTERS)} code />
			</span>
		</span>
	);
});

function Marks({ store, card, full }: { store: Store; card: CardModel; full: boolean }): JSX.Element {
	const left = useCountdown(card.deadlineAt);
	const hurries = left !== undefined && left > 0;
	useEffect(() => {
		if (hurries) store.announce(t("ui.announce.timeLeft", { action: summary(card) }));
	}, [store, card, hurries]);
	const added = card.files.reduce((sum, file) => sum + file.added, 0);
	const removed = card.files.reduce((sum, file) => sum + file.removed, 0);
	return (
		<span class="marks">
			{card.edited && (
				<span class="edited-icon">
					<Icon name="edit" />
					<span class="unseen">
						{t(card.edited.through === "document" ? "ui.edited.markDocument" : "ui.edited.mark")}
					</span>
				</span>
			)}
			{card.guard && (
				<span class="guard-mark">
					<Icon name="shield" />
					<span class="unseen">{t("ui.card.guardMark")}</span>
				</span>
			)}
			{!full && card.files.length > 0 && <Counts added={added} removed={removed} />}
			{left !== undefined && (
				<span class="countdown">
					<Icon name="clock" />
					<span class="unseen">{t("ui.card.timeLeft")} </span>
					{minutesAndSeconds(left)}
				</span>
			)}
		</span>
	);
}

function Full({ store, item, shown }: { store: Store; item: Item; shown: ShownCard }): JSX.Element {
	const { card, ghost } = item;
	const [, redraw] = useReducer((n: number) => n + 1, 0);
	const body = useRef<HTMLDivElement>(null);
	const isGhost = ghost !== undefined;
	useLayoutEffect(() => {
		redraw(undefined);
		return shown.subscribe(() => redraw(undefined));
	}, [shown]);
	const watch = useMemo(() => (card.guard ? new ViewWatch(shown) : undefined), [card.guard, shown]);
	useEffect(() => () => watch?.stop(), [watch]);
	useVisible(body, shown, isGhost);
	const showing = useMemo(() => ({ shown, watch }), [shown, watch]);
	const actions = useMemo(() => actionsOf(store, shown), [store, shown]);
	const edit = isGhost ? undefined : store.edits.of(card.id);
	const parts = edit?.form === "parts" ? partsOf(store, card.id, edit) : undefined;
	return (
		<div class="full-card" ref={body}>
			<div inert={isGhost}>
				<ShowingProvider value={showing}>
					<CardBody card={card} actions={{ ...actions, parts, isWaiting: edit?.isWorking ?? false }} />
				</ShowingProvider>
			</div>
			{ghost ? (
				<div class="bar outcome-bar">
					<HintView store={store} card={card} />
					<Outcome store={store} item={item} />
				</div>
			) : (
				<AnswerBar store={store} card={card} shown={shown} />
			)}
		</div>
	);
}

/** What a person can ask for at a card. */
function actionsOf({ host, edits }: Store, { card: { id }, contexts }: ShownCard): CardActions {
	return {
		openDiff: (file) => host.post({ type: "openDiff", id, file }),
		openFile: (file) => host.post({ type: "openFile", id, file }),
		openEdit: (file) => edits.openInDiff(id, file),
		canEdit: isEditable,
		openAll: () => host.post({ type: "openAllDiffs", id }),
		explain: () => host.post({ type: "explain", id }),
		back: () => edits.post(id, { original: true }),
		context: { contexts, ask: (file, from, to) => host.post({ type: "context", id, file, from, to }) },
	};
}

function partsOf({ edits }: Store, id: string, { file, leftOut }: Edit): PartsChoice {
	return { file, leftOut, keep: (at, hunk, keep) => edits.keep(id, at, hunk, keep) };
}

function Outcome({ store, item: { card, ghost } }: { store: Store; item: Item }): JSX.Element {
	const outcome = ghost?.outcome;
	return (
		<span class={`outcome ${outcome ?? "gone"}`}>
			<Icon name={outcome ? OUTCOME_ICONS[outcome] : "clock"} />
			<span>
				{outcomeText(outcome, store.answers.isOurs(card.id, outcome))}
				{ghost?.message && (
					<>
						{" "}
						<Sentence message={ghost.message} />
					</>
				)}
			</span>
		</span>
	);
}

/** A refusal at a card that is not open. */
function ClosedHint({ store, id }: { store: Store; id: string }): JSX.Element | null {
	const hint = store.answers.hint(id);
	if (!hint) return null;
	return (
		<p class="hint closed" role="alert" key={hint.serial}>
			<Sentence message={hint.message} />
		</p>
	);
}
