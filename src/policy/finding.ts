// What a part of the policy found out about an action, before guard changes and foreign hooks are looked at.
import { type Message, type MessageCode, message } from "../protocol/messages.ts";

export type Finding = Allowed | Asked;

export interface Allowed {
	effect: "allow";
	ruleId: string;
	why: Message[];
	/** Real paths whose content the action reads. */
	reads: string[];
	/** Real paths of folders whose files it reads all the way down. */
	searches: string[];
}

export interface Asked {
	effect: "ask";
	ruleId: string;
	/** What made it ask, the first thing first. */
	why: Message[];
	/** Set when the action was proved to do nothing but read these paths (as written): it asks for where it reads. */
	onlyReads?: string[];
}

/** A finding that allows; `touched` names what it reads, for the places nobody may read unasked. */
export function allow(
	ruleId: string,
	why: MessageCode,
	touched: { reads?: string[]; searches?: string[] } = {},
): Allowed {
	return {
		effect: "allow",
		ruleId,
		why: [message(why)],
		reads: touched.reads ?? [],
		searches: touched.searches ?? [],
	};
}

export function ask(ruleId: string, ...why: Message[]): Asked {
	return { effect: "ask", ruleId, why };
}

/** Agent text for a sentence: short enough to be read; the card shows all of it. */
export function clip(text: string, max = 120): string {
	return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}
