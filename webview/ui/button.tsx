// Buttons like the editor's own.
import type { ComponentChildren, HTMLAttributes, JSX, Ref } from "preact";
import { Icon, type IconName } from "./icons.tsx";
import type { HostEvents } from "./toolkit.ts";

interface Common extends HostEvents {
	class?: string | undefined;
	title?: string | undefined;
	/** Refuses but can be reached and says why, unlike a disabled one. */
	unavailable?: boolean | undefined;
	keyShortcuts?: string | undefined;
	elementRef?: Ref<HTMLElement> | undefined;
}

interface ButtonProps extends Common {
	look: "primary" | "secondary";
	/** Its name for screen readers, where its words are not enough. */
	label?: string | undefined;
	children: ComponentChildren;
}

export function Button({ look, label, children, ...rest }: ButtonProps): JSX.Element {
	return (
		<vscode-button aria-label={label} appearance={look} {...attributes(rest)}>
			{children}
		</vscode-button>
	);
}

interface IconButtonProps extends Common {
	icon: IconName;
	label: string;
	expanded?: boolean | undefined;
	hasMenu?: boolean | undefined;
}

export function IconButton({ icon, label, expanded, hasMenu, ...rest }: IconButtonProps): JSX.Element {
	// aria-label comes first: the element names itself "Icon Button" when it learns its appearance without one.
	return (
		<vscode-button
			aria-label={label}
			appearance="icon"
			{...attributes({ title: label, ...rest })}
			{...aria({ ariaExpanded: expanded, ariaHaspopup: hasMenu ? "menu" : undefined })}
		>
			<Icon name={icon} />
		</vscode-button>
	);
}

function attributes({ unavailable, keyShortcuts, elementRef, ...rest }: Common): HTMLAttributes<HTMLElement> {
	return {
		...rest,
		...aria({ ariaDisabled: unavailable, ariaKeyshortcuts: keyShortcuts }),
		...(elementRef === undefined ? {} : { ref: elementRef }),
	} as HTMLAttributes<HTMLElement>;
}

/**
 * As properties: the toolkit's button hands these on to the button inside it, but it hears of them as properties only
 * (of all attributes it listens to aria-label, appearance and disabled).
 */
function aria(states: Record<string, string | boolean | undefined>): HTMLAttributes<HTMLElement> {
	const given = Object.entries(states).filter(([, value]) => value !== undefined);
	return Object.fromEntries(given.map(([name, value]) => [name, String(value)])) as HTMLAttributes<HTMLElement>;
}
