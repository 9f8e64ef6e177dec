// What the agent asked for, whole, and what it said of it.
import type { JSX } from "preact";
import { AgentText } from "../../ui/agentText.tsx";
import { Fold } from "../../ui/fold.tsx";
import { t } from "../../ui/texts.ts";
import { byteSize, shortId } from "../words.ts";
import { Fact, Section, type SectionProps } from "./parts.tsx";
import { Text } from "./text.tsx";

export function ActionSection({ store, detail }: SectionProps): JSX.Element | null {
	const { row, said, inputEvidence, root } = detail;
	// Of a prompt, the prompt itself is what there is to see; of other rows, what the line is about.
	const target = said?.target ?? row.target;
	if (target === "" && inputEvidence === undefined && said === undefined) return null;
	const title = row.kind === "action" ? t("audit.detail.action") : t("audit.detail.about");
	const isProse = row.kind === "prompt" || row.kind === "question";
	return (
		<Section title={title}>
			{target !== "" && <Text piece="target" text={target} look={isProse ? "prose" : "code"} label={title} />}
			{said?.description !== undefined && (
				<div class="says">
					<p class="label">{t("ui.card.says")}</p>
					<Text piece="description" text={said.description} look="prose" label={t("ui.card.description")} />
				</div>
			)}
			<dl class="facts-list">
				<Fact name={t("audit.fact.tool")}>{row.tool !== undefined && <AgentText text={row.tool} code />}</Fact>
				<Fact name={t("audit.fact.subagent")}>
					{row.subagent !== undefined && <AgentText text={row.subagent} code />}
				</Fact>
				<Fact name={t("audit.fact.cwd")}>{said?.cwd !== undefined && <AgentText text={said.cwd} code />}</Fact>
				<Fact name={t("audit.fact.root")}>
					{root !== undefined && root !== said?.cwd && <AgentText text={root} code />}
				</Fact>
				<Fact name={t("audit.fact.mode")}>
					{said?.permissionMode !== undefined && (
						<>
							<AgentText text={said.permissionMode} code /> <span class="claim">{t("audit.claim")}</span>
						</>
					)}
				</Fact>
				<Fact name={t("audit.fact.session")}>
					{row.session !== undefined && <SessionLink store={store} detail={detail} />}
				</Fact>
			</dl>
			{said?.input !== undefined && (
				<Fold piece="input" name={<span class="name">{t("audit.detail.input")}</span>}>
					<Text piece="input" text={said.input} look="code" label={t("audit.detail.input")} />
				</Fold>
			)}
			{inputEvidence !== undefined && (
				<p class="help">
					{inputEvidence.removedAt === undefined ? (
						<>
							{t("audit.detail.inputApart", { size: byteSize(inputEvidence.size) })}{" "}
							<button
								type="button"
								class="link"
								onClick={() => store.post({ type: "openText", row: row.id, what: "input" })}
							>
								{t("audit.detail.openInput")}
							</button>
						</>
					) : (
						t("audit.evidence.removed")
					)}
				</p>
			)}
		</Section>
	);
}

function SessionLink({ store, detail: { row } }: SectionProps): JSX.Element {
	const { agent, session = "" } = row;
	if (agent === undefined) return <AgentText text={session} code />;
	return (
		<>
			<AgentText text={shortId(session)} code />{" "}
			<button type="button" class="link" onClick={() => store.show("sessions", { session: { agent, session } })}>
				{t("audit.detail.openSession")}
			</button>
		</>
	);
}
