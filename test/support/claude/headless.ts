// `claude -p`, the real one, in a private profile.
import { spawn } from "node:child_process";
import { type PermissionMode, type ProfileOptions, prepareProfile } from "./profile.ts";

export interface HeadlessOptions extends ProfileOptions {
	/** From `installClaude`. */
	claude: string;
	prompt: string;
	/** Default "default": what would ask a person is refused. */
	mode?: PermissionMode;
	/** More arguments, for example ["--settings", file]. */
	args?: string[];
}

export interface HeadlessResult {
	/** Null when a signal ended it. */
	exit: number | null;
	signal: NodeJS.Signals | null;
	stdout: string;
	stderr: string;
}

export interface HeadlessRun {
	pid: number;
	done: Promise<HeadlessResult>;
	kill(signal?: NodeJS.Signals): void;
}

/** Starts one headless run and does not wait for its end: await `done`. */
export async function runHeadless(options: HeadlessOptions): Promise<HeadlessRun> {
	const env = await prepareProfile(options);
	const args = ["-p", "--permission-mode", options.mode ?? "default", ...(options.args ?? [])];
	const child = spawn(options.claude, args, { cwd: options.cwd, env, stdio: "pipe" });
	const output = { stdout: "", stderr: "" };
	child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
	child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
	// A claude that ends early closes its stdin; its exit code says why.
	child.stdin.on("error", () => undefined);
	const done = new Promise<HeadlessResult>((resolve, reject) => {
		child.once("error", reject);
		child.once("close", (exit, signal) => resolve({ exit, signal, ...output }));
	});
	await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
	child.stdin.end(options.prompt);
	return { pid: child.pid ?? 0, done, kill: (signal = "SIGTERM") => void child.kill(signal) };
}
