// Warnings that views show. Bounded, because hostile sessions can cause new ones at will: the oldest that may be
// dismissed go first.
import { redact } from "../actions/redact.ts";
import type { Message } from "../protocol/messages.ts";
import type { Warning } from "../protocol/pendingView.ts";

const MAX_WARNINGS = 50;
/** Agents' text in a warning, such as the name of a file. Characters. */
const MAX_TEXT = 1000;

export class Warnings {
	readonly #warnings = new Map<string, Warning>();

	/** Oldest first. */
	list(): Warning[] {
		return [...this.#warnings.values()];
	}

	/** A warning with the same id takes the place of the one before. */
	set(id: string, msg: Message, dismissible: boolean): void {
		this.#warnings.set(id, { id, message: safe(msg), dismissible });
		for (const [old, warning] of this.#warnings) {
			if (this.#warnings.size <= MAX_WARNINGS) return;
			if (warning.dismissible) this.#warnings.delete(old);
		}
	}

	/** False when there is none, or it stays until its reason is gone. */
	dismiss(id: string): boolean {
		return this.#warnings.get(id)?.dismissible === true && this.#warnings.delete(id);
	}
}

/** Warnings stay on screen for long, and `serve` prints them into logs of others: short, and without secrets. */
function safe({ code, args }: Message): Message {
	if (args === undefined) return { code };
	const short = Object.entries(args).map(([name, value]): [string, string | number] => [
		name,
		typeof value === "string" ? redact(value.slice(0, 4 * MAX_TEXT)).text.slice(0, MAX_TEXT) : value,
	]);
	return { code, args: Object.fromEntries(short) };
}
