// That a person changed the action: what was allowed, and what the agent had asked for.
import type { JSX } from "preact";
import { t } from "../../ui/texts.ts";
import { FileLines } from "./fileLines.tsx";
import { Section, type SectionProps } from "./parts.tsx";
import { Text } from "./text.tsx";
import { canUndo } from "./undo.tsx";

export function EditedSection({ store, detail }: SectionProps): JSX.Element | null {
	const { edited, said, row, decision } = detail;
	if (edited === undefined) return null;
	const isAllowed = decision?.verdict === "allow";
	const target = said?.target ?? row.target;
	return (
		<Section title={t(isAllowed ? "audit.edited" : "audit.edited.denied")}>
			{edited.target === undefined && edited.files.length === 0 ? (
				<p>{t("audit.edited.notKept")}</p>
			) : (
				<p class="label">{t("audit.edited.allowed")}</p>
			)}
			{edited.target !== undefined && (
				<Text piece="edited" text={edited.target} look="code" label={t("audit.edited.allowed")} />
			)}
			{edited.files.length > 0 && (
				<FileLines store={store} row={row.id} files={edited.files} of="edited" undo={canUndo(detail)} />
			)}
			<p class="label">{t("audit.edited.asked")}</p>
			<Text piece="edited from" text={target} look="code" label={t("audit.edited.asked")} />
			{edited.files.length > 0 && detail.files.length > 0 && (
				<FileLines store={store} row={row.id} files={detail.files} />
			)}
		</Section>
	);
}
