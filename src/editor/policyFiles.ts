// Opens a policy file. One that is missing is written from a template that allows nothing.
import { constants } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import type { PolicyLayer } from "../protocol/grants.ts";
import type { GateHost } from "./gateHost.ts";
import { gatepostHome } from "./gateHost.ts";
import { policyTemplate } from "./policyTemplate.ts";
import { say } from "./text.ts";

/** Where an organisation's file lies. */
export const ORGANISATION_FILE = "/etc/gatepost/policy.jsonc";

type LayerName = PolicyLayer["layer"];

interface Place {
	layer: LayerName;
	file: string;
}

/** The layer a path is the policy file of, if any. */
export function layerOf(path: string, folders: readonly string[]): LayerName | undefined {
	if (path === ORGANISATION_FILE) return "organisation";
	if (path === join(gatepostHome(), "policy.jsonc")) return "user";
	return folders.some((folder) => path === join(folder, ".gatepost", "policy.jsonc")) ? "workspace" : undefined;
}

/** Lets the person choose a policy file and opens it. */
export async function choosePolicyFile(host: GateHost): Promise<void> {
	const there = host.open?.policyFiles() ?? [];
	const places: Place[] = [
		{ layer: "user", file: join(gatepostHome(), "policy.jsonc") },
		...(host.open?.folders() ?? []).map(
			(folder): Place => ({
				layer: "workspace",
				file: join(folder, ".gatepost", "policy.jsonc"),
			}),
		),
		...there.filter(({ layer }) => layer === "organisation"),
	];
	const rows = places.map((place) => ({
		label: say(`editor.policy.${place.layer}`),
		detail: place.file,
		...(there.some(({ file }) => file === place.file) ? {} : { description: say("editor.policyNew") }),
		place,
	}));
	const picked = await vscode.window.showQuickPick(rows, { placeHolder: say("editor.policyWhich") });
	if (picked === undefined) return;
	const { layer, file } = picked.place;
	if (layer !== "organisation") await createIfMissing(layer, file);
	await showPolicyFile(file);
}

/** @param line from 1 */
export async function showPolicyFile(file: string, line?: number): Promise<void> {
	const at = line === undefined ? undefined : new vscode.Position(line - 1, 0);
	await vscode.window.showTextDocument(vscode.Uri.file(file), {
		preview: true,
		...(at === undefined ? {} : { selection: new vscode.Range(at, at) }),
	});
}

/** Writes the template, never over anything: not over a file that has come in between, and not through a link. */
async function createIfMissing(layer: "user" | "workspace", file: string): Promise<void> {
	await mkdir(dirname(file), { recursive: true, ...(layer === "user" ? { mode: 0o700 } : {}) });
	const { O_CREAT, O_EXCL, O_WRONLY } = constants;
	try {
		const handle = await open(file, O_CREAT | O_EXCL | O_WRONLY, layer === "user" ? 0o600 : 0o644);
		try {
			await handle.writeFile(policyTemplate(layer));
		} finally {
			await handle.close();
		}
	} catch (error) {
		if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
	}
}
