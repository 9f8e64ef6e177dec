// The agents Gatepost knows. The name of an adapter is what hook commands carry.
import type { AgentAdapter } from "./adapter.ts";
import { claudeCodeAdapter } from "./claude-code/adapter.ts";

export { type UngatedSession, watchUngated } from "./claude-code/ungated.ts";

export interface AgentPlaces {
	/** Gatepost home: says which hooks are ours. */
	home: string;
	userHome: string;
}

/** One set of adapters for a gate: they keep what they read of agents' settings. */
export function agentAdapters(places: AgentPlaces): AgentAdapter[] {
	return [claudeCodeAdapter(places)];
}
