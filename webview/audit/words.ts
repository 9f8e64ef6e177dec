// Rows in words and icons: outcomes, who decided, kinds, flags, times. The word carries the meaning, never the colour.
import type { AuditRow, RowBy, RowFlag, RowKind, RowOutcome } from "../../src/protocol/audit.ts";
import type { MessageCode } from "../../src/protocol/messages.ts";
import { TEXTS } from "../../src/protocol/texts.ts";
import type { IconName } from "../ui/icons.tsx";
import { t } from "../ui/texts.ts";
import type { MarkName } from "./marks.tsx";
import { undoEnd } from "./undoEnd.ts";

export const OUTCOME_ICONS: Record<RowOutcome, IconName> = {
	open: "ellipsis",
	allowed: "check",
	denied: "cross",
	timeout: "clock",
	withdrawn: "undo",
	failed: "error",
};

export function outcomeWord(outcome: RowOutcome): string {
	return t(`audit.outcome.${outcome}`);
}

export const KIND_MARKS: Record<Exclude<RowKind, "action">, IconName | MarkName> = {
	prompt: "speech",
	session: "play",
	question: "question",
	policy: "shield",
	grant: "key",
	agent: "plug",
	channel: "globe",
	gap: "warning",
	gate: "gate",
	export: "export",
	undo: "undo",
	other: "info",
};

/** "Session began", "Policy accepted": what a row that is no action says of itself. Its type, where it is not known here. */
export function typeWord({ kind, type, target, files }: Pick<AuditRow, "kind" | "type" | "target" | "files">): string {
	const end = type === "change.undone" ? undoEnd({ target, files }) : "done";
	if (end !== "done") return t(`undo.type.${end}`);
	const code = `audit.type.${type}`;
	if (code in TEXTS) return t(code as MessageCode);
	return type === "" ? t("audit.type.unreadable") : `${t(`audit.kind.${kind}`)}: ${type}`;
}

/** Programs people know by another name than their id. */
const AGENTS: Record<string, string> = {
	"claude-code": "Claude Code",
	"claude-desktop": "Claude Desktop",
	codex: "Codex",
	"gemini-cli": "Gemini CLI",
	cursor: "Cursor",
	hermes: "Hermes",
};

/** An agent's name. Draw it as agent text: an id this build does not know is shown as it is. */
export function agentName(id: string): string {
	return Object.hasOwn(AGENTS, id) ? (AGENTS[id] as string) : id;
}

/** Who decided, in as few words as fit a cell. May quote the log. */
export function byWords({ by, rule, person }: Pick<AuditRow, "by" | "rule" | "person">): string {
	switch (by) {
		case "rule":
			return rule ?? t("audit.by.rule");
		case "person":
			return personName(person);
		case undefined:
			return "";
		default:
			return t(`audit.by.${by}`);
	}
}

/** A person as the log names them; the one of a terminal that nobody saw is said to be unknown. */
export function personName(person: string | undefined): string {
	return person === undefined || person === "unidentified" ? t("audit.unidentified") : person;
}

export function byName(by: RowBy): string {
	return t(`audit.by.${by}`);
}

export function channelName(channel: string): string {
	const code = `audit.channel.${channel}`;
	return code in TEXTS ? t(code as MessageCode) : channel;
}

export function flagWord(flag: RowFlag): string {
	return t(`audit.flag.${flag}`);
}

const units = [
	["audit.days", 86_400_000],
	["audit.hours", 3_600_000],
	["audit.minutes", 60_000],
] as const;

/** "4.2 s", "3 min", "2 h": how long something took. */
export function duration(ms: number): string {
	for (const [code, unit] of units) {
		if (ms >= unit) return t(code, { n: (Math.floor((ms / unit) * 10) / 10).toLocaleString() });
	}
	if (ms < 100) return t("audit.millis", { n: Math.round(ms) });
	const seconds = ms / 1000;
	return t("audit.seconds", {
		n: seconds.toLocaleString(undefined, { maximumFractionDigits: seconds < 10 ? 1 : 0 }),
	});
}

const thisYear = new Intl.DateTimeFormat(undefined, {
	month: "short",
	day: "2-digit",
	hour: "2-digit",
	minute: "2-digit",
	second: "2-digit",
	hourCycle: "h23",
});
const otherYear = new Intl.DateTimeFormat(undefined, {
	year: "numeric",
	month: "short",
	day: "2-digit",
	hour: "2-digit",
	minute: "2-digit",
	hourCycle: "h23",
});
const ofDay = new Intl.DateTimeFormat(undefined, {
	hour: "2-digit",
	minute: "2-digit",
	second: "2-digit",
	hourCycle: "h23",
});
const minuteOfDay = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayOnly = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const monthOnly = new Intl.DateTimeFormat(undefined, { year: "2-digit", month: "short" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

/** Local time with seconds, with the day unless it is today's; the year in place of the seconds in another year. */
export function cellTime(iso: string, now = new Date()): string {
	const date = new Date(iso);
	if (Number.isNaN(date.getTime())) return iso.slice(0, 20);
	if (date.getFullYear() !== now.getFullYear()) return otherYear.format(date);
	return date.toDateString() === now.toDateString() ? ofDay.format(date) : thisYear.format(date);
}

/** The time of day of today, else the day: as in lists of mail. */
export function shortTime(iso: string, now = new Date()): string {
	const date = new Date(iso);
	if (Number.isNaN(date.getTime())) return "";
	if (date.toDateString() === now.toDateString()) return minuteOfDay.format(date);
	return (date.getFullYear() === now.getFullYear() ? dayOnly : monthOnly).format(date);
}

/** Day and time in full with the time zone. What is no time is given back as it is. */
export function wholeTime(iso: string): string {
	const date = new Date(iso);
	return Number.isNaN(date.getTime()) ? iso : whole.format(date);
}

/** "1.4 MB" */
export function byteSize(bytes: number): string {
	if (bytes < 1000) return t("audit.size.bytes", { n: bytes.toLocaleString() });
	const [code, unit] =
		bytes < 1_000_000
			? (["audit.size.kilo", 1000] as const)
			: bytes < 1_000_000_000
				? (["audit.size.mega", 1_000_000] as const)
				: (["audit.size.giga", 1_000_000_000] as const);
	return t(code, { n: (bytes / unit).toLocaleString(undefined, { maximumFractionDigits: 1 }) });
}

/** First words of a session's first prompt, where they are known. Its id may be any text. */
export function labelOf(labels: Record<string, string> | undefined, session: string | undefined): string | undefined {
	if (labels === undefined || session === undefined || !Object.hasOwn(labels, session)) return undefined;
	return labels[session] || undefined;
}

/** Enough of a session's id to know it by. */
export function shortId(id: string): string {
	return id.length <= 8 ? id : `${id.slice(0, 8)}…`;
}
