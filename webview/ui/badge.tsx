// The toolkit's badge sets a style attribute, which our policy forbids, so this one is plain HTML.
import type { JSX } from "preact";

/** A count in a pill; `label` says what is counted. */
export function Badge({ count, label }: { count: number; label: string }): JSX.Element {
	return (
		<span class="badge">
			<span aria-hidden="true">{count}</span>
			<span class="unseen">{label}</span>
		</span>
	);
}
