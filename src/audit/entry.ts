// Every type of entry (DESIGN 10) and what a reader may count on in its body. Bodies are open: a writer may add members, a
// reader must bear members and types it does not know. What came from an agent stands under `claimed`, and nowhere else.
import * as z from "zod/mini";

const hex64 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const count = z.int().check(z.minimum(0));
const text = z.string();
/** What an agent said of itself: hostile, shown escaped, never followed as a reference. */
const claimed = z.record(text, z.unknown());
const verdict = z.enum(["allow", "deny"]);

/**
 * Names a piece of the evidence store. The verifier takes every object with these two members as such a reference,
 * wherever it stands in a body except under `claimed`.
 */
export const EvidenceRef = z.object({ digest: hex64, size: count });
export type EvidenceRef = z.infer<typeof EvidenceRef>;

const approver = z.object({
	osUser: text,
	claims: z.object({ gitName: z.optional(text), gitEmail: z.optional(text), github: z.optional(text) }),
	assurance: z.int().check(z.minimum(0), z.maximum(5)),
});
const shown = z.object({ digest: text, extent: z.enum(["whole", "partial"]), ms: z.number() });

/** A decision as it is written down; `by` says which of the optional members are there. */
const decision = z.object({
	by: z.enum(["rule", "person", "timeout", "withdrawn", "failure"]),
	verdict,
	ruleId: z.optional(text),
	policyDigest: z.optional(text),
	approver: z.optional(approver),
	channel: z.optional(text),
	shown: z.optional(shown),
	gesture: z.optional(text),
	reason: z.optional(text),
	stopSession: z.optional(z.boolean()),
	/** The digest of the action that the agent had asked for, when the person changed it. */
	editedFrom: z.optional(text),
	/** With "failure": the person's answer that it stands in place of. */
	answered: z.optional(z.looseObject({ verdict, approver, channel: text })),
});

/** The head of another segment when this one began. */
export const Link = z.object({
	segment: text,
	entries: count,
	/** Bytes up to and with the line break of the last of these entries. */
	bytes: count,
	/** Hash of the last of these entries. */
	head: hex64,
	/** Nobody can append to it any more: whatever follows `entries` was put there later. */
	final: z.boolean(),
});
export type Link = z.infer<typeof Link>;

/** Segments that a later start need not look at: the oldest so many, by name. */
export const Settled = z.object({
	segments: count,
	/** Hex SHA-256 of a line "name size" for each. */
	digest: hex64,
	/** Public keys (hex) seen in this workspace. */
	keys: z.array(hex64),
});
export type Settled = z.infer<typeof Settled>;

const storage = z.enum(["file", "secret-storage"]);

export const bodies = {
	"gate.started": z.looseObject({
		segment: text,
		workspace: text,
		/** Real path of the root, null for what belongs to no root. */
		root: z.nullable(text),
		gate: text,
		pid: count,
		writer: z.object({ osUser: text, host: text, editor: text, version: text }),
		/** Hex of the 32-byte Ed25519 public key that signs this segment's checkpoints. */
		signer: z.object({ publicKey: hex64, storage }),
		/** Heads of the segments known now that no linked segment already links in their final state. */
		links: z.array(Link),
		settled: z.optional(Settled),
		/** Segments that could not be read, and why. */
		unreadable: z.optional(z.array(z.object({ segment: text, code: text }))),
		claimed: z.optional(claimed),
	}),
	"gate.stopped": z.looseObject({ reason: text }),
	"key.created": z.looseObject({ publicKey: hex64, previous: z.nullable(hex64), storage }),
	"session.started": z.looseObject({ agent: text, claimed }),
	"session.ended": z.looseObject({ claimed }),
	prompt: z.looseObject({ claimed }),
	"action.requested": z.looseObject({
		request: text,
		agent: text,
		kind: text,
		tool: text,
		/** HMAC-SHA-256 under the home key of the canonical, unredacted action. */
		actionMac: text,
		guard: z.boolean(),
		claimed,
	}),
	"action.delegated": z.looseObject({ request: text }),
	"action.decided": z.looseObject({
		request: text,
		actionMac: text,
		decision,
		/** A person changed the action: the digest of what was decided on, and of what the agent had asked for. */
		edited: z.optional(z.looseObject({ actionMac: text, from: text })),
	}),
	"action.released": z.looseObject({ request: text, verdict, delivered: z.boolean() }),
	"action.settled": z.looseObject({ request: text, by: z.enum(["gatepost", "terminal", "unknown"]) }),
	/** Without `request` when no released decision was found; a coverage.gap entry follows then. */
	"action.executed": z.looseObject({ request: z.optional(text), outcome: z.enum(["done", "failed"]), claimed }),
	/**
	 * What an action really changed in the workspace, seen by looking before and after. `files` as in action.requested's
	 * `change`; `incomplete` says why not all was looked at, `shared` that other actions ran meanwhile.
	 */
	"action.changed": z.looseObject({ request: text, files: z.array(z.looseObject({ path: text, op: text })) }),
	"action.withdrawn": z.looseObject({ request: text }),
	"digest.mismatch": z.looseObject({ request: text, decided: text, ran: text }),
	"question.asked": z.looseObject({ claimed }),
	"question.answered": z.looseObject({}),
	"notification.sent": z.looseObject({ channel: text }),
	"notification.failed": z.looseObject({ channel: text, reason: text }),
	"answer.late": z.looseObject({ request: text, verdict, channel: text, approver }),
	"policy.changed": z.looseObject({ digest: text }),
	"policy.accepted": z.looseObject({ digest: text, approver }),
	"grant.added": z.looseObject({ approver }),
	"grant.revoked": z.looseObject({}),
	"agent.installed": z.looseObject({}),
	"agent.changed": z.looseObject({}),
	"channel.paired": z.looseObject({ channel: text }),
	"channel.revoked": z.looseObject({ channel: text }),
	"coverage.gap": z.looseObject({ kind: text }),
	/** A torn tail was cut out of another segment, whose gate died while writing. */
	repair: z.looseObject({
		segment: text,
		/** Where the cut began. */
		offset: count,
		bytes: count,
		sha256: hex64,
		/** File beside the segment that holds what was cut out. */
		side: text,
	}),
	/** A C2SP signed note over all entries before this one. */
	checkpoint: z.looseObject({ note: text }),
	"export.made": z.looseObject({ format: text }),
	/** A person put back what an approved edit had changed. */
	/** Without a person where a gate found out afterwards what became of it. */
	"change.undone": z.looseObject({ request: text, path: text, approver: z.optional(approver) }),
	/** Retention took evidence away; what names it stays. The digests are of pieces that an earlier entry may name. */
	"evidence.removed": z.looseObject({ digests: z.array(hex64), olderThanDays: count }),
};

/** Types whose every entry says what a person did. */
export const PERSONAL_TYPES: ReadonlySet<string> = new Set([
	"action.settled",
	"answer.late",
	"grant.added",
	"policy.accepted",
]);

/** What an agent asks and does, which is most of a log: no reader takes a person's word from these. */
export const AGENT_TYPES: ReadonlySet<string> = new Set(["action.executed", "action.released", "action.requested"]);

/**
 * Whether an entry may hold what a person decided: no reader may take a person's word from another. An agent's words can
 * have such members too; then an entry is signed sooner than it need be.
 * @param bodyJson its body in canonical form
 */
export function isPersonal(type: string, bodyJson: string): boolean {
	if (AGENT_TYPES.has(type)) return false;
	return PERSONAL_TYPES.has(type) || bodyJson.includes('"by":"person"') || bodyJson.includes('"approver":');
}

export type EntryType = keyof typeof bodies;
export type EntryBody<T extends EntryType> = z.infer<(typeof bodies)[T]>;

/** An entry to be appended. `session` is the agent's session id; empty is the same as none. */
export interface Append {
	type: EntryType;
	/** Canonical JSON; members that are undefined are left out. `salt` is added by the journal. */
	body: object;
	session?: string | undefined;
}

/** The body as its type demands it, or undefined when it is something else. */
export function bodyOf<T extends EntryType>(type: T, body: unknown): EntryBody<T> | undefined {
	const result = bodies[type].safeParse(body);
	return result.success ? (result.data as EntryBody<T>) : undefined;
}
