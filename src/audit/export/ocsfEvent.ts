// One row of the log as an OCSF 1.9.0 event: its class, its activity, and what all classes share.
import { hash as digest } from "node:crypto";
import { MAX_TARGET } from "../../protocol/audit.ts";
import { member, str } from "../members.ts";
import type { TextLine } from "../quickOpen.ts";
import { ranOf } from "./csv.ts";
import { actorOf, agentOf, controlOf, fingerprint, hostOf, statusOf } from "./ocsfParts.ts";
import type { Told } from "./told.ts";
import { cut } from "./toldFacts.ts";

export const OCSF_VERSION = "1.9.0";

/** What an event may be; captions as the schema has them. */
const CLASSES = {
	base: { category_uid: 0, category_name: "Uncategorized", class_uid: 0, class_name: "Base Event" },
	entity: {
		category_uid: 3,
		category_name: "Identity & Access Management",
		class_uid: 3004,
		class_name: "Entity Management",
	},
	lifecycle: {
		category_uid: 6,
		category_name: "Application Activity",
		class_uid: 6002,
		class_name: "Application Lifecycle",
	},
	api: { category_uid: 6, category_name: "Application Activity", class_uid: 6003, class_name: "API Activity" },
};
type ClassName = keyof typeof CLASSES;

interface Kind {
	of: ClassName;
	/** activity_id and its caption; for 99 (Other) our own word. */
	activity: [id: number, name: string];
	/** Of an entity. */
	entity?: "Policy" | "Grant" | "Hooks" | "Channel" | "Signing key";
}

/** Entries of which a row is made, by type. What is not here is a base event. */
const KINDS: Record<string, Kind> = {
	"session.started": { of: "lifecycle", activity: [3, "Start"] },
	"session.ended": { of: "lifecycle", activity: [4, "Stop"] },
	"gate.started": { of: "lifecycle", activity: [3, "Start"] },
	"gate.stopped": { of: "lifecycle", activity: [4, "Stop"] },
	"policy.changed": { of: "entity", activity: [3, "Update"], entity: "Policy" },
	"policy.accepted": { of: "entity", activity: [10, "Activate"], entity: "Policy" },
	"grant.added": { of: "entity", activity: [1, "Create"], entity: "Grant" },
	"grant.revoked": { of: "entity", activity: [4, "Delete"], entity: "Grant" },
	"agent.installed": { of: "entity", activity: [8, "Enable"], entity: "Hooks" },
	"agent.changed": { of: "entity", activity: [3, "Update"], entity: "Hooks" },
	"channel.paired": { of: "entity", activity: [6, "Enroll"], entity: "Channel" },
	"channel.revoked": { of: "entity", activity: [7, "Unenroll"], entity: "Channel" },
	"key.created": { of: "entity", activity: [1, "Create"], entity: "Signing key" },
};

/** What an action does to a resource; the rest only runs something. */
const ACTIVITIES: Record<string, [number, string]> = {
	read: [2, "Read"],
	fetch: [2, "Read"],
	write: [3, "Update"],
	edit: [3, "Update"],
	delete: [4, "Delete"],
};

/** Of an action's input, as JSON text. A longer one stays in the log. Characters. */
const MAX_INPUT = 64 * 1024;

/**
 * The event of a row. Members may be undefined or "": they are left out.
 * @param first its first line
 * @param log id of the workspace's log
 */
export function eventOf(told: Told, first: TextLine, { log, version }: { log: string; version: string }): object {
	const { row, facts } = told;
	const kind = kindOf(told);
	const [activity_id, activity_name] = kind.activity;
	const { class_uid, class_name } = CLASSES[kind.of];
	const input = row.kind === "action" ? inputOf(first) : undefined;
	const profiles = ["host", "record_integrity"];
	if (kind.of === "api") profiles.push("security_control");
	if (kind.of !== "base") profiles.push("ai_operation");
	return {
		...CLASSES[kind.of],
		activity_id,
		activity_name,
		type_uid: class_uid * 100 + activity_id,
		type_name: `${class_name}: ${activity_id === 99 ? "Other" : activity_name}`,
		time: millisOf(row.time),
		...severityOf(told),
		...statusOf(told),
		message: messageOf(told),
		metadata: {
			version: OCSF_VERSION,
			product: { name: "Gatepost", vendor_name: "Gatepost", version },
			profiles,
			// What is no entry has no hash: its place is as good.
			uid: facts.hash || `${row.segment}:${row.line}`,
			original_event_uid: facts.hash,
			event_code: row.type,
			correlation_uid: row.session,
			log_name: log,
			log_source: row.segment,
			log_provider: "Gatepost",
			log_format: "JSON",
			log_version: "1",
			original_time: row.time,
			sequence: row.line,
			is_truncated: input?.cut === true ? true : undefined,
			labels: row.flags,
		},
		...rawOf(first),
		device: hostOf(facts) === "" ? undefined : { type_id: 0, type: "Unknown", hostname: hostOf(facts) },
		actor: actorOf(told),
		...(kind.of === "base" ? {} : { ai_agent: agentOf(told) }),
		...(kind.of === "api" ? { ...apiOf(told, input?.value, log), ...controlOf(told) } : {}),
		...(kind.of === "lifecycle" ? { app: appOf(told, version) } : {}),
		...(kind.of === "entity" ? { entity: entityOf(told, kind.entity ?? "Policy", first), comment: facts.target } : {}),
		unmapped: { gatepost: unmappedOf(told, first) },
	};
}

/** Of the line without its line break; of one that is no text nothing is said. */
function rawOf({ text }: TextLine): object {
	if (text === "") return {};
	return { raw_data_hash: fingerprint(digest("sha256", text, "hex"), "Flat"), raw_data_size: Buffer.byteLength(text) };
}

function kindOf({ row }: Told): Kind {
	if (row.kind === "action")
		return { of: "api", activity: ACTIVITIES[row.action ?? ""] ?? [99, row.action ?? "Unknown action"] };
	// A type is whatever stands in the log, also "constructor".
	const known = Object.hasOwn(KINDS, row.type) ? KINDS[row.type] : undefined;
	return known ?? { of: "base", activity: [99, row.type || "Not an entry"] };
}

/** A time that is none becomes 0: the schema demands one, and `original_time` holds what the entry says. */
function millisOf(time: string): number {
	const at = Date.parse(time);
	return Number.isFinite(at) ? at : 0;
}

function severityOf({ row }: Told): { severity_id: number; severity: string } {
	const has = (flag: (typeof row.flags)[number]) => row.flags.includes(flag);
	if (has("altered") || has("mismatch") || has("unexpected") || has("gap")) return { severity_id: 4, severity: "High" };
	if (has("guard")) return { severity_id: 3, severity: "Medium" };
	if (has("late")) return { severity_id: 2, severity: "Low" };
	return { severity_id: 1, severity: "Informational" };
}

function messageOf(told: Told): string {
	const { row } = told;
	if (row.kind !== "action") return [row.type || "Not an entry", row.target].filter(Boolean).join(": ");
	const who = row.person ?? row.rule ?? row.by ?? "";
	const other = ranOf(told);
	const ran = other === "" ? "" : `(ran instead: ${cut(other, MAX_TARGET)})`;
	return [row.tool ?? "action", row.outcome ?? "undecided", who === "" ? "" : `by ${who}:`, row.target, ran]
		.filter(Boolean)
		.join(" ");
}

function inputOf(first: TextLine): { value: unknown; cut: boolean } {
	const value = member(member(first.entry?.body, "claimed"), "input");
	const text = JSON.stringify(value) ?? "";
	return text.length <= MAX_INPUT ? { value, cut: false } : { value: undefined, cut: true };
}

function apiOf({ row, facts }: Told, input: unknown, log: string): object {
	return {
		api: {
			operation: row.tool ?? "unknown",
			service: row.agent === undefined ? undefined : { name: row.agent },
			request: { uid: row.request ?? (facts.hash || `${row.segment}:${row.line}`), data: input },
			response:
				row.result === undefined
					? undefined
					: { message: row.result, error: row.result === "failed" ? "failed" : undefined },
		},
		src_endpoint: { uid: log, hostname: hostOf(facts) },
		resources: row.files.map((path) => ({ name: path, type: "file", role_id: 1, role: "Target" })),
	};
}

function appOf({ row, facts }: Told, version: string): object {
	if (row.kind === "gate")
		return {
			name: facts.writer?.editor || "Gatepost gate",
			vendor_name: "Gatepost",
			version: facts.writer?.version || version,
		};
	return { name: row.agent ?? "unknown agent", version: facts.began?.version, path: facts.began?.workspace };
}

function entityOf({ row, facts }: Told, type: string, first: TextLine): object {
	const body = first.entry?.body;
	const uid = str(body, "grant") || str(body, "digest") || str(body, "publicKey") || str(body, "channel");
	const is = type === "Policy" ? { type_id: 5, type } : { type_id: 99, type };
	const policy = type === "Policy" ? { name: str(body, "file") || "policy", uid: str(body, "digest") } : undefined;
	return { name: (facts.target || row.target || type).slice(0, 300), uid, ...is, policy };
}

function unmappedOf(told: Told, { entry, segment, line, problem }: TextLine): object {
	const { row, facts } = told;
	const { began, writer } = facts;
	return {
		// The record this event was made of, and how it is bound into the log.
		entry: { segment, line, hash: entry?.hash, prev: entry?.prev, seq: entry?.head.seq, type: row.type, problem },
		places: row.places.map((place) => ({ segment: place.segment, line: place.line })),
		entries: row.entries,
		kind: row.kind,
		action: row.action,
		target: facts.target,
		// A person changed the action first: `api.request` is what the agent had asked for.
		ran_instead: ranOf(told),
		outcome: row.outcome,
		decision: {
			by: row.by,
			at: row.decidedAt,
			waited_ms: row.waitedMs,
			person: row.person,
			channel: row.channel,
			assurance: facts.assurance,
			gesture: facts.gesture,
			shown: facts.shown,
			shown_ms: facts.shownMs,
			reason: facts.reason,
			rule: row.rule,
			policy_digest: facts.policyDigest,
			grant: row.grant,
			entry_hash: facts.decidedHash,
		},
		result: row.result,
		// Seen by a look before and one after it, in the workspace only.
		changed: row.changes.flatMap(({ path, op, actual }) => (actual === true ? [{ path, op }] : [])),
		flags: row.flags,
		enforcement: row.enforcement ?? began?.enforcement,
		subagent: row.subagent,
		prompt: facts.prompt,
		workspace: facts.root || began?.workspace || writer?.workspace,
		git: { branch: began?.branch, commit: began?.commit },
	};
}
