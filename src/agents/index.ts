// The agents Gatepost knows. The name of an adapter is what hook commands carry.
import type { AgentAdapter } from "./adapter.ts";
import { claudeCodeAdapter } from "./claude-code/adapter.ts";

export const claudeCode: AgentAdapter = claudeCodeAdapter({
	// Fails closed until settings are read: a session whose hooks nobody looked at is not enforced.
	inForce: async () => ({ foreign: [], enforcement: { level: "not-enforced", reasons: [] } }),
});

export const adapters: readonly AgentAdapter[] = [claudeCode];
