// The interface between the gate and policy (DESIGN 8). The first cut behind it is floor/ and guard.ts.
import type { Action } from "../actions/action.ts";
import type { Message } from "../protocol/messages.ts";

export interface PolicyContext {
	/** Real paths of the gate's folders. "Inside" means inside one of these after symlinks and "..". */
	folders: string[];
	/** Gatepost home, for guard changes. */
	home: string;
	/** The user's home directory. */
	userHome: string;
	/** Hook sources in force that are not ours and were not accepted, as labels: actions then ask. */
	foreignHooks: string[];
	/** Folders, besides those the action names, from which its session takes definitions of sub-agents. */
	definitionFolders?: readonly string[];
	/** The caller was recognised for sure. */
	callerKnown: boolean;
}

export interface PolicyVerdict {
	effect: "allow" | "deny" | "ask";
	/** Stable id of the rule that decided, e.g. "floor.shell.ls". */
	ruleId: string;
	/** Why, most important first. */
	why: Message[];
	/** Marked when the action would weaken Gatepost itself; such an action always asks. */
	guard: boolean;
}

export interface Policy {
	/** Hex SHA-256 of the policy in force, recorded with every decision by rule. */
	readonly digest: string;
	evaluate(action: Action, context: PolicyContext): Promise<PolicyVerdict>;
}
