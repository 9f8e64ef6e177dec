// The head of an entry without reading its body: a log of a million entries is looked through for one session.

export interface Peeked {
	seq: number;
	time: string;
	type: string;
	session: string | undefined;
}

// JCS sorts the members of a head, and a head stands near the end of its line. A session id has at most 256 characters.
const TAIL = 4096;
const HEAD =
	/,"hash":"[0-9a-f]{64}","head":\{"mono":[0-9.e+-]{1,40},"seq":([0-9]{1,15})(?:,"session":("(?:[^"\\]|\\.){0,3000}"))?,"time":"([^"\\]{0,40})","type":"([^"\\]{1,60})","v":1\},"prev":"[0-9a-f]{64}"\}$/;

/** The head of a line, or undefined when it does not end as every entry does. Nothing is checked. */
export function peek(text: string): Peeked | undefined {
	const found = HEAD.exec(text.slice(-TAIL));
	if (found === null) return undefined;
	const [, seq, session, time = "", type = ""] = found;
	return { seq: Number(seq), time, type, session: session === undefined ? undefined : parsed(session) };
}

function parsed(text: string): string | undefined {
	try {
		return String(JSON.parse(text));
	} catch {
		return undefined;
	}
}
