// `gatepost serve --json` (DESIGN 13): one JSON object a line out, answers in.
import * as z from "zod/mini";
import type { CardModel } from "./card.ts";
import type { Outcome } from "./pendingView.ts";

export type ServeEvent =
	| { v: 1; event: "ready"; port: number; pid: number; folders: string[] }
	| { v: 1; event: "pending"; id: string; card: CardModel }
	| { v: 1; event: "decided"; id: string; outcome: Outcome; by: string; reason?: string }
	| { v: 1; event: "refused"; id: string; code: string; text: string }
	| { v: 1; event: "warning"; code: string; text: string }
	| { v: 1; event: "stopped" };

/** A line on stdin. Recorded as approver "program", assurance 0, because no terminal and no person is seen. */
export const ServeAnswer = z.strictObject({
	answer: z.enum(["allow", "deny"]),
	id: z.string().check(z.maxLength(100)),
	reason: z.optional(z.string().check(z.maxLength(4000))),
});
export type ServeAnswer = z.infer<typeof ServeAnswer>;
