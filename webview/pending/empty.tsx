import type { JSX } from "preact";
import type { PendingState } from "../../src/protocol/pendingView.ts";
import { AgentText } from "../ui/agentText.tsx";
import { Button } from "../ui/button.tsx";
import { t } from "../ui/texts.ts";
import type { Store } from "./store.ts";

/** Nothing waits: says whether anything could. */
export function Empty({ store, state }: { store: Store; state: PendingState }): JSX.Element {
	const { agents } = state.gate;
	return (
		<div class="empty">
			<p class="empty-title">{t("ui.empty.title")}</p>
			{agents.length > 0 ? (
				<p>
					{t("ui.empty.connected")} <AgentText text={agents.join(", ")} />
				</p>
			) : (
				<>
					<p>{t("ui.empty.none")}</p>
					<Button look="primary" onClick={() => store.host.post({ type: "installAgent" })}>
						{t("ui.empty.install")}
					</Button>
				</>
			)}
		</div>
	);
}
