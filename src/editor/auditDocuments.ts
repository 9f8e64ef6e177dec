// Contents of the evidence store as read-only files of the editor: `gatepost-log:<path>?<workspace>/<digest>/<side>`. The
// address holds all there is to know, so that a tab is served after a reload, too.
import { basename, join } from "node:path";
import * as vscode from "vscode";
import { contentOf } from "./auditEvidence.ts";
import { type Side, SideFiles, type SideName, sideUri as uriOf } from "./sideFiles.ts";
import { say, text } from "./text.ts";

const SCHEME = "gatepost-log";
/** In place of a digest: the file did not exist then. */
export const NONE = "none";
/** Contents kept for the editor's next calls, which come in twos and threes. */
const KEPT = 4;

/** The URI of one side of a file. @param digest of its content; "none" for a file that did not exist */
export function sideUri(workspace: string, digest: string, side: SideName, path: string): vscode.Uri {
	return uriOf(SCHEME, [workspace, digest], side, path);
}

export class AuditDocuments implements vscode.Disposable {
	readonly #home: string;
	readonly #files: SideFiles;
	readonly #kept = new Map<string, Promise<Buffer>>();

	/** @param home folder of the Gatepost home */
	constructor(home: string) {
		this.#home = home;
		this.#files = new SideFiles(SCHEME, 2, (side, uri) => this.#content(side, uri));
	}

	dispose(): void {
		this.#files.dispose();
	}

	/** @throws FileSystemError for what is no side of ours, or cannot be had any more */
	#content(side: Side, uri: vscode.Uri): Promise<Buffer> {
		const address = uri.toString();
		const known = this.#kept.get(address);
		if (known !== undefined) return known;
		const reading = this.#read(side, uri);
		this.#kept.set(address, reading);
		const [oldest] = this.#kept.keys();
		if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
		// Evidence can come back, e.g. from a backup.
		reading.catch(() => this.#kept.delete(address));
		return reading;
	}

	async #read({ owner: [id = "", digest = ""], of, path }: Side, uri: vscode.Uri): Promise<Buffer> {
		// Nothing that could lead out of the evidence folders comes through.
		if (!/^(?:[0-9a-f]{16}|_outside)$/.test(id)) throw vscode.FileSystemError.FileNotFound(uri);
		if (digest === NONE) return Buffer.alloc(0);
		if (!/^[0-9a-f]{64}$/.test(digest)) throw vscode.FileSystemError.FileNotFound(uri);
		const place = { dir: join(this.#home, "workspaces", id) };
		const args = { file: await named(path), side: say(of === "before" ? "auditHost.before" : "auditHost.after") };
		const content = await contentOf(place, { digest }, "auditHost.side", args);
		// Whether retention removed it stands in the log, which is not looked at here.
		if ("why" in content && content.why.code === "auditHost.side.missing") {
			throw vscode.FileSystemError.Unavailable(say("auditHost.side.gone", args));
		}
		if ("why" in content) throw vscode.FileSystemError.Unavailable(text(content.why));
		return content.bytes;
	}
}

/** A file's name for a title: an agent chose it. */
export async function named(path: string): Promise<string> {
	const { terminalText } = await import("./core.ts");
	return terminalText(basename(path)).slice(0, 200);
}
