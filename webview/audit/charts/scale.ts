// Numbers of charts: round steps for an axis, lengths of parts.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ChartPart } from "./parts.ts";

/** Round values from 0 up to one that is not below `max`; whole numbers only. */
export function ticks(max: number, wanted = 4): number[] {
	const rough = Math.max(1, max / wanted);
	const power = 10 ** Math.floor(Math.log10(rough));
	const step = Math.ceil([1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? rough);
	const count = Math.max(1, Math.ceil(max / step));
	return Array.from({ length: count + 1 }, (_, index) => index * step);
}

export interface Piece extends ChartPart {
	/** From the start of the bar, in the unit of `length`. */
	start: number;
	length: number;
}

/**
 * Parts end to end, in proportion, none that counts shorter than `least`: one denial among a thousand must be seen.
 * The bar grows by what the small ones were given.
 */
export function stack(parts: readonly ChartPart[], perCount: number, least = 4): Piece[] {
	let start = 0;
	return parts
		.filter(({ count }) => count > 0)
		.map((part) => {
			const piece = { ...part, start, length: Math.max(least, part.count * perCount) };
			start += piece.length;
			return piece;
		});
}

/** A ref for an element, and its inner width in CSS pixels; 0 until it is known. */
export function useWidth(): [{ current: HTMLDivElement | null }, number] {
	const box = useRef<HTMLDivElement>(null);
	const [width, setWidth] = useState(0);
	useLayoutEffect(() => {
		const element = box.current;
		if (!element) return undefined;
		const measure = () => setWidth(element.clientWidth);
		measure();
		const observer = new ResizeObserver(measure);
		observer.observe(element);
		return () => observer.disconnect();
	}, []);
	return [box, width];
}
