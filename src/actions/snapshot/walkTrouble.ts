// Why a walk did not see all: the first of each kind, and of these the one that weighs most.
import { type Message, message } from "../../protocol/messages.ts";
import { codeOf } from "../paths.ts";
import { readable } from "./byteText.ts";
import type { Limits } from "./types.ts";

export class WalkTrouble {
	/** One byte a character, with a slash at the end. */
	readonly #root: string;
	readonly #limits: Limits;
	/** Where the walk had to stop. */
	stopped: Message | undefined;
	/** Rules changed, so that something is not listed. */
	rulesHide = false;
	#tooDeep: string | undefined;
	#unreadable: { count: number; first: string; code: string } | undefined;
	#rulesUnread: string | undefined;
	#gitUnread: string | undefined;

	constructor(root: string, limits: Limits) {
		this.#root = root;
		this.#limits = limits;
	}

	/** @param path relative to the root, as below */
	fail(path: string, error: unknown): void {
		const code = codeOf(error) ?? String(error);
		this.#unreadable = { ...(this.#unreadable ?? { first: path, code }), count: (this.#unreadable?.count ?? 0) + 1 };
	}

	tooDeep(path: string): void {
		this.#tooDeep ??= path;
	}

	tooMany(): void {
		this.stopped ??= message("afterRun.tooMany", { limit: this.#limits.entries });
	}

	tooSlow(entries: number): void {
		this.stopped ??= message("afterRun.tooSlow", { seconds: this.#limits.walkMs / 1000, entries });
	}

	rulesUnread(path: string): void {
		this.#rulesUnread ??= path;
	}

	/** A repository whose index or settings are not known. */
	gitUnread(path: string): void {
		this.#gitUnread ??= path;
	}

	get message(): Message | undefined {
		const first = (path: string) => readable(path.startsWith("/") ? path : this.#root + path);
		if (this.stopped !== undefined) return this.stopped;
		if (this.#unreadable !== undefined) {
			return message("afterRun.unreadable", { ...this.#unreadable, first: first(this.#unreadable.first) });
		}
		if (this.#tooDeep !== undefined) {
			return message("afterRun.tooDeep", { limit: this.#limits.depth, first: first(this.#tooDeep) });
		}
		if (this.#gitUnread !== undefined) return message("afterRun.gitUnread", { first: first(this.#gitUnread) });
		if (this.rulesHide) return message("afterRun.rulesChanged");
		if (this.#rulesUnread !== undefined) return message("afterRun.rulesUnread", { first: first(this.#rulesUnread) });
		return undefined;
	}
}
