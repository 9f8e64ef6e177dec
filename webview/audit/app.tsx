// The frame of the panel: top bar, tabs, filters, the view that was chosen, and beside it the detail of a row.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { handled, isWriting, keepKeysHere } from "../pending/keys.ts";
import { t } from "../ui/texts.ts";
import { Detail } from "./detail/detail.tsx";
import { FilterBar } from "./filter/bar.tsx";
import { IntegrityView } from "./integrity/integrity.tsx";
import { OverviewView } from "./overview/overview.tsx";
import { SessionsView } from "./sessions/sessions.tsx";
import { Split } from "./split.tsx";
import { IndexState } from "./states.tsx";
import type { Store } from "./store.ts";
import { LogView } from "./table/logView.tsx";
import { panelId, tabId } from "./tabs.tsx";
import { Top } from "./top.tsx";
import { useStore } from "./useStore.ts";

export function App({ store }: { store: Store }): JSX.Element {
	const { view, log, selected } = useStore(store);
	useEffect(keepKeysHere, []);
	useEffect(() => searchKeys(store), [store]);
	const isReady = log?.folder !== undefined && log.index.state === "ready";
	const hasDetail = selected !== undefined && (view === "log" || view === "sessions");
	return (
		<main class="panel">
			<h1 class="unseen">{t("audit.title")}</h1>
			<Top store={store} />
			{store.puzzled && (
				<p class="puzzled" role="alert">
					{t("audit.puzzled")}
				</p>
			)}
			<div class="view-panel" role="tabpanel" id={panelId(view)} aria-labelledby={tabId(view)}>
				{view === "integrity" ? (
					<IntegrityView store={store} />
				) : isReady ? (
					<>
						<FilterBar store={store} />
						<Split store={store} detail={hasDetail ? <Detail store={store} row={selected} /> : undefined}>
							<View store={store} />
						</Split>
					</>
				) : (
					<IndexState store={store} />
				)}
			</div>
			<div class="unseen" role="status" aria-live="polite">
				{store.announcement}
			</div>
		</main>
	);
}

function View({ store }: { store: Store }): JSX.Element {
	switch (store.state.view) {
		case "sessions":
			return <SessionsView store={store} />;
		case "overview":
			return <OverviewView store={store} />;
		default:
			return <LogView store={store} />;
	}
}

/** "/" and Ctrl+F go to the search box, as everywhere. @returns what undoes it */
function searchKeys(store: Store): () => void {
	const onKeyDown = (event: KeyboardEvent) => {
		if (event.altKey || event.shiftKey || store.state.view === "integrity") return;
		const isFind = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "f";
		const isSlash = event.key === "/" && !event.ctrlKey && !event.metaKey && !isWriting(event);
		const box = document.querySelector<HTMLInputElement>(".search input");
		if (box === null || !(isFind || isSlash)) return;
		handled(event);
		box.focus();
		box.select();
	};
	document.addEventListener("keydown", onKeyDown);
	return () => document.removeEventListener("keydown", onKeyDown);
}
