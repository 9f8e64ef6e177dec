// What the action was seen to change: a look at the workspace before and after. What was not looked at is said, too.
import type { JSX } from "preact";
import { Sentence } from "../../ui/agentText.tsx";
import { counted, t } from "../../ui/texts.ts";
import { FileLines } from "./fileLines.tsx";
import { Section, type SectionProps, Warning } from "./parts.tsx";
import { canUndo } from "./undo.tsx";

export function ActualSection({ store, detail }: SectionProps): JSX.Element | null {
	const { actual, row } = detail;
	if (actual === undefined) return null;
	const { files, more, incomplete, shared, background } = actual;
	const count = files.length + more;
	return (
		<Section title={t("audit.actual")} beside={count > 0 ? counted("ui.files", count) : undefined}>
			{incomplete && (
				<Warning>
					{t("audit.actual.incomplete")} <Sentence message={incomplete} />
				</Warning>
			)}
			{shared && <Warning>{t("audit.actual.shared")}</Warning>}
			{background && <Warning>{t("audit.actual.background")}</Warning>}
			{files.length > 0 && <FileLines store={store} row={row.id} files={files} of="actual" undo={canUndo(detail)} />}
			{more > 0 && <p class="help">{counted("audit.detail.entriesMore", more)}</p>}
			{/* Where not all was looked at, that nothing changed is not known. */}
			{count === 0 && incomplete === undefined && <p>{t("audit.actual.nothing")}</p>}
			<p class="help">{t("audit.actual.outside")}</p>
		</Section>
	);
}
