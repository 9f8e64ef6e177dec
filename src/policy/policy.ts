// The interface between the gate and policy (DESIGN 8). What is behind it: decide.ts.
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
	/** The person trusts this workspace (the editor's workspace trust). Default: true. */
	trusted?: boolean;
	/** Commands that only ask other machines count as read-only: set by the policy from its files. */
	networkReads?: boolean;
	/** Who acts, for rules and grants that are about one agent or session. */
	agent?: string;
	session?: SessionRef;
}

/** A session as grants are bound to it. */
export interface SessionRef {
	/** Unique in this gate. */
	key: string;
	/** Process of the agent that was seen when the session was. */
	agentPid: number;
}

export type LayerName = "organisation" | "user" | "workspace";

/** Where what decided is written. */
export interface PolicySource {
	layer: "built-in" | "grant" | LayerName;
	file?: string;
	/** 1-based. */
	line?: number;
}

/** Who may answer what a rule asks. */
export interface ApproverDemand {
	assurance?: number;
	people?: readonly string[];
	channels?: readonly string[];
}

export interface PolicyVerdict {
	effect: "allow" | "deny" | "ask";
	/** Stable id of the rule that decided, e.g. "floor.shell.ls". */
	ruleId: string;
	/** Why, most important first. */
	why: Message[];
	/** Marked when the action would weaken Gatepost itself; such an action always asks. */
	guard: boolean;
	source?: PolicySource;
	/** Of a rule that asks. */
	approver?: ApproverDemand;
	/** Of a rule that asks: how long a person has, in milliseconds, and what happens then. Never an allow. */
	timeout?: { afterMs: number; then: "deny" | "terminal" };
	/** The grant that allowed it. */
	grant?: string;
	/** Hex SHA-256 of the policy that decided. */
	digest?: string;
	/** What was looked at on the way. */
	steps?: readonly Step[];
}

/** One rule or part of the policy that was looked at, in the order of looking. */
export interface Step {
	stage: "deny" | "guard" | "hooks" | "ask" | "allow" | "grant" | "floor";
	/** Rule id, or the floor's. */
	id: string;
	source: PolicySource;
	/**
	 * "decided": this one. "matched": fits, but something before it decided. "part": fits a part, and something is missing.
	 * "no": does not fit. "void": does not count.
	 */
	outcome: "decided" | "matched" | "part" | "no" | "void";
	/** Why it does not fit, does not count, or decided. */
	because?: Message;
}

export interface Explanation {
	verdict: PolicyVerdict;
	steps: readonly Step[];
}

export interface Policy {
	/** Hex SHA-256 of the policy in force, recorded with every decision by rule. */
	readonly digest: string;
	evaluate(action: Action, context: PolicyContext): Promise<PolicyVerdict>;
	/** The verdict, and why everything else did not decide. */
	explain(action: Action, context: PolicyContext): Promise<Explanation>;
}
