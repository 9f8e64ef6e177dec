// The audit log as tests look at it: through the command line, like anybody else.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { cli } from "./serve.ts";

const run = promisify(execFile);

export interface LoggedEntry {
	type: string;
	time: string;
	session?: string;
	// biome-ignore lint/suspicious/noExplicitAny: bodies differ by type, and a test names what it expects
	body: any;
}

/** All entries of a folder's log, oldest first. */
export async function logEntries(home: string, folder: string): Promise<LoggedEntry[]> {
	const { stdout } = await run(process.execPath, [cli, "log", "list", "--json", "--home", home, "--folder", folder], {
		maxBuffer: 64 * 1024 * 1024,
	});
	return stdout
		.split("\n")
		.filter((line) => line !== "")
		.map((line) => {
			const { entry } = JSON.parse(line);
			return { ...entry.head, body: entry.body };
		});
}

/** Exit code and text of `log verify`. */
export async function logVerify(home: string, folder: string): Promise<{ code: number; text: string }> {
	try {
		const { stdout } = await run(process.execPath, [cli, "log", "verify", "--home", home, "--folder", folder]);
		return { code: 0, text: stdout };
	} catch (error) {
		const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
		return { code, text: stdout + stderr };
	}
}
