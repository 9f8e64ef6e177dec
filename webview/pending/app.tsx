import type { JSX } from "preact";
import { useEffect, useReducer } from "preact/hooks";
import { counted, t } from "../ui/texts.ts";
import { ActivityList } from "./activity.tsx";
import { Empty } from "./empty.tsx";
import { GrantList } from "./grants.tsx";
import { keepKeysHere } from "./keys.ts";
import { List } from "./list.tsx";
import { PolicyList } from "./policyList.tsx";
import type { Store } from "./store.ts";
import { Top } from "./top.tsx";

export function App({ store }: { store: Store }): JSX.Element {
	const [, redraw] = useReducer((n: number) => n + 1, 0);
	useEffect(() => store.subscribe(() => redraw(undefined)), [store]);
	useEffect(keepKeysHere, []);
	const { state, top } = store;
	return (
		<main class="view">
			<h1 class="unseen">{t("ui.title")}</h1>
			{top && <Top store={store} state={top} />}
			{store.puzzled && (
				<p class="banner warns" role="alert">
					{t("ui.puzzled")}
				</p>
			)}
			<List store={store} />
			{state && store.groups.length === 0 && <Empty store={store} state={state} />}
			{state && state.elsewhere > 0 && <p class="elsewhere">{counted("ui.elsewhere", state.elsewhere)}</p>}
			{state && state.activity.length > 0 && <ActivityList rows={state.activity} />}
			{state && state.grants.length > 0 && <GrantList store={store} grants={state.grants} />}
			{state && state.policy.length > 0 && <PolicyList store={store} layers={state.policy} />}
			<div class="unseen" role="status" aria-live="polite">
				{store.announcement}
			</div>
		</main>
	);
}
