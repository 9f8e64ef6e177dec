// Who really called: several agents run the hooks in Claude Code's settings files, each with its own payload and its own
// idea of what blocks. What is not proven is unknown, and gets the reply that blocks everywhere.
import type { JsonObject } from "../../protocol/canonical.ts";
import type { Submit } from "../../protocol/hook.ts";
import type { Caller } from "../adapter.ts";

type Env = Submit["env"];

/**
 * The caller, from payload and environment. The payload goes first: an agent started from another one's shell inherits
 * its environment. CLAUDE_PROJECT_DIR proves nothing, Cursor and Copilot set it, too.
 */
export function callerOf(env: Env, payload: JsonObject): Caller {
	// Every Cursor payload says its version (measured with Cursor's own executor); no other agent's does.
	if (typeof payload.cursor_version === "string") return known("cursor", "Cursor", "unknown");
	// VS Code's own chat harness names its event in camel case and, unlike Copilot, gives a transcript. Read, not measured.
	const timed = typeof payload.timestamp === "string";
	if ("hookEventName" in payload || (timed && typeof payload.transcript_path === "string")) {
		return { agent: "vscode-chat", label: "VS Code chat", known: false, mode: "unknown" };
	}
	// Copilot CLI stamps its events with a time and has neither transcript nor tool_use_id (measured with 1.0.102).
	if (timed && payload.tool_use_id === undefined) return known("copilot", "Copilot", "unknown");
	if (isClaudeCode(env, payload)) return claudeCode(env);
	return { agent: "unknown", label: "Unknown agent", known: false, mode: "unknown" };
}

/**
 * Claude Code gives its hooks these variables itself and overwrites what was there before (measured with 2.1.294 and
 * 2.1.330, against values in its environment and in a settings file). Another agent started from its shell inherits them,
 * but cannot have the same session.
 */
function isClaudeCode(env: Env, payload: JsonObject): boolean {
	const { session_id: session, transcript_path: transcript, cwd } = payload;
	if (typeof session !== "string" || typeof transcript !== "string" || typeof cwd !== "string") return false;
	if (payload.timestamp !== undefined || session === "") return false;
	return (
		env.CLAUDE_CODE_SESSION_ID === session &&
		env.CLAUDE_CODE_ENTRYPOINT !== undefined &&
		/^\d+$/.test(env.CLAUDE_PID ?? "")
	);
}

function claudeCode(env: Env): Caller {
	const entrypoint = env.CLAUDE_CODE_ENTRYPOINT;
	const attended = env.CLAUDE_CODE_SESSION_ATTENDED;
	// `-p` and hosts that speak through the SDK's command line look alike; neither opens a prompt of its own for us.
	if (entrypoint === "cli") return known("claude-code", "Claude Code", attended === "1" ? "tui" : "unknown");
	if (entrypoint === "sdk-cli") return known("claude-code", "Claude Code", attended === "0" ? "headless" : "unknown");
	if (entrypoint === "claude-vscode") return known("claude-code", "Claude Code in VS Code", "unknown");
	return known("claude-code", "Claude Code", "unknown");
}

function known(agent: string, label: string, mode: Caller["mode"]): Caller {
	return { agent, label, known: true, mode };
}
