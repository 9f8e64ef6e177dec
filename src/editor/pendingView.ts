// The sidebar's Requests view: the one surface of the editor on which a person answers. The webview only draws what it
// is sent and says what was clicked; state, decisions and checks stay here.
import * as vscode from "vscode";
import { isChange } from "../actions/change.ts";
import type { Approver } from "../approvals/decision.ts";
import type { Gate } from "../gate/gate.ts";
import type { PolicyLayer } from "../protocol/grants.ts";
import { type Message, message } from "../protocol/messages.ts";
import type { Outcome, PendingHostMessage, PendingState, PendingViewMessage } from "../protocol/pendingView.ts";
import type { DiffDocuments } from "./diffDocuments.ts";
import { Disposables } from "./disposables.ts";
import { SentCards, SentTexts } from "./sentCards.ts";
import { text } from "./text.ts";
import { Throttle } from "./throttle.ts";
import { html, strings, webviewOptions } from "./webviewPage.ts";

type Settled = PendingState["settled"][number];
type Taken<Type extends PendingViewMessage["type"]> = Extract<PendingViewMessage, { type: Type }>;
export type AcceptedContent = Pick<PolicyLayer, "layer" | "file" | "sha256">;

/** Outcomes kept for the ghosts a view may still draw. */
const GHOSTS = 50;

export interface PendingViewOptions {
	extensionUri: vscode.Uri;
	gate: () => Gate | undefined;
	diffs: DiffDocuments;
	approver: () => Promise<Approver>;
	/** Everything but `settled`, which this view keeps. */
	state: () => Omit<PendingState, "settled" | "type">;
	setPaused: (paused: boolean) => Promise<void>;
	installAgent: () => void;
	/** Opens why a card was asked. */
	explain: (id: string) => Promise<void>;
	/** Takes the acceptance of a policy file's content. Resolves with why it was not taken, if so. */
	acceptPolicy: (what: AcceptedContent, approver: Approver) => Promise<Message | undefined>;
	/** Opens a policy file at a line; without a file, lets the person choose one. */
	openPolicy: (file?: string, line?: number) => Promise<void>;
	log: vscode.LogOutputChannel;
	onVisibility: () => void;
}

export class PendingView implements vscode.WebviewViewProvider, vscode.Disposable {
	static readonly id = "gatepost.pending";
	readonly #options: PendingViewOptions;
	readonly #disposables = new Disposables();
	#view: vscode.WebviewView | undefined;
	#ready = false;
	#settled: Settled[] = [];
	readonly #sent = new SentCards();
	readonly #sentTexts = new SentTexts();
	readonly #picture = this.#disposables.push(new Throttle(() => this.#postState()));
	#reveal: string | undefined;

	constructor(options: PendingViewOptions) {
		this.#options = options;
		this.#disposables.push(options.diffs.onUnsaved(() => this.update()));
		this.#disposables.push(
			vscode.window.registerWebviewViewProvider(PendingView.id, this, {
				// A hidden view is redrawn from the host's state; what was typed is kept by the webview's own state.
				webviewOptions: { retainContextWhenHidden: false },
			}),
		);
	}

	get visible(): boolean {
		return this.#view?.visible ?? false;
	}

	/** Opens the view and, with an id, brings that card into sight. Never answers. */
	async review(id?: string): Promise<void> {
		this.#reveal = id;
		await vscode.commands.executeCommand(`${PendingView.id}.focus`);
		if (this.#ready && id !== undefined) this.#post({ type: "reveal", id });
	}

	settled(id: string, outcome: Outcome, note: Message | undefined): void {
		this.#settled = [{ id, outcome, ...(note === undefined ? {} : { message: note }) }, ...this.#settled].slice(
			0,
			GHOSTS,
		);
		this.update();
	}

	/** Sends the state once for all changes of a moment. */
	update(): void {
		this.#picture.call();
	}

	resolveWebviewView(view: vscode.WebviewView): void {
		const { extensionUri } = this.#options;
		this.#view = view;
		this.#ready = false;
		view.webview.options = webviewOptions(extensionUri);
		view.webview.html = html(view.webview, extensionUri, "pending");
		view.webview.onDidReceiveMessage((raw: unknown) => this.#received(raw));
		view.onDidChangeVisibility(() => this.#options.onVisibility());
		view.onDidDispose(() => {
			this.#view = undefined;
			this.#ready = false;
			this.#options.onVisibility();
		});
		this.#options.onVisibility();
	}

	dispose(): void {
		this.#disposables.dispose();
	}

	#postState(): void {
		if (!this.#ready) return;
		const state = this.#options.state();
		const pending = this.#sent.pack(state.pending);
		const policy = this.#sentTexts.pack(state.policy);
		const unsaved = this.#options.diffs.unsaved();
		const edits = unsaved.length === 0 ? {} : { unsaved };
		this.#post({ type: "state", ...state, ...edits, pending, policy, settled: this.#settled });
	}

	#post(msg: PendingHostMessage): void {
		void this.#view?.webview.postMessage(msg);
	}

	#received(raw: unknown): void {
		this.#take(raw).catch((error) => {
			const detail = error instanceof Error ? error.message : String(error);
			this.#options.log.error(detail);
			void vscode.window.showErrorMessage(`Gatepost: ${detail}`);
		});
	}

	async #take(raw: unknown): Promise<void> {
		const { PendingViewMessage } = await import("./core.ts");
		const parsed = PendingViewMessage.safeParse(raw);
		if (parsed.success) await this.#handle(parsed.data);
		else this.#options.log.warn("A message of the Requests view was not understood and was dropped.");
	}

	async #handle(msg: PendingViewMessage): Promise<void> {
		const { gate, diffs } = this.#options;
		switch (msg.type) {
			case "ready":
				this.#ready = true;
				this.#sent.forget();
				this.#sentTexts.forget();
				this.#post({ type: "strings", contents: strings() });
				// After the strings, which the picture needs; and at once, because nothing is drawn yet.
				this.#postState();
				if (this.#reveal !== undefined) this.#post({ type: "reveal", id: this.#reveal });
				return;
			case "answer":
				return this.#answer(msg);
			case "openDiff":
				return diffs.open(msg.id, msg.file);
			case "openAllDiffs":
				return diffs.openAll(msg.id);
			case "openFile":
				return diffs.openFile(msg.id, msg.file);
			case "openEdit":
				return diffs.openEdit(msg.id, msg.file);
			case "edit":
				return this.#edit(msg);
			case "context":
				return this.#context(msg);
			case "pause":
				return this.#options.setPaused(msg.paused);
			case "dismiss":
				gate()?.dismiss(msg.warning);
				return;
			case "installAgent":
				this.#options.installAgent();
				return;
			case "copy": {
				const card = gate()
					?.cards()
					.find((candidate) => candidate.id === msg.id);
				if (card !== undefined) await vscode.env.clipboard.writeText(card.target);
				return;
			}
			case "offers":
				return this.#offers(msg);
			case "checkRule":
				return this.#checkRule(msg);
			case "revokeGrant": {
				const problem = await gate()?.revoke(msg.grant, await this.#options.approver());
				if (problem !== undefined) void vscode.window.showWarningMessage(text(problem));
				this.update();
				return;
			}
			case "acceptPolicy":
				return this.#acceptPolicy(msg);
			case "explain":
				return this.#options.explain(msg.id);
			case "openPolicy":
				return this.#openPolicy(msg);
		}
	}

	async #offers({ id }: Taken<"offers">): Promise<void> {
		const found = await this.#options.gate()?.offers(id);
		const { offers = [], refused } = found ?? { refused: message("editor.noGate") };
		this.#post({ type: "offers", id, offers, ...(refused === undefined ? {} : { refused }) });
	}

	async #edit({ id, edit }: Taken<"edit">): Promise<void> {
		const gate = this.#options.gate();
		const problem = gate === undefined ? message("editor.noGate") : await gate.edit(id, edit);
		if (problem !== undefined) this.#post({ type: "editRefused", id, message: problem });
		else this.#options.diffs.changed(id);
	}

	async #context({ id, file, from, to }: Taken<"context">): Promise<void> {
		const proposal = this.#options.gate()?.proposal(id);
		const before = isChange(proposal) ? proposal.files[file]?.before : undefined;
		if (before === undefined || before.binary) return;
		const { contextLines } = await import("./core.ts");
		this.#post({ type: "context", id, file, from, lines: await contextLines(before.bytes, from, to) });
	}

	async #checkRule({ id, n, rule }: Taken<"checkRule">): Promise<void> {
		const found = await this.#options.gate()?.checkGrant(id, rule);
		this.#post({ type: "ruleChecked", id, n, ...(found ?? { problem: message("editor.noGate") }) });
	}

	/** Only what was drawn, all of it, and by a person whose gesture the view has checked. */
	async #acceptPolicy({ layer, file, sha256, shown }: Taken<"acceptPolicy">): Promise<void> {
		const refuse = (why: Message) => this.#post({ type: "policyRefused", file, sha256, message: why });
		if (shown.extent !== "whole" || shown.digest !== sha256) return refuse(message("ui.policy.notWhole"));
		try {
			const problem = await this.#options.acceptPolicy({ layer, file, sha256 }, await this.#options.approver());
			if (problem !== undefined) refuse(problem);
		} catch (error) {
			const detail = error instanceof Error ? error.message : String(error);
			this.#options.log.error(detail);
			refuse(message("editor.policyNotAccepted", { detail }));
		}
	}

	/** Of the files there are: the view names one, it cannot make the editor open any other. */
	async #openPolicy({ layer, file, line }: Taken<"openPolicy">): Promise<void> {
		if (file === undefined) return this.#options.openPolicy();
		const known = this.#options.state().policy.find((one) => one.file === file && one.layer === layer);
		if (known !== undefined) await this.#options.openPolicy(known.file, line);
	}

	async #answer(msg: Taken<"answer">): Promise<void> {
		const gate = this.#options.gate();
		if (gate === undefined) {
			this.#post({ type: "refused", id: msg.id, message: message("editor.noGate") });
			return;
		}
		const approver = await this.#options.approver();
		// What the person typed would not run. From here to the answer nothing waits.
		if (msg.verdict === "allow" && this.#options.diffs.unsaved().includes(msg.id)) {
			this.#post({ type: "refused", id: msg.id, message: message("ui.edit.unsaved") });
			return;
		}
		const result = gate.answer(msg.id, {
			verdict: msg.verdict,
			channel: "editor",
			approver,
			shown: msg.shown,
			gesture: msg.gesture,
			...(msg.reason === undefined || msg.reason === "" ? {} : { reason: msg.reason }),
			...(msg.stopSession === undefined ? {} : { stopSession: msg.stopSession }),
			...(msg.grant === undefined ? {} : { grant: msg.grant }),
		});
		if (result.result === "refused") this.#post({ type: "refused", id: msg.id, message: result.message });
		if (result.result === "late") this.#post({ type: "refused", id: msg.id, message: message("editor.late") });
	}
}
