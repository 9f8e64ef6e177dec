// What to note outside this machine: how far the log goes, and the command that compares it later.
import type { JSX } from "preact";
import type { Integrity } from "../../../src/protocol/auditPanel.ts";
import { Visible } from "../../ui/agentText.tsx";
import { Button } from "../../ui/button.tsx";
import { t } from "../../ui/texts.ts";
import type { Store } from "../store.ts";
import { Command, copyText, headText, isKey, verifyCommand } from "./command.tsx";

export function Note({
	store,
	folder,
	integrity: { state, keys = [], head },
}: {
	store: Store;
	folder: string;
	integrity: Integrity;
}): JSX.Element | null {
	// What a log that is not as it was written says of itself is nothing to note.
	if (state === "bad") return null;
	const good = keys.map(({ publicKey }) => publicKey).filter(isKey);
	const text = headText(head);
	if (good.length === 0 && text === undefined) return null;
	const help = text === undefined ? "key" : good.length === 0 ? "head" : "help";
	const command = verifyCommand({ folder, keys: good, head });
	return (
		<section class="av-part-of" aria-labelledby="av-note">
			<h3 id="av-note">{t("integrity.note")}</h3>
			{text !== undefined && (
				<div class="av-head">
					<p>{t("integrity.head")}</p>
					<p class="key">
						<Visible text={text} />
					</p>
					<Button look="secondary" onClick={() => copyText(store, text)}>
						{t("integrity.copyHead")}
					</Button>
				</div>
			)}
			<p class="help">{t(`integrity.note.${help}`)}</p>
			{command !== undefined && <Command store={store} command={command} />}
		</section>
	);
}
