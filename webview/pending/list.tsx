// The waiting cards by session. One tab stop: arrows go from card to card, Enter opens one, Ctrl+Enter answers it.
import type { JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { AgentText } from "../ui/agentText.tsx";
import { Badge } from "../ui/badge.tsx";
import { isLongLabel } from "../ui/shown.ts";
import { counted, t } from "../ui/texts.ts";
import { oneLine } from "../ui/visible.ts";
import { attention } from "./attention.ts";
import { ItemView } from "./item.tsx";
import { handled, isAllowKey, isDenyKey, isWriting } from "./keys.ts";
import type { Group } from "./model.ts";
import type { Store } from "./store.ts";

export function List({ store }: { store: Store }): JSX.Element {
	const list = useRef<HTMLElement>(null);
	// Once keys are used, the hint about them stays: taking it away at a press would move the button that is pressed.
	const [byKey, setByKey] = useState(false);
	useFocusAndScroll(store, list);
	useRoving(store, list);

	const onKeyDown = (event: KeyboardEvent) => {
		setByKey(true);
		if (isWriting(event)) return;
		const card = (event.target as Element).closest<HTMLElement>("[data-card]");
		const id = card?.dataset.card;
		if (id !== undefined && (isAllowKey(event) || isDenyKey(event))) {
			handled(event);
			if (!event.isTrusted) return;
			if (!attention.isReady(event.timeStamp)) store.answers.refuse(id, "ui.refused.key");
			else store.answer(id, { verdict: isAllowKey(event) ? "allow" : "deny", gesture: "key" });
			return;
		}
		const to = event.ctrlKey || event.metaKey || event.altKey ? undefined : STEPS[event.key];
		const heads = headsOf(list.current);
		const at = heads.indexOf(event.target as HTMLElement);
		if (to === undefined || at < 0) return;
		handled(event);
		heads[Math.min(Math.max(to(at, heads.length), 0), heads.length - 1)]?.focus();
		store.moved();
	};

	return (
		<section
			ref={list}
			class={`list ${byKey ? "by-key" : ""}`}
			aria-label={t("ui.list")}
			onPointerEnter={() => store.pointer(true)}
			onPointerLeave={() => store.pointer(false)}
			onFocusOut={(event: FocusEvent) => {
				if (!list.current?.contains(event.relatedTarget as Node | null)) store.keys(false);
			}}
			onKeyDown={onKeyDown}
		>
			{store.groups.map((group) => (
				<GroupView key={group.key} store={store} group={group} />
			))}
		</section>
	);
}

const STEPS: Record<string, (at: number, length: number) => number> = {
	ArrowUp: (at) => at - 1,
	ArrowDown: (at) => at + 1,
	Home: () => 0,
	End: (_, length) => length - 1,
};

function GroupView({ store, group }: { store: Store; group: Group }): JSX.Element | null {
	const id = useId();
	const card = group.items[0]?.card;
	if (!card) return null;
	const waiting = group.items.filter((item) => !item.ghost).length;
	const label = isLongLabel(card) ? oneLine(card.session.label, 60) : card.session.label;
	return (
		<section class="group" aria-labelledby={id}>
			<h2 id={id} class="group-head">
				<span class="group-label">
					<AgentText text={label || t("ui.session.unnamed")} />{" "}
					<span class="agent">
						<AgentText text={card.agent.label} />
					</span>
				</span>
				<Badge count={waiting} label={counted("ui.waiting", waiting)} />
			</h2>
			{/* biome-ignore lint/a11y/noRedundantRoles: a list without bullets loses its role in some readers */}
			<ul role="list">
				{group.items.map((item) => (
					<ItemView key={item.card.id} store={store} item={item} />
				))}
			</ul>
		</section>
	);
}

function headsOf(list: HTMLElement | null): HTMLElement[] {
	return [...(list?.querySelectorAll<HTMLElement>("button.head") ?? [])];
}

/** One card's header is the list's tab stop: the one focused last, else the expanded, else the first. */
function useRoving(store: Store, list: { current: HTMLElement | null }): void {
	const last = useRef<string>(undefined);
	useLayoutEffect(() => {
		const heads = headsOf(list.current);
		const idOf = (head: HTMLElement) => head.closest<HTMLElement>("[data-card]")?.dataset.card;
		const stop =
			heads.find((head) => head === document.activeElement) ??
			heads.find((head) => idOf(head) === last.current) ??
			heads.find((head) => idOf(head) === store.expanded) ??
			heads[0];
		for (const head of heads) head.tabIndex = head === stop ? 0 : -1;
	});
	useEffect(() => {
		const note = (event: FocusEvent) => {
			store.focused = (event.target as Element).closest<HTMLElement>("[data-card]")?.dataset.card;
			store.keys(element?.contains(event.target as Node) ?? false);
			const head = (event.target as Element).closest?.("button.head");
			if (!head) return;
			last.current = head.closest<HTMLElement>("[data-card]")?.dataset.card;
			for (const other of headsOf(list.current)) other.tabIndex = other === head ? 0 : -1;
		};
		const element = list.current;
		document.addEventListener("focusin", note);
		return () => document.removeEventListener("focusin", note);
	}, [store, list]);
}

/** After drawing: the focus to the card that asked for it, and a card opened by hand stays where it was clicked. */
function useFocusAndScroll(store: Store, list: { current: HTMLElement | null }): void {
	const tops = useRef(new Map<string, number>());
	useLayoutEffect(() => {
		const { wanted } = store;
		store.wanted = undefined;
		const find = (id: string) => list.current?.querySelector<HTMLElement>(`[data-card="${CSS.escape(id)}"]`);
		const card = wanted && find(wanted.id);
		if (card && wanted.focus) {
			if (document.hasFocus()) card.querySelector<HTMLElement>("button.head")?.focus({ preventScroll: true });
			card.scrollIntoView({ block: "start" });
		} else if (card) {
			const before = tops.current.get(wanted.id);
			if (before !== undefined) scrollBy(0, card.getBoundingClientRect().top - before);
		}
		tops.current.clear();
	});
	// Taken at the last moment before a click changes the layout.
	useEffect(() => {
		const note = (event: Event) => {
			const card = (event.target as Element).closest<HTMLElement>("[data-card]");
			if (card?.dataset.card) tops.current.set(card.dataset.card, card.getBoundingClientRect().top);
		};
		const element = list.current;
		element?.addEventListener("click", note, true);
		return () => element?.removeEventListener("click", note, true);
	}, [list]);
}
