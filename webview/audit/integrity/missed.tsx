// What this editor has seen of the log and does not find in it any more, and how to give that up.
import type { JSX } from "preact";
import type { Integrity } from "../../../src/protocol/auditPanel.ts";
import { Button } from "../../ui/button.tsx";
import { counted, t } from "../../ui/texts.ts";
import type { Store } from "../store.ts";

export function Missed({
	store,
	integrity: { state, missed },
}: {
	store: Store;
	integrity: Integrity;
}): JSX.Element | null {
	if (state !== "bad" || missed === undefined) return null;
	const { entries, segments, gone } = missed;
	const args = { entries: counted("integrity.entries", entries) };
	return (
		<section class="av-part-of" aria-labelledby="av-missed">
			<h3 id="av-missed">{t("integrity.missed")}</h3>
			<p>{counted(gone ? "integrity.missed.gone" : "integrity.missed.some", segments, args)}</p>
			<p class="help">{t("integrity.missed.help")}</p>
			<div class="av-buttons">
				{/* The host asks; nothing is forgotten by this alone. */}
				<Button look="secondary" onClick={() => store.post({ type: "forget" })}>
					{t("integrity.forget")}
				</Button>
			</div>
		</section>
	);
}
