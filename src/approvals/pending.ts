// What the desk knows of a request, and what can be said to it. The desk itself is desk.ts.
import type { CardModel } from "../protocol/card.ts";
import type { Message } from "../protocol/messages.ts";
import type { Approver, ChannelId, Decision, ShownToPerson, Verdict } from "./decision.ts";

/** A request as it is opened. */
export interface DeskRequest {
	card: CardModel;
	/** Hex SHA-256 of the card's JCS text: an answer that was given to anything else is refused. */
	shownDigest: string;
	/** Milliseconds since the epoch after which the request is denied as a timeout. */
	deadlineAt: number;
}

/** A person's (or program's) answer. */
export interface Answer {
	verdict: Verdict;
	channel: ChannelId;
	approver: Approver;
	shown: ShownToPerson;
	reason?: string;
	stopSession?: boolean;
	gesture?: "pointer" | "key";
}

/** How an answer was taken. Only "taken" changed anything. */
export type AnswerResult =
	| { result: "taken" }
	/** Somebody was first; the outcome stands. The gate logs answer.late. */
	| { result: "late"; decision: Decision }
	| { result: "refused"; message: Message };

export interface DeskEvents {
	opened: [request: DeskRequest];
	/** Settled: retract it everywhere. Emitted once per request, after the compare-and-set. */
	settled: [request: DeskRequest, decision: Decision];
	late: [id: string, answer: Answer, decision: Decision];
	paused: [paused: boolean];
}
