// Which process an agent is.
import type { Submit } from "../protocol/hook.ts";

/** The agent's process: what it says itself (Claude Code does, whatever was there before), else the hook's parent. */
export function agentPid({ env, ppid }: Pick<Submit, "env" | "ppid">): number {
	const said = Number(env.CLAUDE_PID);
	return Number.isSafeInteger(said) && said > 1 && said <= 2 ** 31 ? said : ppid;
}
