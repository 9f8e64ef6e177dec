// Sessions as a native tree: works and carries the badge before the webview was ever opened (DESIGN 11).
import * as vscode from "vscode";
import type { Gate } from "../gate/gate.ts";
import type { Session } from "../gate/sessions.ts";
import { say, text } from "./text.ts";

export class SessionsTree implements vscode.TreeDataProvider<Session>, vscode.Disposable {
	readonly #changed = new vscode.EventEmitter<undefined>();
	readonly onDidChangeTreeData = this.#changed.event;
	readonly #view: vscode.TreeView<Session>;
	readonly #gate: () => Gate | undefined;

	constructor(gate: () => Gate | undefined) {
		this.#gate = gate;
		this.#view = vscode.window.createTreeView("gatepost.sessions", { treeDataProvider: this, showCollapseAll: false });
	}

	/** Redraws the tree and sets the badge to the number of requests waiting in this window. */
	update(waiting: number): void {
		this.#changed.fire(undefined);
		this.#view.badge =
			waiting === 0 ? undefined : { value: waiting, tooltip: say("editor.statusTooltip", { here: waiting }) };
	}

	getChildren(element?: Session): Session[] {
		return element === undefined ? (this.#gate()?.sessions() ?? []) : [];
	}

	getTreeItem(session: Session): vscode.TreeItem {
		const label = session.label === "" ? say("editor.sessionUntitled", { agent: session.agentLabel }) : session.label;
		const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.None);
		const { allowed, denied } = session.decided;
		const counts = say("editor.sessionCounts", { allowed, denied });
		item.id = session.key;
		item.description =
			session.waiting > 0
				? say("editor.sessionWaiting", { count: session.waiting, agent: session.agentLabel })
				: counts;
		const notEnforced = session.enforcement.level === "not-enforced";
		item.iconPath = new vscode.ThemeIcon(
			notEnforced ? "warning" : session.waiting > 0 ? "bell-dot" : session.ended ? "circle-outline" : "circle-filled",
			notEnforced ? new vscode.ThemeColor("problemsWarningIcon.foreground") : undefined,
		);
		const reasons = session.enforcement.reasons.map((reason) => text(reason));
		// Plain strings, never markdown: labels and paths are the agent's text.
		item.tooltip = [label, `${session.agentLabel} · ${session.root}`, counts, ...reasons].join("\n");
		item.accessibilityInformation = { label: [label, item.description, ...reasons].join(", ") };
		item.contextValue = session.ended ? "session.ended" : "session";
		// What waits comes first; else what it did.
		item.command =
			session.waiting > 0
				? { command: "gatepost.review", title: say("editor.review") }
				: { command: "gatepost.openAuditLog", title: say("auditHost.title"), arguments: [session.key] };
		return item;
	}

	/** The session a command was called with: by its key, or as the view hands it to a menu. Undefined for anything else. */
	find(given: unknown): Session | undefined {
		const key = typeof given === "object" && given !== null && "key" in given ? given.key : given;
		return this.#gate()
			?.sessions()
			.find((session) => session.key === key);
	}

	dispose(): void {
		this.#view.dispose();
		this.#changed.dispose();
	}
}
