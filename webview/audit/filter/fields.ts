// The members of a filter that are chosen from lists, and their values in words.
import type {
	AuditFilter,
	AuditRow,
	Facet,
	Facets,
	RowBy,
	RowFlag,
	RowKind,
	RowOutcome,
} from "../../../src/protocol/audit.ts";
import type { MessageCode } from "../../../src/protocol/messages.ts";
import { t } from "../../ui/texts.ts";
import { KINDS } from "../state.ts";
import { agentName, byName, channelName, flagWord, labelOf, outcomeWord, personName, shortId } from "../words.ts";

export type Field = Exclude<keyof AuditFilter, "file" | "since" | "until" | "text">;

export interface FieldInfo {
	field: Field;
	name: MessageCode;
	/** Values there always are, in the order in which they are offered; else those of the log, most frequent first. */
	all?: readonly string[];
	/** Values are drawn as code. */
	code?: boolean;
}

type Action = NonNullable<AuditRow["action"]>;

const OUTCOMES = ["allowed", "denied", "timeout", "withdrawn", "failed", "open"] satisfies RowOutcome[];
const BY = ["rule", "person", "timeout", "withdrawn", "failure"] satisfies RowBy[];
// Every flag there is, by its type: the schema itself would bring its library into the page.
const FLAGS: readonly string[] = Object.keys({
	mismatch: true,
	unexpected: true,
	gap: true,
	late: true,
	guard: true,
	altered: true,
	edited: true,
} satisfies Record<RowFlag, true>);
const ACTIONS = ["shell", "edit", "write", "delete", "read", "fetch", "mcp", "spawn", "other"] satisfies Action[];

/** In the order in which they stand in the bar: the first ones keep their own button longest. */
export const FIELDS: readonly FieldInfo[] = [
	{ field: "outcomes", name: "audit.filter.outcomes", all: OUTCOMES },
	{ field: "by", name: "audit.filter.by", all: BY },
	{ field: "sessions", name: "audit.filter.sessions" },
	{ field: "actions", name: "audit.filter.actions", all: ACTIONS },
	{ field: "agents", name: "audit.filter.agents" },
	{ field: "kinds", name: "audit.filter.kinds", all: KINDS },
	{ field: "flags", name: "audit.filter.flags", all: FLAGS },
	{ field: "people", name: "audit.filter.people" },
	{ field: "channels", name: "audit.filter.channels" },
	{ field: "rules", name: "audit.filter.rules", code: true },
];

/** A value as a person reads it. May be an agent's words. */
export function valueName(field: Field, value: string, labels: Record<string, string> = {}): string {
	switch (field) {
		case "kinds":
			return t(`audit.kind.${value as RowKind}`);
		case "outcomes":
			return outcomeWord(value as RowOutcome);
		case "by":
			return byName(value as RowBy);
		case "flags":
			return flagWord(value as RowFlag);
		case "actions":
			return t(`audit.action.${value as Action}`);
		case "agents":
			return agentName(value);
		case "channels":
			return channelName(value);
		case "people":
			return personName(value);
		case "sessions":
			return labelOf(labels, value) ?? shortId(value);
		case "rules":
			return value;
	}
}

/** What is offered: the values there always are, or those of the log; and what is chosen although it is not among them. */
export function offered({ field, all }: FieldInfo, facets: Facets | undefined, chosen: readonly string[]): Facet[] {
	const counted = new Map((facets?.[field] ?? []).map(({ value, count }) => [value, count]));
	const values = [...new Set([...(all ?? counted.keys()), ...chosen])];
	return values.map((value) => ({ value, count: counted.get(value) ?? 0 }));
}

/** The filter with other values of one field; none wants all. */
export function withValues(filter: AuditFilter, field: Field, values: readonly string[]): AuditFilter {
	const { [field]: _, ...rest } = filter;
	return values.length === 0 ? rest : ({ ...rest, [field]: [...values] } as AuditFilter);
}

/** Whether kinds are as they are before anybody chose. */
export function isDefaultKinds({ kinds }: AuditFilter): boolean {
	return kinds !== undefined && kinds.length === KINDS.length - 1 && !kinds.includes("gate");
}

/** Whether a person has chosen anything. */
export function isNarrowed(filter: AuditFilter): boolean {
	return Object.entries(filter).some(
		([name, value]) => value !== undefined && !(name === "kinds" && isDefaultKinds(filter)),
	);
}
