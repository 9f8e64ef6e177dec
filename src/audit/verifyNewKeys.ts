// That every key was announced. A gate that signs with a key that the log does not hold yet says so in its second entry,
// key.created, with the key before it. A key that signs and that nobody announced is that of somebody who wrote a part of
// the log anew and knows no better. One who does announces it, too: then only a key from outside can tell.
import { bodyOf } from "./entry.ts";
import type { Problems } from "./problems.ts";
import type { GoodLine } from "./verifyLine.ts";
import type { Seen } from "./verifyLinks.ts";

/** Feed it every entry in its place, then call `demand`. Only for a whole log: in a part of one the word may be elsewhere. */
export class KeyCheck {
	/** Keys that a key.created entry announces, and the keys it says came before. */
	readonly #announced = new Map<string, Set<string | null>>();
	/** Segments whose first two entries are as they were written. */
	readonly #first = new Set<string>();
	readonly #second = new Set<string>();

	take(segment: string, entry: GoodLine): void {
		const { seq, type } = entry.head;
		if (seq === 1) this.#first.add(segment);
		if (seq === 2) this.#second.add(segment);
		const created = type === "key.created" ? bodyOf(type, entry.body()) : undefined;
		if (created === undefined) return;
		const before = this.#announced.get(created.publicKey) ?? new Set();
		this.#announced.set(created.publicKey, before.add(created.previous));
	}

	/**
	 * Tells of keys that nobody announced, each at the first segment that it signs. Order among segments does not matter: a
	 * clock may have been put back, and gates that start at once all announce the same key. A segment that ends behind its
	 * first entry is one of a gate that died, or is, just there: later ones rely on its announcement, which never came.
	 */
	demand(seen: readonly Seen[], problems: Problems): void {
		const segments = new Map<string, string[]>();
		for (const { segment, started, size, outside } of seen) {
			// Nothing was ever written there: a gate that died before its first entry, or a file that somebody put there.
			if (size === 0 && (outside?.head?.entries ?? 0) === 0) continue;
			// What cannot be read may be what announced any key; it is told as it is.
			if (started === undefined || !this.#first.has(segment)) return;
			const { publicKey } = started.signer;
			segments.set(publicKey, [...(segments.get(publicKey) ?? []), segment]);
		}
		for (const [key, of] of segments) {
			const before = [...(this.#announced.get(key) ?? [])];
			if (before.some((one) => one === null || segments.has(one))) continue;
			if (of.some((segment) => !this.#second.has(segment))) continue;
			const [first = ""] = of;
			const why =
				"no earlier part of this log used this key, and no key.created entry announces it, as the gate writes for a new key";
			problems.add(first, 1, "wrong-key", `signed by ${key}: ${why}`);
		}
	}
}
