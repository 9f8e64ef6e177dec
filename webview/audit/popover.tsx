// A button and what it opens: a small box over the page that closes on Escape, on a press elsewhere, and when the focus
// leaves it.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { handled } from "../pending/keys.ts";

/** Free space between the box and the edges of the page, px. */
const MARGIN_PX = 8;

interface PopoverProps {
	class?: string;
	/** In the button. */
	face: ComponentChildren;
	/** The button's name where its face is not enough. */
	label?: string | undefined;
	/** The name of what is opened. */
	title: string;
	/** The button's edge at which the box is aligned. */
	end?: boolean;
	/** @param close closes it and takes the focus back to the button */
	children(close: () => void): ComponentChildren;
}

export function Popover({ class: className, face, label, title, end, children }: PopoverProps): JSX.Element {
	const [open, setOpen] = useState(false);
	const root = useRef<HTMLDivElement>(null);
	const box = useRef<HTMLDivElement>(null);
	const id = useId();
	const close = () => {
		setOpen(false);
		root.current?.querySelector<HTMLElement>(".drop")?.focus({ preventScroll: true });
	};

	useEffect(() => {
		if (!open) return undefined;
		const outside = (event: Event) => {
			if (!root.current?.contains(event.target as Node)) setOpen(false);
		};
		document.addEventListener("pointerdown", outside, true);
		document.addEventListener("focusin", outside, true);
		return () => {
			document.removeEventListener("pointerdown", outside, true);
			document.removeEventListener("focusin", outside, true);
		};
	}, [open]);

	useLayoutEffect(() => {
		const element = box.current;
		if (!open || element === null) return undefined;
		const place = () => keepInside(element);
		place();
		const observer = new ResizeObserver(place);
		observer.observe(element);
		addEventListener("resize", place);
		element.querySelector<HTMLElement>("[data-first], input, button, select")?.focus({ preventScroll: true });
		return () => {
			observer.disconnect();
			removeEventListener("resize", place);
		};
	}, [open]);

	const onKeyDown = (event: KeyboardEvent) => {
		if (event.key !== "Escape" || !open) return;
		handled(event);
		close();
	};
	return (
		// biome-ignore lint/a11y/noStaticElementInteractions: only Escape, wherever the focus is in it
		<div class={`popover ${className ?? ""}`} ref={root} onKeyDown={onKeyDown}>
			<button
				type="button"
				class="drop"
				aria-haspopup="dialog"
				aria-expanded={open}
				aria-controls={open ? id : undefined}
				aria-label={label}
				onClick={() => setOpen(!open)}
			>
				{face}
			</button>
			{open && (
				<div ref={box} id={id} class={end ? "popover-box at-end" : "popover-box"} role="dialog" aria-label={title}>
					{children(close)}
				</div>
			)}
		</div>
	);
}

/** Moves the box sideways into the page, and makes it no higher than there is room below. */
function keepInside(element: HTMLElement): void {
	element.style.translate = "";
	element.style.maxHeight = "";
	const { left, right, top } = element.getBoundingClientRect();
	const width = document.documentElement.clientWidth;
	const overRight = Math.max(0, right - (width - MARGIN_PX));
	const shift = left - overRight < MARGIN_PX ? MARGIN_PX - left : -overRight;
	if (shift !== 0) element.style.translate = `${shift}px`;
	element.style.maxHeight = `${Math.max(160, innerHeight - top - MARGIN_PX)}px`;
}
