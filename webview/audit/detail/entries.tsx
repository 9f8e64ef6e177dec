// The entries themselves, as they stand in the log, with their hashes.
import type { JSX } from "preact";
import type { DetailEntry } from "../../../src/protocol/audit.ts";
import { AgentText, Visible } from "../../ui/agentText.tsx";
import { Fold } from "../../ui/fold.tsx";
import { counted, t } from "../../ui/texts.ts";
import { Mark } from "../marks.tsx";
import { cellTime } from "../words.ts";
import { Section, type SectionProps, Warning } from "./parts.tsx";
import { Text } from "./text.tsx";

/** Entries drawn before somebody opens all of them in the editor. */
const MOST = 50;

export function EntriesSection({ store, detail }: SectionProps): JSX.Element {
	const { entries, row } = detail;
	return (
		<Section title={counted("audit.detail.entries", row.entries)}>
			<p class="help">{t("audit.detail.entriesHelp")}</p>
			{entries.slice(0, MOST).map((entry, index) => (
				<Entry key={index} store={store} entry={entry} index={index} />
			))}
			{entries.length > MOST && <p class="help">{counted("audit.detail.entriesMore", entries.length - MOST)}</p>}
			<button type="button" class="link" onClick={() => store.post({ type: "openText", row: row.id, what: "entries" })}>
				{t("audit.detail.openEntries")}
			</button>
		</Section>
	);
}

function Entry({
	store,
	entry,
	index,
}: {
	store: SectionProps["store"];
	entry: DetailEntry;
	index: number;
}): JSX.Element {
	const { type, time, segment, line, hash, prev, text, cut, problem } = entry;
	const piece = `entry ${index}`;
	return (
		<div class="entry">
			<Fold
				piece={piece}
				name={
					<span class="name">
						<AgentText text={type === "" ? t("audit.type.unreadable") : type} code />{" "}
						<time class="beside" dateTime={time}>
							{cellTime(time)}
						</time>
					</span>
				}
				beside={
					<button
						type="button"
						class="copy"
						title={t("audit.copyHash")}
						aria-label={t("audit.copyHashOf", { entry: index + 1 })}
						onClick={() => {
							store.post({ type: "copy", text: hash });
							store.announce(t("audit.copied"));
						}}
					>
						<Mark name="copy" />
					</button>
				}
			>
				<dl class="facts-list">
					<dt>{t("audit.fact.place")}</dt>
					<dd>
						<AgentText text={segment} code />, {t("audit.line", { line: line.toLocaleString() })}
					</dd>
					<dt>{t("audit.fact.hash")}</dt>
					<dd class="hash">
						<AgentText text={hash} code />
					</dd>
					<dt>{t("audit.fact.prev")}</dt>
					<dd class="hash">
						<AgentText text={prev} code />
					</dd>
				</dl>
				<Text piece={piece} text={text} look="code" label={t("audit.detail.body")} />
				{cut && <p class="help">{t("audit.detail.bodyCut")}</p>}
			</Fold>
			{problem !== undefined && (
				<Warning>
					{t("audit.detail.problem")}{" "}
					<span class="agent-text">
						<Visible text={problem} />
					</span>
				</Warning>
			)}
		</div>
	);
}
