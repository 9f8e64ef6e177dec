// Sides of a native diff as read-only files of the editor. An address names the owner of a file, the side, and the path,
// which gives the tab its name and its language: `<scheme>:/<owner>/<side>/<path>`.
import * as vscode from "vscode";
import { withVisibleEnds } from "./auditSides.ts";

/** "+ends": the same side with line ends and a byte order mark drawn as characters, because editors hide them. */
const SIDES = ["before", "after", "before+ends", "after+ends"] as const;
export type SideName = (typeof SIDES)[number];

/** The side that an address names. */
export interface Side {
	/** Segments of the address before the side, as many as the scheme has. */
	owner: string[];
	of: "before" | "after";
	/** With a slash in front. */
	path: string;
}

/** The address of one side of a file. @param owner segments before the side, without slashes in them */
export function sideUri(scheme: string, owner: readonly string[], side: SideName, path: string): vscode.Uri {
	return vscode.Uri.from({
		scheme,
		path: `/${owner.join("/")}/${side}${path.startsWith("/") ? "" : "/"}${path}`,
	});
}

/** A file system of such files, registered until it is disposed of. Nothing in it can be changed or listed. */
export class SideFiles implements vscode.FileSystemProvider, vscode.Disposable {
	readonly #changes = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
	readonly onDidChangeFile = this.#changes.event;
	readonly #owners: number;
	readonly #bytesOf: (side: Side, uri: vscode.Uri) => Buffer | Promise<Buffer>;
	readonly #registered: vscode.Disposable;
	/** Counts how often what is shown became another: an editor reads again what is newer. */
	#version = 0;

	/**
	 * @param owners segments of the owner
	 * @param bytesOf content of a side as it is; throws a FileSystemError when there is none
	 */
	constructor(scheme: string, owners: number, bytesOf: (side: Side, uri: vscode.Uri) => Buffer | Promise<Buffer>) {
		this.#owners = owners;
		this.#bytesOf = bytesOf;
		const options = { isReadonly: true, isCaseSensitive: true };
		this.#registered = vscode.workspace.registerFileSystemProvider(scheme, this, options);
	}

	dispose(): void {
		this.#registered.dispose();
		this.#changes.dispose();
	}

	/** The sides of an owner became others: open editors read them again. */
	changed(scheme: string, owner: readonly string[]): void {
		this.#version += 1;
		const open = vscode.workspace.textDocuments.filter(
			({ uri }) => uri.scheme === scheme && uri.path.startsWith(`/${owner.join("/")}/`),
		);
		this.#changes.fire(open.map(({ uri }) => ({ type: vscode.FileChangeType.Changed, uri })));
	}

	watch(): vscode.Disposable {
		return new vscode.Disposable(() => {});
	}

	async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
		const { length: size } = await this.readFile(uri);
		return {
			type: vscode.FileType.File,
			ctime: 0,
			mtime: this.#version,
			size,
			permissions: vscode.FilePermission.Readonly,
		};
	}

	async readFile(uri: vscode.Uri): Promise<Buffer> {
		const [, ...segments] = uri.path.split("/");
		const name = SIDES.find((known) => known === segments[this.#owners]);
		if (name === undefined) throw vscode.FileSystemError.FileNotFound(uri);
		const owner = segments.slice(0, this.#owners);
		const path = `/${segments.slice(this.#owners + 1).join("/")}`;
		const bytes = await this.#bytesOf({ owner, of: name.startsWith("before") ? "before" : "after", path }, uri);
		return name.endsWith("+ends") ? withVisibleEnds(bytes) : bytes;
	}

	readDirectory(): [string, vscode.FileType][] {
		return [];
	}

	createDirectory(uri: vscode.Uri): void {
		throw vscode.FileSystemError.NoPermissions(uri);
	}

	writeFile(uri: vscode.Uri): void {
		throw vscode.FileSystemError.NoPermissions(uri);
	}

	delete(uri: vscode.Uri): void {
		throw vscode.FileSystemError.NoPermissions(uri);
	}

	rename(uri: vscode.Uri): void {
		throw vscode.FileSystemError.NoPermissions(uri);
	}
}
