// Allow, and let more like it pass from now on: which rule, what it would have let through, and for how long. It lies in
// the card, and nothing of it counts before "Allow and grant" is pressed under the rules of every answer.
import type { JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import type { GrantOffer } from "../../src/protocol/grants.ts";
import { AgentText, Sentence } from "../ui/agentText.tsx";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icons.tsx";
import { RuleField } from "../ui/ruleField.tsx";
import type { AnyMessage } from "../ui/texts.ts";
import { counted, t } from "../ui/texts.ts";
import { oneLine, visibleText } from "../ui/visible.ts";
import type { BarProps } from "./answerBar.tsx";
import { type Gesture, useAnswerRules } from "./answerRules.ts";
import { attention } from "./attention.ts";
import { type Choice, type GrantDraft, type LastsFor, MINUTES } from "./grantDraft.ts";
import { ALLOW_SHORTCUTS, handled, isAllowKey, keyLabel } from "./keys.ts";

const EXAMPLE_CHARACTERS = 240;

export function GrantForm(props: BarProps & { draft: GrantDraft }): JSX.Element {
	const { store, card, shown, draft } = props;
	const form = useRef<HTMLElement>(null);
	useFocus(form, draft);
	const problem = whyNot(props);
	const refused = (why: Parameters<typeof store.answers.refuse>[1]) => store.answers.refuse(card.id, why);
	const grant = (gesture: Gesture) => {
		const granted = draft.grant;
		// Asked anew: what was drawn may be older than what is known.
		const now = whyNot(props);
		if (granted === undefined || now !== undefined)
			refused(draft.isWaiting ? "ui.grant.notReady" : (now ?? "ui.grant.notReady"));
		else store.answer(card.id, { verdict: "allow", gesture, grant: granted });
	};
	const { elementRef, ...rules } = useAnswerRules({
		words: JSON.stringify(draft.grant ?? null),
		onAnswer: grant,
		onRefused: refused,
	});
	const close = () => {
		// Back to where it was opened from.
		const head = form.current?.closest("article")?.querySelector<HTMLElement>("button.head");
		store.endGrant();
		head?.focus({ preventScroll: true });
	};
	const onKeyDown = (event: KeyboardEvent) => {
		if (event.key === "Escape") {
			handled(event);
			close();
		} else if (isAllowKey(event)) {
			handled(event);
			if (!event.isTrusted) return;
			if (attention.isReady(event.timeStamp)) grant("key");
			else refused("ui.refused.key");
		}
	};
	const offers = draft.refused === undefined && shown.progress !== "beyond";
	return (
		<section ref={form} class="grant" aria-label={t("ui.grant.title")} tabIndex={-1} onKeyDown={onKeyDown}>
			<h4>{t("ui.grant.title")}</h4>
			{offers && <Choices draft={draft} />}
			{offers && <HowLong draft={draft} />}
			<p class={draft.isWaiting ? "why-not" : "why-not warns"} role="status">
				{problem !== undefined && (
					<>
						<Icon name={draft.isWaiting ? "clock" : "info"} />
						<span>
							<Sentence message={problem} />{" "}
							{shown.progress === "partial" && draft.refused === undefined && (
								<button type="button" class="link" onClick={() => shown.openAll()}>
									{t("ui.shown.all")}
								</button>
							)}
						</span>
					</>
				)}
			</p>
			<div class="buttons">
				<Button
					look="primary"
					class="do-grant"
					unavailable={problem !== undefined}
					keyShortcuts={ALLOW_SHORTCUTS}
					title={keyLabel("Enter")}
					elementRef={elementRef}
					{...rules}
				>
					{t("ui.grant.do")}
				</Button>
				<Button look="secondary" onClick={close}>
					{t("ui.cancel")}
				</Button>
			</div>
		</section>
	);
}

/** What keeps this from being granted, most important first. */
function whyNot({ card, shown, draft }: BarProps & { draft: GrantDraft }): AnyMessage | undefined {
	if (card.guard) return { code: "ui.grant.guard" };
	if (draft.refused !== undefined) return draft.refused;
	if (shown.progress === "beyond") return { code: "ui.grant.beyond" };
	if (shown.extent !== "whole") return { code: "ui.grant.notWhole" };
	return draft.problem;
}

function Choices({ draft }: { draft: GrantDraft }): JSX.Element | null {
	const name = useId();
	if (draft.choices === undefined) return null;
	return (
		<fieldset class="choices">
			<legend>{t("ui.grant.rules")}</legend>
			{draft.choices.map((choice, index) => (
				<div key={index} class="choice">
					<Radio
						name={name}
						checked={index === draft.selected}
						label={visibleText(choice.offered.rule.patterns.join("; "))}
						onPick={() => draft.select(index)}
					>
						{/* The one that is chosen is drawn as what can be edited. */}
						{index === draft.selected ? (
							<span class="exact">{exactness(choice)}</span>
						) : (
							choice.offered.rule.patterns.map((pattern, at) => (
								<span key={at} class="pattern">
									<AgentText text={pattern} code />
								</span>
							))
						)}
					</Radio>
					{index === draft.selected && <Chosen draft={draft} choice={choice} />}
				</div>
			))}
		</fieldset>
	);
}

function exactness({ offered, offer }: Choice): string {
	return (offer ?? offered).exact ? t("ui.grant.exact") : t("ui.grant.pattern");
}

function Chosen({ draft, choice }: { draft: GrantDraft; choice: Choice }): JSX.Element {
	const { patterns, offer } = choice;
	const wild = patterns.some((pattern) => pattern.includes("*"));
	return (
		<div class="chosen">
			{patterns.map((pattern, at) => (
				<RuleField
					key={at}
					label={
						patterns.length === 1
							? t("ui.grant.pattern")
							: t("ui.grant.patternOf", { number: at + 1, count: patterns.length })
					}
					value={pattern}
					onInput={(text) => draft.edit(at, text)}
				/>
			))}
			{wild && <p class="help">{t(HELP[choice.offered.rule.member] ?? "ui.grant.help.tool")}</p>}
			{offer && <Reach offer={offer} />}
		</div>
	);
}

const HELP = {
	command: "ui.grant.help.command",
	path: "ui.grant.help.path",
	tool: "ui.grant.help.tool",
	host: "ui.grant.help.host",
} as const;

/** What the rule would have let through, and what it rests on. */
function Reach({ offer: { past, files } }: { offer: GrantOffer }): JSX.Element {
	const rest = past.matched - past.examples.length;
	return (
		<>
			<div class="past">
				<p>
					{past.matched === 0
						? t("ui.grant.past.none", { days: past.days })
						: counted("ui.grant.past", past.matched, { days: past.days })}
				</p>
				{past.examples.length > 0 && (
					<ul>
						{past.examples.map((example, index) => (
							<li key={index}>
								<AgentText text={oneLine(example, EXAMPLE_CHARACTERS)} code />
							</li>
						))}
						{rest > 0 && <li>{counted("ui.grant.pastRest", rest)}</li>}
					</ul>
				)}
				{past.more && <p>{t("ui.grant.pastMore")}</p>}
			</div>
			{files.length > 0 && (
				<p class="rests-on">
					{t("ui.grant.files")}{" "}
					{files.map((file, index) => (
						<span key={index}>
							{index > 0 && ", "}
							<AgentText text={file} code />
						</span>
					))}
				</p>
			)}
		</>
	);
}

function HowLong({ draft }: { draft: GrantDraft }): JSX.Element | null {
	const name = useId();
	if (draft.choices === undefined) return null;
	const radio = (lasts: LastsFor) => ({
		name,
		checked: draft.lasts === lasts,
		onPick: () => draft.setLasts(lasts),
	});
	return (
		<fieldset class="how-long">
			<legend>{t("ui.grant.howLong")}</legend>
			<Radio {...radio("session")} more={t("ui.grant.forSessionMore")}>
				{t("ui.grant.forSession")}
			</Radio>
			<div class="minutes">
				<Radio {...radio("minutes")}>{t("ui.grant.forMinutes")}</Radio>
				<input
					class="minutes-field"
					type="text"
					inputMode="numeric"
					aria-label={t("ui.grant.forMinutes")}
					maxLength={4}
					value={draft.minutes}
					aria-invalid={draft.lasts === "minutes" && !isMinutes(draft.minutes)}
					onFocus={() => draft.setLasts("minutes")}
					onInput={(event) => draft.setMinutes(event.currentTarget.value)}
				/>
			</div>
			<Radio {...radio("always")} more={t("ui.grant.forAlwaysMore")}>
				{t("ui.grant.forAlways")}
			</Radio>
		</fieldset>
	);
}

function isMinutes(text: string): boolean {
	return /^\d+$/.test(text) && Number(text) >= MINUTES.least && Number(text) <= MINUTES.most;
}

interface RadioProps {
	name: string;
	checked: boolean;
	onPick(): void;
	/** Its name for screen readers, where its words are not enough. */
	label?: string;
	/** Drawn while it is chosen. */
	more?: string;
	children: JSX.Element | JSX.Element[] | string;
}

function Radio({ name, checked, onPick, label, more, children }: RadioProps): JSX.Element {
	return (
		<label class="radio">
			<input type="radio" name={name} checked={checked} aria-label={label} onChange={onPick} />
			<span>
				{children}
				{more !== undefined && checked && <span class="help">{more}</span>}
			</span>
		</label>
	);
}

/** The focus into the form, and to the rule that is chosen as soon as there is one. */
function useFocus(form: { current: HTMLElement | null }, draft: GrantDraft): void {
	const ready = draft.choices !== undefined;
	useEffect(() => {
		const element = form.current;
		if (!element) return;
		const active = document.activeElement;
		// Not out of the hands of somebody who is in it already.
		if (ready && active !== element) return;
		const first = element.querySelector<HTMLElement>("input[type=radio]:checked");
		(first ?? element).focus({ preventScroll: true });
	}, [form, ready]);
	useEffect(() => {
		form.current?.closest(".bar")?.scrollIntoView({ block: "nearest" });
	}, [form, ready]);
}
