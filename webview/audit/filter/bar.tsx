// Search, filters, columns: what of the log is in view.
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { AuditFilter } from "../../../src/protocol/audit.ts";
import { Icon } from "../../ui/icons.tsx";
import { t } from "../../ui/texts.ts";
import { Mark } from "../marks.tsx";
import { Popover } from "../popover.tsx";
import type { Store } from "../store.ts";
import { COLUMNS, canHide } from "../table/columns.ts";
import { useStore } from "../useStore.ts";
import { Chips } from "./chips.tsx";
import { FacetList } from "./facetList.tsx";
import { FIELDS, type FieldInfo, isDefaultKinds } from "./fields.ts";
import { FileField, SearchBox } from "./searchBox.tsx";
import { TimeFilter } from "./time.tsx";

/** A button of the bar, with its gap, px at a font size of 13 px: enough for the longest name. */
const BUTTON_PX = 118;
/** Time and "More" always have theirs. */
const OTHER_BUTTONS = 2;

export function FilterBar({ store }: { store: Store }): JSX.Element {
	const { view } = useStore(store);
	const { bar, own } = useOwnButtons();
	const beside = FIELDS.slice(0, own);
	const rest = FIELDS.slice(own);
	return (
		<search class="filter-bar">
			<div class="filter-row">
				<SearchBox store={store} />
				<div class="filter-buttons" ref={bar}>
					<FilterButton store={store} name={t("audit.filter.time")} members={["since", "until"]}>
						<TimeFilter store={store} />
					</FilterButton>
					{beside.map((info) => (
						<FilterButton key={info.field} store={store} name={t(info.name)} members={[info.field]}>
							<FacetList store={store} info={info} />
						</FilterButton>
					))}
					<FilterButton
						store={store}
						name={t("audit.filter.others")}
						members={["file", ...rest.map(({ field }) => field)]}
						icon
					>
						<FileField store={store} />
						<div class="filter-folds">
							{rest.map((info) => (
								<Fold key={info.field} store={store} info={info} />
							))}
						</div>
					</FilterButton>
					{view === "log" && <ColumnMenu store={store} />}
				</div>
			</div>
			<Chips store={store} />
		</search>
	);
}

/** How many fields have a button of their own: as many as fit one line. */
function useOwnButtons(): { bar: { current: HTMLDivElement | null }; own: number } {
	const bar = useRef<HTMLDivElement>(null);
	const [own, setOwn] = useState(0);
	useLayoutEffect(() => {
		const element = bar.current as HTMLDivElement;
		const measure = () => {
			const font = Number.parseFloat(getComputedStyle(element).fontSize) || 13;
			const fit = Math.floor(element.clientWidth / (BUTTON_PX * (font / 13))) - OTHER_BUTTONS;
			setOwn(Math.min(5, Math.max(0, fit)));
		};
		measure();
		const observer = new ResizeObserver(measure);
		observer.observe(element);
		return () => observer.disconnect();
	}, []);
	return { bar, own };
}

interface FilterButtonProps {
	store: Store;
	name: string;
	/** Members of the filter that it is about. */
	members: readonly (keyof AuditFilter)[];
	icon?: boolean;
	children: ComponentChildren;
}

function FilterButton({ store, name, members, icon, children }: FilterButtonProps): JSX.Element {
	const { filter } = useStore(store);
	const used = members.filter(
		(member) => filter[member] !== undefined && !(member === "kinds" && isDefaultKinds(filter)),
	).length;
	return (
		<Popover
			class={used > 0 ? "filter used" : "filter"}
			title={name}
			face={
				<>
					{icon && <Mark name="filter" />}
					<span>{name}</span>
					{used > 0 && <span class="unseen">{t("audit.filter.used")}</span>}
					<Mark name="down" />
				</>
			}
		>
			{() => children}
		</Popover>
	);
}

/** A field that has no button of its own. */
function Fold({ store, info }: { store: Store; info: FieldInfo }): JSX.Element {
	const { filter } = useStore(store);
	const isUsed = filter[info.field] !== undefined && !(info.field === "kinds" && isDefaultKinds(filter));
	const [open, setOpen] = useState(isUsed);
	return (
		<div class="filter-fold">
			<h2>
				<button type="button" class="fold" aria-expanded={open} onClick={() => setOpen(!open)}>
					<Icon name="chevron" />
					<span class="name">{t(info.name)}</span>
				</button>
			</h2>
			{open && <FacetList store={store} info={info} />}
		</div>
	);
}

/** Which columns are drawn, where there is room. */
function ColumnMenu({ store }: { store: Store }): JSX.Element {
	const { hidden } = useStore(store);
	return (
		<Popover
			class="column-menu"
			end
			title={t("audit.columns")}
			label={t("audit.columns")}
			face={<Mark name="columns" />}
		>
			{() => (
				<>
					<ul class="ticks" aria-label={t("audit.columns")}>
						{COLUMNS.filter(canHide).map(({ id, name }) => (
							<li key={id}>
								<label class="tick">
									<input
										type="checkbox"
										checked={!hidden.includes(id)}
										onChange={(event) => {
											const rest = hidden.filter((one) => one !== id);
											store.set({ hidden: event.currentTarget.checked ? rest : [...rest, id] });
										}}
									/>
									<span class="name">{t(name)}</span>
								</label>
							</li>
						))}
					</ul>
					<p class="help">{t("audit.columns.narrow")}</p>
				</>
			)}
		</Popover>
	);
}
