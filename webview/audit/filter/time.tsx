// From when to when: ranges that go with the clock, or two times of this machine's zone.
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import type { AuditFilter } from "../../../src/protocol/audit.ts";
import { t } from "../../ui/texts.ts";
import { RANGES, type Range } from "../state.ts";
import type { Store } from "../store.ts";
import { useStore } from "../useStore.ts";

export function TimeFilter({ store }: { store: Store }): JSX.Element {
	const { filter, range } = useStore(store);
	const isGiven = filter.since !== undefined || filter.until !== undefined;
	const [isCustom, setCustom] = useState(isGiven && range === undefined);
	const name = useId();
	const chosen = isCustom ? "custom" : (range ?? "any");
	const choose = (value: Range | "any") => {
		setCustom(false);
		store.setRange(value === "any" ? undefined : value);
	};
	return (
		<fieldset class="times">
			<legend class="unseen">{t("audit.filter.time")}</legend>
			{(["any", ...RANGES] as const).map((value) => (
				<label key={value} class="tick">
					<input type="radio" name={name} checked={chosen === value} onChange={() => choose(value)} />
					<span class="name">{t(`audit.range.${value}`)}</span>
				</label>
			))}
			<label class="tick">
				<input type="radio" name={name} checked={chosen === "custom"} onChange={() => setCustom(true)} />
				<span class="name">{t("audit.range.custom")}</span>
			</label>
			{isCustom && (
				<div class="custom">
					<TimeField
						label={t("audit.range.since")}
						value={filter.since}
						onChange={(since) => store.setFilter(withTime(filter, "since", since))}
					/>
					<TimeField
						label={t("audit.range.until")}
						value={filter.until}
						isEnd
						onChange={(until) => store.setFilter(withTime(filter, "until", until))}
					/>
					<p class="help">{t("audit.range.zone", { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}</p>
				</div>
			)}
		</fieldset>
	);
}

interface TimeFieldProps {
	label: string;
	value: string | undefined;
	/** Up to and with the minute that was given. */
	isEnd?: boolean;
	onChange(iso: string | undefined): void;
}

function TimeField({ label, value, isEnd, onChange }: TimeFieldProps): JSX.Element {
	return (
		<label class="time-field">
			<span>{label}</span>
			<input
				type="datetime-local"
				class="field"
				max="9999-12-31T23:59"
				value={value === undefined ? "" : localMinute(value)}
				onChange={(event) => onChange(fromLocal(event.currentTarget.value, isEnd === true))}
			/>
		</label>
	);
}

function withTime(filter: AuditFilter, name: "since" | "until", iso: string | undefined): AuditFilter {
	const { [name]: _, ...rest } = filter;
	return iso === undefined ? rest : { ...rest, [name]: iso };
}

/** "2026-11-22T14:02" in local time, as such a field wants it; "" for what is no time. */
export function localMinute(iso: string): string {
	const date = new Date(iso);
	if (Number.isNaN(date.getTime())) return "";
	return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** ISO time of a local minute: its begin, or its last millisecond. Undefined for an empty or half-written field. */
export function fromLocal(local: string, isEnd: boolean): string | undefined {
	const date = new Date(local);
	if (local === "" || Number.isNaN(date.getTime()) || date.getFullYear() > 9999) return undefined;
	return new Date(date.getTime() + (isEnd ? 59_999 : 0)).toISOString();
}
