// Why a card was asked, and what a command line would meet: as text in a document. It answers nothing.
import { homedir } from "node:os";
import * as vscode from "vscode";
import type { Explanation } from "../policy/policy.ts";
import type { GateHost } from "./gateHost.ts";
import { gatepostHome } from "./gateHost.ts";
import { say, text } from "./text.ts";
import type { TextDocuments } from "./textDocuments.ts";

/** Longer lines are asked anyway, and nobody types them. */
const MAX_CHARACTERS = 20_000;
/** The agent whose rules a typed line is held against. */
const AGENT = "claude-code";

/** An explanation for a document, every character of it visible. */
export async function explanationText(explanation: Explanation): Promise<string> {
	const core = await import("./core.ts");
	const lines = core.explanationText(explanation).split("\n").map(core.terminalText);
	return `${lines.join("\n")}\n`;
}

/** Opens the explanation of a waiting card. */
export async function explainRequest(host: GateHost, documents: TextDocuments, id: string): Promise<void> {
	const explanation = host.open?.gate.explain(id);
	if (explanation === undefined) throw new Error(say("editor.requestOver"));
	const target = host.open?.gate.cards().find((card) => card.id === id)?.target ?? "";
	await documents.show("why.txt", await withHead(target, explanation));
}

/** Asks for a shell line, says while it is typed what policy would decide, and opens the whole explanation. */
export async function explainCommand(host: GateHost, documents: TextDocuments): Promise<void> {
	const folder = folderAtHand(host);
	if (folder === undefined) {
		void vscode.window.showInformationMessage(say("editor.explainNoFolder"));
		return;
	}
	const explain = await explainer(host, folder);
	const line = await vscode.window.showInputBox({
		title: say("editor.explainTitle", { folder }),
		prompt: say("editor.explainPrompt"),
		placeHolder: "git status",
		ignoreFocusOut: true,
		validateInput: async (typed) => {
			if (typed.trim() === "") return undefined;
			if (typed.length > MAX_CHARACTERS) {
				return { message: say("editor.explainTooLong"), severity: vscode.InputBoxValidationSeverity.Error };
			}
			return { message: await shortly(await explain(typed)), severity: vscode.InputBoxValidationSeverity.Info };
		},
	});
	if (line === undefined || line.trim() === "") return;
	await documents.show("explain.txt", await withHead(line, await explain(line)));
}

async function withHead(target: string, explanation: Explanation): Promise<string> {
	const { terminalText } = await import("./core.ts");
	const shown = target.split("\n").map((line) => `    ${terminalText(line)}`);
	return `${shown.join("\n")}\n\n${await explanationText(explanation)}`;
}

/** The verdict in a line. */
async function shortly({ verdict }: Explanation): Promise<string> {
	const { terminalText } = await import("./core.ts");
	const effect = say(`explain.${verdict.guard ? "guard" : verdict.effect}`);
	const [why] = verdict.why;
	return terminalText([effect, ...(why === undefined ? [] : [text(why)])].join(" "));
}

/** The folder of the file that is open, else the first one. */
function folderAtHand(host: GateHost): string | undefined {
	const folders = host.open?.folders() ?? [];
	const path = vscode.window.activeTextEditor?.document.uri.fsPath ?? "";
	return folders.find((folder) => path.startsWith(`${folder}/`)) ?? folders[0];
}

/** What policy would decide about a line in this folder now. A session's grants are its own and do not come in. */
async function explainer(host: GateHost, folder: string): Promise<(command: string) => Promise<Explanation>> {
	const { actionFrom, contextOf, Layers, openPolicy } = await import("./core.ts");
	const home = gatepostHome();
	const policy = openPolicy({ layers: new Layers({ home, acceptance: await host.acceptance(), keepCopies: false }) });
	const context = {
		...contextOf({ home, root: folder, agent: AGENT }),
		folders: [...(host.open?.folders() ?? [folder])],
		userHome: homedir(),
		trusted: vscode.workspace.isTrusted,
	};
	return (command) => {
		const call = { agent: AGENT, tool: "Bash", root: folder, cwd: folder, input: { command } };
		return policy.explain(actionFrom(call), context);
	};
}
