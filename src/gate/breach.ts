// A client did what no hook does. Reported to the gate, which writes an entry; a flood becomes a number, not a flood.
import type { GateErrorCode } from "../protocol/hook.ts";

export interface Breach {
	/** "upgrade": somebody without proof of the token. "connection": a client that has it. */
	where: "upgrade" | "connection";
	code: GateErrorCode | "unauthorised";
	/** What happened, in English, for the log. Holds no bytes that the client sent. */
	detail: string;
	/** What the client had claimed about itself, when it had. */
	request?: string;
	agent?: string;
	pid?: number;
	/** Breaches of this kind before this one that were not reported one by one. */
	unreported: number;
}

const WINDOW_MS = 10_000;

/** Passes on the first few breaches of a kind in ten seconds and counts the rest into the next one. */
export class BreachReporter {
	readonly #report: (breach: Breach) => void;
	readonly #perWindow: number;
	readonly #kinds = new Map<string, { since: number; seen: number; unreported: number }>();

	constructor(report: (breach: Breach) => void, perWindow: number) {
		this.#report = report;
		this.#perWindow = perWindow;
	}

	report(breach: Omit<Breach, "unreported">, now: number = performance.now()): void {
		const kind = `${breach.where} ${breach.code}`;
		let count = this.#kinds.get(kind);
		if (count === undefined || now - count.since >= WINDOW_MS) {
			count = { since: now, seen: 0, unreported: count?.unreported ?? 0 };
			this.#kinds.set(kind, count);
		}
		count.seen += 1;
		if (count.seen > this.#perWindow) {
			count.unreported += 1;
			return;
		}
		const { unreported } = count;
		count.unreported = 0;
		this.#report({ ...breach, unreported });
	}
}
