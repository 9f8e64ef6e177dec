// Is the log what was written? In a few words; the view of integrity has the rest.
import type { JSX } from "preact";
import type { Integrity } from "../../../src/protocol/auditPanel.ts";
import { Icon, type IconName } from "../../ui/icons.tsx";
import { counted, t } from "../../ui/texts.ts";
import { timeNear } from "../../ui/time.ts";
import type { Store } from "../store.ts";

const ICONS: Record<Integrity["state"], IconName> = {
	unknown: "shield",
	checking: "clock",
	good: "check",
	bad: "warning",
	failed: "error",
};

export function Badge({ store, integrity }: { store: Store; integrity: Integrity }): JSX.Element {
	const state = integrity.state in ICONS ? integrity.state : "failed";
	return (
		<button
			type="button"
			class={`integrity ${state}`}
			title={t("audit.badge.open")}
			onClick={() => {
				store.show("integrity");
				document.getElementById("tab-integrity")?.focus();
			}}
		>
			<Icon name={ICONS[state]} />
			<span class="ellipsis">{badgeText(integrity)}</span>
		</button>
	);
}

/** Consistent by itself is not verified: that takes a key from outside the log. */
export function isVerified({ state, own }: Integrity): boolean {
	return state === "good" && own?.all === true;
}

export function badgeText(integrity: Integrity): string {
	const { state, done, total, at, entries = 0, missed, problems = [], moreProblems = 0 } = integrity;
	switch (state) {
		case "checking":
			return done !== undefined && total !== undefined && total > 0
				? t("audit.badge.checking", { percent: Math.min(100, Math.floor((100 * done) / total)) })
				: t("audit.badge.checkingBegins");
		case "good":
			return counted(isVerified(integrity) ? "audit.badge.verified" : "audit.badge.good", entries, {
				time: timeNear(at ?? ""),
			});
		case "bad":
			if (missed?.gone === true) return t("audit.badge.gone");
			return counted("audit.badge.bad", problems.length + moreProblems);
		case "unknown":
			return t("audit.badge.unknown");
		default:
			return t("audit.badge.failed");
	}
}
