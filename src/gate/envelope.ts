// Reads one message of a hook strictly: what two readers could read differently is refused.

import { type HookMessage, HookMessage as HookMessageSchema } from "../protocol/hook.ts";
import { endOfString } from "../protocol/jsonText.ts";

/** The text is not a message. */
export class EnvelopeError extends Error {
	override name = "EnvelopeError";
}

/**
 * A message from a hook, and for a submit its decoded payload (the submit keeps an empty one: 5 MB need not be held twice).
 * @throws EnvelopeError
 */
export function readEnvelope(text: string): { message: HookMessage; payload: Buffer } {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		throw new EnvelopeError("not JSON");
	}
	if (hasDuplicateKeys(text)) throw new EnvelopeError("a key came twice in one object");
	const read = HookMessageSchema.safeParse(value);
	if (!read.success) {
		// Paths and codes only: the values are the client's.
		const where = read.error.issues.map((issue) => `${issue.path.join(".") || "message"}: ${issue.code}`);
		throw new EnvelopeError(`not a message of this version (${where.slice(0, 5).join(", ")})`);
	}
	const message = read.data;
	if (message.type !== "submit") return { message, payload: Buffer.alloc(0) };
	// zod drops the key "__proto__" in silence.
	const { env } = value as { env: object };
	if (Object.keys(env).length !== Object.keys(message.env).length) throw new EnvelopeError("an unknown variable");
	const texts = [message.root, message.cwd, ...Object.values(message.env)];
	if (!texts.every((item) => item === undefined || item.isWellFormed())) {
		throw new EnvelopeError("half of a surrogate pair in a text");
	}
	if (!message.root.startsWith("/") && process.platform !== "win32")
		throw new EnvelopeError("a root that is not absolute");
	const payload = Buffer.from(message.payload, "base64");
	// Decoding skips what is not base64; only the one spelling of these bytes may pass.
	if (payload.toString("base64") !== message.payload) throw new EnvelopeError("a payload that is not base64");
	return { message: { ...message, payload: "" }, payload };
}

/** Whether an object in this JSON text (which must parse) has a key twice, whatever way the key is escaped. */
export function hasDuplicateKeys(text: string): boolean {
	const open: (Set<string> | undefined)[] = [];
	for (let i = 0; i < text.length; i += 1) {
		switch (text.charCodeAt(i)) {
			case 0x7b: // {
				open.push(new Set());
				break;
			case 0x5b: // [
				open.push(undefined);
				break;
			case 0x7d: // }
			case 0x5d: // ]
				open.pop();
				break;
			case 0x22: {
				const end = endOfString(text, i);
				const keys = open.at(-1);
				if (keys !== undefined && isKey(text, end)) {
					const raw = text.slice(i, end);
					const key = raw.includes("\\") ? JSON.parse(raw) : raw.slice(1, -1);
					if (keys.has(key)) return true;
					keys.add(key);
				}
				i = end - 1;
				break;
			}
		}
	}
	return false;
}

function isKey(text: string, after: number): boolean {
	let i = after;
	while (text[i] === " " || text[i] === "\t" || text[i] === "\n" || text[i] === "\r") i += 1;
	return text[i] === ":";
}
