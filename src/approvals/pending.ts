// What the desk knows of a request, and what can be said to it. The desk itself is desk.ts.
import type { CardModel } from "../protocol/card.ts";
import type { GrantLasts, GrantRule } from "../protocol/grants.ts";
import type { Message } from "../protocol/messages.ts";
import type { Approver, ChannelId, Decision, ShownToPerson, Verdict } from "./decision.ts";

/** Who may allow a request, where the rule that asks for it says so. Anybody may deny. */
export interface Demand {
	/** The least proof of who answers. */
	assurance?: number;
	/** Names or addresses, as the channel reports them. */
	people?: readonly string[];
	channels?: readonly string[];
}

/** What is allowed from now on, besides the action at hand. */
export interface GrantAnswer {
	lasts: GrantLasts;
	rule: GrantRule;
}

/** A request as it is opened. */
export interface DeskRequest {
	card: CardModel;
	/** Hex SHA-256 of the card's JCS text: an answer that was given to anything else is refused. */
	shownDigest: string;
	/** Milliseconds since the epoch after which the request is denied as a timeout. */
	deadlineAt: number;
	/** When the rule that asks for it lets its time run out, where that is sooner. */
	timeoutAt?: number;
	demand?: Demand;
}

/** What takes the place of a card that waits. Its deadline is never later than that of the first card. */
export type Replacement = Pick<DeskRequest, "card" | "shownDigest" | "demand" | "timeoutAt">;

/** A person's (or program's) answer. */
export interface Answer {
	verdict: Verdict;
	channel: ChannelId;
	approver: Approver;
	shown: ShownToPerson;
	reason?: string;
	stopSession?: boolean;
	gesture?: "pointer" | "key";
	/** Only with allow. The gate checks it before the desk gets it, and adds it once the decision is durable. */
	grant?: GrantAnswer;
}

/** How an answer was taken. Only "taken" changed anything. */
export type AnswerResult =
	| { result: "taken" }
	/** Somebody was first; the outcome stands. The gate logs answer.late. */
	| { result: "late"; decision: Decision }
	| { result: "refused"; message: Message };

export interface DeskEvents {
	opened: [request: DeskRequest];
	/** Another card is up in the place of the one with this id: draw it anew. */
	replaced: [request: DeskRequest];
	/** Settled: retract it everywhere. Emitted once per request, after the compare-and-set. */
	settled: [request: DeskRequest, decision: Decision];
	late: [id: string, answer: Answer, decision: Decision];
	paused: [paused: boolean];
}
