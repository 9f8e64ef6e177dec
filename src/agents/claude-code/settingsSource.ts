// One settings document: its hooks, its variables, and the switches in it that change which hooks run.
import type { Json, JsonObject } from "../../protocol/canonical.ts";
import { envGrade } from "./dangerousEnv.ts";
import { isObject, tagOf } from "./entry.ts";
import { addHook, addUnread, digestOf, type Findings, type Place, reachOf, type Source, sha256 } from "./findings.ts";
import { isTooDeep, type Looker, textOf } from "./looker.ts";

/** What a settings document says about which hooks run. */
export interface SettingsDocument {
	source: Source;
	/** Undefined when the file is missing or could not be read. */
	value: JsonObject | undefined;
}

const MAX_ENTRIES = 500;

/** Reads one settings file. A missing one is no finding. */
export function readDocument(look: Looker, source: Source, found: Findings): SettingsDocument {
	const content = look.read(source.file);
	if (content.kind === "missing") return { source, value: undefined };
	if (content.kind === "unreadable") {
		addUnread(found, source, content.why, look.stateOf(source.file));
		return { source, value: undefined };
	}
	return parseDocument(textOf(content.bytes), source, found);
}

export function parseDocument(text: string, source: Source, found: Findings): SettingsDocument {
	// Claude Code takes an empty file for one without settings.
	if (text.trim() === "") return { source, value: {} };
	if (isTooDeep(text)) {
		addUnread(found, source, "nested too deeply", text);
		return { source, value: undefined };
	}
	const value = parseObject(text);
	if (value === undefined) {
		found.unread.push({ source, why: "invalid", detail: "it is not a JSON object", digest: sha256(source.file, text) });
	}
	return { source, value };
}

/** The object in a text; undefined for anything else, of which the agent loads nothing either. */
export function parseObject(text: string): JsonObject | undefined {
	try {
		const value = JSON.parse(text) as Json;
		return isObject(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

/** Adds the hooks and variables of a document. */
export function collect(
	look: Looker,
	document: SettingsDocument,
	place: Place,
	launcher: string,
	found: Findings,
): void {
	const { source, value } = document;
	if (value === undefined) return;
	if (isObject(value.hooks)) collectHooks(look, value.hooks, source, place, launcher, found);
	if (!isObject(value.env)) return;
	for (const [name, setting] of Object.entries(value.env).slice(0, MAX_ENTRIES)) {
		const grade = envGrade(name);
		if (grade !== undefined)
			found.env.push({ source, name, grade, digest: sha256("env", name, JSON.stringify(setting)) });
	}
}

/** Adds the hooks of `{event: [{matcher, hooks: [entry]}]}`, also of malformed ones: the agent may be more lenient. */
export function collectHooks(
	look: Looker,
	hooks: JsonObject,
	source: Source,
	place: Place,
	launcher: string,
	found: Findings,
): void {
	for (const [event, groups] of Object.entries(hooks).slice(0, MAX_ENTRIES)) {
		if (!Array.isArray(groups)) continue;
		for (const group of groups.slice(0, MAX_ENTRIES)) {
			const { matcher, hooks: entries } = isObject(group) ? group : { matcher: undefined, hooks: undefined };
			if (!Array.isArray(entries)) continue;
			for (const entry of entries.slice(0, MAX_ENTRIES)) {
				if (!isObject(entry)) continue;
				const hook = () => {
					const ours = tagOf(entry, launcher) !== undefined;
					const digest = digestOf(look, place, event, matcher, entry);
					return { source, event, entry, digest, ours, reach: reachOf(event) };
				};
				if (!addHook(found, hook, source)) return;
			}
		}
	}
}
