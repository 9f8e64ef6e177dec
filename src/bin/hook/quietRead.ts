// Without a gate, reads that Claude Code itself allows need not stop (DESIGN 6): the hook then gives no decision and
// Claude's own rules hold. Only a few tools, only plain paths inside the project, and when in doubt it is no such read.
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { readPayload } from "./event.ts";

/** Tool name to the input keys that it may have. */
const READS = new Map<unknown, Set<string>>([
	["Read", new Set(["file_path", "offset", "limit"])],
	["Grep", new Set(["pattern", "path", "glob", "type", "output_mode", "-i", "head_limit", "multiline"])],
	["Glob", new Set(["pattern", "path"])],
	["LS", new Set(["path", "ignore"])],
	["TodoWrite", new Set(["todos"])],
]);

/** Names that often hold secrets. Files and folders that start with a dot are left out altogether. */
const SENSITIVE =
	/secret|credential|passw|token|private|apikey|api[-_]key|id_rsa|id_dsa|id_ecdsa|id_ed25519|kubeconfig|tfstate|keystore|\.(?:pem|key|p12|pfx|jks|asc|gpg|kdbx|ovpn)$/i;

/** Whether this call is a read that may go on without a decision. `root` is a real path. */
export function isQuietRead(agent: string, env: NodeJS.ProcessEnv, root: string, payload: Buffer): boolean {
	// Other agents run this hook, too, and may allow more by themselves.
	const isClaude = agent === "claude-code" && env.CLAUDE_CODE_ENTRYPOINT !== undefined;
	if (!isClaude || env.CURSOR_VERSION !== undefined) return false;
	const event = readPayload(payload);
	if (event === undefined || event.hook_event_name !== "PreToolUse") return false;
	// Claude Code writes its events with JSON.stringify; anything spelled otherwise (duplicate keys!) is not from it.
	if (!Buffer.from(JSON.stringify(event)).equals(trimEnd(payload))) return false;
	const { tool_name: tool, tool_input: input } = event;
	const keys = READS.get(tool);
	if (keys === undefined || typeof input !== "object" || input === null || Array.isArray(input)) return false;
	const values = input as Record<string, unknown>;
	if (!Object.keys(values).every((key) => keys.has(key))) return false;
	switch (tool) {
		case "TodoWrite":
			return true;
		case "Read":
			return isPlainPath(values.file_path, root);
		case "Grep":
			// The text of matches could come from any file below; their names cannot hurt.
			return isPlainPath(values.path ?? event.cwd, root) && isNamesOnly(values) && isPlainPattern(values.glob ?? "");
		case "Glob":
			return isPlainPath(values.path ?? event.cwd, root) && isPlainPattern(values.pattern);
		default:
			return isPlainPath(values.path, root);
	}
}

function isNamesOnly(input: Record<string, unknown>): boolean {
	return [undefined, "files_with_matches", "count"].includes(input.output_mode as string | undefined);
}

/** A glob that stays below its folder and names nothing hidden. */
function isPlainPattern(pattern: unknown): boolean {
	return typeof pattern === "string" && /^[\w\-./*?{},[\] ]*$/.test(pattern) && !/^\/|(?:^|[/{,[ ])\./.test(pattern);
}

/** An absolute path that is inside `root` as written and after links, with no hidden or sensitive name below it. */
function isPlainPath(path: unknown, root: string): boolean {
	if (typeof path !== "string" || !path.startsWith("/") || path.includes("\0") || resolve(path) !== path) return false;
	let real: string;
	try {
		real = realpathSync.native(path);
	} catch {
		return false;
	}
	if (real !== root && !real.startsWith(root === "/" ? root : `${root}/`)) return false;
	const below = real.slice(root.length);
	return !below.split("/").some((name) => name.startsWith(".") || SENSITIVE.test(name));
}

function trimEnd(payload: Buffer): Buffer {
	return payload.at(-1) === 0x0a ? payload.subarray(0, -1) : payload;
}
