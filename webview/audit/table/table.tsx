// The rows of the log: a grid that draws what is in sight and a little around it. Rows have one height, so that a list of
// any length is laid out without measuring it; keys move between rows, one of which takes the focus.
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import { handled } from "../../pending/keys.ts";
import { Button } from "../../ui/button.tsx";
import { counted, t } from "../../ui/texts.ts";
import { Mark } from "../marks.tsx";
import { FIRST } from "../state.ts";
import { Trouble } from "../states.tsx";
import type { Store } from "../store.ts";
import { useStore } from "../useStore.ts";
import { labelOf } from "../words.ts";
import { layoutFor } from "./columns.ts";
import { KEYS, rowHeight } from "./keys.ts";
import { cellClass, RowView, stick } from "./row.tsx";
import type { RowPages } from "./rowPages.ts";
import { ScrollMap } from "./scrollMap.ts";

/** Rows drawn beyond what is in sight: the browser scrolls before it asks what to draw. */
const BEYOND = 12;

interface TableProps {
	store: Store;
	pages: RowPages;
	labels: Record<string, string>;
}

export function Table({ store, pages, labels }: TableProps): JSX.Element {
	const { selected, hidden, order } = useStore(store);
	const box = useRef<HTMLDivElement>(null);
	const { rowPx, scale } = useMemo(rowHeight, []);
	const [map] = useState(() => new ScrollMap(rowPx));
	const [, redraw] = useReducer((n: number) => n + 1, 0);
	const [size, setSize] = useState({ width: 0, height: 0 });
	/** The row that takes the focus, by its place: what is new does not change which one it is. */
	const [activePlace, setActivePlace] = useState(-1);
	const layout = useMemo(() => layoutFor(size.width, hidden, scale), [size.width, hidden, scale]);
	const rows = pages.shown;
	const active = activePlace < 0 ? 0 : Math.min(Math.max(0, pages.indexOf(activePlace)), Math.max(0, rows - 1));
	const setActive = (index: number) => setActivePlace(pages.place(index));
	const headPx = rowPx + 2;
	map.resize(rows, Math.max(0, size.height - headPx));

	useLayoutEffect(() => {
		const element = box.current as HTMLDivElement;
		const measure = () => setSize({ width: element.clientWidth, height: element.clientHeight });
		measure();
		const observer = new ResizeObserver(measure);
		observer.observe(element);
		return () => observer.disconnect();
	}, []);

	// Where it was before a reload, before another filter, at another log.
	const isKnown = pages.total !== undefined && size.height > 0;
	useLayoutEffect(() => {
		if (!isKnown) return;
		const { px, top, shown } = store.state.anchor;
		// What came since then lies before it.
		const more = order === "newest" && !top && shown > 0 ? Math.max(0, pages.shown - shown) : 0;
		const index = store.state.anchor.index + more;
		(box.current as HTMLDivElement).scrollTop = map.scrollTo(index * rowPx + px);
		setActive(Math.min(index, Math.max(0, pages.shown - 1)));
		redraw(undefined);
	}, [isKnown, pages]);

	// The detail takes room from the table: the row it is about stays in sight.
	const chosen = selected === undefined ? -1 : pages.find(selected);
	useLayoutEffect(() => {
		const top = chosen < 0 ? undefined : map.reveal(chosen);
		if (top !== undefined) scrollTo(top);
		// Only then: a row that is read again while somebody scrolls must not pull the table to it.
	}, [size.height]);

	const { first, last } = map.sight;
	useEffect(() => {
		if (isKnown) pages.see(first, last, map.top === 0 && order === "newest");
		else pages.see(store.state.anchor.index, store.state.anchor.index + 50, store.state.anchor.top);
	});

	const keep = () => {
		const index = Math.floor(map.top / rowPx);
		store.keepAnchor({ index, px: map.top - index * rowPx, top: map.top === 0, shown: pages.shown });
	};
	const scrollTo = (top: number) => {
		(box.current as HTMLDivElement).scrollTop = map.scrollTo(top);
		keep();
		redraw(undefined);
	};
	const onScroll = () => {
		const { scrollTop } = box.current as HTMLDivElement;
		map.scrolled(scrollTop);
		keep();
		redraw(undefined);
	};
	const onScrollEnd = () => {
		const element = box.current as HTMLDivElement;
		if (map.isMapped && Math.abs(element.scrollTop - map.restingBoxTop) > 1) scrollTo(map.top);
	};

	const wanted = useRef(false);
	const go = (index: number) => {
		const to = Math.min(Math.max(0, index), rows - 1);
		setActive(to);
		wanted.current = true;
		const top = map.reveal(to);
		if (top !== undefined) scrollTo(top);
		// Moving the selection along with an open detail is how one reads a log.
		if (store.state.selected !== undefined) open(to);
	};
	useLayoutEffect(() => {
		if (!wanted.current) return;
		const element = rowElement(active);
		if (element === null) return;
		wanted.current = false;
		element.focus({ preventScroll: true });
	});
	const rowElement = (index: number) => box.current?.querySelector<HTMLElement>(`[data-index="${index}"]`) ?? null;
	const open = (index: number) => {
		const row = pages.at(index);
		if (row !== undefined) store.select(row);
	};
	useEffect(() => {
		store.focusBack = () => {
			wanted.current = true;
			redraw(undefined);
		};
		return () => {
			store.focusBack = undefined;
		};
	}, [store]);

	const onKeyDown = (event: KeyboardEvent) => {
		if (event.altKey || !(event.target as HTMLElement).matches("[data-index]")) return;
		const page = Math.max(1, last - first - 1);
		const isFar = event.ctrlKey || event.metaKey;
		const to = KEYS[event.key]?.({ active, page, rows, isFar });
		if (to !== undefined) {
			handled(event);
			go(to);
		} else if ((event.key === "Enter" || event.key === " ") && !isFar) {
			handled(event);
			open(active);
		} else if (event.key === "Escape" && store.state.selected !== undefined) {
			handled(event);
			store.closeDetail();
		}
	};
	const onClick = (event: MouseEvent) => {
		const element = (event.target as Element).closest<HTMLElement>("[data-index]");
		if (element === null) return;
		// Who marks text in a row does not ask for its detail.
		if (getSelection()?.type === "Range" && element.contains(getSelection()?.anchorNode ?? null)) return;
		const index = Number(element.dataset.index);
		setActive(index);
		open(index);
	};

	const drawn: number[] = [];
	for (let index = Math.max(0, first - BEYOND); index <= Math.min(rows - 1, last + BEYOND); index++) drawn.push(index);
	// The row with the focus stays, however far it is scrolled away: without it the keys would go nowhere.
	if (rows > 0 && !drawn.includes(active)) drawn.unshift(active);

	return (
		<div class="table" style={{ "--template": layout.template, "--min": `${layout.minPx}px`, "--row": `${rowPx}px` }}>
			<div ref={box} class="scroller" onScroll={onScroll} onScrollEnd={onScrollEnd}>
				<table
					class="grid"
					// biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its rows are chosen, so it is a grid
					role="grid"
					aria-label={t("audit.table")}
					aria-rowcount={rows + 1}
					aria-colcount={layout.columns.length}
					onKeyDown={onKeyDown}
					onClick={onClick}
				>
					<thead>
						<tr aria-rowindex={1}>
							{layout.columns.map((column, at) => (
								<th
									key={column.id}
									scope="col"
									class={cellClass(column)}
									aria-colindex={at + 1}
									style={stick(column, layout.stickyPx)}
									{...(column.id === "time" ? { "aria-sort": order === "newest" ? "descending" : "ascending" } : {})}
								>
									{column.id === "time" ? (
										<OrderButton store={store} />
									) : (
										<span class="ellipsis">{t(column.name)}</span>
									)}
								</th>
							))}
						</tr>
					</thead>
					<tbody style={{ height: `${map.boxPx}px` }}>
						{drawn.map((index) => {
							const row = pages.at(index);
							return (
								<RowView
									key={pages.place(index)}
									row={row}
									index={index}
									top={map.place(index)}
									layout={layout}
									root={store.state.log?.folder}
									label={labelOf(labels, row?.session)}
									active={index === active}
									selected={index === chosen}
								/>
							);
						})}
					</tbody>
				</table>
			</div>
			{order === "newest" && pages.fresh > 0 && (
				<div class="fresh">
					<Button
						look="primary"
						onClick={() => {
							pages.showAll();
							map.resize(pages.shown, Math.max(0, size.height - headPx));
							scrollTo(0);
							go(0);
						}}
					>
						<Mark name="arrowUp" /> {counted("audit.fresh", pages.fresh)}
					</Button>
				</div>
			)}
			{pages.refused !== undefined && <Trouble reason={pages.refused} again={() => pages.again()} over />}
		</div>
	);
}

function OrderButton({ store }: { store: Store }): JSX.Element {
	const { order } = useStore(store);
	const other = order === "newest" ? "oldest" : "newest";
	return (
		<button
			type="button"
			class="order"
			title={t(other === "newest" ? "audit.order.toNewest" : "audit.order.toOldest")}
			onClick={() => store.set({ order: other, anchor: FIRST.anchor })}
		>
			<span class="ellipsis">{t("audit.column.time")}</span>
			<Mark name={order === "newest" ? "arrowDown" : "arrowUp"} />
			<span class="unseen">{t(order === "newest" ? "audit.order.newest" : "audit.order.oldest")}</span>
		</button>
	);
}
