// The proposed changes behind the cards, for the native diff. Bounded in bytes: a card whose change is not kept any more
// still shows what it shows, and the evidence store has the rest.
import { bytesOf, type Proposal } from "../actions/change.ts";

/** Both sides of a few of the largest files that are compared (10 MB each). */
const MAX_BYTES = 256 * 1024 * 1024;

export class Proposals {
	readonly #proposals = new Map<string, { proposal: Proposal; bytes: number }>();
	readonly #maxBytes: number;
	#bytes = 0;

	constructor(maxBytes = MAX_BYTES) {
		this.#maxBytes = maxBytes;
	}

	get(id: string): Proposal {
		return this.#proposals.get(id)?.proposal;
	}

	/** Keeps it while its card waits; not when all of them together would become too large. */
	set(id: string, proposal: Proposal): void {
		const bytes = bytesOf(proposal);
		if (this.#bytes + bytes > this.#maxBytes) return;
		this.#proposals.set(id, { proposal, bytes });
		this.#bytes += bytes;
	}

	delete(id: string): void {
		this.#bytes -= this.#proposals.get(id)?.bytes ?? 0;
		this.#proposals.delete(id);
	}
}
