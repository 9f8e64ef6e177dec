// Why a request need not be decided any more: its hook is gone, its session stopped, its folder closed. The first reason
// stands. An AbortSignal is made only for who waits on it: most requests are over before anybody does.
import type { Decision } from "../approvals/decision.ts";

export class Interrupt {
	#decision: Decision | undefined;
	#controller: AbortController | undefined;

	/** Undefined while nothing has ended the request. */
	get decision(): Decision | undefined {
		return this.#decision;
	}

	/** Aborted with the decision. */
	get signal(): AbortSignal {
		this.#controller ??= new AbortController();
		if (this.#decision !== undefined) this.#controller.abort(this.#decision);
		return this.#controller.signal;
	}

	end(decision: Decision): void {
		if (this.#decision !== undefined) return;
		this.#decision = decision;
		this.#controller?.abort(decision);
	}
}
