// Whether whoever allows a request is one whom the rule that asks for it takes an allow from.
import { type Message, message } from "../protocol/messages.ts";
import type { Answer, Demand } from "./pending.ts";

/** What of a demand an answer does not meet; undefined when all of it is met. */
export function unmet(
	demand: Demand | undefined,
	{ channel, approver }: Pick<Answer, "channel" | "approver">,
): Message | undefined {
	if (demand === undefined) return undefined;
	const { channels, assurance, people } = demand;
	if (channels !== undefined && !channels.includes(channel)) {
		return message("desk.demandChannel", { channels: channels.join(", ") });
	}
	if (assurance !== undefined && !(approver.assurance >= assurance)) {
		return message("desk.demandAssurance", { needed: assurance, given: approver.assurance });
	}
	const { osUser, claims } = approver;
	const names = [osUser, claims.gitName, claims.gitEmail, claims.github].map((name) => name?.toLowerCase());
	const known = people === undefined || people.some((one) => names.includes(one.toLowerCase()));
	return known ? undefined : message("desk.demandPeople");
}

/** Whether an answer in the agent's own terminal, from nobody known, would meet it. */
export function metInTerminal({ channels, assurance = 0, people }: Demand = {}): boolean {
	return people === undefined && assurance <= 0 && (channels === undefined || channels.includes("terminal"));
}
