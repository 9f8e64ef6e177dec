// An agent for tests whose one tool changes several files: Codex's apply_patch and its payloads (measured, 0.169.0), without
// the rest of Codex. Nothing of it ships; it takes the place of an adapter that does.
import type { Action } from "../../../src/actions/action.ts";
import { patchPath } from "../../../src/actions/patch/names.ts";
import { parsePatch } from "../../../src/actions/patch/parse.ts";
import { proposePatch } from "../../../src/actions/patch/propose.ts";
import {
	type AgentAdapter,
	type AgentEvent,
	type Caller,
	type HooksInForce,
	PayloadError,
} from "../../../src/agents/adapter.ts";
import { readJsonObject } from "../../../src/agents/json.ts";
import { canonical, type JsonObject } from "../../../src/protocol/canonical.ts";
import type { Submit } from "../../../src/protocol/hook.ts";
import { message } from "../../../src/protocol/messages.ts";

/** The name that the hook's command carries. */
export const PATCH_AGENT = "patch-test";

const CALLER: Caller = { agent: PATCH_AGENT, label: "Patch agent", known: true, mode: "headless" };

const HOOKS: HooksInForce = {
	foreign: [],
	now: { level: "enforced", losses: [], entries: [], digests: [] },
	definitionFolders: [],
	enforcement: { level: "enforced", reasons: [] },
};

/** Codex takes silence for leave, and exit 2 with a reason for a refusal. */
const ALLOWED = { stdout: "", stderr: "", exit: 0 };
const denied = (reason: string) => ({ stdout: "", stderr: `${reason}\n`, exit: 2 });

export function patchAdapter(): AgentAdapter {
	return {
		id: PATCH_AGENT,
		detect: ({ agent }) => agent === PATCH_AGENT,
		read,
		propose: ({ cwd, input }) => proposePatch(cwd, textOf(input)),
		reply(event, outcome) {
			if (event.kind !== "tool.before" || outcome.kind === "none") return ALLOWED;
			if (outcome.kind === "ask") return denied(outcome.reason);
			const { decision } = outcome;
			return decision.verdict === "allow" ? ALLOWED : denied(decision.reason ?? decision.by);
		},
		isReport: (payload) => payload.includes('"PostToolUse"'),
		refuse: denied,
		inForce: async () => HOOKS,
		settlement: async () => "unknown",
		sameAction: (decided, ran) => decided.tool === ran.tool && canonical(decided.input) === canonical(ran.input),
		canRace: () => false,
	};
}

function read({ root }: Submit, bytes: Buffer): AgentEvent {
	const payload = readJsonObject(bytes);
	const { hook_event_name: name, session_id: sessionId, tool_use_id: toolUseId, cwd, tool_input: input } = payload;
	const texts = [name, sessionId, toolUseId, cwd].every((value) => typeof value === "string");
	if (!texts || payload.tool_name !== "apply_patch") throw strange();
	if (typeof input !== "object" || input === null || Array.isArray(input)) throw strange();
	const base = { caller: CALLER, sessionId: String(sessionId), cwd: String(cwd), name: String(name) };
	const call = { action: actionOf(root, base.cwd, input), toolUseId: String(toolUseId) };
	if (name === "PreToolUse") return { ...base, kind: "tool.before", ...call };
	if (name !== "PostToolUse") throw strange();
	const response: JsonObject = { result: payload.tool_response ?? null };
	return { ...base, kind: "tool.after", ...call, outcome: "done", response };
}

/** A patch that cannot be read names no paths. */
function actionOf(root: string, cwd: string, input: JsonObject): Action {
	const operations = parsePatch(textOf(input));
	const named = Array.isArray(operations)
		? operations.flatMap((one) => [one.path, ...(one.op === "update" && one.moveTo ? [one.moveTo] : [])])
		: [];
	const paths = named
		.map((path) => patchPath(cwd, path))
		.map((path) => {
			if (typeof path !== "string") throw new PayloadError(path);
			return path;
		});
	return { v: 1, kind: "edit", tool: "apply_patch", root, cwd, input, paths };
}

function textOf({ command }: JsonObject): string {
	if (typeof command !== "string") throw strange();
	return command;
}

function strange(): PayloadError {
	return new PayloadError(message("payload.member", { member: "tool_input" }));
}
