// Stands in the place of src/agents/index.ts in the core that a test builds: the agents Gatepost knows, and one more.
import type { AgentAdapter } from "../../../src/agents/adapter.ts";
import { type AgentPlaces, agentAdapters as known } from "../../../src/agents/index.ts";
import { patchAdapter } from "./adapter.ts";

export * from "../../../src/agents/index.ts";

export function agentAdapters(places: AgentPlaces): AgentAdapter[] {
	return [...known(places), patchAdapter()];
}
