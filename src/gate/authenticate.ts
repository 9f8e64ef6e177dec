// Who may open a connection: a local program that read the registry entry, and no web page (DESIGN 6).
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { GATES_PATH, HOOK_PATH, PROOF_CONTEXT } from "../protocol/hookWire.ts";

export type UpgradeCheck =
	| { ok: true; path: typeof HOOK_PATH | typeof GATES_PATH; key: string }
	/** `status` is all that the client is told; `detail` is for the log. */
	| { ok: false; status: 400 | 401 | 403 | 404 | 426; detail: string };

/** Headers that must not come twice: two readers could take different ones. */
const SINGLE = ["host", "authorization", "upgrade", "sec-websocket-key", "sec-websocket-version"];

/** Judges an upgrade request. Where it came from is judged before what it knows. */
export function checkUpgrade(request: IncomingMessage, port: number, token: string): UpgradeCheck {
	const { headers } = request;
	if (!isLoopback(request.socket.remoteAddress)) return refuse(403, "not from this machine");
	// CVE-2025-52882: a web page can reach loopback; browsers always send Origin with a WebSocket, hooks never do.
	if (headers.origin !== undefined) return refuse(403, "an Origin header, as browsers send");
	const names = request.rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
	if (SINGLE.some((name) => names.indexOf(name) !== names.lastIndexOf(name))) return refuse(400, "a header came twice");
	// A page whose name was rebound to 127.0.0.1 still sends its own name.
	const host = headers.host?.toLowerCase();
	if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) return refuse(403, "a Host that is not loopback");
	const given = /^Bearer ([0-9a-f]{64})$/.exec(headers.authorization ?? "")?.[1];
	if (given === undefined || !sameSecret(given, token)) return refuse(401, "no token, or a wrong one");
	if (request.url !== HOOK_PATH && request.url !== GATES_PATH) return refuse(404, "an unknown path or version");
	const key = headers["sec-websocket-key"];
	if (headers["sec-websocket-version"] !== "13") return refuse(426, "an unknown WebSocket version");
	if (request.method !== "GET" || headers.upgrade?.toLowerCase() !== "websocket") return refuse(400, "not a WebSocket");
	if (key === undefined || !/^[+/0-9A-Za-z]{22}==$/.test(key)) return refuse(400, "no WebSocket key");
	return { ok: true, path: request.url, key };
}

/** The value of PROOF_HEADER that shows we hold the entry's proof key. */
export function gateProof(proofKey: string, key: string): string {
	return createHmac("sha256", Buffer.from(proofKey, "latin1")).update(PROOF_CONTEXT).update(key).digest("hex");
}

/** Equal or not in a time that does not tell how much was equal, nor how long the secret is. */
export function sameSecret(a: string, b: string): boolean {
	const digest = (text: string) => createHash("sha256").update(text).digest();
	return timingSafeEqual(digest(a), digest(b));
}

function isLoopback(address: string | undefined): boolean {
	return address !== undefined && /^(?:127\.|::1$|::ffff:127\.)/.test(address);
}

function refuse(status: 400 | 401 | 403 | 404 | 426, detail: string): UpgradeCheck {
	return { ok: false, status, detail };
}
