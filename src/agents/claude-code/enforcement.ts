// Whether our entry gates a session, and what would keep it from doing so (measured with Claude Code 2.1.330).
import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../../protocol/canonical.ts";
import { type Message, message } from "../../protocol/messages.ts";
import type { Enforcement } from "../adapter.ts";
import { groupFault, isObject, matchesAll, ourEntry, tagOf } from "./entry.ts";
import type { Source } from "./findings.ts";
import type { Foreign } from "./foreign.ts";
import { clean, displayPath } from "./labels.ts";
import type { SettingsDocument } from "./settingsSource.ts";
import type { Sources } from "./sources.ts";

/** Whether a denied action is certain not to run, and if not, why. */
export function enforcement(sources: Sources, foreign: readonly Foreign[], userHome: string): Enforcement {
	const reasons = gateReasons(sources, (file) => displayPath(file, sources.root, userHome));
	for (const { label } of foreign.filter(({ overrules }) => overrules).slice(0, 3)) {
		reasons.push(message("enforce.foreign", { source: label }));
	}
	return { level: reasons.length === 0 ? "enforced" : "not-enforced", reasons };
}

/** Why none of our entries gates; [] when one does. */
function gateReasons(sources: Sources, named: (file: string) => string): Message[] {
	const gates = sources.documents.flatMap((document) => gatesIn(document, sources.launcher));
	const whole = gates.filter(({ exact }) => exact);
	const [first] = gates;
	if (whole.length === 0) {
		const file = first?.source.file ?? `${sources.configDir}/settings.json`;
		const invalid = sources.unread.find(({ source }) => source.kind === "user");
		if (first === undefined && invalid !== undefined) {
			return [message("enforce.unreadable", { file: named(invalid.source.file), detail: clean(invalid.detail) })];
		}
		return [message(first === undefined ? "enforce.absent" : "enforce.altered", { file: named(file) })];
	}
	let why: Message[] = [];
	for (const gate of whole) {
		const dead = deadBecause(gate, gates, sources, named);
		if (dead === undefined) return [];
		why = [dead];
	}
	return why;
}

/**
 * What keeps entries of ours from being run, whether they are just as we write them or not, and the entries themselves,
 * each as one text: a change that adds to the first or takes from the second loses something.
 */
export function lossesAndEntries(sources: Sources): { losses: string[]; entries: string[] } {
	const gates = sources.documents.flatMap((document) => gatesIn(document, sources.launcher));
	const losses = sources.unread.map(({ source }) => `unread ${source.file}`);
	const disabled = disabledBy(sources.documents);
	if (disabled !== undefined) losses.push(`disabled ${disabled.file}`);
	for (const { source, value } of sources.documents) {
		if (source.kind === "managed" && value?.allowManagedHooksOnly === true) losses.push(`managed only ${source.file}`);
	}
	for (const { document, source } of gates) {
		if (documentFault(document.value ?? {}) !== undefined) losses.push(`dropped ${source.file}`);
	}
	return { losses, entries: gates.map(({ source, entry }) => `${source.file} ${JSON.stringify(entry)}`) };
}

interface GateEntry {
	document: SettingsDocument;
	source: Source;
	entry: JsonObject;
	tag: string;
	/** As we write it, for every tool. */
	exact: boolean;
}

/** Entries of PreToolUse that run our launcher. */
function gatesIn(document: SettingsDocument, launcher: string): GateEntry[] {
	const { hooks } = document.value ?? {};
	const groups = isObject(hooks) && Array.isArray(hooks.PreToolUse) ? hooks.PreToolUse.filter(isObject) : [];
	return groups.flatMap(({ matcher, hooks: entries }) =>
		(Array.isArray(entries) ? entries.filter(isObject) : []).flatMap((entry) => {
			const tag = tagOf(entry, launcher);
			if (tag === undefined) return [];
			const exact = matchesAll(matcher) && isDeepStrictEqual(entry, ourEntry("PreToolUse", { launcher, tag }));
			return [{ document, source: document.source, entry, tag, exact }];
		}),
	);
}

/** Why Claude Code would not run this entry as it stands; undefined when it would. */
function deadBecause(
	gate: GateEntry,
	all: readonly GateEntry[],
	sources: Sources,
	named: (file: string) => string,
): Message | undefined {
	const { document, source } = gate;
	const fault = documentFault(document.value ?? {});
	if (fault !== undefined) return message("enforce.dropped", { file: named(source.file), fault: clean(fault) });
	// Entries of equal command and arguments run once, and the last file wins, unless they have another condition.
	const twin = all.find((other) => isTwin(other, gate));
	if (twin !== undefined) return message("enforce.twin", { file: named(twin.source.file) });
	if (source.kind === "managed") return undefined;
	const { flags, switches } = sources;
	const off = flags?.off.find((flag) => flag !== "--restricted" || source.kind !== "flag");
	if (off !== undefined) return message("enforce.flag", { flag: off });
	const [name] = switches;
	if (name !== undefined) return message("enforce.switch", { name });
	if (flags?.sources !== undefined && source.kind !== "flag" && !flags.sources.includes(source.kind)) {
		return message("enforce.scopeLeftOut", { scope: source.kind });
	}
	const disabled = disabledBy(sources.documents);
	if (disabled !== undefined) return message("enforce.disabled", { file: named(disabled.file) });
	const only = sources.documents.find(
		({ source, value }) => source.kind === "managed" && value?.allowManagedHooksOnly === true,
	);
	if (only !== undefined) return message("enforce.managedOnly", { file: named(only.source.file) });
	return undefined;
}

/** Entries that would run in the place of ours. */
export function twins(sources: Sources): GateEntry[] {
	const gates = sources.documents.flatMap((document) => gatesIn(document, sources.launcher));
	return gates.filter((gate) => gates.some((other) => other.exact && isTwin(gate, other)));
}

function isTwin(gate: GateEntry, of: GateEntry): boolean {
	return gate.tag === of.tag && gate.entry.if === undefined && !sameRun(gate.entry, of.entry);
}

function sameRun(a: JsonObject, b: JsonObject): boolean {
	const { statusMessage: _a, ...left } = a;
	const { statusMessage: _b, ...right } = b;
	return isDeepStrictEqual(left, right);
}

/** The strongest file that sets disableAllHooks decides (measured: local over project over user, --settings over all). */
function disabledBy(documents: readonly SettingsDocument[]): Source | undefined {
	const byKind = new Map<Source["kind"], SettingsDocument[]>();
	for (const document of documents)
		byKind.set(document.source.kind, [...(byKind.get(document.source.kind) ?? []), document]);
	for (const kind of ["managed", "flag", "local", "project", "user"] as const) {
		const setting = (byKind.get(kind) ?? []).filter(({ value }) => typeof value?.disableAllHooks === "boolean");
		const on = setting.find(({ value }) => value?.disableAllHooks === true);
		if (on !== undefined) return on.source;
		if (setting.length > 0) return undefined;
	}
	return undefined;
}

const TYPES: Record<string, (value: unknown) => boolean> = {
	disableAllHooks: (value) => typeof value === "boolean",
	cleanupPeriodDays: (value) => typeof value === "number",
	model: (value) => typeof value === "string",
	permissions: (value) => typeof value === "object" && value !== null,
	env: (value) => typeof value === "object" && value !== null,
	hooks: (value) => typeof value === "object" && value !== null,
};

/** What makes Claude Code ignore a whole file: some wrong types (not all of its schema), and broken gate entries. */
function documentFault(value: JsonObject): string | undefined {
	for (const [key, fits] of Object.entries(TYPES)) {
		if (value[key] !== undefined && !fits(value[key])) return `"${key}" has the wrong type`;
	}
	for (const event of ["PreToolUse", "PermissionRequest"]) {
		const groups = isObject(value.hooks) ? value.hooks[event] : undefined;
		const fault = (Array.isArray(groups) ? groups : []).map(groupFault).find((one) => one !== undefined);
		if (fault !== undefined) return `hooks.${event}: ${fault}`;
	}
	return undefined;
}
