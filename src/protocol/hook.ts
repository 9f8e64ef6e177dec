// Messages between a hook and the gate, over one WebSocket (DESIGN 13). Text frames, one JSON object each.
// The hook (src/bin/hook) speaks this without zod, so keep the shapes flat.
import { z } from "zod/mini";

/** Path of the hook endpoint; a gate refuses any other. The version is in it, so an old hook is told, not guessed at. */
export const HOOK_PATH = "/v1/hook";
/** Path on which other gates ask for counts (nothing else is exchanged without a shared secret, DESIGN 2.3). */
export const GATES_PATH = "/v1/gates";

/** Largest frame the gate takes: a 5 MB payload in base64 with room (DESIGN 12). Bytes. */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024;
/** Largest decoded payload. Bytes. */
export const MAX_PAYLOAD_BYTES = 5.5 * 1024 * 1024;

/**
 * Response header by which the gate proves that it wrote the registry entry, before the hook sends anything:
 * hex HMAC-SHA-256(key = entry.proofKey, "gatepost gate proof\n" + Sec-WebSocket-Key). A stranger who took over the port
 * of a dead gate cannot make it; the bearer token alone would not show it, because the hook sends that one.
 */
export const PROOF_HEADER = "gatepost-proof";
export const PROOF_CONTEXT = "gatepost gate proof\n";

/** The only environment variables a hook passes on. Names of programs and sessions, never secrets. */
export const ENV_NAMES = [
	"CLAUDE_PID",
	"CLAUDE_CODE_ENTRYPOINT",
	"CLAUDE_CODE_SESSION_ATTENDED",
	"CLAUDE_CODE_SESSION_ID",
	"CLAUDE_PROJECT_DIR",
	"CURSOR_VERSION",
	"CURSOR_PROJECT_DIR",
	"GITHUB_ACTIONS",
	"CI",
	"TERM_PROGRAM",
	"VSCODE_PID",
	"SSH_CONNECTION_PRESENT",
] as const;

const id = z.string().check(z.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/));
const shortText = (max: number) => z.string().check(z.maxLength(max));
const pid = z.int().check(z.minimum(0), z.maximum(2 ** 31));

/** One hook call: the agent's payload, untouched, and who called. */
export const Submit = z.strictObject({
	type: z.literal("submit"),
	v: z.literal(1),
	id,
	agent: z.string().check(z.regex(/^[a-z][a-z0-9-]{0,39}$/)),
	pid,
	ppid: pid,
	/** The agent's project directory, else the agent process's cwd: what pins the session to a gate. Absolute. */
	root: shortText(4096),
	/** The hook's own cwd, which a model can choose. */
	cwd: shortText(4096),
	env: z.partialRecord(z.enum(ENV_NAMES), shortText(4096)),
	/** Milliseconds from now after which the hook refuses by itself. */
	deadlineMs: z.int().check(z.minimum(0), z.maximum(2 ** 31)),
	/** The bytes the agent wrote to the hook's stdin, base64. */
	payload: z.string().check(z.maxLength(MAX_FRAME_BYTES)),
});
export type Submit = z.infer<typeof Submit>;

/** The hook's agent gave up (Esc, killed). Only the connection that submitted may withdraw. */
export const Withdraw = z.strictObject({ type: z.literal("withdraw"), id });
/** The hook has the reply in hand and will print it now. */
export const Received = z.strictObject({ type: z.literal("received"), id });

export const HookMessage = z.discriminatedUnion("type", [Submit, Withdraw, Received]);
export type HookMessage = z.infer<typeof HookMessage>;

/** What the hook must print and exit with. Exactly one JSON object on stdout, or nothing. */
export interface Reply {
	type: "reply";
	id: string;
	stdout: string;
	stderr: string;
	exit: number;
}
/** The gate holds the request and a person or rule will decide. */
export interface Ack {
	type: "ack";
	id: string;
}
/** Stable codes of what the gate refuses on a connection; the hook then refuses in the agent's dialect. */
export type GateErrorCode =
	| "bad-message"
	| "too-large"
	| "too-many"
	| "too-fast"
	| "same-id-other-content"
	| "not-yours"
	| "not-my-folder"
	| "stopping"
	| "internal";
export interface GateError {
	type: "error";
	code: GateErrorCode;
	id?: string;
}
export type GateMessage = Reply | Ack | GateError;

/** gates/<id>.json: how hooks find a gate. Written atomically, 0600, in a 0700 folder. One token and key per gate run. */
export const RegistryEntry = z.object({
	version: z.literal(1),
	id: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
	pid,
	port: z.int().check(z.minimum(0), z.maximum(65535)),
	/** Bearer token: 64 hex digits. Submits and withdraws its own requests, nothing else. */
	token: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
	/** Key of PROOF_HEADER: 64 hex digits, never sent. */
	proofKey: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
	/** Real paths (symlinks resolved) of the folders this gate serves. */
	folders: z.array(shortText(4096)),
	/** Editor product ("Visual Studio Code", "Cursor", ...) or "serve". */
	editor: shortText(80),
	/** ISO time. */
	startedAt: shortText(40),
	/** "restarting" is written at deactivate and holds for 30 s from `stateAt`: hooks retry instead of refusing. */
	state: z.enum(["open", "restarting"]),
	stateAt: shortText(40),
});
export type RegistryEntry = z.infer<typeof RegistryEntry>;
/** Milliseconds for which a "restarting" entry makes hooks wait. */
export const RESTART_GRACE_MS = 30_000;
