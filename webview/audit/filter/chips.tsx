// What the filter holds, piece by piece, each with a button that takes it out.
import type { JSX } from "preact";
import type { AuditFilter } from "../../../src/protocol/audit.ts";
import { AgentText } from "../../ui/agentText.tsx";
import { Icon } from "../../ui/icons.tsx";
import { counted, t } from "../../ui/texts.ts";
import { oneLine, visibleText } from "../../ui/visible.ts";
import { DEFAULT_FILTER, type Range } from "../state.ts";
import type { Store } from "../store.ts";
import { useStore } from "../useStore.ts";
import { cellTime } from "../words.ts";
import { useFacets } from "./facets.ts";
import { FIELDS, isDefaultKinds, isNarrowed, valueName, withValues } from "./fields.ts";

interface Chip {
	key: string;
	/** What it is about; "" where the value says it. */
	name: string;
	value: string;
	code?: boolean;
	without: AuditFilter;
}

/** Values named on one chip; more are counted. */
const NAMED = 3;

export function Chips({ store }: { store: Store }): JSX.Element | null {
	const { filter, range } = useStore(store);
	const labels = useFacets(store).facets?.labels;
	const chips = chipsOf(filter, range, labels);
	if (chips.length === 0) return null;
	const remove = (chip: Chip, button: HTMLElement) => {
		// The focus goes to the next chip, not to nowhere.
		const next = button.closest("li")?.nextElementSibling ?? button.closest("li")?.previousElementSibling;
		const target = next?.querySelector("button") ?? document.querySelector<HTMLElement>(".search input");
		store.setFilter(chip.without);
		target?.focus();
	};
	return (
		<ul class="chips" aria-label={t("audit.filter.active")}>
			{chips.map((chip) => (
				<li key={chip.key} class="chip">
					<span class="chip-text" title={visibleText(chip.value)}>
						{chip.name !== "" && <span class="word">{chip.name}: </span>}
						<AgentText text={oneLine(chip.value, 80)} code={chip.code === true} />
					</span>
					<button
						type="button"
						title={t("audit.filter.remove")}
						aria-label={t("audit.filter.removeOne", {
							what: `${chip.name} ${visibleText(oneLine(chip.value, 80))}`.trim(),
						})}
						onClick={(event) => remove(chip, event.currentTarget)}
					>
						<Icon name="cross" />
					</button>
				</li>
			))}
			{isNarrowed(filter) && (
				<li>
					<button
						type="button"
						class="link clear"
						onClick={() => {
							store.setFilter(DEFAULT_FILTER);
							document.querySelector<HTMLElement>(".search input")?.focus();
						}}
					>
						{t("audit.clearAll")}
					</button>
				</li>
			)}
		</ul>
	);
}

function chipsOf(filter: AuditFilter, range: Range | undefined, labels: Record<string, string> | undefined): Chip[] {
	const chips: Chip[] = [];
	const { text, file, since, until } = filter;
	if (text !== undefined) {
		const { text: _, ...without } = filter;
		chips.push({ key: "text", name: t("audit.filter.text"), value: text, without });
	}
	if (since !== undefined || until !== undefined) {
		const { since: _, until: __, ...without } = filter;
		chips.push({ key: "time", name: t("audit.filter.time"), value: timeWords(range, since, until), without });
	}
	if (file !== undefined) {
		const { file: _, ...without } = filter;
		chips.push({ key: "file", name: t("audit.filter.file"), value: file, code: true, without });
	}
	for (const { field, name, code } of FIELDS) {
		const values: readonly string[] | undefined = filter[field];
		if (values === undefined) continue;
		const without = withValues(filter, field, []);
		if (field === "kinds" && isDefaultKinds(filter)) {
			chips.push({ key: field, name: "", value: t("audit.filter.noGate"), without });
			continue;
		}
		const named = values.slice(0, NAMED).map((value) => valueName(field, value, labels));
		const rest = values.length - named.length;
		const value = rest === 0 ? named.join(", ") : `${named.join(", ")} ${counted("audit.filter.more", rest)}`;
		chips.push({ key: field, name: t(name), value, code: code === true, without });
	}
	return chips;
}

function timeWords(range: Range | undefined, since: string | undefined, until: string | undefined): string {
	if (range !== undefined) return t(`audit.range.${range}`);
	if (since === undefined) return t("audit.range.before", { until: cellTime(until ?? "") });
	if (until === undefined) return t("audit.range.after", { since: cellTime(since) });
	return `${cellTime(since)} – ${cellTime(until)}`;
}
