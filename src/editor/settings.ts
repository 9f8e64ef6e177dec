// Gatepost's settings as the gate wants them. All of them have scope machine or application, so no folder can set them.
import * as vscode from "vscode";
import type { GateSettings } from "../gate/gate.ts";

/** Reads the settings now; called at every action, so a change counts at once. */
export function gateSettings(): GateSettings {
	const settings = vscode.workspace.getConfiguration("gatepost");
	const minutes = settings.get<number>("answerWithinMinutes", 30);
	return {
		prompt: settings.get<string>("claudeCode.prompt") === "both" ? "both" : "gatepost",
		deadlineMs: Math.min(1380, Math.max(1, Number.isFinite(minutes) ? minutes : 30)) * 60_000,
		trusted: vscode.workspace.isTrusted,
		keepEvidenceDays: days(settings.get("audit.keepEvidenceDays", 0)),
		redactPatterns: texts(settings.get("redact.patterns", [])),
		watchRuns: settings.get("watchRuns") !== false,
	};
}

/** 0, for ever, for everything that is no number of days: what is wrong must not remove anything. */
function days(value: unknown): number {
	return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : 0;
}

function texts(value: unknown): string[] {
	return Array.isArray(value) ? value.filter((one) => typeof one === "string" && one !== "") : [];
}

/** Whether a notification may be shown while requests wait and the view is hidden. */
export function notifyWhenHidden(): boolean {
	return vscode.workspace.getConfiguration("gatepost").get<boolean>("notifyWhenHidden", true);
}
