import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface TextAreaProps {
	label: string;
	value: string;
	maxLength: number;
	onInput(value: string): void;
}

/** A text box of some lines that takes the focus when it appears. */
export function TextArea({ label, value, maxLength, onInput }: TextAreaProps): JSX.Element {
	const element = useRef<HTMLElement>(null);
	useEffect(() => element.current?.focus({ preventScroll: true }), []);
	return (
		<vscode-text-area
			ref={element}
			class="text-area"
			rows={3}
			resize="vertical"
			value={value}
			maxlength={maxLength}
			onInput={(event: Event) => onInput((event.currentTarget as HTMLElement & { value: string }).value)}
		>
			{label}
		</vscode-text-area>
	);
}
