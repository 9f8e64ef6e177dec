// Whether the log is as it was written: the verdict, what is wrong, who signed it, and the index over it.
import type { JSX } from "preact";
import type { Integrity, LogState } from "../../../src/protocol/auditPanel.ts";
import type { MessageCode } from "../../../src/protocol/messages.ts";
import { Sentence } from "../../ui/agentText.tsx";
import { Button } from "../../ui/button.tsx";
import { Icon, type IconName } from "../../ui/icons.tsx";
import { counted, t } from "../../ui/texts.ts";
import { IndexState } from "../states.tsx";
import type { Store } from "../store.ts";
import { dateAndTime } from "../times.ts";
import { Progress } from "../viewState.tsx";
import { byteSize, wholeTime } from "../words.ts";
import { isVerified } from "./badge.tsx";
import { Keys } from "./keys.tsx";
import { Missed } from "./missed.tsx";
import { Note } from "./note.tsx";
import { Problems } from "./problems.tsx";

export function IntegrityView({ store }: { store: Store }): JSX.Element {
	const { log } = store.state;
	return (
		<section class="av av-integrity" aria-labelledby="av-integrity-title">
			<h2 id="av-integrity-title" class="unseen">
				{t("integrity.title")}
			</h2>
			{log?.folder === undefined ? (
				<IndexState store={store} />
			) : (
				<>
					<Verdict store={store} integrity={log.integrity} />
					<Missed store={store} integrity={log.integrity} />
					<Problems store={store} folder={log.folder} integrity={log.integrity} />
					<Keys store={store} integrity={log.integrity} />
					<Note store={store} folder={log.folder} integrity={log.integrity} />
					<IndexPart store={store} index={log.index} />
				</>
			)}
		</section>
	);
}

const ICONS: Record<Integrity["state"], IconName> = {
	unknown: "info",
	checking: "clock",
	good: "check",
	bad: "warning",
	failed: "error",
};

function Verdict({ store, integrity }: { store: Store; integrity: Integrity }): JSX.Element {
	const { state, message, at, done, total } = integrity;
	const checking = state === "checking";
	return (
		<section class={`av-verdict is-${state}`} aria-labelledby="av-verdict">
			<Icon name={ICONS[state]} />
			<div class="words">
				<h3 id="av-verdict" title={at === undefined ? undefined : wholeTime(at)}>
					{verdictOf(integrity)}
				</h3>
				<p>
					{t(helpOf(integrity))} {message && <Sentence message={message} />}
				</p>
				{checking && <Progress label={t("integrity.progress")} done={done ?? 0} total={total ?? 0} />}
				{(checking || state === "failed") && at !== undefined && (
					<p class="help">{t("integrity.last", { ...numbers(integrity), time: wholeTime(at) })}</p>
				)}
				<div class="av-buttons">
					<Button
						look="secondary"
						unavailable={checking || undefined}
						onClick={() => {
							if (!checking) store.post({ type: "verify" });
						}}
					>
						{t(state === "unknown" ? "integrity.verify" : "integrity.verifyAgain")}
					</Button>
				</div>
			</div>
			{/* Said when it changes, not with every step of the progress. */}
			<p class="unseen" role="status">
				{verdictOf(integrity)}
			</p>
		</section>
	);
}

/** The verdict in one sentence. */
export function verdictOf(integrity: Integrity): string {
	const { state, at, missed, problems, moreProblems } = integrity;
	const time = at === undefined ? "?" : dateAndTime(at);
	if (state === "good") {
		return t(isVerified(integrity) ? "integrity.verified" : "integrity.good", { ...numbers(integrity), time });
	}
	if (state === "bad" && missed?.gone === true) return t("integrity.gone", { time });
	if (state === "bad") return counted("integrity.bad", (problems?.length ?? 0) + (moreProblems ?? 0), { time });
	return t(`integrity.${state}`);
}

/** What the verdict proves and what not. */
function helpOf(integrity: Integrity): MessageCode {
	const { state, own, keys, missed } = integrity;
	if (isVerified(integrity)) return "integrity.verified.help";
	if (state === "bad" && missed?.gone === true) return "integrity.gone.help";
	if (state !== "good" || own === undefined || keys === undefined || keys.length === 0)
		return `integrity.${state}.help`;
	return keys.some(({ publicKey }) => publicKey !== own.publicKey)
		? "integrity.others.help"
		: "integrity.unsigned.help";
}

/** "1,204 entries", "7 segments". */
function numbers({ entries, segments }: Integrity): { entries: string; segments: string } {
	return {
		entries: counted("integrity.entries", entries ?? 0),
		segments: counted("integrity.segments", segments ?? 0),
	};
}

function IndexPart({ store, index }: { store: Store; index: LogState["index"] }): JSX.Element {
	const { state, entries, done, total, message } = index;
	return (
		<section class="av-part-of" aria-labelledby="av-index">
			<h3 id="av-index">{t("integrity.index")}</h3>
			<p class="help">{t("integrity.index.help")}</p>
			<p class={state === "failed" ? "av-mark warns" : ""}>
				{state === "failed" && <Icon name="error" />}
				<span>
					{state === "ready" && counted("integrity.index.ready", entries)}
					{state === "loading" && t("integrity.index.loading", { done: byteSize(done), total: byteSize(total) })}
					{state === "failed" && t("integrity.index.failed")} {message && <Sentence message={message} />}
				</span>
			</p>
			{state === "loading" && <Progress label={t("views.indexing.progress")} done={done} total={total} />}
			<div class="av-buttons">
				<Button
					look="secondary"
					unavailable={state === "loading" || undefined}
					onClick={() => {
						if (state !== "loading") store.post({ type: "rebuild" });
					}}
				>
					{t("views.rebuild")}
				</Button>
			</div>
		</section>
	);
}
