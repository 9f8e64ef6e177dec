// Leaving parts of a change out: a check box at the head of each hunk.
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { t } from "./texts.ts";

/** What of a card's change a person wants to keep, while they choose. One file at a time. */
export interface PartsChoice {
	file: number;
	leftOut: ReadonlySet<number>;
	keep(file: number, hunk: number, keep: boolean): void;
}

interface KeepProps {
	parts: PartsChoice;
	file: number;
	/** Name of the file. */
	label: string;
	hunk: number;
	count: number;
}

export function KeepBox({ parts, file, label, hunk, count }: KeepProps): JSX.Element {
	const note = useId();
	const isOther = parts.file !== file && parts.leftOut.size > 0;
	const kept = parts.file !== file || !parts.leftOut.has(hunk);
	return (
		<div class="row keep">
			<label>
				<input
					type="checkbox"
					checked={kept}
					disabled={isOther}
					aria-label={t("ui.edit.keepOf", { number: hunk + 1, count, file: label })}
					aria-describedby={isOther ? note : undefined}
					onChange={(event) => parts.keep(file, hunk, event.currentTarget.checked)}
				/>
				<span>{t("ui.edit.keep")}</span>
			</label>
			{!kept && <span class="tag">{t("ui.edit.leftOut")}</span>}
			{isOther && (
				<span id={note} class="help">
					{t("ui.edit.oneFile")}
				</span>
			)}
		</div>
	);
}
