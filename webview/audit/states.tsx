// What stands where something is not there: loading, refused, empty, nothing matches.
import type { JSX } from "preact";
import type { Message } from "../../src/protocol/messages.ts";
import { Sentence } from "../ui/agentText.tsx";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icons.tsx";
import { counted, t } from "../ui/texts.ts";
import { Mark } from "./marks.tsx";
import { DEFAULT_FILTER } from "./state.ts";
import type { Store } from "./store.ts";
import { useStore } from "./useStore.ts";
import { byteSize } from "./words.ts";

/** A question was refused. `over`: lies over what is drawn. */
export function Trouble({ reason, again, over }: { reason: Message; again(): void; over?: boolean }): JSX.Element {
	return (
		<div class={over ? "trouble over" : "trouble"} role="alert">
			<Icon name="warning" />
			<p>
				<Sentence message={reason} />
			</p>
			<Button look="secondary" onClick={again}>
				{t("audit.again")}
			</Button>
		</div>
	);
}

/** Nothing is known yet. Says so to screen readers; drawn after a moment only, so that it does not flash. */
export function Loading({ label }: { label?: string }): JSX.Element {
	return (
		<div class="loading" role="status">
			<span class="bar" aria-hidden="true" />
			<p>{label ?? t("audit.loading")}</p>
		</div>
	);
}

/** The index is not ready: how far it is, or why it failed. */
export function IndexState({ store }: { store: Store }): JSX.Element {
	const { log } = useStore(store);
	if (log === undefined) return <Loading label={t("audit.opening")} />;
	if (log.folder === undefined) {
		return (
			<div class="empty-state">
				<Mark name="folder" />
				<h2>{t("audit.noFolder.title")}</h2>
				<p>{t("audit.noFolder")}</p>
			</div>
		);
	}
	const { index } = log;
	if (index.state === "failed") {
		return (
			<div class="empty-state" role="alert">
				<Icon name="error" />
				<h2>{t("audit.indexFailed")}</h2>
				<p>
					{index.message && <Sentence message={index.message} />} {t("audit.indexFailed.safe")}
				</p>
				<Button look="primary" onClick={() => store.post({ type: "rebuild" })}>
					{t("audit.rebuild")}
				</Button>
			</div>
		);
	}
	const known = index.total > 0;
	const share = known ? Math.min(1, index.done / index.total) : 0;
	return (
		<div class="empty-state">
			<Mark name="search" />
			<h2 id="index-loading">{t("audit.indexLoading")}</h2>
			{index.message && (
				<p>
					<Sentence message={index.message} />
				</p>
			)}
			<div
				class="progress-track"
				role="progressbar"
				aria-labelledby="index-loading"
				aria-valuemin={0}
				aria-valuemax={100}
				{...(known ? { "aria-valuenow": Math.floor(share * 100) } : {})}
			>
				<div class="progress-done" style={{ width: `${share * 100}%` }} />
			</div>
			<p class="figures">
				{known
					? t("audit.indexLoading.of", {
							percent: Math.floor(share * 100),
							done: byteSize(index.done),
							total: byteSize(index.total),
						})
					: t("audit.indexLoading.begins")}{" "}
				{index.entries > 0 && counted("audit.entries", index.entries)}
			</p>
		</div>
	);
}

/** A log without an entry. */
export function EmptyLog(): JSX.Element {
	return (
		<div class="empty-state">
			<Mark name="filter" />
			<h2>{t("audit.empty.title")}</h2>
			<p>{t("audit.empty")}</p>
			<ul class="points">
				<li>{t("audit.empty.actions")}</li>
				<li>{t("audit.empty.who")}</li>
				<li>{t("audit.empty.proof")}</li>
			</ul>
		</div>
	);
}

/** Nothing fits the filter. */
export function NothingMatches({ store }: { store: Store }): JSX.Element {
	return (
		<div class="empty-state">
			<Mark name="search" />
			<h2>{t("audit.nothing.title")}</h2>
			<p>{t("audit.nothing")}</p>
			<Button
				look="primary"
				onClick={() => {
					store.setFilter(DEFAULT_FILTER);
					document.querySelector<HTMLElement>(".search input")?.focus();
				}}
			>
				{t("audit.clearAll")}
			</Button>
		</div>
	);
}
