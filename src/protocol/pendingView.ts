// Messages between the editor host and the sidebar's "Pending" webview. Both directions are checked by their schema:
// the webview draws agents' text and is treated as if it could be hostile.
import * as z from "zod/mini";
import { CardModel } from "./card.ts";
import { GrantLasts, type GrantOffer, GrantRow, GrantRule, PolicyLayer } from "./grants.ts";
import { Message } from "./messageSchema.ts";
import type { Message as MessageText } from "./messages.ts";

/** How a settled request ended, as its ghost and the activity list show it. */
export const Outcome = z.enum(["allowed", "denied", "timeout", "withdrawn", "failed"]);
export type Outcome = z.infer<typeof Outcome>;

export const ActivityRow = z.strictObject({
	id: z.string(),
	/** ISO time. */
	time: z.string(),
	agent: z.string(),
	session: z.string(),
	verb: Message,
	target: z.string(),
	outcome: Outcome,
	/** Who or what decided: "rule", "person", "timeout", "agent". */
	by: z.enum(["rule", "person", "timeout", "agent"]),
	/** Approver's name or rule id. */
	who: z.optional(z.string()),
	reason: z.optional(z.string()),
});
export type ActivityRow = z.infer<typeof ActivityRow>;

/** A warning that is not a request, e.g. a session seen running without its hooks, a second gate on this folder. */
export const Warning = z.strictObject({ id: z.string(), message: Message, dismissible: z.boolean() });
export type Warning = z.infer<typeof Warning>;

export const PendingState = z.strictObject({
	type: z.literal("state"),
	/** Oldest first within a session; sessions in order of their oldest request. Cards append, never reorder. */
	pending: z.array(CardModel),
	/** Outcomes of cards the view may still be drawing. */
	settled: z.array(z.strictObject({ id: z.string(), outcome: Outcome, message: z.optional(Message) })),
	activity: z.array(ActivityRow),
	warnings: z.array(Warning),
	paused: z.boolean(),
	gate: z.strictObject({
		state: z.enum(["starting", "open", "failed", "no-folder"]),
		message: z.optional(Message),
		folders: z.array(z.string()),
		/** Names of agents whose hooks are installed and found working. */
		agents: z.array(z.string()),
	}),
	/** Requests waiting in other windows. */
	elsewhere: z.int(),
	/** Grants that are active, newest first. */
	grants: z.array(GrantRow),
	/** The policy files there are. */
	policy: z.array(PolicyLayer),
	/** Ids of requests whose diff holds changes of the person that are not saved: they cannot be allowed. */
	unsaved: z.optional(z.array(z.string())),
});
export type PendingState = z.infer<typeof PendingState>;

/**
 * The state on its way: a card whole the first time in a life of the view, by its id from then on, and a policy file's text
 * only the first time. Both can be megabytes and never change, and the state is sent at every change of anything.
 */
export type PendingUpdate = Omit<PendingState, "pending"> & { pending: (CardModel | string)[] };

/** Host to webview. */
export type PendingHostMessage =
	| PendingUpdate
	| { type: "strings"; contents: Record<string, string> }
	/** Bring this card into view and select it; never answers it. */
	| { type: "reveal"; id: string }
	/** The answer could not be taken (late, not whole, ...): shown at the card. */
	| { type: "refused"; id: string; message: MessageText }
	/** The change a person made to the action of this card was not taken: shown at the card. */
	| { type: "editRefused"; id: string; message: MessageText }
	/** Lines of a file's old side around its hunks, raw, from line `from` (1-based): for context that was folded. */
	| { type: "context"; id: string; file: number; from: number; lines: { text: string; eol: string }[] }
	/** Rules that would allow the action of this card, narrowest first; or why none can. */
	| { type: "offers"; id: string; offers: GrantOffer[]; refused?: MessageText }
	/** What the rule of the `checkRule` with this `n` would do; or why it cannot be granted for this card. */
	| { type: "ruleChecked"; id: string; n: number; offer?: GrantOffer; problem?: MessageText }
	/** This content of a policy file could not be accepted: shown at the file. */
	| { type: "policyRefused"; file: string; sha256: string; message: MessageText };

/** What the person had in front of them when they answered. */
export const Shown = z.strictObject({
	/** Hex SHA-256 of the JCS text of the CardModel that was drawn, computed by the webview. */
	digest: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
	/** "whole": all of it was expanded; "partial": something was cut, collapsed or never scrolled into view. */
	extent: z.enum(["whole", "partial"]),
	/** Milliseconds the card was visible before the answer. */
	ms: z.int().check(z.minimum(0)),
});
export type Shown = z.infer<typeof Shown>;

const id = z.string().check(z.maxLength(100));
const path = z.string().check(z.maxLength(5000));
const layer = PolicyLayer.shape.layer;

/** Webview to host. */
export const PendingViewMessage = z.discriminatedUnion("type", [
	/** Knows nothing yet, or was told of a card it never got: send everything. */
	z.strictObject({ type: z.literal("ready") }),
	z.strictObject({
		type: z.literal("answer"),
		id,
		verdict: z.enum(["allow", "deny"]),
		/** Read by the agent, only with deny. */
		reason: z.optional(z.string().check(z.maxLength(4000))),
		/** Deny and end the agent's turn. */
		stopSession: z.optional(z.boolean()),
		/** Only with allow: what is allowed from now on, too. */
		grant: z.optional(z.strictObject({ lasts: GrantLasts, rule: GrantRule })),
		/** "pointer" or "key": how the gesture was made, kept in the entry. */
		gesture: z.enum(["pointer", "key"]),
		shown: Shown,
	}),
	z.strictObject({ type: z.literal("openDiff"), id, file: z.int().check(z.minimum(0)) }),
	z.strictObject({ type: z.literal("openFile"), id, file: z.int().check(z.minimum(0)) }),
	z.strictObject({ type: z.literal("pause"), paused: z.boolean() }),
	z.strictObject({ type: z.literal("dismiss"), warning: id }),
	z.strictObject({ type: z.literal("installAgent") }),
	z.strictObject({ type: z.literal("copy"), id }),
	/** All files of the card in the multi-diff editor. */
	z.strictObject({ type: z.literal("openAllDiffs"), id }),
	/** Asks for `context`: lines [from, to] of the old side of a file, 1-based. */
	z.strictObject({
		type: z.literal("context"),
		id,
		file: z.int().check(z.minimum(0)),
		from: z.int().check(z.minimum(1)),
		to: z.int().check(z.minimum(1)),
	}),
	/** The person changes the action; the card comes again as what would run. */
	z.strictObject({
		type: z.literal("edit"),
		id,
		edit: z.union([
			z.strictObject({ command: z.string().check(z.maxLength(1_000_000)) }),
			z.strictObject({
				file: z.int().check(z.minimum(0)),
				leftOut: z.array(z.int().check(z.minimum(0))).check(z.maxLength(5000)),
			}),
			z.strictObject({ original: z.literal(true) }),
		]),
	}),
	/** Opens the native diff of a file with a right side that can be edited; saving it changes the action. */
	z.strictObject({ type: z.literal("openEdit"), id, file: z.int().check(z.minimum(0)) }),
	/** Asks for `offers`. */
	z.strictObject({ type: z.literal("offers"), id }),
	/** Asks for `ruleChecked`. */
	z.strictObject({ type: z.literal("checkRule"), id, n: z.int(), rule: GrantRule }),
	z.strictObject({ type: z.literal("revokeGrant"), grant: id }),
	/** The person has seen all of this content and wants its rules to count. The digest is of the text that was drawn. */
	z.strictObject({ type: z.literal("acceptPolicy"), layer, file: path, sha256: Shown.shape.digest, shown: Shown }),
	/** Opens the explanation of why a card was asked. */
	z.strictObject({ type: z.literal("explain"), id }),
	/** Opens a policy file the state names, at a line; without a layer, lets the person choose one. */
	z.strictObject({
		type: z.literal("openPolicy"),
		layer: z.optional(layer),
		file: z.optional(path),
		line: z.optional(z.int().check(z.minimum(1))),
	}),
]);
export type PendingViewMessage = z.infer<typeof PendingViewMessage>;
