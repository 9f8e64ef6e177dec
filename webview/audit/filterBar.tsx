// Search, filters, columns: what of the log is in view.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { AuditFilter } from "../../src/protocol/audit.ts";
import { handled } from "../pending/keys.ts";
import { IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icons.tsx";
import { t } from "../ui/texts.ts";
import { Chips } from "./chips.tsx";
import { COLUMNS, canHide } from "./columns.ts";
import { FacetList } from "./facetList.tsx";
import { FIELDS, type FieldInfo, isDefaultKinds } from "./filterFields.ts";
import { Mark } from "./marks.tsx";
import { Popover } from "./popover.tsx";
import type { Store } from "./store.ts";
import { TimeFilter } from "./timeFilter.tsx";
import { useStore } from "./useStore.ts";

/** What was typed is looked for when it has rested this long. */
const TYPING_MS = 150;
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

function SearchBox({ store }: { store: Store }): JSX.Element {
	const { filter } = useStore(store);
	const known = filter.text ?? "";
	const { text, type, flush } = useTyped(known, (typed) => store.setFilter({ ...store.state.filter, text: typed }));
	return (
		<div class="search">
			<Mark name="search" />
			<input
				type="search"
				class="field"
				aria-label={t("audit.search")}
				placeholder={t("audit.search.hint")}
				aria-keyshortcuts="/ Control+F Meta+F"
				maxLength={1000}
				value={text}
				onInput={(event) => type(event.currentTarget.value)}
				onKeyDown={(event) => {
					if (event.key === "Enter") flush();
					else if (event.key === "Escape" && text !== "") {
						handled(event);
						type("");
						flush();
					} else if (event.key === "ArrowDown") {
						const row = document.querySelector<HTMLElement>('[role="grid"] [data-index][tabindex="0"]');
						if (row === null) return;
						handled(event);
						row.focus();
					}
				}}
			/>
			{text !== "" && (
				<IconButton
					icon="cross"
					label={t("audit.search.clear")}
					onClick={() => {
						type("");
						flush();
						document.querySelector<HTMLElement>(".search input")?.focus();
					}}
				/>
			)}
		</div>
	);
}

function FileField({ store }: { store: Store }): JSX.Element {
	const { filter } = useStore(store);
	const { text, type } = useTyped(filter.file ?? "", (typed) =>
		store.setFilter({ ...store.state.filter, file: typed }),
	);
	return (
		<label class="file-field">
			<span>{t("audit.filter.fileLong")}</span>
			<input
				type="search"
				class="field code"
				maxLength={300}
				spellcheck={false}
				value={text}
				onInput={(event) => type(event.currentTarget.value)}
			/>
		</label>
	);
}

/** What is being typed, and after a pause what was typed. A value that comes from elsewhere takes its place. */
function useTyped(
	known: string,
	take: (typed: string) => void,
): { text: string; type(text: string): void; flush(): void } {
	const [text, setText] = useState(known);
	const typed = useRef<{ text: string; timer: ReturnType<typeof setTimeout> } | undefined>(undefined);
	useEffect(() => {
		if (typed.current === undefined) setText(known);
	}, [known]);
	const flush = () => {
		if (typed.current === undefined) return;
		clearTimeout(typed.current.timer);
		const value = typed.current.text;
		typed.current = undefined;
		take(value);
	};
	const last = useRef(flush);
	last.current = flush;
	// What is typed is not lost to what closes the field.
	useEffect(() => () => last.current(), []);
	return {
		text,
		flush,
		type: (value) => {
			setText(value);
			clearTimeout(typed.current?.timer);
			typed.current = { text: value, timer: setTimeout(() => last.current(), TYPING_MS) };
		},
	};
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
