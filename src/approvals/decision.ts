// Decision: allow or deny, and by whom. A union that cannot hold a person without a channel.
import type { GrantLasts, GrantRule } from "../protocol/grants.ts";

export type Verdict = "allow" | "deny";
/** Where a person answers. "program": `serve --json` without a terminal. */
export type ChannelId = "editor" | "terminal" | "program" | "web" | "phone" | "slack";

/** The person, as far as we have proof. In the editor all of it is claims: assurance 1. */
export interface Approver {
	/** OS user name; of a program that answers through `serve --json`, the user it runs as. */
	osUser: string;
	/** What the editor and git say of the person; claims, not proof. */
	claims: { gitName?: string; gitEmail?: string; github?: string };
	/** 0: no person seen, 1: claims of the machine's session, up to 5 (DESIGN 1). */
	assurance: 0 | 1 | 2 | 3 | 4 | 5;
}

export interface ShownToPerson {
	digest: string;
	extent: "whole" | "partial";
	ms: number;
}

export type Decision =
	| { by: "rule"; verdict: Verdict; ruleId: string; policyDigest: string; reason?: string }
	| {
			by: "person";
			verdict: Verdict;
			approver: Approver;
			channel: ChannelId;
			shown: ShownToPerson;
			gesture?: "pointer" | "key";
			reason?: string;
			stopSession?: boolean;
			/** What the person meant to allow from now on. It counts only when grant.added is on record, too. */
			grant?: { lasts: GrantLasts; rule: GrantRule };
			/** actionMac of what the agent had asked for, where the card showed what a person made of it. */
			editedFrom?: string;
	  }
	| { by: "timeout"; verdict: "deny"; reason: string }
	/** The agent went away or took the request back. */
	| { by: "withdrawn"; verdict: "deny"; reason: string }
	/** Gatepost itself could not go on (log not writable, gate stopping, another file by now): always deny. */
	| {
			by: "failure";
			verdict: "deny";
			reason: string;
			/** The person's answer that it stands in place of. */
			answered?: Decision & { by: "person" };
	  };
