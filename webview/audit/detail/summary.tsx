// What happened, in a sentence or three, and what a person should notice about it.
import type { JSX } from "preact";
import type { AuditRow, RowDetail } from "../../../src/protocol/audit.ts";
import { Visible } from "../../ui/agentText.tsx";
import { Icon } from "../../ui/icons.tsx";
import { t } from "../../ui/texts.ts";
import { Mark } from "../marks.tsx";
import { KindMark } from "../table/row.tsx";
import { undoEnd } from "../undoEnd.ts";
import {
	agentName,
	channelName,
	duration,
	OUTCOME_ICONS,
	outcomeWord,
	personName,
	typeWord,
	wholeTime,
} from "../words.ts";
import { Remark, type SectionProps, Warning } from "./parts.tsx";

export function Summary({ store, detail }: SectionProps): JSX.Element {
	const { row } = detail;
	return (
		<section class="part summary" aria-label={t("audit.detail.what")}>
			<p class="badges">
				<span class="kind">
					<KindMark row={row} />
					{row.kind === "action" ? t(`audit.action.${row.action ?? "other"}`) : typeWord(row)}
				</span>
				{row.outcome !== undefined && (
					<span class={`outcome ${row.outcome}`}>
						<Icon name={OUTCOME_ICONS[row.outcome]} />
						{outcomeWord(row.outcome)}
					</span>
				)}
				<time class="beside" dateTime={row.time}>
					{wholeTime(row.time)}
				</time>
			</p>
			<p class="sentence">
				<span class="agent-text">
					<Visible text={sentencesOf(detail).join(" ")} />
				</span>
			</p>
			{row.flags.map((flag) =>
				flag === "edited" ? (
					<Remark key={flag} icon="edit">
						{t("audit.flag.edited.means")}
					</Remark>
				) : (
					<Warning key={flag}>{t(`audit.flag.${flag}.means`)}</Warning>
				),
			)}
			{row.kind === "action" && row.request !== undefined && (
				<div class="links">
					<button type="button" class="link" onClick={() => store.post({ type: "explain", row: row.id })}>
						<Mark name="question" />
						{t("audit.explain")}
					</button>
					<button type="button" class="link" onClick={() => store.post({ type: "makeRule", row: row.id })}>
						<Mark name="shield" />
						{t("audit.makeRule")}
					</button>
				</div>
			)}
		</section>
	);
}

/** Plain sentences. May quote the log. */
export function sentencesOf({ row, result, decision }: RowDetail): string[] {
	const agent = row.agent === undefined ? t("audit.someAgent") : agentName(row.agent);
	if (row.kind === "gap" && row.agent === undefined)
		return [t(row.target === "heads-forgotten" ? "audit.did.forgotten" : "audit.did.uncovered")];
	if (row.kind === "undo") {
		const end = undoEnd(row);
		if (end !== "done") return [t(`undo.did.${end}`)];
	}
	if (row.kind !== "action") {
		const code = `audit.did.${row.kind}` as const;
		return [t(code, { agent, what: typeWord(row) })];
	}
	const tool = row.tool ?? t("audit.someTool");
	if (row.request === undefined) return [t("audit.did.unasked", { agent, tool })];
	const out = [t(`audit.wanted.${row.action ?? "other"}`, { agent, tool })];
	out.push(endOf(row));
	if (decision?.stopSession === true) out.push(t("audit.end.stopped"));
	if (result !== undefined) out.push(t(result.outcome === "done" ? "audit.ran.done" : "audit.ran.failed"));
	else if (row.outcome === "allowed") out.push(t("audit.ran.unknown"));
	return out;
}

function endOf({ outcome, by, rule, grant, person, channel, waitedMs }: AuditRow): string {
	if (outcome === undefined || outcome === "open") return t("audit.end.open");
	if (outcome === "timeout" || outcome === "withdrawn" || outcome === "failed") return t(`audit.end.${outcome}`);
	if (by === "person") {
		const args = {
			person: personName(person),
			channel: channel === undefined ? t("audit.someChannel") : channelName(channel),
			waited: waitedMs === undefined ? t("audit.someTime") : duration(waitedMs),
		};
		return t(outcome === "allowed" ? "audit.end.allowed.person" : "audit.end.denied.person", args);
	}
	if (outcome === "allowed" && grant !== undefined) return t("audit.end.allowed.grant", { grant });
	const args = { rule: rule ?? t("audit.someRule") };
	return t(outcome === "allowed" ? "audit.end.allowed.rule" : "audit.end.denied.rule", args);
}
