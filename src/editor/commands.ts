// The commands. None of them answers, grants, accepts policy, pairs, un-pauses or disconnects (DESIGN 2.3): any other
// extension can run a command. They open the card, pause, connect (which tightens) and show.
import * as vscode from "vscode";
import type { GateHost } from "./gateHost.ts";
import type { PendingView } from "./pendingView.ts";

export interface CommandParts {
	host: GateHost;
	pending: PendingView;
	output: vscode.LogOutputChannel;
	pause: () => Promise<void>;
	connect: () => Promise<void>;
	check: () => Promise<void>;
	/** @param session names one of those in the sessions view; anything else is ignored */
	openAuditLog: (session: unknown) => Promise<void>;
	verifyLog: () => Promise<void>;
	exportLog: () => Promise<void>;
	explainCommand: () => Promise<void>;
	openPolicy: () => Promise<void>;
}

/**
 * Registers every `gatepost.*` command. Whatever arguments a caller passes are ignored, but for the session the audit log
 * is opened at.
 */
export function registerCommands(parts: CommandParts): vscode.Disposable {
	const { pending, output } = parts;
	const commands: Record<string, () => unknown> = {
		"gatepost.review": () => pending.review(),
		"gatepost.pause": parts.pause,
		"gatepost.connectClaudeCode": parts.connect,
		"gatepost.checkAgents": parts.check,
		"gatepost.verifyLog": parts.verifyLog,
		"gatepost.exportLog": parts.exportLog,
		"gatepost.explainCommand": parts.explainCommand,
		"gatepost.openPolicy": parts.openPolicy,
		"gatepost.showOutput": () => output.show(),
	};
	const registered = Object.entries(commands).map(([id, run]) => vscode.commands.registerCommand(id, () => run()));
	const open = vscode.commands.registerCommand("gatepost.openAuditLog", (session: unknown) =>
		parts.openAuditLog(session),
	);
	return vscode.Disposable.from(open, ...registered);
}
