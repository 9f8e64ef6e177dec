// The normal form of one tool call. Its JCS text is what a decision is bound to (DESIGN 2.5).
import type { Json, JsonObject } from "../protocol/canonical.ts";

export type ActionKind = "shell" | "edit" | "write" | "delete" | "read" | "fetch" | "mcp" | "spawn" | "other";

export interface Action {
	v: 1;
	kind: ActionKind;
	/** The agent's own name of the tool, e.g. "Bash", "mcp__srv__echo". */
	tool: string;
	/** Project root the session is pinned to, real path. */
	root: string;
	/** Where the agent says it is; a claim. */
	cwd: string;
	/** The tool's input exactly as the agent sent it. */
	input: JsonObject;
	/** Absolute paths the action names, lexically normalised, symlinks not resolved. */
	paths: string[];
}

export type { Json, JsonObject };
