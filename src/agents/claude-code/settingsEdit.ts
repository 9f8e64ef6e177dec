// Puts our entries into a settings text, and takes them out again. Pure: text in, text out.
import type { Node } from "jsonc-parser";
import { findNodeAtLocation } from "jsonc-parser";
import type { Json, JsonObject } from "../../protocol/canonical.ts";
import { format, type Message, message } from "../../protocol/messages.ts";
import {
	groupFault,
	isExactly,
	isObject,
	looksLikeOurs,
	matchesAll,
	OUR_EVENTS,
	type OurEvent,
	type OurHook,
	ourEntry,
	ourGroup,
} from "./entry.ts";
import {
	append,
	duplicateKey,
	type Path,
	parseStrict,
	removeAt,
	replaceAt,
	SettingsSyntaxError,
	styleOf,
} from "./settingsText.ts";

/** The file is not one that Gatepost edits. Nothing was changed. */
export class SettingsError extends Error {
	override name = "SettingsError";
	readonly detail: Message;
	constructor(detail: Message) {
		super(format(detail));
		this.detail = detail;
	}
}

/** What a new settings file holds before our entries. */
const EMPTY = "{}\n";

/** @throws SettingsError when the text is not strict JSON of the right shape; `file` is for the message */
export function checkSettings(text: string, file: string): JsonObject {
	let parsed: { root: Node; value: Json };
	try {
		parsed = parseStrict(text);
	} catch (error) {
		if (!(error instanceof SettingsSyntaxError)) throw error;
		const { line, column } = error;
		throw new SettingsError(message("install.syntax", { file, line, column, detail: error.message }));
	}
	const { root, value } = parsed;
	if (!isObject(value)) throw new SettingsError(message("install.notAnObject", { file }));
	const { hooks } = value;
	const hooksNode = findNodeAtLocation(root, ["hooks"]);
	const twice = duplicateKey(root, false) ?? (hooksNode && duplicateKey(hooksNode, true));
	if (twice !== undefined) {
		const { line, column } = new SettingsSyntaxError(text, twice.offset, "");
		throw new SettingsError(message("install.duplicateKey", { file, key: twice.key.slice(0, 60), line, column }));
	}
	if (hooks === undefined) return value;
	if (!isObject(hooks)) throw new SettingsError(message("install.hooksNotAnObject", { file }));
	for (const event of OUR_EVENTS) {
		const groups = hooks[event];
		if (groups === undefined) continue;
		if (!Array.isArray(groups)) throw new SettingsError(message("install.eventNotAList", { file, event }));
		if (event !== "PreToolUse" && event !== "PermissionRequest") continue;
		// What Claude Code drops there takes the whole file with it, our entry included.
		const fault = groups.map(groupFault).find((found) => found !== undefined);
		if (fault !== undefined) throw new SettingsError(message("install.badEntry", { file, event, fault }));
	}
	return value;
}

/** The text with our entries in it, each once, as this version writes them. @throws SettingsError */
export function withOurs(text: string | undefined, hook: OurHook, file: string): string {
	let now = text === undefined || text.trim() === "" ? EMPTY : text;
	checkSettings(now, file);
	const style = styleOf(now);
	now = tidy(now, hook);
	for (const event of OUR_EVENTS) {
		const kept = find(now, hook.launcher).find((place) => place.event === event);
		if (kept !== undefined) {
			if (!isExactly(kept.entry, event, hook)) now = replaceAt(now, kept.path, ourEntry(event, hook), style);
			continue;
		}
		const { hooks } = hooksOf(now);
		if (hooks === undefined) now = append(now, [], "hooks", { [event]: [ourGroup(event, hook)] }, style);
		else if (hooks[event] === undefined) now = append(now, ["hooks"], event, [ourGroup(event, hook)], style);
		else now = append(now, ["hooks", event], undefined, ourGroup(event, hook), style);
	}
	return now;
}

/** Containers of ours that a person had there already; they stay when they get empty. */
export interface Kept {
	hooks: boolean;
	events: readonly string[];
}

/** The text without any entry of ours. @throws SettingsError */
export function withoutOurs(text: string, launcher: string, file: string, kept: Kept): string {
	checkSettings(text, file);
	let now = text;
	// From the end, so that the paths of those before stay right.
	for (const { path } of find(now, launcher).reverse()) now = removePlace(now, path, kept);
	return now;
}

/** True when the text holds an entry of ours. @throws SettingsError */
export function holdsOurs(text: string, launcher: string, file: string): boolean {
	checkSettings(text, file);
	return find(text, launcher).length > 0;
}

export function keptOf(text: string): Kept {
	const { hooks } = hooksOf(text);
	const events = Object.entries(hooks ?? {}).filter(([, groups]) => Array.isArray(groups) && groups.length === 0);
	return { hooks: hooks !== undefined && Object.keys(hooks).length === 0, events: events.map(([name]) => name) };
}

/** Removes ours of other events, repeated ones, and those that some matcher keeps from some tools. */
function tidy(text: string, hook: OurHook): string {
	const places = find(text, hook.launcher);
	const keep = new Map<string, Place>();
	for (const place of places) {
		const fits = matchesAll(place.matcher) && OUR_EVENTS.includes(place.event as OurEvent);
		if (fits && !keep.has(place.event)) keep.set(place.event, place);
	}
	let now = text;
	const stay = { hooks: true, events: Object.keys(hooksOf(text).hooks ?? {}) };
	for (const place of places.reverse()) {
		if (keep.get(place.event) !== place) now = removePlace(now, place.path, stay);
	}
	// An event that we alone had, and have no more.
	for (const { event } of places) {
		const groups = hooksOf(now).hooks?.[event];
		const empty = Array.isArray(groups) && groups.length === 0;
		if (empty && !OUR_EVENTS.includes(event as OurEvent)) now = removeAt(now, ["hooks", event]);
	}
	return now;
}

interface Place {
	event: string;
	path: Path;
	matcher: Json | undefined;
	entry: JsonObject;
}

/** Every entry of ours, in the order of the text. */
function find(text: string, launcher: string): Place[] {
	const places: Place[] = [];
	for (const [event, groups] of Object.entries(hooksOf(text).hooks ?? {})) {
		if (!Array.isArray(groups)) continue;
		groups.forEach((group, at) => {
			if (!isObject(group) || !Array.isArray(group.hooks)) return;
			group.hooks.forEach((entry, index) => {
				if (!isObject(entry) || !looksLikeOurs(entry, launcher)) return;
				places.push({ event, path: ["hooks", event, at, "hooks", index], matcher: group.matcher, entry });
			});
		});
	}
	return places;
}

/** Removes an entry, and whatever around it got empty by that. */
function removePlace(text: string, path: Path, kept: Kept): string {
	const [, event, group] = path as ["hooks", string, number];
	let now = removeAt(text, path);
	const hooks = hooksOf(now).hooks ?? {};
	const groups = Array.isArray(hooks[event]) ? hooks[event] : [];
	const around = groups[group];
	if (isObject(around) && Array.isArray(around.hooks) && around.hooks.length > 0) return now;
	now = removeAt(now, ["hooks", event, group]);
	if (groups.length > 1 || kept.events.includes(event)) return now;
	now = removeAt(now, ["hooks", event]);
	if (Object.keys(hooks).length > 1 || kept.hooks) return now;
	return removeAt(now, ["hooks"]);
}

function hooksOf(text: string): { hooks: JsonObject | undefined } {
	const { value } = parseStrict(text);
	const hooks = isObject(value) ? value.hooks : undefined;
	return { hooks: isObject(hooks) ? hooks : undefined };
}
