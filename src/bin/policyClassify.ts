// `gatepost policy classify --jsonl`: the floor's word on lines of shell, one JSON object a line. Reads no file and runs
// nothing: the workspace counts as trusted, its git configuration as clean.
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { classify } from "../policy/floor/classify.ts";
import { format, message } from "../protocol/messages.ts";
import type { ExitCode, Output } from "./log.ts";
import { safeJson } from "./logText.ts";

export interface ClassifyOptions {
	input: Readable;
	out: Output;
	/** Commands that only ask other machines count as read-only. */
	networkReads: boolean;
}

/** Longer lines of input are no command anybody runs; they are answered "ask". Characters. */
const MAX_INPUT = 1_000_000;

/**
 * Reads `{"cmd": "..."}` a line and writes `{"cmd", "verdict": "read-only" | "ask", "reason"}` in the same order. A line
 * that is no such object is answered "ask" with `"cmd": null`.
 * @returns 0, or 1 when a line of input was none
 */
export async function policyClassify({ input, out, networkReads }: ClassifyOptions): Promise<ExitCode> {
	let wrong = false;
	for await (const line of linesOf(input)) {
		if (line.trim() === "") continue;
		const cmd = commandOf(line);
		wrong ||= cmd === undefined;
		const { verdict, reason } =
			cmd === undefined ? { verdict: "ask", reason: message("why.noCommand") } : classify(cmd, networkReads);
		await out(`${safeJson({ cmd: cmd ?? null, verdict, reason: format(reason) })}\n`);
	}
	return wrong ? 1 : 0;
}

/** Lines by line feeds alone: `readline` also breaks at U+2028, which JSON text may hold as it is. */
async function* linesOf(input: Readable): AsyncGenerator<string> {
	const decoder = new StringDecoder("utf8");
	let rest = "";
	for await (const chunk of input) {
		const lines = (rest + (typeof chunk === "string" ? chunk : decoder.write(chunk as Buffer))).split("\n");
		rest = lines.pop() ?? "";
		yield* lines;
	}
	yield rest + decoder.end();
}

function commandOf(line: string): string | undefined {
	if (line.length > MAX_INPUT) return undefined;
	try {
		const value: unknown = JSON.parse(line);
		const cmd = typeof value === "object" && value !== null && "cmd" in value ? value.cmd : undefined;
		return typeof cmd === "string" ? cmd : undefined;
	} catch {
		return undefined;
	}
}
