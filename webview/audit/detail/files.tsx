// What it would change and what came of it: both sides open in the editor, as they were shown.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { DetailFile, EvidenceLink } from "../../../src/protocol/audit.ts";
import { AgentText, Sentence } from "../../ui/agentText.tsx";
import { Button } from "../../ui/button.tsx";
import { counted, t } from "../../ui/texts.ts";
import { oneLine, visibleText } from "../../ui/visible.ts";
import { byteSize, cellTime, wholeTime } from "../words.ts";
import { Section, type SectionProps, Warning } from "./parts.tsx";
import { Text } from "./text.tsx";

/** Files drawn before somebody asks for all. */
const FIRST_FILES = 50;

export function FilesSection({ store, detail }: SectionProps): JSX.Element | null {
	const { files, moreFiles = 0, changeProblem, row } = detail;
	const [all, setAll] = useState(false);
	if (files.length === 0 && changeProblem === undefined) return null;
	return (
		<Section title={counted("audit.detail.files", files.length + moreFiles)}>
			{changeProblem && (
				<Warning>
					{t("audit.detail.changeProblem")} <Sentence message={changeProblem} />
				</Warning>
			)}
			<ul class="files">
				{files.slice(0, all ? undefined : FIRST_FILES).map((file, index) => (
					<li key={index} class="file-line">
						<span class={`op ${file.op}`}>{t(`audit.op.${file.op}`)}</span>
						<span class="name">
							<AgentText text={file.path} code />
							{file.target !== undefined && (
								<span class="help">
									{t("audit.detail.link")} <AgentText text={file.target} code />
								</span>
							)}
							<span class="help">{sidesOf(file)}</span>
						</span>
						{canDiff(file) && (
							<Button
								look="secondary"
								label={t("ui.file.openDiff", { file: visibleText(oneLine(file.path, 120)) })}
								onClick={() => store.post({ type: "openDiff", row: row.id, file: index })}
							>
								{t("audit.detail.openDiff")}
							</Button>
						)}
					</li>
				))}
			</ul>
			{!all && files.length > FIRST_FILES && (
				<button type="button" class="link" onClick={() => setAll(true)}>
					{counted("session.allFiles", files.length)}
				</button>
			)}
			{moreFiles > 0 && <p class="help">{counted("audit.detail.entriesMore", moreFiles)}</p>}
		</Section>
	);
}

type Side = DetailFile["before"];

function isHere(side: Side): boolean {
	return side !== undefined && !("omitted" in side) && side.removedAt === undefined;
}

/** A diff needs every side that there was. */
function canDiff({ before, after }: DetailFile): boolean {
	return [before, after].some(isHere) && [before, after].every((side) => side === undefined || isHere(side));
}

/** Sizes, and why a side cannot be seen any more. */
function sidesOf({ before, after }: DetailFile): string {
	const out: string[] = [];
	if (before !== undefined || after !== undefined) {
		out.push(t("audit.detail.sizes", { before: sizeOf(before), after: sizeOf(after) }));
	}
	const links = [before, after].filter((side): side is EvidenceLink => side !== undefined && "digest" in side);
	if (links.some(({ redacted }) => redacted)) out.push(t("audit.redacted"));
	if (links.some(({ removedAt }) => removedAt !== undefined)) out.push(t("audit.evidence.removed"));
	if ([before, after].some((side) => side !== undefined && "omitted" in side)) out.push(t("audit.evidence.omitted"));
	return out.join(" ");
}

function sizeOf(side: Side): string {
	if (side === undefined) return t("audit.detail.noSide");
	return byteSize("omitted" in side ? side.omitted : side.size);
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
