// The four views as tabs: arrow keys move between them, and the one that gets the focus is shown.
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { handled } from "../pending/keys.ts";
import { t } from "../ui/texts.ts";
import { VIEWS, type View } from "./state.ts";
import type { Store } from "./store.ts";
import { useStore } from "./useStore.ts";

export function tabId(view: View): string {
	return `tab-${view}`;
}

export function panelId(view: View): string {
	return `view-${view}`;
}

export function Tabs({ store }: { store: Store }): JSX.Element {
	const { view } = useStore(store);
	const box = useRef<HTMLDivElement>(null);
	const onKeyDown = (event: KeyboardEvent) => {
		if (event.altKey || event.ctrlKey || event.metaKey) return;
		const to = STEPS[event.key]?.(VIEWS.indexOf(view));
		const next = to === undefined ? undefined : VIEWS[(to + VIEWS.length) % VIEWS.length];
		if (next === undefined) return;
		handled(event);
		store.show(next);
		box.current?.querySelector<HTMLElement>(`#${tabId(next)}`)?.focus();
	};
	return (
		<div class="tabs" role="tablist" aria-label={t("audit.tabs")} ref={box} onKeyDown={onKeyDown}>
			{VIEWS.map((one) => (
				<button
					key={one}
					type="button"
					role="tab"
					id={tabId(one)}
					class="tab"
					aria-selected={one === view}
					aria-controls={one === view ? panelId(one) : undefined}
					tabIndex={one === view ? 0 : -1}
					onClick={() => store.show(one)}
				>
					{t(`audit.tab.${one}`)}
				</button>
			))}
		</div>
	);
}

const STEPS: Record<string, (at: number) => number> = {
	ArrowLeft: (at) => at - 1,
	ArrowRight: (at) => at + 1,
	Home: () => 0,
	End: () => VIEWS.length - 1,
};
