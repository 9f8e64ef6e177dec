// Events that only tell: exit 2 would stop nothing and break the agent (on Stop it keeps Claude Code from ever ending).
// Asked of payloads that could not be read, so it looks at the bytes and trusts no parser.
import { endOfString } from "../../protocol/jsonText.ts";
import { onlyTells } from "./read.ts";

const QUOTE = 0x22;
const OPENS = new Set([0x7b, 0x5b]);
const CLOSES = new Set([0x7d, 0x5d]);
const MEMBER = '"hook_event_name"';

/**
 * True when the payload names, once and at its top, an event that waits for no leave. What a model wrote stands in
 * strings and deeper objects only, so it cannot make a gated event look like one of these.
 */
export function isReport(payload: Buffer): boolean {
	const names = eventNames(payload.toString("latin1"));
	const [name] = names;
	return names.length === 1 && name !== undefined && onlyTells(name);
}

/** The texts given as event name at the top of what may be JSON; what is no text counts as one that nobody knows. */
function eventNames(text: string): string[] {
	const names: string[] = [];
	let depth = 0;
	for (let at = 0; at < text.length; ) {
		const code = text.charCodeAt(at);
		if (code === QUOTE) {
			const end = endOfString(text, at);
			if (end < 0) return names;
			if (depth !== 1 || text.slice(at, end) !== MEMBER) {
				at = end;
				continue;
			}
			const value = /\s*:\s*(?:"([^"\\]{0,200})")?/y;
			value.lastIndex = end;
			const found = value.exec(text);
			if (found !== null) names.push(found[1] ?? "");
			at = found === null ? end : value.lastIndex;
			continue;
		}
		if (OPENS.has(code)) depth += 1;
		if (CLOSES.has(code)) depth -= 1;
		at += 1;
	}
	return names;
}
