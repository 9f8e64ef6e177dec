// Reading what Claude Code wrote about a tool call. Claude Code writes behind: the line of a result appears after the
// PostToolUse hooks have ended, usually within 150 ms, under load a second or more (2.1.330).
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

const pollMs = 20;

export interface ResultLine {
	permissionDecision?: {
		decision: string;
		source: string;
		grantScope?: string;
		reasonType?: string;
		reasonCode?: string;
	};
	toolDenialKind?: string;
	[more: string]: unknown;
}

/** The transcript line that holds the result of a tool call, as soon as it is whole on disk. */
export async function resultLine(transcript: string, toolUseId: string, timeoutMs = 10_000): Promise<ResultLine> {
	const deadline = Date.now() + timeoutMs;
	for (;;) {
		const found = findResultLine(await readFile(transcript, "utf8"), toolUseId);
		if (found) return found;
		if (Date.now() > deadline) throw new Error(`no result of ${toolUseId} in the transcript within ${timeoutMs} ms`);
		await delay(pollMs);
	}
}

/** The same in text that was read; a last line without its newline is not looked at. */
export function findResultLine(text: string, toolUseId: string): ResultLine | undefined {
	for (const line of text.split("\n").slice(0, -1)) {
		if (!line.includes(toolUseId)) continue;
		const parsed = JSON.parse(line);
		const content = parsed.message?.content;
		if (!Array.isArray(content)) continue;
		if (content.some((block) => block.type === "tool_result" && block.tool_use_id === toolUseId)) return parsed;
	}
	return undefined;
}
