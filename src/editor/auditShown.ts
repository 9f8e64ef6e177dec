// The panel from its opening to its end: its page, the log it shows, and the watch on that log while somebody looks.
import * as vscode from "vscode";
import type { AuditFilter } from "../protocol/audit.ts";
import type { AuditHostMessage } from "../protocol/auditPanel.ts";
import type { Verify } from "./auditIntegrity.ts";
import { AuditLog, type LogSource } from "./auditLog.ts";
import { AuditMessages, type AuditOpeners, saidOf } from "./auditMessages.ts";
import { AuditWatch } from "./auditWatch.ts";
import { Disposables } from "./disposables.ts";
import { text } from "./text.ts";
import { Throttle } from "./throttle.ts";
import { html, strings, webviewOptions } from "./webviewPage.ts";

/** A session the panel is to open at, and the folder whose log has it. */
export interface ShownSession {
	folder: string;
	agent: string;
	session: string;
}

export interface AuditShownOptions {
	source: LogSource;
	/** The gate is being opened. */
	starting: () => boolean;
	output: vscode.LogOutputChannel;
	extensionUri: vscode.Uri;
	/** By default in the log's thread, compared with nothing. */
	verify?: Verify;
	openers: (log: AuditLog) => AuditOpeners;
}

export class AuditShown {
	readonly panel: vscode.WebviewPanel;
	readonly log: AuditLog;
	readonly #options: AuditShownOptions;
	readonly #messages: AuditMessages;
	readonly #disposables = new Disposables();
	readonly #picture: Throttle;
	#watch: AuditWatch | undefined;
	#watched: string | undefined;
	#ready = false;
	#reveal: AuditHostMessage | undefined;

	constructor(panel: vscode.WebviewPanel, options: AuditShownOptions) {
		const { extensionUri, output, source, verify, openers } = options;
		this.panel = panel;
		this.#options = options;
		this.#picture = this.#disposables.push(new Throttle(() => this.#draw()));
		this.log = new AuditLog({
			source,
			onChange: () => this.#picture.call(),
			onProblem: (sentence) => output.error(sentence),
			...(verify === undefined ? {} : { verify }),
		});
		this.#messages = new AuditMessages({
			log: this.log,
			post: (msg) => this.#post(msg),
			strings,
			openers: openers(this.log),
			output,
			tell: (sentence) => void vscode.window.showErrorMessage(sentence),
			onReady: () => {
				this.#ready = true;
				this.#postReveal();
			},
		});
		panel.iconPath = vscode.Uri.joinPath(extensionUri, "media", "gatepost.svg");
		panel.webview.options = webviewOptions(extensionUri);
		this.#disposables.push(panel.webview.onDidReceiveMessage((raw: unknown) => void this.#messages.take(raw)));
		this.#disposables.push(panel.onDidChangeViewState(() => this.#seen()));
		panel.onDidDispose(() => this.end());
		panel.webview.html = html(panel.webview, extensionUri, "audit");
		this.sync();
	}

	get filter(): AuditFilter | undefined {
		return this.#messages.filter;
	}

	/** Folders or the gate may be others now. While the gate is being opened its key is not known yet. */
	sync(): void {
		if (this.#options.starting()) return;
		this.log.sync().then(
			() => this.#seen(),
			(error) => this.#options.output.error(text(saidOf(error))),
		);
	}

	grown(): void {
		this.#watch?.grown();
	}

	/** Shows a session, once the page can. */
	async show({ folder, agent, session }: ShownSession): Promise<void> {
		await this.log.sync();
		await this.log.choose(folder);
		this.#reveal = { type: "show", view: "sessions", session: { agent, session } };
		this.#postReveal();
	}

	#postReveal(): void {
		if (!this.#ready || this.#reveal === undefined) return;
		// First the log it is in.
		this.#post({ type: "log", log: this.log.state() });
		this.#post(this.#reveal);
		this.#reveal = undefined;
	}

	#draw(): void {
		this.#seen();
		if (this.#ready) this.#post({ type: "log", log: this.log.state() });
	}

	/** Looks for what is new while somebody looks at it, and at nothing while nobody does. */
	#seen(): void {
		if (!this.panel.visible) this.#ready = false;
		const dir = this.panel.visible ? this.log.place?.dir : undefined;
		if (dir === this.#watched) return;
		this.#watch?.dispose();
		this.#watched = dir;
		this.#watch = dir === undefined ? undefined : new AuditWatch(dir, () => this.log.refresh());
		// What was written while nobody looked.
		this.#watch?.grown();
	}

	#post(msg: AuditHostMessage): void {
		void this.panel.webview.postMessage(msg);
	}

	/** Nobody looks at it any more. */
	end(): void {
		this.#watch?.dispose();
		this.#watch = undefined;
		this.#watched = undefined;
		this.#disposables.dispose();
		this.log.close().catch((error) => this.#options.output.error(String(error)));
	}
}
