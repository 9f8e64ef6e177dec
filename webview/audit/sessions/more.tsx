import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../ui/button.tsx";
import { t } from "../../ui/texts.ts";
import type { Store } from "../store.ts";
import type { Pager } from "./pages.ts";

interface MoreProps<Item, Whole> {
	store: Store;
	pager: Pager<Item, Whole>;
	announced: "sessions.more.announced" | "session.more.announced";
}

/** How much of a list is shown, and more of it; nothing when all of it is. */
export function MoreButton<Item, Whole>({ store, pager, announced }: MoreProps<Item, Whole>): JSX.Element | null {
	const asked = useRef(false);
	const shown = pager.got?.items.length ?? 0;
	const total = pager.got?.total ?? 0;
	useEffect(() => {
		if (!asked.current || pager.loading) return;
		asked.current = false;
		store.announce(t(announced, { shown: shown.toLocaleString(), total: total.toLocaleString() }));
	});
	if (shown >= total) return null;
	return (
		<div class="av-more">
			<Button
				look="secondary"
				unavailable={pager.loading || undefined}
				onClick={() => {
					asked.current = true;
					pager.more();
				}}
			>
				{t("views.more")}
			</Button>
			<span class="help">{t("views.shown", { shown: shown.toLocaleString(), total: total.toLocaleString() })}</span>
		</div>
	);
}
