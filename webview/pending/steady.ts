// Since when has a button been where it is? A pointer's answer counts only on a button that has not moved (DESIGN 9):
// what slid under a finger on its way down was not chosen.

/** Milliseconds a button must have been in one place before a press counts. */
export const STEADY_MS = 500;

/** Between changes that are heard of at once: what else may move a button (a font, the frame) is noticed this late. */
const SAMPLE_MS = 100;
/** A pointer at rest over a page at rest reports the same place within rounding. */
const SLIP_PX = 1.5;

interface Watched {
	element: Element;
	place: string;
	since: number;
}

type PointerPlace = Pick<PointerEvent, "screenX" | "screenY" | "clientX" | "clientY">;

class Steady {
	readonly #watched = new Set<Watched>();
	#timer: ReturnType<typeof setInterval> | undefined;
	#lastLook = 0;
	#pointer: PointerPlace | undefined;

	start(): void {
		const look = () => this.#look();
		// Whatever this view draws is looked at as soon as it is drawn, so no move goes by between two looks.
		new MutationObserver(look).observe(document.documentElement, {
			subtree: true,
			childList: true,
			characterData: true,
			attributeFilter: ["class", "style"],
		});
		document.addEventListener("scroll", look, { capture: true, passive: true });
		window.addEventListener("resize", look);
		document.addEventListener("visibilitychange", () => this.#restart());
		for (const type of ["pointermove", "pointerdown"] as const) {
			window.addEventListener(type, (event) => this.#pointerAt(event), { capture: true, passive: true });
		}
	}

	/**
	 * Follows a button from now on.
	 * @returns `since()`: the time (of `performance.now`) since which it has been where it is; `stop()`
	 */
	watch(element: Element): { since(): number; stop(): void } {
		const entry: Watched = { element, place: placeOf(element), since: performance.now() };
		this.#watched.add(entry);
		this.#mark(entry);
		this.#timer ??= setInterval(() => this.#look(), SAMPLE_MS);
		return {
			since: () => {
				this.#look();
				return entry.since;
			},
			stop: () => {
				this.#watched.delete(entry);
				if (this.#watched.size > 0) return;
				clearInterval(this.#timer);
				this.#timer = undefined;
			},
		};
	}

	#look(): void {
		const now = performance.now();
		this.#lastLook = now;
		for (const entry of this.#watched) {
			const place = placeOf(entry.element);
			if (place !== entry.place) {
				entry.place = place;
				entry.since = now;
			}
			this.#mark(entry);
		}
	}

	#restart(): void {
		const now = performance.now();
		for (const entry of this.#watched) entry.since = now;
		this.#look();
	}

	/** The pointer stands still on the screen but elsewhere in the page: the whole view was moved under it. */
	#pointerAt(event: PointerPlace): void {
		const last = this.#pointer;
		const { screenX, screenY, clientX, clientY } = event;
		this.#pointer = { screenX, screenY, clientX, clientY };
		if (last && screenX === last.screenX && screenY === last.screenY) {
			if (Math.abs(clientX - last.clientX) > SLIP_PX || Math.abs(clientY - last.clientY) > SLIP_PX) this.#restart();
		}
		this.#look();
	}

	/** Told to the style sheet: a button that would not answer yet does not invite a press. */
	#mark(entry: Watched): void {
		entry.element.toggleAttribute("data-settling", this.#lastLook - entry.since < STEADY_MS);
	}
}

/** Where an element is on the screen, as far as a webview can know: its box, and the box of the view and the window. */
function placeOf(element: Element): string {
	const { x, y, width, height } = element.getBoundingClientRect();
	const box = [x, y, width, height].map((value) => value.toFixed(1));
	return [...box, innerWidth, innerHeight, screenX, screenY, devicePixelRatio].join(" ");
}

export const steady = new Steady();
