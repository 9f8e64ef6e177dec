import type { JSX } from "preact";

/** A count in a pill; `label` says what is counted. */
export function Badge({ count, label }: { count: number; label: string }): JSX.Element {
	return (
		<vscode-badge>
			<span aria-hidden="true">{count}</span>
			<span class="unseen">{label}</span>
		</vscode-badge>
	);
}
