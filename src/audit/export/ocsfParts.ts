// Objects of OCSF events that several classes share: who acted, which agent, what was decided, how it ended.
import type { JsonObject } from "../../protocol/canonical.ts";
import type { Told } from "./told.ts";

/** The machine it happened on; "" when the log does not say. */
export function hostOf({ began, writer }: Told["facts"]): string {
	return began?.host || writer?.host || "";
}

/** The OS user the agent runs as, its session and program. One of these is always there. */
export function actorOf({ row, facts }: Told): object {
	const user = facts.began?.osUser || facts.writer?.osUser;
	return {
		user: user === undefined || user === "" ? undefined : { name: user, type_id: 1, type: "User" },
		session: row.session === undefined ? undefined : { uid: row.session, terminal: facts.began?.launcher },
		app_name: row.agent ?? "Gatepost",
	};
}

/** Agents of the makers of their models; the schema calls these "Native". */
const NATIVE = new Set(["claude-code", "codex", "gemini-cli", "claude-desktop", "qwen-code"]);

/** The agent that acted; undefined for what no agent did. */
export function agentOf({ row, facts }: Told): object | undefined {
	if (row.agent === undefined) return undefined;
	const model = facts.began?.model ?? "";
	return {
		name: row.agent,
		uid: row.agent,
		instance_uid: row.session,
		...(NATIVE.has(row.agent) ? { type_id: 1, type: "Native" } : { type_id: 0, type: "Unknown" }),
		version: facts.began?.version,
		// Who runs the model is not in the log; its maker is in its name.
		ai_model: model === "" ? undefined : { name: model, ai_provider: providerOf(model) },
	};
}

function providerOf(model: string): string {
	if (/^claude/i.test(model)) return "Anthropic";
	if (/^(?:gpt|o\d|codex)/i.test(model)) return "OpenAI";
	if (/^gemini/i.test(model)) return "Google";
	return "unknown";
}

type Caption = [id: number, caption: string];

const ALLOWED: Caption = [1, "Allowed"];
const DENIED: Caption = [2, "Denied"];

/** The decision in the words of the security_control profile. */
export function controlOf({ row, facts }: Told): object {
	const [action, disposition] = dispositionOf(row);
	const policy =
		row.rule === undefined && facts.policyDigest === ""
			? undefined
			: { name: row.rule, uid: facts.policyDigest || row.rule, is_applied: true };
	return {
		action_id: action[0],
		action: action[1],
		disposition_id: disposition[0],
		disposition: disposition[1],
		// That a person changed an action before allowing it is nothing odd.
		is_alert: row.flags.some((flag) => flag !== "edited"),
		policy,
		authorizations:
			row.outcome === undefined || row.outcome === "open" ? undefined : [{ decision: action[1].toLowerCase(), policy }],
	};
}

function dispositionOf(row: Told["row"]): [action: Caption, disposition: Caption] {
	const person = row.by === "person";
	switch (row.outcome) {
		case "allowed":
			return [ALLOWED, person ? [8, "Approved"] : [1, "Allowed"]];
		case "denied":
			return [DENIED, person ? [25, "Rejected"] : [2, "Blocked"]];
		case "timeout":
			return [DENIED, [2, "Blocked"]];
		case "withdrawn":
			return [DENIED, [6, "Dropped"]];
		case "failed":
			return [DENIED, [27, "Error"]];
		case "open":
			return [
				[0, "Unknown"],
				[14, "Delayed"],
			];
		// A result that nobody had decided on.
		default:
			return [
				[3, "Observed"],
				[17, "Logged"],
			];
	}
}

/** How it ended, as far as the log says. */
export function statusOf({ row, facts }: Told): object {
	const detail = { status_code: row.outcome, status_detail: facts.reason };
	if (row.kind !== "action") {
		return row.type === "notification.failed"
			? { status_id: 2, status: "Failure" }
			: { status_id: 1, status: "Success" };
	}
	if (row.result === "done") return { status_id: 1, status: "Success", ...detail };
	if (row.result === "failed") return { status_id: 2, status: "Failure", ...detail };
	if (row.outcome === "allowed" || row.outcome === "open" || row.outcome === undefined)
		return { status_id: 0, status: "Unknown", ...detail };
	return { status_id: 2, status: "Failure", ...detail };
}

/** A SHA-256 of bytes as they are, or of canonical JSON. */
export function fingerprint(value: string, serialization: "Flat" | "JCS"): JsonObject {
	return {
		algorithm_id: 3,
		algorithm: "SHA-256",
		encoding_id: 1,
		encoding: "Hex",
		serialization_id: serialization === "Flat" ? 1 : 2,
		serialization,
		value,
	};
}
