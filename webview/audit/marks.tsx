// Icons of the panel beyond the shared ones, in the same manner: 16 units square, current colour.
import type { JSX } from "preact";
import { Icon, type IconName } from "../ui/icons.tsx";

const PATHS = {
	search: "M7 2.8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 0 0 0-8.4zM10.1 10.1l3.4 3.4",
	filter: "M2.5 4h11M4.5 8h7M6.5 12h3",
	columns: "M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10",
	export: "M8 9.8V2.5M5.3 5L8 2.3 10.7 5M3 9v4.3h10V9",
	copy: "M5.5 5.5h7.5v8H5.5zM10.5 5.3V2.5H3v8h2.3",
	speech: "M2.5 3h11v7.5H8L5 13v-2.5H2.5z",
	question:
		"M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM6.3 6.4c.2-1.9 3.6-1.8 3.4.1-.1 1.1-1.7 1.2-1.7 2.5M8 11v.01",
	key: "M5.2 5.4a2.7 2.7 0 1 0 0 5.3 2.7 2.7 0 0 0 0-5.3zM7.9 8H14v2.2M11.4 8v1.8",
	arrowUp: "M8 13V3.2M4.2 7L8 3.2 11.8 7",
	arrowDown: "M8 3v9.8M4.2 9L8 12.8 11.8 9",
	folder: "M2 4h4.4l1.4 1.6H14v7H2z",
	down: "M3.8 6L8 10.2 12.2 6",
	hash: "M6 2.8L4.8 13.2M11.2 2.8L10 13.2M3 5.8h10.4M2.6 10.2H13",
} as const;

export type MarkName = keyof typeof PATHS;

/** An icon by name, of this file or of the shared ones. Decoration: always hidden from screen readers. */
export function Mark({ name, class: className }: { name: MarkName | IconName; class?: string }): JSX.Element {
	if (!(name in PATHS))
		return <Icon name={name as IconName} {...(className === undefined ? {} : { class: className })} />;
	return (
		<svg class={`icon icon-${name} ${className ?? ""}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
			<path d={PATHS[name as MarkName]} />
		</svg>
	);
}
