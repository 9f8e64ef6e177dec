// "Check Agents": says whether the hooks hold, proves it with a canary, and what to do where they do not.
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import type { DoctorCheck } from "../agents/claude-code/doctor.ts";
import { type GateHost, gatepostHome } from "./gateHost.ts";
import { say, text } from "./text.ts";
import type { TextDocuments } from "./textDocuments.ts";

/** Runs the doctor for the first open folder and shows what it found. */
export async function checkAgents(
	host: GateHost,
	documents: TextDocuments,
	context: vscode.ExtensionContext,
	output: vscode.LogOutputChannel,
): Promise<void> {
	try {
		const location = vscode.ProgressLocation.Notification;
		const checks = await vscode.window.withProgress({ location, title: say("editor.checkTitle") }, () =>
			examine(host, context),
		);
		const bad = checks.filter(({ ok }) => ok === false);
		const details = say("editor.showDetails");
		const [first] = bad;
		const pressed =
			first === undefined
				? await vscode.window.showInformationMessage(say("editor.checkGood"), details)
				: await vscode.window.showWarningMessage(
						say("editor.checkBad", { count: bad.length, first: text(first.message) }),
						details,
					);
		if (pressed === details) await documents.show("claude-code.check.txt", report(checks));
	} catch (error) {
		const detail = error instanceof Error ? error.message : String(error);
		output.error(detail);
		void vscode.window.showErrorMessage(say("editor.checkFailed", { detail }));
	}
}

async function examine(host: GateHost, context: vscode.ExtensionContext): Promise<DoctorCheck[]> {
	const { runDoctor, startCanaryGate } = await import("./core.ts");
	const folders = [...(host.open?.folders() ?? [])];
	const [root] = folders;
	const build = {
		dist: join(context.extensionPath, "dist"),
		version: String(context.extension.packageJSON.version),
		userHome: homedir(),
		osUser: userInfo().username,
	};
	return runDoctor({
		home: gatepostHome(),
		userHome: homedir(),
		env: process.env,
		exclude: folders,
		...(root === undefined ? {} : { root }),
		startCanaryGate: (dir, folder) => startCanaryGate(dir, folder, build),
	});
}

function report(checks: DoctorCheck[]): string {
	return checks
		.map(({ ok, message, more = [] }) => {
			const mark = ok === undefined ? "-" : ok ? "\u2713" : "\u2717";
			return [`${mark} ${text(message)}`, ...more.map((one) => `    ${text(one)}`)].join("\n");
		})
		.join("\n\n")
		.concat("\n");
}
