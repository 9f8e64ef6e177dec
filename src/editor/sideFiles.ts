// Sides of a native diff as read-only files of the editor. An address names the path, the owner of a file and the side:
// `<scheme>:<path>?<owner>/<side>`. The path is the file's own, which gives a tab its name, its language and what the editor
// draws above it; where both sides have another path, the editor takes the file for renamed.
import * as vscode from "vscode";
import { withVisibleEnds } from "./auditSides.ts";

/** "+ends": the same side with line ends and a byte order mark drawn as characters, because editors hide them. */
const SIDES = ["before", "after", "before+ends", "after+ends"] as const;
export type SideName = (typeof SIDES)[number];

/** The side that an address names. */
export interface Side {
	/** Segments before the side, as many as the scheme has. */
	owner: string[];
	of: "before" | "after";
	/** As `pathOf` makes it of a file's path. */
	path: string;
}

/** The address of one side of a file. @param owner segments before the side, without slashes in them */
export function sideUri(scheme: string, owner: readonly string[], side: SideName, path: string): vscode.Uri {
	return vscode.Uri.from({ scheme, path: pathOf(path), query: [...owner, side].join("/") });
}

/** A file's path as an address has it. With two slashes in front it would name a host. */
export function pathOf(path: string): string {
	return `/${path.replace(/^\/+/, "")}`;
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
			({ uri }) => uri.scheme === scheme && uri.query.startsWith(`${owner.join("/")}/`),
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
		const owner = uri.query.split("/");
		const side = owner.pop();
		const name = SIDES.find((known) => known === side);
		if (name === undefined || owner.length !== this.#owners) throw vscode.FileSystemError.FileNotFound(uri);
		const of = name.startsWith("before") ? "before" : "after";
		const bytes = await this.#bytesOf({ owner, of, path: uri.path }, uri);
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
