// The mark of an action that a person changed: what the agent had asked for, and the way back.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { CardModel } from "../../src/protocol/card.ts";
import { Drawn } from "./drawn.tsx";
import { Icon } from "./icons.tsx";
import { Lines } from "./lines.tsx";
import { textRows } from "./rows.ts";
import { t } from "./texts.ts";
import { hasRightToLeft } from "./visible.ts";

/** Lines of what the agent had asked for before "Show all". */
const FIRST_LINES = 4;

interface EditedProps {
	card: CardModel;
	edited: NonNullable<CardModel["edited"]>;
	onBack: (() => void) | undefined;
	/** A change is being worked out. */
	isWaiting: boolean;
}

export function Edited({ card, edited: { target, through }, onBack, isWaiting }: EditedProps): JSX.Element {
	const rows = useMemo(() => textRows(target), [target]);
	const mark = t(through === "document" ? "ui.edited.markDocument" : "ui.edited.mark");
	return (
		<section class="edited" aria-label={mark}>
			<p class="edited-mark">
				<Icon name="edit" />
				<strong>{mark}</strong>
				{onBack && (
					<button
						type="button"
						class="link"
						aria-disabled={isWaiting ? "true" : undefined}
						onClick={() => isWaiting || onBack()}
					>
						{t("ui.edited.back")}
					</button>
				)}
			</p>
			{target === card.target ? (
				<>
					<p>{t("ui.edited.content")}</p>
					<Drawn piece="edited" />
				</>
			) : (
				<>
					<p class="label">{t("ui.edited.asked")}</p>
					<Lines piece="edited" rows={rows} limit={FIRST_LINES} look="code" label={t("ui.edited.asked")} />
					{hasRightToLeft(target) && <p class="note">{t("ui.card.rightToLeft")}</p>}
				</>
			)}
		</section>
	);
}
