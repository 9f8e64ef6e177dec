// The table with its pages of rows: they belong to one log, one filter, one order.
import type { JSX } from "preact";
import { useEffect, useMemo, useReducer, useRef } from "preact/hooks";
import { counted } from "../../ui/texts.ts";
import { useFacets } from "../filter/facets.ts";
import { EmptyLog, Loading, NothingMatches, Trouble } from "../states.tsx";
import type { Store } from "../store.ts";
import { useStore } from "../useStore.ts";
import { firstRowsOf } from "./firstRows.ts";
import { RowPages } from "./rowPages.ts";
import { Table } from "./table.tsx";

/** Entries that come in quick succession are looked at together. */
const GROWTH_MS = 200;

export function LogView({ store }: { store: Store }): JSX.Element {
	const { filter, order, generation, log } = useStore(store);
	const [, redraw] = useReducer((n: number) => n + 1, 0);
	const key = JSON.stringify(filter);
	const pages = useMemo(
		() => new RowPages(firstRowsOf(store).ask, filter, order, () => redraw(undefined)),
		[store, key, order, generation],
	);
	useEffect(() => () => pages.stop(), [pages]);

	const entries = log?.index.entries ?? 0;
	const before = useRef(entries);
	useEffect(() => {
		if (entries === before.current) return undefined;
		const timer = setTimeout(() => {
			before.current = entries;
			pages.grew();
		}, GROWTH_MS);
		return () => clearTimeout(timer);
	}, [entries, pages]);

	useAnnouncements(store, pages);
	const { labels } = useFacets(store).facets ?? {};

	if (pages.total === undefined && pages.refused !== undefined) {
		return <Trouble reason={pages.refused} again={() => pages.again()} />;
	}
	if (pages.total === 0 && entries === 0) return <EmptyLog />;
	if (pages.total === 0) return <NothingMatches store={store} />;
	return (
		<>
			{pages.total === undefined && <Loading />}
			<Table store={store} pages={pages} labels={labels ?? NO_LABELS} />
		</>
	);
}

const NO_LABELS = {};

/** How many there are after each change of the filter, and what is new. */
function useAnnouncements(store: Store, pages: RowPages): void {
	const told = useRef<{ pages: RowPages; total: number } | undefined>(undefined);
	const { total } = pages;
	useEffect(() => {
		if (total === undefined) return;
		const last = told.current;
		told.current = { pages, total };
		if (last?.pages !== pages) store.announce(counted("audit.results", total));
		else if (total > last.total) store.announce(counted("audit.announce.fresh", total - last.total));
	}, [store, pages, total]);
}
