// The sample agent's tools, and what it reports about them afterwards: real files, real commands, recorded shapes.
import { spawn } from "node:child_process";
import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Payload } from "./agentHooks.ts";

export type ToolCall =
	| { tool: "Read"; input: { file_path: string } }
	| { tool: "Write"; input: { file_path: string; content: string } }
	| { tool: "Edit"; input: { file_path: string; old_string: string; new_string: string; replace_all: boolean } }
	| { tool: "Bash"; input: { command: string; description: string } };

/** What is reported: the recorded payload to use and the members that are this call's. */
export type Report = { fixture: string; members: Payload; summary: string };

/** Does what was allowed. */
export async function runTool(call: ToolCall, cwd: string): Promise<Report> {
	const { tool, input } = call;
	switch (tool) {
		case "Read": {
			const content = await readFile(input.file_path, "utf8");
			const lines = content.split("\n").length;
			const file = { filePath: input.file_path, content, numLines: lines, startLine: 1, totalLines: lines };
			return done(tool, { type: "text", file }, `read ${lines} lines`);
		}
		case "Write": {
			const existed = await access(input.file_path).then(
				() => true,
				() => false,
			);
			const originalFile = existed ? await readFile(input.file_path, "utf8") : null;
			await mkdir(dirname(input.file_path), { recursive: true });
			await writeFile(input.file_path, input.content);
			const { file_path: filePath, content } = input;
			const type = existed ? "update" : "create";
			return done(
				tool,
				{ type, filePath, content, structuredPatch: [], originalFile, userModified: false },
				"the file is written",
			);
		}
		case "Edit": {
			const { file_path: filePath, old_string: oldString, new_string: newString } = input;
			const originalFile = await readFile(filePath, "utf8");
			if (!originalFile.includes(oldString)) throw new Error(`${filePath} is not what the sample session expects.`);
			await writeFile(
				filePath,
				originalFile.replace(oldString, () => newString),
			);
			const flags = { userModified: false, replaceAll: false };
			return done(
				tool,
				{ filePath, oldString, newString, originalFile, structuredPatch: [], ...flags },
				"the file is changed",
			);
		}
		case "Bash":
			return bash(input.command, cwd);
	}
}

async function bash(command: string, cwd: string): Promise<Report> {
	const child = spawn("/bin/sh", ["-c", command], { cwd, stdio: ["ignore", "pipe", "pipe"] });
	const output = { stdout: "", stderr: "" };
	child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
	child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
	const exit = await new Promise<number | null>((ended, failed) => {
		child.once("error", failed).once("close", ended);
	});
	if (exit !== 0) {
		const error = `Exit code ${exit}\n${output.stdout}${output.stderr}`;
		return {
			fixture: "PostToolUseFailure-Bash",
			members: { error, is_interrupt: false },
			summary: `ended with ${exit}`,
		};
	}
	const { stdout, stderr } = output;
	return done("Bash", { stdout, stderr, interrupted: false, isImage: false, noOutputExpected: false }, "ended with 0");
}

function done(tool: string, response: Payload, summary: string): Report {
	return { fixture: `PostToolUse-${tool}`, members: { tool_response: response }, summary };
}
