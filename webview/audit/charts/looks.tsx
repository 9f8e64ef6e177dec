// How the parts of a chart look: each has a pattern of its own beside its colour, so that nothing rests on colour alone.
// The patterns are defined once in the document; every chart and key refers to them by name.
import type { JSX } from "preact";
import type { ChartPart, Look } from "./parts.ts";

/** Lines and dots on an 8 by 8 tile; a look without any is solid. */
const MARKS: Record<Look, string> = {
	allowed: "",
	denied: "M-2 2L2 -2M0 8L8 0M6 10L10 6",
	timeout: "M2 2h.01M6 6h.01",
	other: "M0 2h8M0 6h8",
	rule: "",
	person: "M-2 6L2 10M0 0L8 8M6 -2L10 2",
	withdrawn: "M2 0v8M6 0v8",
	failure: "M0 0L8 8M8 0L0 8",
};

const LOOKS = Object.keys(MARKS) as Look[];

/** What a part is filled with. */
export function fillOf(look: Look): string {
	return `url(#chart-${look})`;
}

/** Draws nothing itself; to be in the document once, where charts are. */
export function ChartPatterns(): JSX.Element {
	return (
		<svg class="av-patterns" width="0" height="0" aria-hidden="true">
			<defs>
				{LOOKS.map((look) => (
					<pattern key={look} id={`chart-${look}`} width="8" height="8" patternUnits="userSpaceOnUse">
						<g class={`av-look look-is-${look}`}>
							<rect class="ground" width="8" height="8" />
							{MARKS[look] !== "" && <path class="marks" d={MARKS[look]} />}
						</g>
					</pattern>
				))}
			</defs>
		</svg>
	);
}

interface KeyProps {
	parts: readonly ChartPart[];
	/** What to say of a part beside its name. */
	say(part: ChartPart): string;
}

/** The key of a chart: pattern, name and number of each part. */
export function ChartKey({ parts, say }: KeyProps): JSX.Element {
	return (
		<ul class="av-key">
			{parts.map((part) => (
				<li key={part.look}>
					<svg width="14" height="14" aria-hidden="true">
						<rect class="av-part" x="0.5" y="0.5" width="13" height="13" fill={fillOf(part.look)} />
					</svg>
					{say(part)}
				</li>
			))}
		</ul>
	);
}
