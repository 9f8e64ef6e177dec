// The gate of this window: started for the folders that are open, restarted when it fails, told when folders change.
import { homedir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import type { Snapshots } from "../actions/snapshot/snapshots.ts";
import type { Approver } from "../approvals/decision.ts";
import type { OpenGate } from "../gate/open.ts";
import type { Acceptance } from "../policy/rules/accepted.ts";
import type { PolicyLayer } from "../protocol/grants.ts";
import { type Message, message } from "../protocol/messages.ts";
import { Disposables } from "./disposables.ts";
import { Pause } from "./pause.ts";
import { acceptedBy, policyKey, policyLayers } from "./policyHost.ts";
import { placeOf, RememberedHeads, type Trouble } from "./rememberedHeads.ts";
import { editorSigner } from "./secrets.ts";
import { gateSettings } from "./settings.ts";
import { say } from "./text.ts";
import { isUnsaved } from "./unsaved.ts";

const RETRY_MS = 15_000;

export type GateState = "starting" | "open" | "failed" | "no-folder";

/** The Gatepost home: fixed, because environment and settings must not choose it (DESIGN 5). */
export function gatepostHome(): string {
	return join(homedir(), ".gatepost");
}

export class GateHost implements vscode.Disposable {
	readonly #context: vscode.ExtensionContext;
	readonly #disposables = new Disposables();
	readonly #output: Pick<vscode.LogOutputChannel, "warn">;
	readonly #pause: Pause;
	#retry: NodeJS.Timeout | undefined;
	readonly #onStarted = this.#disposables.push(new vscode.EventEmitter<OpenGate>());
	readonly #onChanged = this.#disposables.push(new vscode.EventEmitter<void>());
	/** A gate is open; attach to it. */
	readonly onStarted = this.#onStarted.event;
	/** State or counts of other windows changed. */
	readonly onChanged = this.#onChanged.event;
	/** What this editor has seen of the logs. */
	readonly remembered: RememberedHeads;
	#open: OpenGate | undefined;
	/** Looks at folders before and after commands, for the gate that is open. */
	#snapshots: Snapshots | undefined;
	#state: GateState = "starting";
	#installed: string[] = [];
	#problem: Message | undefined;
	#acceptance: Promise<Acceptance> | undefined;
	#turn: Promise<void> = Promise.resolve();

	/** @param output where trouble is written that nobody needs to act on at once */
	constructor(context: vscode.ExtensionContext, output: Pick<vscode.LogOutputChannel, "warn">) {
		this.#context = context;
		this.#output = output;
		this.remembered = this.#disposables.push(
			new RememberedHeads({
				secrets: context.secrets,
				place: placeOf(gatepostHome(), vscode.env.remoteName !== undefined),
				onTrouble: (trouble) => output.warn(troubleText(trouble)),
			}),
		);
		this.#pause = new Pause(context.globalState);
		this.#disposables.push(vscode.workspace.onDidChangeWorkspaceFolders(() => this.sync()));
		this.#disposables.push(
			vscode.workspace.onDidChangeConfiguration((event) => {
				if (event.affectsConfiguration("gatepost.redact")) void this.#refreshPatterns();
			}),
		);
	}

	get open(): OpenGate | undefined {
		return this.#open;
	}

	get state(): GateState {
		return this.#state;
	}

	get problem(): Message | undefined {
		return this.#problem;
	}

	get paused(): boolean {
		return this.#open?.desk.paused ?? this.#pause.holds(openFolders());
	}

	/** Holds everything, or lets it go on; also when the gate is opened only later, or anew. */
	async setPaused(paused: boolean): Promise<void> {
		const desk = this.#open?.desk;
		if (paused) desk?.pause();
		else desk?.resume();
		await this.#pause.set(paused, openFolders());
		this.#onChanged.fire();
	}

	/** Brings the gate in line with the open folders. Calls are taken one after another. */
	sync(): Promise<void> {
		this.#turn = this.#turn.then(() => this.#sync());
		return this.#turn;
	}

	/** Puts the hook and its launcher into the home. @throws LauncherError */
	async installHook(): Promise<void> {
		const { installHook, noteEditor } = await import("./core.ts");
		// First, also when the hook cannot be written: another editor's removal must not disconnect this one's agents.
		await noteEditor(gatepostHome(), {
			product: vscode.env.appName,
			extensionsDir: dirname(this.#context.extensionPath),
		});
		await installHook({
			home: gatepostHome(),
			dist: join(this.#context.extensionPath, "dist"),
			version: String(this.#context.extension.packageJSON.version),
			exclude: [...(this.#open?.folders() ?? [])],
		});
	}

	/** What the person has accepted of policy files, under the key of this editor. */
	acceptance(): Promise<Acceptance> {
		this.#acceptance ??= this.#openAcceptance().catch((error) => {
			this.#acceptance = undefined;
			throw error;
		});
		return this.#acceptance;
	}

	/** The policy files as they were when they were last looked at. */
	policyFiles(): PolicyLayer[] {
		return policyLayers(this.#open?.policyFiles() ?? []);
	}

	/** Looks at the policy files now. */
	refreshPolicy(): void {
		this.#open?.refreshPolicy();
		this.#onChanged.fire();
	}

	/**
	 * Takes the acceptance of exactly this content. Called for a gesture in the Requests view and for nothing else
	 * (DESIGN 8). Resolves with why it was not taken, if so.
	 */
	async acceptPolicy(
		what: Pick<PolicyLayer, "layer" | "file" | "sha256">,
		approver: Approver,
	): Promise<Message | undefined> {
		if (this.#open === undefined) return message("editor.policyNoGate");
		const problem = await this.#open.acceptPolicy(what, acceptedBy(approver));
		this.refreshPolicy();
		return problem;
	}

	/** Names of agents whose hooks are in the user's settings, as this version writes them, or that have asked this gate. */
	agents(): string[] {
		return [...new Set([...this.#installed, ...(this.#open?.agentsConnected() ?? [])])];
	}

	/** Looks again whether the agents' settings hold our hooks. */
	async lookForAgents(): Promise<void> {
		const { checkInstalled } = await import("./core.ts");
		const env = { CLAUDE_CONFIG_DIR: process.env.CLAUDE_CONFIG_DIR };
		const { state } = await checkInstalled({ scope: "user", home: gatepostHome(), userHome: homedir(), env });
		this.#installed = state === "installed" ? ["Claude Code"] : [];
		this.#onChanged.fire();
	}

	/** Puts it on record in every folder's log that an agent was connected. */
	async recordInstalled(agent: string, file: string): Promise<void> {
		await this.lookForAgents();
		await this.#open?.recordInstalled(agent, file);
	}

	/**
	 * Looks whether the files of the logs are there as far as this editor has seen them, and warns or takes the warning back.
	 * A verification says more; this is for whoever does not look at the log. Never rejects.
	 */
	async lookAtLogs(): Promise<void> {
		const open = this.#open;
		if (open === undefined) return;
		const { OUTSIDE, missingSegments, workspaceId, workspacePaths } = await import("./core.ts");
		for (const folder of [...open.folders(), undefined]) {
			const warning = `log-missing:${folder ?? OUTSIDE}`;
			try {
				const id = workspaceId(folder);
				const seen = await this.remembered.of(id);
				const count = await missingSegments(workspacePaths(gatepostHome(), id).journal, seen);
				if (count === 0) open.gate.dismiss(warning);
				else {
					const code = count === 1 ? "gate.logMissing.one" : "gate.logMissing.many";
					open.gate.warn(warning, message(code, { folder: folder ?? say("auditHost.outside"), count }));
				}
			} catch (error) {
				const detail = error instanceof Error ? error.message : String(error);
				this.#output.warn(say("auditHost.verifyFailed", { detail }));
			}
		}
	}

	/** Ends the gate. "restarting" makes waiting hooks look for the next gate instead of refusing. */
	async close(state: "restarting" | "stopped"): Promise<void> {
		// What is open goes into the registry at once: an editor that is closing does not wait for a turn to end.
		await this.#end(state);
		await this.#turn;
		await this.#end(state);
	}

	dispose(): void {
		clearTimeout(this.#retry);
		this.#disposables.dispose();
	}

	async #openAcceptance(): Promise<Acceptance> {
		const { Acceptance } = await import("./core.ts");
		return new Acceptance(gatepostHome(), await policyKey(this.#context.secrets));
	}

	async #refreshPatterns(): Promise<void> {
		const open = this.#open;
		try {
			await open?.refreshPatterns();
		} catch (error) {
			const detail = error instanceof Error ? error.message : String(error);
			open?.gate.warn("redact.patterns", message("gate.redactPattern", { number: 1, detail }));
		}
	}

	async #end(state: "restarting" | "stopped"): Promise<void> {
		const open = this.#open;
		this.#open = undefined;
		const snapshots = this.#snapshots;
		this.#snapshots = undefined;
		await open?.close(state);
		await snapshots?.close();
		// Also what was written last: the editor may be closing.
		await this.remembered.flush();
	}

	async #sync(): Promise<void> {
		clearTimeout(this.#retry);
		const folders = openFolders();
		try {
			if (folders.length === 0) {
				await this.#end("stopped");
				this.#set("no-folder");
			} else if (this.#open === undefined) {
				await this.#start(folders);
			} else {
				// A folder that is paused stays so when it moves to this window.
				if (this.#pause.holds(folders)) this.#open.desk.pause();
				await this.#open.setFolders(folders);
				this.#set("open");
				void this.lookAtLogs();
			}
		} catch (error) {
			const detail = error instanceof Error ? error.message : String(error);
			this.#set("failed", message("editor.gateFailed", { detail }));
			// A full disk may have room again: a gate that could not start is tried anew, and so is its hook.
			this.#retry = setTimeout(() => void this.sync(), RETRY_MS);
		}
	}

	async #start(folders: string[]): Promise<void> {
		const { secrets, extension } = this.#context;
		// Loaded here and not at activation, which the editor waits for.
		const { openGate, Snapshots } = await import("./core.ts");
		const snapshots = new Snapshots();
		const open = await openGate({
			homeDir: gatepostHome(),
			userHome: homedir(),
			osUser: userInfo().username,
			folders,
			editor: vscode.env.appName,
			version: String(extension.packageJSON.version),
			signer: await editorSigner(secrets),
			acceptance: await this.acceptance(),
			settings: gateSettings,
			paused: this.#pause.holds(folders),
			onOthers: () => this.#onChanged.fire(),
			onHead: (head) => this.remembered.note(head),
			snapshots,
			unsaved: isUnsaved,
		}).catch(async (error) => {
			await snapshots.close();
			throw error;
		});
		this.#snapshots = snapshots;
		this.#open = open;
		// Paused while it was being opened.
		if (this.#pause.holds(folders)) open.desk.pause();
		this.#onStarted.fire(open);
		this.#set("open");
		// After the gate is open: hooks that are installed already must not wait for this, and a launcher that cannot be
		// written leaves the gate working.
		try {
			await this.installHook();
			await this.lookForAgents();
		} catch (error) {
			const detail = error instanceof Error ? error.message : String(error);
			open.gate.warn("hook", message("editor.hookFailed", { detail }));
		}
		void this.lookAtLogs();
	}

	#set(state: GateState, problem?: Message): void {
		this.#state = state;
		this.#problem = problem;
		this.#onChanged.fire();
	}
}

function troubleText(trouble: Trouble): string {
	if (trouble.what === "storage") return say("auditHost.memory.storage", { detail: trouble.detail });
	const { count, workspace } = trouble;
	return say("auditHost.memory.dropped", { count, workspace });
}

/** Paths of the window's folders, as the editor has them. */
function openFolders(): string[] {
	return (vscode.workspace.workspaceFolders ?? [])
		.filter((folder) => folder.uri.scheme === "file")
		.map((folder) => folder.uri.fsPath);
}
