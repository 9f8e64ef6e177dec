// Whether a rule that was granted still speaks for a command: what defines the command is just what the rule rests on, and
// no word behind its "*" makes the program run or read something else.
import { basename } from "node:path";
import { asPattern, matchAllow } from "../rules/commandPattern.ts";
import { destructive } from "../rules/destructive.ts";
import { list } from "../rules/match.ts";
import type { Rule } from "../rules/schema.ts";
import { definedBy, type Stand, standsInside } from "./defined.ts";
import { ALWAYS, GRANT } from "./ids.ts";
import { leadsElsewhere } from "./tail.ts";
import { literalWords } from "./width.ts";

/**
 * For rules with "unchanged" (every grant for commands has it, empty where nothing defines them). Its digests are checked
 * by `ruleApplies`; here, that they are all there are. Of a rule that a person wrote by hand, only files of the names it
 * lists: another package.json is not the one it is about. Rules without "unchanged" are as wide as their author wrote them.
 * @param stand where the line runs; undefined where that is known only when it runs
 */
export function staysWithin(rule: Rule, words: readonly (string | undefined)[], stand: Stand | undefined): boolean {
	const { unchanged, command } = rule;
	if (unchanged === undefined || command === undefined) return true;
	const known = words.filter((word) => word !== undefined);
	if (stand === undefined || known.length !== words.length) return false;
	const granted = rule.id.startsWith(ALWAYS) || rule.id.startsWith(GRANT);
	// A grant is for its folder and what is below, and "rm -rf build" is another deed in every folder: for the folder itself.
	if (granted && !standsInside(stand, destructive(known) !== undefined)) return false;
	const files = definedBy(known, stand);
	if (files === undefined) return false;
	const names = new Set(Object.keys(unchanged).map((path) => basename(path)));
	const about = granted ? files : files.filter((file) => names.has(basename(file)));
	if (!about.every((file) => Object.hasOwn(unchanged, file))) return false;
	if (!granted) return true;
	return list(command).some((pattern) => {
		const read = asPattern(pattern);
		if (read === undefined || !matchAllow(read, known)) return false;
		return (read.exact && !read.rest) || leadsElsewhere(known, literalWords(read).length, stand) === undefined;
	});
}
