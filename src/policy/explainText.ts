// An explanation as text for people: the verdict, the rule with its layer, file and line, and why the others did not
// decide. For the terminal and the editor alike; whoever prints it makes invisible characters visible.
import { format, message } from "../protocol/messages.ts";
import type { Explanation, PolicySource, Step } from "./policy.ts";

/** Steps that do not fit are told in number only, beyond this many. */
const MAX_OTHERS = 20;

/** Lines without a line end at the last one. */
export function explanationText({ verdict, steps }: Explanation): string {
	const lines = [
		format(message(`explain.${verdict.guard ? "guard" : verdict.effect}`)),
		...verdict.why.map((why) => `  ${format(why)}`),
		`  ${format(message("explain.by", { rule: verdict.ruleId, source: sourceText(verdict.source) }))}`,
	];
	const others = steps.filter(({ outcome }) => outcome !== "decided");
	const told = others.filter(({ outcome }) => outcome !== "no");
	const rest = others.filter(({ outcome }) => outcome === "no");
	if (told.length > 0) lines.push("", format(message("explain.alsoFits")), ...told.map(stepText));
	if (rest.length > 0) {
		lines.push(
			"",
			format(message("explain.doNotFit", { count: rest.length })),
			...rest.slice(0, MAX_OTHERS).map(stepText),
		);
	}
	return lines.join("\n");
}

function stepText({ id, source, outcome, because, stage }: Step): string {
	const place = sourceText(source);
	const why = because === undefined ? "" : ` ${format(because)}`;
	return `  ${id} (${stage}, ${place}) ${format(message(`explain.${outcome}`))}${why}`;
}

/** "user, /home/a/.gatepost/policy.jsonc:12". */
export function sourceText(source: PolicySource | undefined): string {
	const { layer, file, line } = source ?? { layer: "built-in" as const };
	const name = format(message(`layer.${layer}`));
	return file === undefined ? name : `${name}, ${file}${line === undefined ? "" : `:${line}`}`;
}
