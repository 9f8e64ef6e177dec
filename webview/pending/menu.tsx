// The rarer answers and Copy, behind "⋯".
import type { JSX } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { IconButton } from "../ui/button.tsx";
import { t } from "../ui/texts.ts";
import type { BarProps } from "./answerBar.tsx";
import { useAnswerRules } from "./answerRules.ts";
import { formFor } from "./edits.ts";
import { handled } from "./keys.ts";

export function Menu(props: BarProps): JSX.Element {
	const { store, card } = props;
	const [open, setOpen] = useState(false);
	const box = useRef<HTMLDivElement>(null);
	const close = () => {
		setOpen(false);
		box.current?.querySelector<HTMLElement>("vscode-button")?.focus({ preventScroll: true });
	};

	useLayoutEffect(() => {
		if (!open) return undefined;
		box.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus({ preventScroll: true });
		const outside = (event: Event) => {
			if (!box.current?.contains(event.target as Node)) setOpen(false);
		};
		document.addEventListener("pointerdown", outside, true);
		document.addEventListener("focusin", outside, true);
		return () => {
			document.removeEventListener("pointerdown", outside, true);
			document.removeEventListener("focusin", outside, true);
		};
	}, [open]);

	const onKeyDown = (event: KeyboardEvent) => {
		const items = [...(box.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
		const at = items.indexOf(event.target as HTMLElement);
		const to = STEPS[event.key]?.(at, items.length);
		if (event.key === "Escape") {
			handled(event);
			close();
		} else if (event.key === "Tab") setOpen(false);
		else if (to !== undefined) {
			handled(event);
			items[(to + items.length) % items.length]?.focus({ preventScroll: true });
		}
	};

	return (
		<div class="menu" ref={box}>
			<IconButton
				icon="ellipsis"
				label={t("ui.more")}
				hasMenu
				expanded={open}
				onClick={() => (open ? close() : setOpen(true))}
			/>
			{open && (
				<div class="menu-items" role="menu" aria-label={t("ui.more")} tabIndex={-1} onKeyDown={onKeyDown}>
					<GrantItems {...props} />
					<hr />
					<EditItem {...props} />
					<button
						type="button"
						role="menuitem"
						tabIndex={-1}
						onClick={() => {
							setOpen(false);
							store.write(card.id);
						}}
					>
						{t("ui.denyReason")}
					</button>
					<StopItem {...props} />
					<hr />
					<button
						type="button"
						role="menuitem"
						tabIndex={-1}
						onClick={() => {
							close();
							store.host.post({ type: "copy", id: card.id });
						}}
					>
						{t("ui.copy")}
					</button>
				</div>
			)}
		</div>
	);
}

const STEPS: Record<string, (at: number, length: number) => number> = {
	ArrowUp: (at) => at - 1,
	ArrowDown: (at) => at + 1,
	Home: () => 0,
	End: (_, length) => length - 1,
};

const GRANTS = ["session", "minutes", "always"] as const;

/** They only open the form. A guard change has none: it says so, and the items stay, so that the menu is always the same. */
function GrantItems({ store, card }: BarProps): JSX.Element {
	const note = useId();
	return (
		<>
			{GRANTS.map((lasts) => (
				<button
					key={lasts}
					type="button"
					role="menuitem"
					tabIndex={-1}
					aria-disabled={card.guard ? "true" : undefined}
					aria-describedby={card.guard ? note : undefined}
					onClick={() => card.guard || store.beginGrant(card.id, lasts)}
				>
					{t(`ui.grant.${lasts}`)}
				</button>
			))}
			{card.guard && (
				<p id={note} class="menu-note">
					{t("ui.grant.guard")}
				</p>
			)}
		</>
	);
}

/** Only opens the form, for what can be changed: a command, or a change that was worked out. */
function EditItem({ store, card }: BarProps): JSX.Element | null {
	const form = formFor(card);
	if (form === undefined) return null;
	return (
		<button type="button" role="menuitem" tabIndex={-1} onClick={() => store.beginEdit(card, form)}>
			{t("ui.edit.menu")}
		</button>
	);
}

function StopItem({ store, card }: BarProps): JSX.Element {
	const { elementRef, ...rules } = useAnswerRules({
		onAnswer: (gesture) => store.answer(card.id, { verdict: "deny", stopSession: true, gesture }),
		onRefused: (why) => store.answers.refuse(card.id, why),
	});
	return (
		<button
			type="button"
			role="menuitem"
			tabIndex={-1}
			ref={(element) => {
				elementRef.current = element;
			}}
			{...rules}
		>
			{t("ui.denyStop")}
		</button>
	);
}
