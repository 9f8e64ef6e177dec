// How the sample agent asks its hooks: as Claude Code does it, from the entries of its settings file.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const recorded = new URL("../fixtures/claude-code/", import.meta.url);
/** After this long without an answer somebody is being waited for. */
const HELD_AFTER_MS = 1500;

export type Payload = Record<string, unknown>;

/** What a hook said about a tool call. */
export type Verdict = { verdict: "allow" | "deny" | "none"; reason: string };

interface HookEntry {
	command: string;
	args: string[];
}

/** One session of the sample agent, seen from its hooks. */
export class AgentHooks {
	readonly id = randomUUID();
	readonly #userHome: string;
	readonly #project: string;
	readonly #promptId = randomUUID();
	#calls = 0;

	constructor(userHome: string, project: string) {
		this.#userHome = userHome;
		this.#project = project;
	}

	/** An id for the next tool call, in the shape of Claude Code's. */
	nextToolUseId(): string {
		this.#calls++;
		return `toolu_sample${String(this.#calls).padStart(7, "0")}`;
	}

	/**
	 * Runs the hooks of an event with the recorded payload `name`, in which paths and ids are those of this session.
	 * @param with members that replace the recorded ones
	 * @param onHeld called once when no answer came for a moment
	 * @throws when no hook of Gatepost is in the settings, or one fails: Claude Code would block a tool call then
	 */
	async tell(name: string, members: Payload = {}, onHeld?: () => void): Promise<Verdict> {
		const payload = await this.#payload(name, members);
		const entries = await this.#entries(String(payload.hook_event_name));
		let last: Verdict = { verdict: "none", reason: "" };
		for (const entry of entries) {
			last = await this.#run(entry, JSON.stringify(payload), onHeld);
			if (last.verdict === "deny") return last;
		}
		return last;
	}

	async #payload(name: string, members: Payload): Promise<Payload> {
		const payload: Payload = JSON.parse(await readFile(new URL(`${name}.json`, recorded), "utf8"));
		const folder = this.#project.replaceAll(/[^a-zA-Z0-9]/g, "-");
		return {
			...payload,
			session_id: this.id,
			transcript_path: join(this.#userHome, ".claude/projects", folder, `${this.id}.jsonl`),
			cwd: this.#project,
			...("prompt_id" in payload ? { prompt_id: this.#promptId } : {}),
			...("permission_mode" in payload ? { permission_mode: "default" } : {}),
			...members,
		};
	}

	async #entries(event: string): Promise<HookEntry[]> {
		const settings = JSON.parse(await readFile(join(this.#userHome, ".claude/settings.json"), "utf8"));
		const groups: { hooks: HookEntry[] }[] = settings.hooks?.[event] ?? [];
		return groups.flatMap(({ hooks }) => hooks);
	}

	async #run({ command, args }: HookEntry, payload: string, onHeld?: () => void): Promise<Verdict> {
		const child = spawn(command, args, { cwd: this.#project, env: this.#environment(), stdio: "pipe" });
		const output = { stdout: "", stderr: "" };
		child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
		child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
		// A hook that ends early closes its input; its exit code says why.
		child.stdin.on("error", () => undefined).end(payload);
		const held = onHeld === undefined ? undefined : setTimeout(onHeld, HELD_AFTER_MS);
		const exit = await new Promise<number | null>((done, failed) => {
			child.once("error", failed).once("close", done);
		}).finally(() => clearTimeout(held));
		return verdict(command, exit, output);
	}

	/** What Claude Code gives its hooks; the launcher lets only a named few of it through. */
	#environment(): NodeJS.ProcessEnv {
		return {
			...process.env,
			CLAUDE_PID: String(process.pid),
			CLAUDE_CODE_ENTRYPOINT: "cli",
			CLAUDE_CODE_SESSION_ATTENDED: "1",
			CLAUDE_CODE_SESSION_ID: this.id,
			CLAUDE_PROJECT_DIR: this.#project,
		};
	}
}

/** Exit 2 denies, and its reason is on standard error; else one JSON object decides, or nothing is said. */
function verdict(
	command: string,
	exit: number | null,
	{ stdout, stderr }: { stdout: string; stderr: string },
): Verdict {
	if (exit === 2) return { verdict: "deny", reason: stderr.trim() };
	if (exit !== 0) throw new Error(`The hook ${command} failed (${exit}): ${stderr.trim()}`);
	if (stdout.trim() === "") return { verdict: "none", reason: "" };
	const said = JSON.parse(stdout).hookSpecificOutput ?? {};
	const decision = said.permissionDecision;
	const reason = String(said.permissionDecisionReason ?? "");
	return { verdict: decision === "allow" || decision === "deny" ? decision : "none", reason };
}
