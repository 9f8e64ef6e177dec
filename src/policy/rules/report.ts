// Collects what is wrong with a policy file, each at its place.
import type { Node } from "jsonc-parser";
import { type Message, type MessageCode, message } from "../../protocol/messages.ts";

export interface Problem {
	/** An error keeps the whole file from counting. */
	severity: "error" | "warning";
	/** Both from 1; the column counts UTF-16 units. */
	line: number;
	column: number;
	/** UTF-16 units in the text. */
	offset: number;
	length: number;
	message: Message;
}

/** What a person reads at once, and what an editor shows. */
const MAX_PROBLEMS = 100;

/** Collects problems and knows the lines. */
export class Report {
	readonly #problems: Problem[] = [];
	readonly #starts: number[] = [0];
	readonly #length: number;

	constructor(text: string) {
		this.#length = text.length;
		for (const found of text.matchAll(/\r\n|\n|\r/g)) this.#starts.push(found.index + found[0].length);
	}

	get failed(): boolean {
		return this.#problems.some(({ severity }) => severity === "error");
	}

	get full(): boolean {
		return this.#problems.length >= MAX_PROBLEMS;
	}

	/** An error over a whole node. */
	at(node: Node, code: MessageCode, args?: Message["args"]): void {
		this.error(node.offset, node.length, code, args);
	}

	error(offset: number, length: number, code: MessageCode, args?: Message["args"]): void {
		this.add("error", offset, length, message(code, args));
	}

	/** Ranges are kept inside the text; at its end they have no length. */
	add(severity: Problem["severity"], from: number, long: number, about: Message): void {
		if (this.full) return;
		const offset = Math.min(Math.max(0, from), this.#length);
		const length = Math.min(Math.max(0, long), this.#length - offset);
		const line = this.lineAt(offset);
		const column = offset - (this.#starts[line - 1] ?? 0) + 1;
		this.#problems.push({ severity, line, column, offset, length, message: about });
	}

	lineAt(offset: number): number {
		let low = 0;
		let high = this.#starts.length - 1;
		while (low < high) {
			const middle = Math.ceil((low + high) / 2);
			if ((this.#starts[middle] ?? 0) <= offset) low = middle;
			else high = middle - 1;
		}
		return low + 1;
	}

	sorted(): Problem[] {
		return this.#problems.toSorted((a, b) => a.offset - b.offset);
	}
}
