// Remembers which folders' agents a person has paused. Another extension can reload the window, change its folders or open
// them in a new one; none of that may resume (DESIGN 2.3), so a gate opens paused until a person resumes in the view.
import { realpathSync } from "node:fs";
import { sep } from "node:path";
import type { Memento } from "vscode";

const NAME = "gatepost.paused.v1";

export class Pause {
	readonly #memory: Memento;

	/** @param memory one that all windows share: the same folder may be opened next as part of another workspace */
	constructor(memory: Memento) {
		this.#memory = memory;
	}

	/** Whether agents in one of these folders, in a folder around it or inside it, were paused. */
	holds(folders: readonly string[]): boolean {
		const paused = this.#folders();
		return folders.map(real).some((folder) => paused.some((one) => overlap(one, folder)));
	}

	/** Resuming forgets every folder that would hold these. Resolves when it is kept. */
	async set(paused: boolean, folders: readonly string[]): Promise<void> {
		const mine = folders.map(real);
		const others = this.#folders().filter((one) => !mine.some((folder) => overlap(one, folder)));
		await this.#memory.update(NAME, paused ? [...others, ...mine] : others);
	}

	#folders(): string[] {
		return this.#memory.get<string[]>(NAME, []);
	}
}

function real(folder: string): string {
	try {
		return realpathSync.native(folder);
	} catch {
		return folder;
	}
}

function overlap(a: string, b: string): boolean {
	return isIn(a, b) || isIn(b, a);
}

function isIn(path: string, folder: string): boolean {
	return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
