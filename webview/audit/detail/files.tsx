// What it would change and what came of it.
import type { JSX } from "preact";
import { AgentText, Sentence } from "../../ui/agentText.tsx";
import { counted, t } from "../../ui/texts.ts";
import { byteSize, cellTime, wholeTime } from "../words.ts";
import { FileLines } from "./fileLines.tsx";
import { Section, type SectionProps, Warning } from "./parts.tsx";
import { Text } from "./text.tsx";
import { canUndo } from "./undo.tsx";

export function FilesSection({ store, detail }: SectionProps): JSX.Element | null {
	const { files, moreFiles = 0, changeProblem, row } = detail;
	if (files.length === 0 && changeProblem === undefined) return null;
	return (
		<Section title={counted("audit.detail.files", files.length + moreFiles)}>
			{changeProblem && (
				<Warning>
					{t("audit.detail.changeProblem")} <Sentence message={changeProblem} />
				</Warning>
			)}
			<FileLines
				store={store}
				row={row.id}
				files={files}
				undo={canUndo(detail) && (detail.edited?.files ?? []).length === 0}
			/>
			{moreFiles > 0 && <p class="help">{counted("audit.detail.entriesMore", moreFiles)}</p>}
		</Section>
	);
}

/** What the agent reported. */
export function ResultSection({ store, detail }: SectionProps): JSX.Element | null {
	const { result, released, row } = detail;
	if (result === undefined && released === undefined) return null;
	return (
		<Section title={t("audit.detail.result")} beside={result && wholeTime(result.time)}>
			{released && (
				<p class="help">
					{t(released.delivered ? "audit.detail.delivered" : "audit.detail.notDelivered", {
						time: cellTime(released.time),
					})}
				</p>
			)}
			{result && (
				<>
					<p>
						{t(result.outcome === "done" ? "audit.ran.done" : "audit.ran.failed")}{" "}
						{result.redacted && <span class="help">{t("audit.redacted")}</span>}
					</p>
					{result.text !== undefined && result.text !== "" && (
						<Text piece="result" text={result.text} look="code" label={t("audit.detail.result")} />
					)}
					{result.evidence !== undefined && (
						<p class="help">
							{result.evidence.removedAt === undefined
								? t("audit.detail.resultApart", { size: byteSize(result.evidence.size) })
								: t("audit.evidence.removed")}
						</p>
					)}
					{(result.text !== undefined || (result.evidence && result.evidence.removedAt === undefined)) && (
						<button
							type="button"
							class="link"
							onClick={() => store.post({ type: "openText", row: row.id, what: "result" })}
						>
							{t("audit.detail.openResult")}
						</button>
					)}
				</>
			)}
		</Section>
	);
}

/** Where the same secret stands too. */
export function SecretsSection({ store, detail }: SectionProps): JSX.Element | null {
	const { sameSecrets } = detail;
	if (sameSecrets.length === 0) return null;
	return (
		<Section title={t("audit.detail.secrets")}>
			<p class="help">{t("audit.detail.secretsHelp")}</p>
			{sameSecrets.map(({ kind, rows }, index) => (
				<div key={index} class="secret">
					<p>
						<AgentText text={kind} />
					</p>
					<ul>
						{rows.map((row) => (
							<li key={row.id}>
								<time dateTime={row.time}>{cellTime(row.time)}</time> <AgentText text={row.target} code />{" "}
								<OpenRow store={store} id={row.id} />
							</li>
						))}
					</ul>
				</div>
			))}
		</Section>
	);
}

/** Opens another row, of which only the number is known. */
function OpenRow({ store, id }: { store: SectionProps["store"]; id: number }): JSX.Element {
	const open = async () => {
		try {
			const { detail } = await store.ask({ type: "detail", row: id });
			store.select(detail.row);
		} catch (error) {
			store.announce(error instanceof Error ? t("audit.noAnswer") : String(error));
		}
	};
	return (
		<button type="button" class="link" onClick={open}>
			{t("audit.detail.openRow")}
		</button>
	);
}
