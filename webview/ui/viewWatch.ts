// Tells what is shown which of its chunk ends have been in view. Only where that is needed: guard changes, policy files.
import type { PieceId, ShownPieces } from "./shownPieces.ts";

/** What lies under the sticky bar at the foot of the view is not in view. */
const FOOT_MARGIN = "0px 0px -48px 0px";

export class ViewWatch {
	readonly #shown: ShownPieces;
	readonly #observer: IntersectionObserver;
	readonly #ends = new Map<Element, [PieceId, number]>();
	readonly #inView = new Set<Element>();
	readonly #unsubscribe: () => void;

	/** @param margin what of the view is covered, as in `IntersectionObserver` */
	constructor(shown: ShownPieces, margin = FOOT_MARGIN) {
		this.#shown = shown;
		// An explicit root: with the implicit one a margin is ignored in frames of another origin, which webviews are.
		this.#observer = new IntersectionObserver((entries) => this.#take(entries), {
			root: document,
			rootMargin: margin,
		});
		// An end may be in view before its piece is known to be complete: it is told again after every change.
		this.#unsubscribe = shown.subscribe(() => this.#tell());
	}

	/** @returns what ends the watch of this element */
	add(end: Element, piece: PieceId, chunk: number): () => void {
		this.#ends.set(end, [piece, chunk]);
		this.#observer.observe(end);
		return () => {
			this.#ends.delete(end);
			this.#inView.delete(end);
			this.#observer.unobserve(end);
		};
	}

	stop(): void {
		this.#observer.disconnect();
		this.#unsubscribe();
	}

	#take(entries: IntersectionObserverEntry[]): void {
		for (const entry of entries) {
			if (entry.isIntersecting) this.#inView.add(entry.target);
			else this.#inView.delete(entry.target);
		}
		this.#tell();
	}

	#tell(): void {
		if (document.visibilityState !== "visible") return;
		for (const end of this.#inView) {
			const what = this.#ends.get(end);
			if (what) this.#shown.seen(...what);
		}
	}
}
