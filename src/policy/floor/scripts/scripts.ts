// Which checker reads the script of a command.
import type { Given } from "../options.ts";
import type { ScriptLanguage } from "../rule.ts";
import { checkAwk } from "./awk.ts";
import { checkBc } from "./bc.ts";
import { checkJq } from "./jq.ts";
import { checkSed } from "./sed.ts";
import { checkYq } from "./yq.ts";

const CHECKERS: Record<Exclude<ScriptLanguage, "test">, (script: string) => string | undefined> = {
	sed: checkSed,
	awk: checkAwk,
	jq: checkJq,
	yq: checkYq,
	bc: checkBc,
};

/** Characters of all pieces. */
const MAX_SCRIPT = 4000;

/**
 * What the script of a command would do besides filtering text.
 * @returns completes "the script ..."; undefined when nothing
 */
export function scriptProblem(language: Exclude<ScriptLanguage, "test">, given: readonly Given[]): string | undefined {
	const scripts = given.filter(({ kind }) => kind === "SCRIPT").map(({ word }) => word.value);
	if (scripts.includes(undefined)) return "is known only when it runs";
	if (scripts.reduce((sum, script) => sum + (script ?? "").length, 0) > MAX_SCRIPT)
		return "is too long to be read at a glance";
	// sed joins its -e pieces with line breaks; the others take one.
	return scripts.length === 0 ? undefined : CHECKERS[language](scripts.join("\n"));
}
