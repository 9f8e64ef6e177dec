// What the sessions, the overview and the verdict show while they have nothing to show.
import type { JSX } from "preact";
import type { AuditFilter } from "../../src/protocol/audit.ts";
import type { LogState } from "../../src/protocol/auditPanel.ts";
import { Mark } from "./marks.tsx";
import { IndexState, NothingMatches } from "./states.tsx";
import type { Store } from "./store.ts";

/** A bar that fills, or one that only says that something goes on when `total` is not known (0). */
export function Progress({ label, done, total }: { label: string; done: number; total: number }): JSX.Element {
	const percent = total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : undefined;
	return (
		<div class="av-progress">
			<div
				class={percent === undefined ? "bar-of unknown" : "bar-of"}
				role="progressbar"
				aria-label={label}
				aria-valuemin={0}
				aria-valuemax={100}
				{...(percent === undefined ? {} : { "aria-valuenow": percent })}
			>
				<div class="done" style={{ width: `${percent ?? 30}%` }} />
			</div>
			{percent !== undefined && (
				<span class="percent" aria-hidden="true">
					{(percent / 100).toLocaleString(undefined, { style: "percent" })}
				</span>
			)}
		</div>
	);
}

/** Why nothing can be asked yet; undefined when everything can. */
export function notReady(store: Store, log: LogState | undefined): JSX.Element | undefined {
	if (log?.folder !== undefined && log.index.state === "ready") return undefined;
	return <IndexState store={store} />;
}

/** Whether a filter leaves out anything that is an action or a session: the kinds of other rows do not count. */
export function isNarrow({ kinds, ...rest }: AuditFilter): boolean {
	return Object.keys(rest).length > 0 || (kinds !== undefined && !kinds.includes("action"));
}

interface EmptyProps {
	store: Store;
	title: string;
	help: string;
}

/** Nothing is there; or nothing in this filter, then with the way out of it. */
export function Empty({ store, title, help }: EmptyProps): JSX.Element {
	if (isNarrow(store.state.filter)) return <NothingMatches store={store} />;
	return (
		<div class="empty-state">
			<Mark name="speech" />
			<h3>{title}</h3>
			<p>{help}</p>
		</div>
	);
}
