// A text of the log, never cut silently: its first lines, and a button that shows all of them.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { Lines } from "../../ui/lines.tsx";
import { textRows } from "../../ui/rows.ts";
import { t } from "../../ui/texts.ts";
import { hasRightToLeft } from "../../ui/visible.ts";

interface TextProps {
	/** Unique in the detail. */
	piece: string;
	text: string;
	look: "code" | "prose";
	label: string;
	/** Lines before somebody asks for all. */
	limit?: number;
}

export function Text({ piece, text, look, label, limit = look === "code" ? 12 : 6 }: TextProps): JSX.Element {
	const rows = useMemo(() => textRows(text), [text]);
	return (
		<>
			<Lines piece={piece} rows={rows} limit={limit} look={look} label={label} />
			{look === "code" && hasRightToLeft(text) && <p class="help">{t("ui.card.rightToLeft")}</p>}
		</>
	);
}
