// The values of one field of the filter, to be ticked.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { AgentText } from "../../ui/agentText.tsx";
import { t } from "../../ui/texts.ts";
import { Trouble } from "../states.tsx";
import type { Store } from "../store.ts";
import { useStore } from "../useStore.ts";
import { useFacets } from "./facets.ts";
import { type FieldInfo, offered, valueName, withValues } from "./fields.ts";

/** More values than this can be searched. */
const SEARCH_FROM = 9;

export function FacetList({ store, info }: { store: Store; info: FieldInfo }): JSX.Element {
	const { filter } = useStore(store);
	const { facets, refused, again } = useFacets(store);
	const [part, setPart] = useState("");
	const { field } = info;
	const chosen: readonly string[] = filter[field] ?? [];
	const all = offered(info, facets, chosen).map((one) => ({
		...one,
		name: valueName(field, one.value, facets?.labels),
	}));
	const wanted = part.trim().toLowerCase();
	const found = all.filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(wanted));
	const name = t(info.name);
	if (refused !== undefined && facets === undefined) return <Trouble reason={refused} again={again} />;
	return (
		<div class="facet">
			{all.length >= SEARCH_FROM && (
				<input
					type="search"
					class="field"
					aria-label={t("audit.filter.find", { field: name })}
					placeholder={t("audit.filter.find", { field: name })}
					value={part}
					onInput={(event) => setPart(event.currentTarget.value)}
				/>
			)}
			<ul class="ticks" aria-label={name}>
				{found.map(({ value, count, name: label }) => (
					<li key={value}>
						<label class="tick">
							<input
								type="checkbox"
								checked={chosen.includes(value)}
								onChange={(event) => {
									const rest = chosen.filter((one) => one !== value);
									store.setFilter(withValues(filter, field, event.currentTarget.checked ? [...rest, value] : rest));
								}}
							/>
							<span class="name">
								<AgentText text={label} code={info.code === true} />
							</span>
							{facets !== undefined && <span class="count">{count.toLocaleString()}</span>}
						</label>
					</li>
				))}
			</ul>
			{found.length === 0 && (
				<p class="help">
					{facets === undefined
						? t("audit.loading")
						: t(all.length === 0 ? "audit.filter.none" : "audit.filter.notFound")}
				</p>
			)}
			{chosen.length > 0 && (
				<button type="button" class="link" onClick={() => store.setFilter(withValues(filter, field, []))}>
					{t("audit.filter.any")}
				</button>
			)}
		</div>
	);
}
