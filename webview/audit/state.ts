// What the panel shows, as one value: like an address. All of it but the log itself outlives the document.
import type { AuditFilter, RowKind } from "../../src/protocol/audit.ts";
import type { LogState } from "../../src/protocol/auditPanel.ts";
import { isObject } from "./host.ts";

/** All kinds of rows, in the order in which a person is offered them. */
export const KINDS = [
	"action",
	"prompt",
	"session",
	"question",
	"grant",
	"policy",
	"agent",
	"channel",
	"gap",
	"export",
	"undo",
	"gate",
	"other",
] as const satisfies readonly RowKind[];

/** What is shown before anybody chose: the gate's own book-keeping (starts, checkpoints, keys) is left out. */
export const DEFAULT_FILTER: AuditFilter = { kinds: KINDS.filter((kind) => kind !== "gate") };

/** A time range that goes with the clock. */
export const RANGES = ["today", "24h", "7d", "30d"] as const;
export type Range = (typeof RANGES)[number];

export const VIEWS = ["log", "sessions", "overview", "integrity"] as const;
export type View = (typeof VIEWS)[number];

/** A row by its number in the index and, because that is another one after a rebuild, by where its first entry stands. */
export interface RowPlace {
	id: number;
	segment: string;
	line: number;
	/** Its session, for the export of that session. */
	agent?: string | undefined;
	session?: string | undefined;
}

export interface SessionPlace {
	agent: string;
	session: string;
}

export interface PanelState {
	view: View;
	/** What is wanted of the log, in every view that lists something. */
	filter: AuditFilter;
	/** The range that `filter.since` was made from; undefined when it was given as a time. */
	range: Range | undefined;
	order: "newest" | "oldest";
	/** The row whose detail is open beside the view. */
	selected: RowPlace | undefined;
	/** The session that is open in the view of sessions. */
	session: SessionPlace | undefined;
	/** The first row in sight of the table: its number in a list of `shown` rows, and how much of it is scrolled away. */
	anchor: { index: number; px: number; top: boolean; shown: number };
	/** Columns a person has hidden. */
	hidden: string[];
	/** Part of the width (or height) that the detail takes, between 0 and 1. */
	detailShare: number;
	/** As the host sent it; undefined until it has spoken. */
	log: LogState | undefined;
	/** Grows when answers given before it are about another log or another index: ask anew. */
	generation: number;
}

export const FIRST: PanelState = {
	view: "log",
	filter: DEFAULT_FILTER,
	range: undefined,
	order: "newest",
	selected: undefined,
	session: undefined,
	anchor: { index: 0, px: 0, top: true, shown: 0 },
	hidden: [],
	detailShare: 0.45,
	log: undefined,
	generation: 0,
};

/** What is kept. `folder`: the log it belongs to. */
export function memoryOf(state: PanelState): object {
	const { view, filter, range, order, selected, session, anchor, hidden, detailShare, log } = state;
	return { view, filter, range, order, selected, session, anchor, hidden, detailShare, folder: log?.folder };
}

/** The state that was kept; each part that is not what it should be begins anew. */
export function fromMemory(memory: unknown): { state: PanelState; folder?: string } {
	if (!isObject(memory)) return { state: FIRST };
	const { view, order, selected, session, anchor, hidden, detailShare, folder } = memory;
	const range = RANGES.find((one) => one === memory.range);
	const filter = isFilter(memory.filter) ? memory.filter : DEFAULT_FILTER;
	const state: PanelState = {
		...FIRST,
		view: VIEWS.find((one) => one === view) ?? FIRST.view,
		filter: range === undefined ? filter : { ...filter, since: sinceOf(range) },
		range,
		order: order === "oldest" ? "oldest" : "newest",
		selected: isRowPlace(selected) ? selected : undefined,
		session: isSessionPlace(session) ? session : undefined,
		anchor: isAnchor(anchor) ? anchor : FIRST.anchor,
		hidden: Array.isArray(hidden) ? hidden.filter((one) => typeof one === "string") : [],
		detailShare:
			typeof detailShare === "number" && detailShare > 0 && detailShare < 1 ? detailShare : FIRST.detailShare,
	};
	return typeof folder === "string" ? { state, folder } : { state };
}

/** ISO time at which a range begins, by the clock and the calendar of this machine. */
export function sinceOf(range: Range, now = new Date()): string {
	if (range === "today") return new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString();
	const days = { "24h": 1, "7d": 7, "30d": 30 }[range];
	return new Date(now.getTime() - days * 86_400_000).toISOString();
}

const LISTS = ["kinds", "agents", "sessions", "actions", "outcomes", "by", "channels", "people", "rules", "flags"];
const TEXTS = ["file", "since", "until", "text"];

/** By shape only: the host checks the rest, and refuses. */
function isFilter(value: unknown): value is AuditFilter {
	if (!isObject(value)) return false;
	return Object.entries(value).every(([name, one]) =>
		LISTS.includes(name)
			? Array.isArray(one) && one.every((item) => typeof item === "string")
			: TEXTS.includes(name) && typeof one === "string",
	);
}

function isRowPlace(value: unknown): value is RowPlace {
	return (
		isObject(value) && Number.isInteger(value.id) && typeof value.segment === "string" && Number.isInteger(value.line)
	);
}

function isSessionPlace(value: unknown): value is SessionPlace {
	return isObject(value) && typeof value.agent === "string" && typeof value.session === "string";
}

function isAnchor(value: unknown): value is PanelState["anchor"] {
	return (
		isObject(value) &&
		[value.index, value.shown].every((one) => Number.isInteger(one) && (one as number) >= 0) &&
		typeof value.px === "number" &&
		typeof value.top === "boolean"
	);
}
