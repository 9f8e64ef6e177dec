// "Check Agents": says whether the hooks are in force, and what to do where they are not.
import type * as vscode from "vscode";
import type { GateHost } from "./gateHost.ts";
import type { TextDocuments } from "./textDocuments.ts";

export async function checkAgents(
	_host: GateHost,
	_documents: TextDocuments,
	_output: vscode.LogOutputChannel,
): Promise<void> {}
