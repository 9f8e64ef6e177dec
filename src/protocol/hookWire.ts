// The constants of the wire between hook and gate, without zod: the hook bundles this file and stays small.

/** Path of the hook endpoint; a gate refuses any other. The version is in it, so an old hook is told, not guessed at. */
export const HOOK_PATH = "/v1/hook";
/** Path on which other gates ask for counts (nothing else is exchanged without a shared secret, DESIGN 2.3). */
export const GATES_PATH = "/v1/gates";

/** Largest frame the gate takes: a 5 MB payload in base64 with room (DESIGN 12). Bytes. */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024;
/** Largest decoded payload. Bytes. */
export const MAX_PAYLOAD_BYTES = 5.5 * 1024 * 1024;
/** Largest message a hook takes from the gate: an edited 5 MB input, escaped twice, fits. Bytes. */
export const MAX_REPLY_BYTES = 16 * 1024 * 1024;

/**
 * Response header by which the gate proves that it wrote the registry entry, before the hook sends anything:
 * hex HMAC-SHA-256(key = entry.proofKey, "gatepost gate proof\n" + Sec-WebSocket-Key). A stranger who took over the port
 * of a dead gate cannot make it; the bearer token alone would not show it, because the hook sends that one.
 * The key is the ASCII of the 64 hex digits, not the bytes they spell.
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

/** Milliseconds for which a "restarting" entry makes hooks wait. */
export const RESTART_GRACE_MS = 30_000;
