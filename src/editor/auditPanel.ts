// The audit log as a panel of the editor: one a window, back after a reload with the state its page has kept. The page only
// draws what it is sent and says what was clicked; logs, indexes and everything that opens stay here.
import { realpathSync } from "node:fs";
import * as vscode from "vscode";
import type { Approver } from "../approvals/decision.ts";
import type { Undone } from "../gate/undone.ts";
import type { ExportFormat, ExportScope } from "../protocol/auditPanel.ts";
import { openFileDiff, openSessionDiff } from "./auditDiffs.ts";
import { AuditDocuments } from "./auditDocuments.ts";
import { AuditExports } from "./auditExport.ts";
import { forgetHeads } from "./auditForget.ts";
import { comparing, type Verify } from "./auditIntegrity.ts";
import { type LogPlace, type LogSource, placesOf, Refusal } from "./auditLog.ts";
import { saidOf } from "./auditMessages.ts";
import { pickExport } from "./auditPicks.ts";
import { explainRow, makeRule } from "./auditPolicy.ts";
import { AuditShown, type ShownSession } from "./auditShown.ts";
import { openRowText } from "./auditTexts.ts";
import { Disposables } from "./disposables.ts";
import { type GateHost, gatepostHome } from "./gateHost.ts";
import { verifyLog } from "./logDocuments.ts";
import { editorKey, editorSnapshotKey } from "./secrets.ts";
import { say, text } from "./text.ts";
import type { TextDocuments } from "./textDocuments.ts";
import { Undos } from "./undo.ts";
import { UndoDocuments } from "./undoMerge.ts";
import { ANSWER_MS, within } from "./within.ts";

export interface AuditPanelOptions {
	context: Pick<vscode.ExtensionContext, "extensionUri" | "extension"> & { secrets?: vscode.SecretStorage };
	host: GateHost;
	documents: TextDocuments;
	approver: () => Promise<Approver>;
	output: vscode.LogOutputChannel;
}

/** Sessions to choose from when one is exported. */
const SESSIONS = 200;

export class AuditPanel implements vscode.WebviewPanelSerializer, vscode.Disposable {
	static readonly viewType = "gatepost.auditLog";
	readonly #options: AuditPanelOptions;
	readonly #disposables = new Disposables();
	readonly #source: LogSource;
	readonly #verify: Verify;
	readonly #exports: AuditExports;
	readonly #undos: Undos;
	#shown: AuditShown | undefined;
	#keyOfSnapshots: Promise<Buffer | undefined> | undefined;
	/** The questions of an export are open. */
	#asking = false;

	constructor(options: AuditPanelOptions) {
		this.#options = options;
		const { host, approver, context } = options;
		const home = gatepostHome();
		this.#source = {
			home,
			folders: () => host.open?.folders() ?? openFolders(),
			homeKey: () => host.open?.home.macKey(),
			snapshotKey: () => this.#snapshotKey(),
			memory: host.remembered,
		};
		const compare = comparing({
			ownKey: () => this.#ownKey(),
			snapshotKey: this.#source.snapshotKey,
			memory: host.remembered,
		});
		this.#verify = async (dir, verifying) => {
			const found = await compare(dir, verifying);
			// What was missing at the start may be back, or be known better.
			void host.lookAtLogs();
			return found;
		};
		this.#disposables.push(new AuditDocuments(home));
		this.#exports = new AuditExports({
			home,
			version: String(context.extension.packageJSON.version),
			approver,
			record: async ({ root }, body) => {
				if (host.open === undefined) throw new Refusal({ code: "auditHost.export.noGate" });
				await host.open.recordExport(root, body);
			},
		});
		const undoing = {
			home,
			folders: () => host.open?.folders(),
			approver,
			record: async ({ root }: LogPlace, undone: Undone) => {
				if (host.open === undefined) throw new Refusal({ code: "auditHost.export.noGate" });
				await host.open.recordUndone(root, undone);
			},
		};
		this.#undos = new Undos(undoing, this.#disposables.push(new UndoDocuments()));
		this.#disposables.push(vscode.window.registerWebviewPanelSerializer(AuditPanel.viewType, this));
		this.#disposables.push(host.onChanged(() => this.#shown?.sync()));
	}

	/** Opens the panel, or brings it to the front. Never answers. */
	async open(session?: ShownSession): Promise<void> {
		if (this.#shown === undefined) {
			const panel = vscode.window.createWebviewPanel(
				AuditPanel.viewType,
				say("auditHost.title"),
				vscode.ViewColumn.Active,
				// A hidden page is drawn anew: filter and place are kept by its own state.
				{ retainContextWhenHidden: false },
			);
			this.#take(panel);
		} else this.#shown.panel.reveal();
		if (session === undefined) return;
		try {
			await this.#shown?.show(session);
		} catch (error) {
			warn(text(saidOf(error)));
		}
	}

	/** The panel is back after a reload of the window. */
	async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
		// One was opened before the old one came back.
		if (this.#shown === undefined) this.#take(panel);
		else panel.dispose();
	}

	/** The log of this window's gate has grown. */
	grown(): void {
		this.#shown?.grown();
	}

	/** Asks what to export, then does it; one at a time. */
	async exportLog(): Promise<void> {
		if (this.#asking) return;
		this.#asking = true;
		try {
			const picked = await pickExport({
				places: await placesOf(this.#source),
				shown: { place: this.#shown?.log.place, filter: this.#shown?.filter },
				sessions: (place) => this.#sessions(place),
			});
			if (picked !== undefined) await this.export(picked.place, picked.format, picked.scope);
		} catch (error) {
			this.#options.output.error(text(saidOf(error)));
			void vscode.window.showErrorMessage(text(saidOf(error)));
		} finally {
			this.#asking = false;
		}
	}

	/** Verifies a log as the panel does, and says what was found. @throws what a verification throws */
	async verifyLog(): Promise<void> {
		const { documents } = this.#options;
		const places = await placesOf(this.#source);
		await verifyLog({ places, shown: this.#shown?.log.place, verify: this.#verify, documents });
	}

	/** Asks where to, exports, and says what came of it. @throws Refusal */
	export(place: LogPlace, format: ExportFormat, scope: ExportScope): Promise<void> {
		return this.#exports.export(place, format, scope);
	}

	/** The panel itself stays: a window that is reloaded brings it back. */
	dispose(): void {
		this.#shown?.end();
		this.#disposables.dispose();
	}

	#take(panel: vscode.WebviewPanel): void {
		const { context, host, documents, output } = this.#options;
		// While the page is made and the log is looked for.
		void this.#snapshotKey();
		const shown = new AuditShown(panel, {
			source: this.#source,
			starting: () => host.state === "starting",
			output,
			extensionUri: context.extensionUri,
			verify: this.#verify,
			openers: (log) => ({
				diff: (place, one) => openFileDiff(place, one, warn),
				sessionDiff: (place, first, last) => openSessionDiff(place, first, last, warn),
				text: (place, row, what) => openRowText(log, documents, place, row, what),
				explain: (row) => explainRow(log, host, documents, row),
				makeRule: (row) => makeRule(log, host, row),
				copy: async (copied) => vscode.env.clipboard.writeText(copied),
				export: (place, format, scope) => this.export(place, format, scope),
				undo: (place, changes) => this.#undos.one(place, changes),
				undoAll: (place, changes) => this.#undos.all(place, changes),
				forget: async (place) => {
					const { remembered, open } = host;
					const { approver } = this.#options;
					const { missed } = log;
					if (await forgetHeads({ place, memory: remembered, missed, gate: open, approver })) log.verify();
				},
			}),
		});
		this.#shown = shown;
		panel.onDidDispose(() => {
			if (this.#shown === shown) this.#shown = undefined;
		});
	}

	/** Asked of the editor once; after a failure once more. */
	#snapshotKey(): Promise<Buffer | undefined> {
		this.#keyOfSnapshots ??= this.#askSnapshotKey();
		return this.#keyOfSnapshots;
	}

	/** Without it an index is as good as the key of the home, so the log is shown all the same. */
	async #askSnapshotKey(): Promise<Buffer | undefined> {
		const { context, output } = this.#options;
		if (context.secrets === undefined) return undefined;
		try {
			return await within(ANSWER_MS, editorSnapshotKey(context.secrets));
		} catch (error) {
			const detail = error instanceof Error ? error.message : String(error);
			output.warn(say("auditHost.snapshotKey", { detail }));
			this.#keyOfSnapshots = undefined;
			return undefined;
		}
	}

	/** This editor's public key. The log can be read without it all the same; who signed it is just not known. */
	async #ownKey(): Promise<string | undefined> {
		const { context, output } = this.#options;
		if (context.secrets === undefined) return undefined;
		try {
			return await within(ANSWER_MS, editorKey(context.secrets));
		} catch (error) {
			output.error(error instanceof Error ? error : String(error));
			return undefined;
		}
	}

	async #sessions(place: LogPlace) {
		const takes = { filter: {}, offset: 0, limit: SESSIONS };
		const log = this.#shown?.log;
		if (log?.place?.dir === place.dir) return (await log.ask("sessions", takes)).sessions;
		const { LogIndex } = await import("./core.ts");
		const homeKey = this.#source.homeKey();
		const snapshotKey = await this.#snapshotKey();
		const keys = {
			...(homeKey === undefined ? {} : { homeKey }),
			...(snapshotKey === undefined ? {} : { snapshotKey }),
		};
		const index = new LogIndex({ dir: place.dir, ...keys, onState: () => undefined });
		try {
			return (await index.ask("sessions", takes)).sessions;
		} finally {
			await index.close();
		}
	}
}

function warn(sentence: string): void {
	void vscode.window.showWarningMessage(sentence);
}

/** Folders of the window while there is no gate that knows them. */
function openFolders(): string[] {
	const folders = vscode.workspace.workspaceFolders ?? [];
	return folders.filter(({ uri }) => uri.scheme === "file").map(({ uri }) => realpathOr(uri.fsPath));
}

function realpathOr(path: string): string {
	try {
		return realpathSync.native(path);
	} catch {
		// Gone: it has no log that could be found either.
		return path;
	}
}
