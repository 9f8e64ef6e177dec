// Reads what Claude Code wrote down about a session: who settled a prompt. The file is the agent's and anybody's who runs
// as the same user: a claim, read from its end, bounded, and only where Claude Code keeps its transcripts. Claude Code
// writes behind: the line of a result may come a second after the result itself.
import { constants } from "node:fs";
import { type FileHandle, lstat, open, readdir, realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join } from "node:path";
import { isWithin } from "../../actions/paths.ts";
import { canonical, type JsonObject } from "../../protocol/canonical.ts";

/** Read from the end of a transcript: first a little, then as much as a result with a 5 MB file in it needs. Bytes. */
const TAILS = [1024 * 1024, 16 * 1024 * 1024];
/** Sub-agents' transcripts looked into when it is not known which one it was, the newest first. */
const MAX_SUBAGENTS = 20;

/**
 * Who settled a tool call. "hook": a hook's answer, ours or another's. "rule": Claude Code's own rules or mode.
 * "terminal-no" is also what Claude Code writes when a denial of ours ended the turn (`interrupt`) and after Esc.
 */
export type SettledBy = "hook" | "terminal-yes" | "terminal-no" | "rule" | "unknown";

export interface SettlementQuery {
	/** The id of the call; else the newest call of this tool with this input. */
	toolUseId?: string;
	tool: string;
	input: JsonObject;
	/** Sub-agent that made the call, whose transcript is its own file. */
	subagent?: string;
}

/**
 * Who settled a call, as far as the transcripts of its session say.
 * @param dirs configuration folders of Claude Code: only files below their `projects` are read
 */
export async function settlement(
	transcriptPath: string,
	query: SettlementQuery,
	dirs: readonly string[],
): Promise<SettledBy> {
	for (const path of await transcripts(transcriptPath, query.subagent)) {
		const by = await search(path, dirs, (lines) => settledIn(lines, query));
		if (by !== undefined) return by;
	}
	return "unknown";
}

/** The session's transcript, and those of its sub-agents: `<session>/subagents/agent-<id>.jsonl` beside it. */
async function transcripts(path: string, subagent: string | undefined): Promise<string[]> {
	if (!path.endsWith(".jsonl")) return [];
	const folder = join(path.slice(0, -".jsonl".length), "subagents");
	if (subagent !== undefined) {
		return /^[\w-]{1,100}$/.test(subagent) ? [join(folder, `agent-${subagent}.jsonl`), path] : [];
	}
	const names = await readdir(folder).catch(() => []);
	const agents = names.filter((name) => /^agent-[\w-]+\.jsonl$/.test(name)).slice(0, 1000);
	const aged = await Promise.all(
		agents.map(async (name) => {
			const file = join(folder, name);
			return {
				file,
				time: await lstat(file).then(
					(info) => info.mtimeMs,
					() => 0,
				),
			};
		}),
	);
	const newest = aged.sort((a, b) => b.time - a.time).slice(0, MAX_SUBAGENTS);
	return [path, ...newest.map(({ file }) => file)];
}

/** Looks into the end of a transcript, and further back while nothing is found and there is more. */
async function search<T>(
	path: string,
	dirs: readonly string[],
	find: (lines: readonly string[]) => T | undefined,
): Promise<T | undefined> {
	for (const max of TAILS) {
		const { lines, whole } = await tail(path, dirs, max);
		const found = find(lines);
		if (found !== undefined || whole) return found;
	}
	return undefined;
}

/**
 * The lines in the last `max` bytes of a transcript, oldest first; none where the file is missing, is not below
 * `<config>/projects` for real (links followed), is no regular file, or is not this user's.
 */
async function tail(path: string, dirs: readonly string[], max: number): Promise<{ lines: string[]; whole: boolean }> {
	const nothing = { lines: [], whole: true };
	let file: FileHandle | undefined;
	try {
		if (!isAbsolute(path)) return nothing;
		const real = join(await realpath(dirname(path)), basename(path));
		const roots = await Promise.all(dirs.map((dir) => realpath(join(dir, "projects")).catch(() => undefined)));
		if (!roots.some((root) => root !== undefined && isWithin(real, root))) return nothing;
		if (!(await lstat(real)).isFile()) return nothing;
		file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
		const info = await file.stat();
		if (!info.isFile() || (process.getuid !== undefined && info.uid !== process.getuid())) return nothing;
		const start = Math.max(0, info.size - max);
		const bytes = Buffer.alloc(info.size - start);
		let filled = 0;
		while (filled < bytes.length) {
			const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled);
			if (bytesRead === 0) break;
			filled += bytesRead;
		}
		const text = bytes.toString("utf8", 0, filled);
		// A first line that was cut off and a last one that is still being written are no lines.
		const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
		return { lines: lines.slice(start > 0 ? 1 : 0, -1), whole: start === 0 };
	} catch {
		// Not there yet, gone, or not ours to read: all the same to who asks, the transcript does not say.
		return nothing;
	} finally {
		await file?.close();
	}
}

/** Lines of a type that hold a word, newest first; what does not parse is no line of a transcript. */
function* parsed(lines: readonly string[], type: string, word: string): Generator<JsonObject> {
	for (let at = lines.length - 1; at >= 0; at -= 1) {
		const line = lines[at] ?? "";
		if (!line.includes(word)) continue;
		try {
			const value: unknown = JSON.parse(line);
			if (isObject(value) && value.type === type) yield value;
		} catch {}
	}
}

function settledIn(lines: readonly string[], query: SettlementQuery): SettledBy | undefined {
	const id = query.toolUseId ?? newestCall(lines, query);
	if (id === undefined) return undefined;
	for (const line of parsed(lines, "user", id)) {
		if (blocksOf(line.message).some((block) => block.type === "tool_result" && block.tool_use_id === id)) {
			return settledBy(line);
		}
	}
	return undefined;
}

function newestCall(lines: readonly string[], { tool, input }: SettlementQuery): string | undefined {
	const wanted = canonical(input);
	for (const line of parsed(lines, "assistant", '"tool_use"')) {
		for (const block of blocksOf(line.message).toReversed()) {
			if (block.type !== "tool_use" || block.name !== tool || typeof block.id !== "string") continue;
			if (isObject(block.input) && isSame(block.input, wanted)) return block.id;
		}
	}
	return undefined;
}

function isSame(input: JsonObject, wanted: string): boolean {
	try {
		return canonical(input) === wanted;
	} catch {
		return false;
	}
}

/** Seen in 2.1.294 and 2.1.330; the lines are in test/fixtures/claude-code/transcript-*.jsonl. */
function settledBy(line: JsonObject): SettledBy {
	const decision = isObject(line.permissionDecision) ? line.permissionDecision : undefined;
	switch (decision?.source) {
		case "hook":
			return "hook";
		case "user_temporary":
		case "user_permanent":
			return decision.decision === "accept" ? "terminal-yes" : "terminal-no";
		case "user_reject":
		case "user_abort":
			return "terminal-no";
		case "config":
		case "classifier":
			return "rule";
		case undefined:
			break;
		default:
			return "unknown";
	}
	if (line.toolDenialKind === "user-rejected") return "terminal-no";
	return line.toolDenialKind === "permission-rule" ? "rule" : "unknown";
}

function blocksOf(message: unknown): JsonObject[] {
	return isObject(message) && Array.isArray(message.content) ? message.content.filter(isObject) : [];
}

function isObject(value: unknown): value is JsonObject {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
