// Small line icons in the manner of the editor's own, drawn for this project. 16 units square, current colour.
import type { JSX } from "preact";

const PATHS = {
	terminal: "M2.5 3.5h11v9h-11zM4.8 6l2 2-2 2M8.3 10.2h2.9",
	edit: "M10.8 2.9l2.3 2.3-7.4 7.4-3 .7.7-3zM9.3 4.4l2.3 2.3",
	newFile: "M8.8 2.5H4v11h8V5.7zM8.6 2.6v3.3H12M8 8v4M6 10h4",
	trash: "M3 4.5h10M6.2 4.3V2.8h3.6v1.5M4.3 4.6l.6 8.9h6.2l.6-8.9M6.8 6.8v4.4M9.2 6.8v4.4",
	eye: "M1.8 8S4 4 8 4s6.2 4 6.2 4S12 12 8 12 1.8 8 1.8 8zM8 6.3a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4z",
	globe:
		"M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM2.3 8h11.4M8 2.3c-3.2 3.4-3.2 8 0 11.4 3.2-3.4 3.2-8 0-11.4z",
	plug: "M5.5 2.5v3M10.5 2.5v3M3.8 5.5h8.4v2.3a4.2 4.2 0 0 1-8.4 0zM8 12v2",
	person: "M8 2.8a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 0 0 0-4.8zM3.2 13.5c.3-2.8 2.2-4.2 4.8-4.2s4.5 1.4 4.8 4.2",
	gear: "M8 5.7a2.3 2.3 0 1 0 0 4.6 2.3 2.3 0 0 0 0-4.6zM8 1.9v2M8 12.1v2M1.9 8h2M12.1 8h2M3.7 3.7l1.4 1.4M10.9 10.9l1.4 1.4M3.7 12.3l1.4-1.4M10.9 5.1l1.4-1.4",
	chevron: "M6 3.8L10.2 8 6 12.2",
	ellipsis: "M3.4 8h.01M8 8h.01M12.6 8h.01",
	check: "M2.8 8.6l3.4 3.4 7-7.6",
	cross: "M3.8 3.8l8.4 8.4M12.2 3.8l-8.4 8.4",
	clock: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM8 4.9V8l2.2 1.5",
	undo: "M5.6 3.2L2.8 6l2.8 2.8M3 6h6.3a3.4 3.4 0 0 1 0 6.8H6",
	shield: "M8 1.9l5 1.7v4c0 3.2-2.1 5.4-5 6.5-2.9-1.1-5-3.3-5-6.5v-4zM8 5.2v3.2M8 10.6v.01",
	warning: "M8 2.5l6 10.8H2zM8 6.5v3.2M8 11.4v.01",
	info: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM8 7.3v3.6M8 5.2v.01",
	error: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM5.9 5.9l4.2 4.2M10.1 5.9l-4.2 4.2",
	pause: "M5.5 3.5v9M10.5 3.5v9",
	play: "M5 3.2l7.5 4.8L5 12.8z",
	diff: "M8 2.5v6M5 5.5h6M5 12.5h6",
	goToFile: "M9 2.5H3.5v11h9V6zM8.8 2.6v3.6h3.6M6 10.8l3.2-3.2M6.7 7.5h2.6v2.6",
	windows: "M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1",
	gate: "M3 2.5v11.3M13 2.5v11.3M3 5.2h10M3 9.8h10M6.3 5.2v4.6M9.7 5.2v4.6",
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration beside words: never the only carrier of a meaning, so always hidden from screen readers. */
export function Icon({ name, class: className }: { name: IconName; class?: string }): JSX.Element {
	return (
		<svg class={`icon icon-${name} ${className ?? ""}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
			<path d={PATHS[name]} />
		</svg>
	);
}
