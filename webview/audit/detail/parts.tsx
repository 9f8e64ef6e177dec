// Pieces that the parts of the detail are made of.
import type { ComponentChildren, JSX } from "preact";
import type { RowDetail } from "../../../src/protocol/audit.ts";
import { Icon, type IconName } from "../../ui/icons.tsx";
import type { Store } from "../store.ts";

export interface SectionProps {
	store: Store;
	detail: RowDetail;
}

interface PartProps {
	title: string;
	beside?: ComponentChildren;
	children: ComponentChildren;
}

/** One part of the detail, under its heading. */
export function Section({ title, beside, children }: PartProps): JSX.Element {
	return (
		<section class="part">
			<h3>
				{title}
				{beside !== undefined && <span class="beside">{beside}</span>}
			</h3>
			{children}
		</section>
	);
}

/** A name and what there is to say of it; nothing when there is nothing. */
export function Fact({ name, children }: { name: string; children: ComponentChildren }): JSX.Element | null {
	if (children === undefined || children === null || children === "" || children === false) return null;
	return (
		<>
			<dt>{name}</dt>
			<dd>{children}</dd>
		</>
	);
}

/** Something that deserves a look. */
/** What a person should know, and nothing is wrong with. */
export function Remark({ icon, children }: { icon: IconName; children: ComponentChildren }): JSX.Element {
	return (
		<p class="note">
			<Icon name={icon} />
			<span>{children}</span>
		</p>
	);
}

export function Warning({ children }: { children: ComponentChildren }): JSX.Element {
	return (
		<p class="note warns">
			<Icon name="warning" />
			<span>{children}</span>
		</p>
	);
}
