// A part of the view below the list, behind its heading.
import type { ComponentChildren, JSX } from "preact";
import { Icon } from "./icons.tsx";

interface SectionProps {
	/** Unique in the view. */
	id: string;
	class: string;
	title: ComponentChildren;
	open: boolean;
	onToggle(): void;
	children: ComponentChildren;
}

export function Section({ id, class: className, title, open, onToggle, children }: SectionProps): JSX.Element {
	return (
		<section class={`section ${className}`} aria-labelledby={id}>
			<h2 id={id}>
				<button type="button" class="fold" aria-expanded={open} onClick={onToggle}>
					<Icon name="chevron" />
					{title}
				</button>
			</h2>
			{open && children}
		</section>
	);
}
