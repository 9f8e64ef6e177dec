import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface TextAreaProps {
	label: string;
	value: string;
	maxLength: number;
	/** A command: monospace, in stored order. */
	code?: boolean;
	rows?: number;
	readOnly?: boolean;
	onInput(value: string): void;
}

/** A text box of some lines that takes the focus when it appears. */
export function TextArea(props: TextAreaProps): JSX.Element {
	const { label, value, maxLength, code = false, rows = 3, readOnly = false, onInput } = props;
	const element = useRef<HTMLElement>(null);
	useEffect(() => element.current?.focus({ preventScroll: true }), []);
	return (
		<vscode-text-area
			ref={element}
			class={code ? "text-area code" : "text-area"}
			rows={rows}
			resize="vertical"
			value={value}
			maxlength={maxLength}
			readonly={readOnly}
			{...(code ? { spellcheck: false } : {})}
			onInput={(event: Event) => onInput((event.currentTarget as HTMLElement & { value: string }).value)}
		>
			{label}
		</vscode-text-area>
	);
}
