// Runs a tool of the machine (npm, tar, apt-get) to its end.
import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";

const keptOutput = 8_000;

/**
 * Runs a program and gives back its standard output.
 * @throws with the command, the exit code and the end of its output when it fails.
 */
export async function runTool(
	program: string,
	args: string[],
	options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
	const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
	let stdout = "";
	let stderr = "";
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		stdout += text;
	});
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		stderr = (stderr + text).slice(-keptOutput);
	});
	const ended = await new Promise<string>((done, failed) => {
		child.on("error", (error) => failed(new Error(`${program} could not be started: ${error.message}`)));
		child.on("close", (code, signal) => done(signal ?? String(code)));
	});
	if (ended === "0") return stdout;
	const output = `${stdout.slice(-keptOutput)}${stderr}`.trim();
	throw new Error(`\`${[program, ...args].join(" ")}\` failed (${ended}):\n${output}`);
}

/** Whether this file exists and may be run. */
export function isProgram(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
