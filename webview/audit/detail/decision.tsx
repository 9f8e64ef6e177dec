// Who decided, how, what they had in front of them, and why it came to that.
import type { JSX } from "preact";
import type { RowDetail } from "../../../src/protocol/audit.ts";
import { AgentText, Sentence, Visible } from "../../ui/agentText.tsx";
import { Fold } from "../../ui/fold.tsx";
import { t } from "../../ui/texts.ts";
import { byName, cellTime, channelName, duration, outcomeWord, personName, wholeTime } from "../words.ts";
import { Fact, Section, type SectionProps } from "./parts.tsx";
import { Text } from "./text.tsx";

export function DecisionSection({ store, detail }: SectionProps): JSX.Element | null {
	const { row, decision, settled } = detail;
	if (row.kind !== "action" || row.request === undefined) return null;
	if (decision === undefined) {
		return (
			<Section title={t("audit.detail.decision")}>
				<p>{t("audit.detail.undecided")}</p>
			</Section>
		);
	}
	return (
		<Section title={t("audit.detail.decision")} beside={row.decidedAt && wholeTime(row.decidedAt)}>
			<dl class="facts-list">
				<Fact name={t("audit.fact.decision")}>{row.outcome !== undefined && outcomeWord(row.outcome)}</Fact>
				<Fact name={t("audit.fact.by")}>
					{decision.by === "person" ? (
						<span class="agent-text">
							<Visible text={personName(row.person)} />
						</span>
					) : (
						byName(decision.by)
					)}
					{decision.by === "failure" && row.person !== undefined && (
						<span class="help">
							{" "}
							{t("audit.detail.answeredBy")} <AgentText text={row.person} />
						</span>
					)}
				</Fact>
				<Fact name={t("audit.fact.channel")}>
					{row.channel !== undefined && <AgentText text={channelName(row.channel)} />}
				</Fact>
				<Fact name={t("audit.fact.waited")}>{row.waitedMs !== undefined && duration(row.waitedMs)}</Fact>
				<Fact name={t("audit.fact.gesture")}>
					{decision.gesture !== undefined && <Gesture gesture={decision.gesture} />}
				</Fact>
				<Fact name={t("audit.fact.assurance")}>
					{decision.assurance !== undefined && <Assurance level={decision.assurance} />}
				</Fact>
				<Fact name={t("audit.fact.rule")}>{row.rule !== undefined && <AgentText text={row.rule} code />}</Fact>
				<Fact name={t("audit.fact.grant")}>{row.grant !== undefined && <AgentText text={row.grant} code />}</Fact>
				<Fact name={t("audit.fact.policy")}>
					{decision.policyDigest !== undefined && (
						<span class="hash">
							<AgentText text={decision.policyDigest} code />
						</span>
					)}
				</Fact>
				<Fact name={t("audit.fact.settled")}>
					{settled && (
						<>
							{cellTime(settled.time)}, <AgentText text={settled.by} />
						</>
					)}
				</Fact>
			</dl>
			{decision.why.length > 0 && (
				<>
					<p class="label">{t(decision.by === "rule" ? "audit.detail.whyRule" : "audit.detail.whyAsked")}</p>
					<ul class="whys">
						{decision.why.map((why, index) => (
							<li key={index}>
								<Sentence message={why} />
							</li>
						))}
					</ul>
				</>
			)}
			{decision.reason !== undefined && decision.reason !== "" && (
				<div class="says">
					<p class="label">{t("audit.detail.reason")}</p>
					<Text piece="reason" text={decision.reason} look="prose" label={t("audit.detail.reason")} />
				</div>
			)}
			{decision.grant !== undefined && (
				<Fold piece="grant" name={<span class="name">{t("audit.detail.grant")}</span>}>
					<Text piece="grant" text={decision.grant} look="code" label={t("audit.detail.grant")} />
				</Fold>
			)}
			<Shown store={store} row={row} decision={decision} />
		</Section>
	);
}

/** How well it is proven who answered, and what that level means. */
function Assurance({ level }: { level: number }): JSX.Element {
	const means = level === 0 ? "program" : level === 1 ? "claimed" : "proven";
	return (
		<>
			{t("audit.assurance", { level })} <span class="help">{t(`audit.assurance.${means}`)}</span>
		</>
	);
}

function Gesture({ gesture }: { gesture: string }): JSX.Element {
	if (gesture === "pointer") return <>{t("audit.gesture.pointer")}</>;
	if (gesture === "key") return <>{t("audit.gesture.key")}</>;
	return <AgentText text={gesture} />;
}

interface ShownProps {
	store: SectionProps["store"];
	row: RowDetail["row"];
	decision: NonNullable<RowDetail["decision"]>;
}

/** What the person had in front of them. */
function Shown({ store, row, decision: { shown, card } }: ShownProps): JSX.Element | null {
	if (shown === undefined && card === undefined) return null;
	return (
		<>
			<p class="label">{t("audit.detail.shown")}</p>
			{shown && (
				<>
					<p>
						{t(shown.extent === "whole" ? "audit.shown.whole" : "audit.shown.partial", { time: duration(shown.ms) })}
					</p>
					<p class="hash help">
						{t("audit.shown.digest")} <AgentText text={shown.digest} code />
					</p>
				</>
			)}
			{card &&
				(card.removedAt === undefined ? (
					<button
						type="button"
						class="link"
						onClick={() => store.post({ type: "openText", row: row.id, what: "card" })}
					>
						{t("audit.detail.openCard")}
					</button>
				) : (
					<p class="help">{t("audit.evidence.removed")}</p>
				))}
		</>
	);
}
