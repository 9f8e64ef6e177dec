// The keys that signed the log, written so that two people can compare them by eye or by voice.
import type { JSX } from "preact";
import type { Integrity } from "../../../src/protocol/auditPanel.ts";
import type { MessageCode } from "../../../src/protocol/messages.ts";
import { TEXTS } from "../../../src/protocol/texts.ts";
import { AgentText, Visible } from "../../ui/agentText.tsx";
import { Button } from "../../ui/button.tsx";
import { counted, t } from "../../ui/texts.ts";
import { visibleText } from "../../ui/visible.ts";
import type { Store } from "../store.ts";
import { copyText, isKey } from "./command.tsx";

/** "0123abcd 4567ef01 …": groups of 8. What is no key stays as it is. */
export function groups(key: string): string[] {
	return isKey(key) ? (key.match(/.{8}/g) ?? [key]) : [key];
}

export function Keys({
	store,
	integrity: { keys, state, own },
}: {
	store: Store;
	integrity: Integrity;
}): JSX.Element | null {
	if (keys === undefined || keys.length === 0) {
		if (state !== "good") return null;
		return (
			<section class="av-part-of" aria-labelledby="av-keys">
				<h3 id="av-keys">{t("integrity.keys")}</h3>
				<p class="help">{t("integrity.keys.none")}</p>
			</section>
		);
	}
	return (
		<section class="av-part-of" aria-labelledby="av-keys">
			<h3 id="av-keys">{t("integrity.keys")}</h3>
			<ul class="av-keys">
				{keys.map(({ publicKey, storage, segments }, index) => {
					const name =
						keys.length === 1
							? t("integrity.key")
							: t("integrity.keyNumbered", { number: index + 1, count: keys.length });
					return (
						<li key={publicKey}>
							<p>
								{name}{" "}
								<span class="help">
									<AgentText text={counted("integrity.keyOf", segments, { storage: storageName(storage) })} />
								</span>
								{own !== undefined && (
									<strong> {t(publicKey === own.publicKey ? "integrity.key.own" : "integrity.key.other")}</strong>
								)}
							</p>
							<p class="key">
								{groups(publicKey).map((group, at) => (
									<span key={at}>
										<Visible text={group} />{" "}
									</span>
								))}
							</p>
							<Button
								look="secondary"
								label={`${t("integrity.copyKey")}: ${visibleText(publicKey.slice(0, 8))}`}
								onClick={() => copyText(store, publicKey)}
							>
								{t("integrity.copyKey")}
							</Button>
						</li>
					);
				})}
			</ul>
		</section>
	);
}

/** Where the private half is kept, in words; as the log has it where this build does not know it. */
function storageName(storage: string): string {
	const code = `integrity.storage.${storage}`;
	return Object.hasOwn(TEXTS, code) ? t(code as MessageCode) : storage;
}
