// The hook entries that connect Claude Code to Gatepost, and how to know them again.
import { isDeepStrictEqual } from "node:util";
import type { Json, JsonObject } from "../../protocol/canonical.ts";
import { AGENT } from "./paths.ts";

/** Claude Code keeps unknown keys in an entry when it rewrites its settings. */
export const MARKER = "x-gatepost";
export const MARKER_VALUE = "v1";

/** The events we take part in. `gate`: the event waits for a decision. */
const EVENTS = {
	PreToolUse: "gate",
	PermissionRequest: "prompt",
	PostToolUse: "report",
	PostToolUseFailure: "report",
	UserPromptSubmit: "report",
	SessionStart: "report",
	SessionEnd: "report",
	Stop: "report",
	SubagentStart: "report",
	SubagentStop: "report",
	ConfigChange: "report",
} as const;
export type OurEvent = keyof typeof EVENTS;
export const OUR_EVENTS = Object.keys(EVENTS) as OurEvent[];

/** A day, in seconds: a person decides when the wait is over, and the hook refuses by itself a little earlier. */
const WAIT_S = 86_400;
/** Reporting events are answered at once; a hung hook must not hold the agent for long. Seconds. */
const REPORT_S = 60;

/** What our entries run: the launcher, and the tag of this home. */
export interface OurHook {
	/** Absolute path. */
	launcher: string;
	/**
	 * 12 hex digits that a project written elsewhere cannot know; "" for an entry without. The agent itself may: it prints
	 * the command of a hook that refuses.
	 */
	tag: string;
}

export const TAG = /^[0-9a-f]{12}$/;

/**
 * The entry for `event`.
 *
 * The tag makes our arguments our own: Claude Code runs entries of equal command and args only once, and the last file
 * wins. A project's copy of our entry with `async: true` disarmed the gate (measured with 2.1.330), and the path of a
 * launcher is easily guessed where homes are all called alike.
 *
 * `onFailure: "block"` stands on PreToolUse only (2.1.295 and later honour it): when PermissionRequest fails, the agent's
 * own dialog stays, which asks a person too. Nothing is `async`: at the end of a `claude -p` run async hooks were lost
 * (measured: PostToolUseFailure and Stop), and the log would have lost what they report.
 */
export function ourEntry(event: OurEvent, { launcher, tag }: OurHook): JsonObject {
	const kind = EVENTS[event];
	return {
		type: "command",
		command: launcher,
		args: ourArgs(tag),
		timeout: kind === "report" ? REPORT_S : WAIT_S,
		...(kind === "gate" ? { onFailure: "block" } : {}),
		...(kind === "gate" ? { statusMessage: "Waiting for approval in Gatepost..." } : {}),
		[MARKER]: MARKER_VALUE,
	};
}

/** A matcher group that holds only our entry. Only tool events know matchers. */
export function ourGroup(event: OurEvent, hook: OurHook): JsonObject {
	const hooks = [ourEntry(event, hook)];
	return takesMatcher(event) ? { matcher: "*", hooks } : { hooks };
}

function takesMatcher(event: OurEvent): boolean {
	return event === "PermissionRequest" || event.startsWith("PreTool") || event.startsWith("PostTool");
}

/** True when a group's matcher lets every tool through. */
export function matchesAll(matcher: Json | undefined): boolean {
	return matcher === undefined || matcher === "" || matcher === "*";
}

/** True for an entry that the installer may replace or remove: it has our marker or runs our launcher. */
export function looksLikeOurs(entry: Json | undefined, launcher: string): boolean {
	if (!isObject(entry)) return false;
	if (MARKER in entry) return true;
	const { command } = entry;
	if (typeof command !== "string") return false;
	return command === launcher || command.startsWith(`${launcher} `) || command.startsWith(`"${launcher}"`);
}

/** True when the entry is exactly what this version writes for `event`. */
export function isExactly(entry: Json | undefined, event: OurEvent, hook: OurHook): boolean {
	return isDeepStrictEqual(entry, ourEntry(event, hook));
}

/**
 * The tag of an entry that does nothing but run our launcher for this agent, so that it cannot overrule us; "" for one
 * without a tag, undefined for any other entry. Our marker proves nothing here: every project can write it.
 */
export function tagOf(entry: JsonObject, launcher: string): string | undefined {
	const { type, command, args } = entry;
	if (type !== "command" || command !== launcher || !Array.isArray(args)) return undefined;
	if (isDeepStrictEqual(args, [AGENT])) return "";
	const tag = args[2];
	if (typeof tag !== "string" || !TAG.test(tag) || !isDeepStrictEqual(args, ourArgs(tag))) return undefined;
	return tag;
}

function ourArgs(tag: string): string[] {
	return tag === "" ? [AGENT] : [AGENT, "--tag", tag];
}

export function isObject(value: Json | undefined): value is JsonObject {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The kinds of hooks, and the texts each must have. */
const NEEDED: Record<string, string[]> = {
	command: ["command"],
	http: ["url"],
	mcp_tool: ["server", "tool"],
	prompt: ["prompt"],
	agent: ["prompt"],
};

/**
 * What makes Claude Code drop an entry of a gate event, and with it everything in that file: a wrong `onFailure`, `timeout`
 * or `type`, a command without text (measured with 2.1.330; 2.1.150 dropped the event). Undefined when it loads.
 */
export function entryFault(entry: Json | undefined): string | undefined {
	if (!isObject(entry)) return "an entry is not an object";
	const { type, timeout, onFailure, args } = entry;
	if (typeof type !== "string" || !Object.hasOwn(NEEDED, type)) return `type is ${show(type)}`;
	for (const name of NEEDED[type] ?? []) {
		if (typeof entry[name] !== "string") return `${name} is ${show(entry[name])}`;
	}
	if (args !== undefined && !(Array.isArray(args) && args.every((arg) => typeof arg === "string"))) {
		return "args is not a list of texts";
	}
	if (timeout !== undefined && !(typeof timeout === "number" && timeout > 0)) return `timeout is ${show(timeout)}`;
	if (onFailure !== undefined && onFailure !== "block" && onFailure !== "continue") {
		return `onFailure is ${show(onFailure)}`;
	}
	return undefined;
}

/** The same for a matcher group with all its entries. */
export function groupFault(group: Json | undefined): string | undefined {
	if (!isObject(group)) return "a matcher group is not an object";
	if (group.matcher !== undefined && typeof group.matcher !== "string") return "a matcher is not a text";
	if (!Array.isArray(group.hooks)) return "a matcher group has no list of hooks";
	for (const entry of group.hooks) {
		const fault = entryFault(entry);
		if (fault !== undefined) return fault;
	}
	return undefined;
}

function show(value: Json | undefined): string {
	return value === undefined ? "missing" : JSON.stringify(value).slice(0, 40);
}
