// Messages between a hook and the gate, over one WebSocket (DESIGN 13). Text frames, one JSON object each.
// The hook (src/bin/hook) speaks this without zod, so keep the shapes flat.
import * as z from "zod/mini";
import { ENV_NAMES, MAX_FRAME_BYTES } from "./hookWire.ts";

export * from "./hookWire.ts";

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
	/** The event was this large, in bytes, more than a gate takes: the payload holds its names and ids only. */
	leftOut: z.optional(z.int().check(z.minimum(0))),
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
	/** This id was answered, withdrawn or given up before; a decision is used once (DESIGN 2.4). */
	| "spent"
	| "not-my-folder"
	/** The connection was open for long and asked nothing. */
	| "idle"
	| "stopping"
	| "internal";
export interface GateError {
	type: "error";
	code: GateErrorCode;
	id?: string;
}
export type GateMessage = Reply | Ack | GateError;

/** All that a gate tells other gates, on GATES_PATH: how many requests wait for a person. */
export const Counts = z.strictObject({
	type: z.literal("counts"),
	waiting: z.int().check(z.minimum(0), z.maximum(1_000_000)),
});
export type Counts = z.infer<typeof Counts>;

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
