// Composes the extension: the gate of this window and the views on it. Decides nothing itself.
import * as vscode from "vscode";
import { EditorApprover } from "./editor/approver.ts";
import { AuditPanel } from "./editor/auditPanel.ts";
import { checkAgents } from "./editor/checkAgents.ts";
import { registerCommands } from "./editor/commands.ts";
import { connectClaudeCode } from "./editor/connect.ts";
import { DiffDocuments } from "./editor/diffDocuments.ts";
import { Disposables } from "./editor/disposables.ts";
import { explainCommand, explainRequest } from "./editor/explain.ts";
import { GateHost, gatepostHome } from "./editor/gateHost.ts";
import { Notifier } from "./editor/notifier.ts";
import { PendingView } from "./editor/pendingView.ts";
import { PolicyDiagnostics } from "./editor/policyDiagnostics.ts";
import { choosePolicyFile, ORGANISATION_FILE, showPolicyFile } from "./editor/policyFiles.ts";
import { PolicyWatch } from "./editor/policyHost.ts";
import { SessionsTree } from "./editor/sessionsTree.ts";
import { StatusBar } from "./editor/statusBar.ts";
import { say, text } from "./editor/text.ts";
import { TextDocuments } from "./editor/textDocuments.ts";
import { Throttle } from "./editor/throttle.ts";
import type { PendingState } from "./protocol/pendingView.ts";

let host: GateHost | undefined;

export function activate(context: vscode.ExtensionContext): void {
	// The default action of SIGUSR1 in Node opens the inspector, through which anybody could answer (DESIGN 5).
	process.on("SIGUSR1", ignore);
	const parts = new Disposables();
	context.subscriptions.push(parts, { dispose: () => process.off("SIGUSR1", ignore) });

	const output = parts.push(vscode.window.createOutputChannel("Gatepost", { log: true }));
	const gateHost = parts.push(new GateHost(context, output));
	host = gateHost;
	const gate = () => gateHost.open?.gate;
	const diffs = parts.push(new DiffDocuments(gate));
	const documents = parts.push(new TextDocuments());
	const tree = parts.push(new SessionsTree(gate));
	const status = parts.push(new StatusBar());
	const notifier = parts.push(new Notifier());
	const diagnostics = parts.push(new PolicyDiagnostics(gateHost));

	/** What is drawn outside of the Requests view, too. */
	const outline = (): Pick<PendingState, "pending" | "paused" | "gate" | "elsewhere"> => ({
		pending: gate()?.cards() ?? [],
		paused: gateHost.paused,
		gate: {
			state: gateHost.state,
			...(gateHost.problem === undefined ? {} : { message: gateHost.problem }),
			folders: [...(gateHost.open?.folders() ?? [])],
			agents: gateHost.agents(),
		},
		elsewhere: gateHost.open?.waitingElsewhere() ?? 0,
	});
	const state = (): Omit<PendingState, "settled" | "type"> => ({
		...outline(),
		activity: gate()?.activity() ?? [],
		warnings: gate()?.warnings() ?? [],
		grants: gate()?.grants() ?? [],
		policy: gateHost.policyFiles(),
	});
	const approver = new EditorApprover();
	const connect = () => connectClaudeCode(gateHost, documents, output);
	const auditPanel = parts.push(
		new AuditPanel({ context, host: gateHost, documents, approver: () => approver.now(), output }),
	);
	const pending = parts.push(
		new PendingView({
			extensionUri: context.extensionUri,
			gate,
			diffs,
			approver: () => approver.now(),
			state,
			setPaused: (paused) => gateHost.setPaused(paused),
			installAgent: () => void connect(),
			explain: (id) => explainRequest(gateHost, documents, id),
			acceptPolicy: (what, person) => gateHost.acceptPolicy(what, person),
			openPolicy: (file, line) => (file === undefined ? choosePolicyFile(gateHost) : showPolicyFile(file, line)),
			log: output,
			onVisibility: () => notifier.update(gate()?.cards().length ?? 0, pending.visible),
		}),
	);

	let drawn = "";
	const draw = () => {
		const now = outline();
		status.update(now);
		tree.update(now.pending.length);
		notifier.update(now.pending.length, pending.visible);
		if (now.gate.state === "failed" && now.gate.message !== undefined && drawn !== now.gate.message.code) {
			output.error(text(now.gate.message));
		}
		drawn = now.gate.message?.code ?? "";
	};
	const picture = parts.push(new Throttle(draw));
	const update = () => {
		pending.update();
		picture.call();
	};
	parts.push(gateHost.onChanged(update));
	parts.push(gateHost.onChanged(() => diagnostics.update()));
	const refreshPolicy = () => gateHost.refreshPolicy();
	parts.push(new PolicyWatch({ home: gatepostHome(), organisation: ORGANISATION_FILE, onChange: refreshPolicy }));
	parts.push(
		gateHost.onStarted(({ gate: opened }) => {
			void approver.refresh();
			opened.on("changed", update);
			opened.on("changed", () => auditPanel.grown());
			opened.on("settled", (id, outcome, note) => {
				pending.settled(id, outcome, note);
				diffs.close(id).catch((error) => output.error(String(error)));
			});
		}),
	);
	parts.push(
		registerCommands({
			host: gateHost,
			pending,
			output,
			pause: async () => {
				await gateHost.setPaused(true);
				void vscode.window.setStatusBarMessage(say("editor.pausedNow"), 5000);
			},
			connect,
			check: () => checkAgents(gateHost, documents, context, output),
			openAuditLog: async (given) => {
				const session = tree.find(given);
				await auditPanel.open(session && { folder: session.folder, agent: session.agent, session: session.id });
			},
			verifyLog: () => auditPanel.verifyLog(),
			exportLog: () => auditPanel.exportLog(),
			explainCommand: () => explainCommand(gateHost, documents),
			openPolicy: () => choosePolicyFile(gateHost),
		}),
	);
	void gateHost.sync();
}

/** The editor is closing or reloading: hooks that wait look for the next gate for a while, then refuse. */
export async function deactivate(): Promise<void> {
	await host?.close("restarting");
}

function ignore(): void {}
