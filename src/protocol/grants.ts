// Grants and policy files as the sidebar shows and changes them. A grant is an allow that lasts; one that lasts always is
// a rule in the person's own policy file.
import * as z from "zod/mini";
import { Message } from "./messageSchema.ts";

/** Which member of a rule the patterns are for (DESIGN 8). */
export const GrantMember = z.enum(["command", "path", "tool", "host"]);
export type GrantMember = z.infer<typeof GrantMember>;

/** Minutes a grant may last; longer is "always", which is seen in a file. */
export const GRANT_MINUTES = { least: 1, most: 1440 } as const;

export const GrantLasts = z.discriminatedUnion("for", [
	/** Until the session ends, its agent's process goes, or the gate does. */
	z.strictObject({ for: z.literal("session") }),
	z.strictObject({
		for: z.literal("minutes"),
		minutes: z.int().check(z.minimum(GRANT_MINUTES.least), z.maximum(GRANT_MINUTES.most)),
	}),
	/** A rule in `~/.gatepost/policy.jsonc`, for this folder. */
	z.strictObject({ for: z.literal("always") }),
]);
export type GrantLasts = z.infer<typeof GrantLasts>;

/** What a person may edit of a rule before it is granted: one pattern for each thing the action needs allowed. */
export const GrantRule = z.strictObject({
	member: GrantMember,
	patterns: z.array(z.string().check(z.minLength(1), z.maxLength(2000))).check(z.minLength(1), z.maxLength(20)),
});
export type GrantRule = z.infer<typeof GrantRule>;

/** What a rule would have let through of what this workspace's log holds. */
export const GrantPast = z.strictObject({
	days: z.int(),
	/** Other actions that were asked or denied and match. */
	matched: z.int(),
	/** A few of them, newest first; redacted agent text. */
	examples: z.array(z.string()),
	/** The log holds more than was looked through. */
	more: z.boolean(),
});
export type GrantPast = z.infer<typeof GrantPast>;

/** A rule that would allow the action of a card, narrowest first. */
export const GrantOffer = z.strictObject({
	rule: GrantRule,
	/** Nothing but this action fits it. */
	exact: z.boolean(),
	/** Files of the workspace that define what runs: the grant ends when one of them changes. Relative paths. */
	files: z.array(z.string()),
	past: GrantPast,
});
export type GrantOffer = z.infer<typeof GrantOffer>;

/** An active grant, in the sidebar. */
export const GrantRow = z.strictObject({
	id: z.string(),
	rule: GrantRule,
	lasts: z.enum(["session", "minutes", "always"]),
	folder: z.string(),
	/** Label of the session; agent text. */
	session: z.optional(z.string()),
	/** Who granted it, and when (ISO). */
	by: z.string(),
	at: z.string(),
	/** ISO time at which it ends. */
	until: z.optional(z.string()),
	uses: z.int(),
	lastUsed: z.optional(z.string()),
	/** Why it does not count now (a file it rests on has changed, the organisation has locked grants). */
	held: z.optional(Message),
});
export type GrantRow = z.infer<typeof GrantRow>;

/** A policy file, as the sidebar shows it. */
export const PolicyLayer = z.strictObject({
	layer: z.enum(["organisation", "user", "workspace"]),
	file: z.string(),
	/** Hex SHA-256 of the content; what is accepted is exactly this. */
	sha256: z.string(),
	/** Its whole text, while its allow rules wait to be accepted. File content: as hostile as a repository. */
	text: z.optional(z.string()),
	/** Number of allow rules in it. */
	allows: z.int(),
	/** "none": nothing in it needs to be accepted. */
	accepted: z.enum(["none", "waiting", "accepted"]),
	problems: z.array(z.strictObject({ line: z.int(), message: Message })),
});
export type PolicyLayer = z.infer<typeof PolicyLayer>;
