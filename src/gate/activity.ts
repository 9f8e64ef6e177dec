// The last decisions, for the sidebar's activity list. The journal is the record; this is a view of this gate run.
import type { ActivityRow } from "../protocol/pendingView.ts";

export class Activity {
	readonly #rows: ActivityRow[] = [];
	readonly #limit: number;

	constructor(limit = 100) {
		this.#limit = limit;
	}

	/** Newest first. */
	rows(): ActivityRow[] {
		return this.#rows;
	}

	add(row: ActivityRow): void {
		this.#rows.unshift(row);
		if (this.#rows.length > this.#limit) this.#rows.length = this.#limit;
	}
}
