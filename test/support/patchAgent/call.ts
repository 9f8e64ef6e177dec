// One hook call as Codex makes it: a shell with the agent's folder, the installed launcher, a payload on its input.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { PATCH_AGENT } from "./adapter.ts";

export interface PatchCall {
	/** The user's home; Gatepost's is `.gatepost` in it. */
	home: string;
	/** The agent's project folder. */
	folder: string;
	session: string;
	toolUseId: string;
	patch: string;
	/** What the tool said, once it has run: then the call only reports. */
	response?: string;
}

export interface PatchEnd {
	/** null when a signal ended it. */
	exit: number | null;
	stdout: string;
	stderr: string;
}

/** Starts the hook. `ended` resolves when it is answered or killed. */
export function callPatchHook({ home, folder, session, toolUseId, patch, response }: PatchCall): {
	ended: Promise<PatchEnd>;
	kill(): void;
} {
	const payload = {
		session_id: session,
		turn_id: `turn-of-${toolUseId}`,
		transcript_path: null,
		cwd: folder,
		hook_event_name: response === undefined ? "PreToolUse" : "PostToolUse",
		model: "gpt-5.5",
		permission_mode: "default",
		tool_name: "apply_patch",
		tool_input: { command: patch },
		...(response === undefined ? {} : { tool_response: response }),
		tool_use_id: toolUseId,
	};
	// The shell stays: the folder of the hook's parent is the agent's project.
	const child = spawn("/bin/sh", ["-c", '"$0" "$1"; exit $?', join(home, ".gatepost/bin/gatepost-hook"), PATCH_AGENT], {
		cwd: folder,
		stdio: "pipe",
		// A group of its own, so that the hook ends with its shell.
		detached: true,
		env: { PATH: process.env.PATH, HOME: home },
	});
	let stdout = "";
	let stderr = "";
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		stdout += text;
	});
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		stderr += text;
	});
	// A hook that ends early closes its input; how it ended says why.
	child.stdin.on("error", () => undefined).end(JSON.stringify(payload));
	const ended = new Promise<PatchEnd>((resolve, reject) => {
		child.once("error", reject).once("close", (exit) => resolve({ exit, stdout, stderr }));
	});
	ended.catch(() => {});
	const kill = () => {
		if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
			process.kill(-child.pid, "SIGKILL");
		}
	};
	return { ended, kill };
}
