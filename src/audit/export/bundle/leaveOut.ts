// Lines as a bundle holds them: whole, or with the hash in place of the body. Either way the chain can be followed.
import { hash } from "node:crypto";
import { type Entry, entryHash, openLine } from "../../chain.ts";
import { linesOf } from "../../lines.ts";
import { ALWAYS_WHOLE } from "./layout.ts";
import { peek } from "./peek.ts";
import type { Progress } from "./progress.ts";
import type { SegmentSeen } from "./scan.ts";

export interface OutLine {
	/** 1-based. */
	line: number;
	/** Without its line break. */
	text: string;
	type: string;
	session: string | undefined;
	/** Only of a line that is written whole. */
	entry: Entry | undefined;
	hash: string | undefined;
}

const sha256 = (text: string): string => hash("sha256", text, "hex");

/**
 * The first `count` lines of a segment as the bundle holds them.
 * @param isWhole whether the body of this line is needed
 */
export async function* outLines(
	seen: SegmentSeen,
	count: number,
	isWhole: (line: number) => boolean,
	progress: Progress,
): AsyncGenerator<OutLine> {
	if (count === 0) return;
	for await (const { number, text, bytes } of linesOf(seen.path)) {
		progress.take(bytes);
		if (text === undefined) yield unreadable(number, `${seen.segment} ${number}`);
		else {
			const head = peek(text);
			const whole = isWhole(number) || (head !== undefined && ALWAYS_WHOLE.has(head.type));
			yield whole ? asItIs(number, text) : withoutBody(number, text);
		}
		if (number === count) break;
	}
	progress.end();
}

function asItIs(line: number, text: string): OutLine {
	const opened = openLine(text);
	if (opened.state === "unparsable") return unreadable(line, text);
	const { entry } = opened;
	return { line, text, type: entry.head.type, session: entry.head.session, entry, hash: entry.hash };
}

const FRAME = /,"hash":"([0-9a-f]{64})","head":(\{[^{}]*\}),"prev":"([0-9a-f]{64})"\}$/;

function withoutBody(line: number, text: string): OutLine {
	const head = peek(text);
	const frame = FRAME.exec(text.slice(-4096));
	if (head !== undefined && frame !== null && text.startsWith('{"body":')) {
		const [tail, hashOf = "", headJson = "", prev = ""] = frame;
		const bodyHash = sha256(text.slice('{"body":'.length, text.length - tail.length));
		if (entryHash(prev, headJson, bodyHash) === hashOf)
			return outLine(line, { bodyHash, headJson, prev, hash: hashOf }, head);
	}
	// Not what was written. Its body is left out all the same, and the verifiers will name it.
	const opened = openLine(text);
	if (opened.state === "unparsable") return unreadable(line, text);
	const { entry } = opened;
	const parts = {
		bodyHash: entry.bodyHash ?? sha256(text),
		headJson: JSON.stringify(entry.head),
		prev: entry.prev,
		hash: entry.hash,
	};
	return outLine(line, parts, entry.head);
}

function outLine(
	line: number,
	{ bodyHash, headJson, prev, hash }: { bodyHash: string; headJson: string; prev: string; hash: string },
	{ type, session }: { type: string; session?: string | undefined },
): OutLine {
	const text = `{"bodyHash":"${bodyHash}","hash":"${hash}","head":${headJson},"prev":"${prev}"}`;
	return { line, text, type, session, entry: undefined, hash };
}

/** Stands for a line that is no entry: what it held may be anybody's, so only its hash is given away. */
function unreadable(line: number, text: string): OutLine {
	return {
		line,
		text: `{"noEntry":"${sha256(text)}"}`,
		type: "",
		session: undefined,
		entry: undefined,
		hash: undefined,
	};
}
