// Payloads as hooks submit them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AgentAdapter } from "../../../../src/agents/adapter.ts";
import { claudeCodeAdapter } from "../../../../src/agents/claude-code/adapter.ts";
import type { JsonObject } from "../../../../src/protocol/canonical.ts";
import type { Submit } from "../../../../src/protocol/hook.ts";

export const FIXTURES = join(import.meta.dirname, "../../../fixtures/claude-code");

/** An adapter for people whose homes do not exist. */
export const claudeCode: AgentAdapter = claudeCodeAdapter({ home: "/nowhere/.gatepost", userHome: "/nowhere" });

/** Names of the captured payloads, without ".json". */
export function payloadNames(): string[] {
	return readdirSync(FIXTURES)
		.filter((name) => name.endsWith(".json"))
		.map((name) => name.slice(0, -".json".length))
		.sort();
}

export function payload(name: string): JsonObject {
	return JSON.parse(readFileSync(join(FIXTURES, `${name}.json`), "utf8"));
}

/** What Claude Code's terminal gives its hooks for the session of a payload. */
export function terminalEnv(of: JsonObject): Submit["env"] {
	return {
		CLAUDE_PID: "4711",
		CLAUDE_CODE_ENTRYPOINT: "cli",
		CLAUDE_CODE_SESSION_ATTENDED: "1",
		CLAUDE_CODE_SESSION_ID: String(of.session_id),
		CLAUDE_PROJECT_DIR: "/home/dev/shop",
	};
}

/** The submit of a payload, by default from Claude Code's terminal. */
export function submitOf(of: JsonObject, env: Submit["env"] = terminalEnv(of)): Submit {
	return {
		type: "submit",
		v: 1,
		id: "00000000-0000-4000-8000-000000000000",
		agent: "claude-code",
		pid: 4712,
		ppid: 4711,
		root: "/home/dev/shop",
		cwd: "/home/dev/shop",
		env,
		deadlineMs: 86_000_000,
		payload: "",
	};
}

export const bytesOf = (of: unknown): Buffer => Buffer.from(JSON.stringify(of));
