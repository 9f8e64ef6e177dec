// Counts the bytes of messages that have begun and not ended: half a frame costs memory that no size limit sees.

export class Unfinished {
	readonly #maxBytes: number;
	readonly #counts = new Map<object, { bytes: number; since: number }>();
	#total = 0;

	constructor(maxBytes: number) {
		this.#maxBytes = maxBytes;
	}

	/** `bytes` arrived (negative: turned out to be whole). False when that is more than all may hold together. */
	add(connection: object, bytes: number, now: number = performance.now()): boolean {
		const count = this.#counts.get(connection) ?? { bytes: 0, since: now };
		const change = Math.max(-count.bytes, bytes);
		count.bytes += change;
		this.#total += change;
		if (count.bytes === 0) this.#counts.delete(connection);
		else this.#counts.set(connection, count);
		return this.#total <= this.#maxBytes;
	}

	/** A message ended, or the connection did. */
	clear(connection: object): void {
		this.#total -= this.#counts.get(connection)?.bytes ?? 0;
		this.#counts.delete(connection);
	}

	/** Connections whose message began longer than `ms` ago. */
	olderThan(ms: number, now: number = performance.now()): object[] {
		return [...this.#counts].filter(([, { since }]) => now - since > ms).map(([connection]) => connection);
	}
}
