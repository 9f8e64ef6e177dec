// Policy files in the editor: the key under which a person's acceptance counts, the files as the sidebar shows them, and
// a look at them when they change. The gate reads them again before every decision anyway; this is for what is drawn.
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { Approver } from "../approvals/decision.ts";
import type { AcceptedBy } from "../policy/rules/accepted.ts";
import type { LayerView } from "../policy/rules/layers.ts";
import type { PolicyLayer } from "../protocol/grants.ts";
import { Disposables } from "./disposables.ts";

const NAME = "gatepost.policyKey.v1";
const KEY_BYTES = 32;

/**
 * The key of acceptances, made on first use. It is in the editor's SecretStorage, so that a program of the same user cannot
 * accept a policy by writing a file. Two windows starting at once agree: what was stored last is read back.
 */
export async function policyKey(secrets: vscode.SecretStorage): Promise<Buffer> {
	const stored = await secrets.get(NAME);
	if (stored !== undefined) return Buffer.from(stored, "base64");
	await secrets.store(NAME, randomBytes(KEY_BYTES).toString("base64"));
	const kept = await secrets.get(NAME);
	if (kept === undefined) throw new Error("The editor's secret storage did not keep the key of policy files.");
	return Buffer.from(kept, "base64");
}

/** The person who accepts, as the record keeps them. */
export function acceptedBy({ osUser, claims }: Approver): AcceptedBy {
	const name = claims.gitName ?? claims.github;
	return { osUser, ...(name === undefined ? {} : { name: name.slice(0, 300) }) };
}

/** The files as the sidebar shows them. A text travels only while there is something to accept in it. */
export function policyLayers(views: readonly LayerView[]): PolicyLayer[] {
	return views.map(({ layer, file, sha256, text, allows, accepted, problems }) => ({
		layer,
		file,
		sha256,
		...(accepted === "waiting" ? { text } : {}),
		allows,
		accepted: accepted === "broken" ? "none" : accepted,
		problems: problems.map(({ line, message }) => ({ line, message })),
	}));
}

export interface PolicyWatchOptions {
	/** Gatepost home. */
	home: string;
	/** The organisation's file. */
	organisation: string;
	onChange: () => void;
}

/** Tells when a policy file of this window may have changed. */
export class PolicyWatch implements vscode.Disposable {
	readonly #disposables = new Disposables();

	constructor({ home, organisation, onChange }: PolicyWatchOptions) {
		const slash = organisation.lastIndexOf("/");
		const patterns = [
			"**/.gatepost/policy.jsonc",
			// Of a folder that goes, the editor tells, but not of the files in it.
			"**/.gatepost",
			new vscode.RelativePattern(vscode.Uri.file(home), "policy.jsonc"),
			// Another window may accept something.
			new vscode.RelativePattern(vscode.Uri.file(home), "policy-accepted.json"),
			new vscode.RelativePattern(vscode.Uri.file(organisation.slice(0, slash)), organisation.slice(slash + 1)),
		];
		for (const pattern of patterns) {
			const watcher = this.#disposables.push(vscode.workspace.createFileSystemWatcher(pattern));
			for (const event of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete]) {
				this.#disposables.push(event(onChange));
			}
		}
		// What no watcher has told of shows when the person comes back.
		this.#disposables.push(vscode.window.onDidChangeWindowState(({ focused }) => focused && onChange()));
	}

	dispose(): void {
		this.#disposables.dispose();
	}
}
