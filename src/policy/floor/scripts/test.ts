// Conditions of test, [ and [[. Two of their forms run code out of a quoted word (measured with bash 5.2): an operand of
// -v, and in [[ (and everywhere in zsh) an operand of -eq and its like, are calculated, and "a[$(command)]" in them runs.
import type { Known } from "../word.ts";

const UNARY = /^-[abcdefghknoprstuwxzLNOSG]$/;
const BINARY = /^(?:=|==|!=|<|>|=~|-nt|-ot|-ef)$/;
const NUMERIC = /^-(?:eq|ne|lt|le|gt|ge)$/;

/**
 * What is not understood about one comparison.
 * @param operator as written
 * @param operands one or two
 * @returns completes "the script ..."; undefined when it only looks
 */
export function testProblem(operator: string, operands: readonly Known[]): string | undefined {
	if (operands.length === 1 ? UNARY.test(operator) : BINARY.test(operator)) {
		// -t and -o take a number and a name of an option; a file or text is only looked at.
		return operator === "-t" ? numeric(operands) : undefined;
	}
	if (operands.length === 2 && NUMERIC.test(operator)) return numeric(operands);
	if (operands.length === 1 && operator === "-v" && /^[A-Za-z_][A-Za-z0-9_]*$/.test(operands[0]?.value ?? ""))
		return undefined;
	return `uses ${operator.slice(0, 20)} in a way that can run code`;
}

/** A number that the shell counts itself, and never falls apart. */
function isNumber({ text }: Known): boolean {
	return /^"?(?:\$[?#]|\$\{#[A-Za-z_][A-Za-z0-9_]*\})"?$/.test(text);
}

function numeric(operands: readonly Known[]): string | undefined {
	const sure = operands.every((word) => /^-?\d+$/.test(word.value ?? "") || isNumber(word));
	return sure ? undefined : "calculates with a text that is known only when it runs, which can run code";
}

/** Operators of `test` and `[`, in any order of operands: every text between two of them is looked at as one. */
export function testWordsProblem(words: readonly Known[]): string | undefined {
	if (words.some(({ value, pattern }) => value === undefined && pattern.startsWith("-")))
		return "holds a word that could be an operator";
	for (const [index, { value }] of words.entries()) {
		if (value === undefined || !/^-[a-zA-Z]{1,2}$/.test(value)) continue;
		if (value === "-v" || value === "-R") {
			const next = words[index + 1]?.value;
			if (next === undefined || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(next))
				return `uses ${value} in a way that can run code`;
		} else if (NUMERIC.test(value) || value === "-t") {
			const beside = [words[index - 1], words[index + 1]].filter((word) => word !== undefined);
			const problem = numeric(value === "-t" ? beside.slice(-1) : beside);
			if (problem !== undefined) return problem;
		} else if (!UNARY.test(value) && !BINARY.test(value)) return `uses ${value}, which is not known`;
	}
	// A word that is not known may be any operator, -v too: what stands behind it must be known, and harmless as an operand.
	const unknown = (word: Known | undefined) => word !== undefined && word.value === undefined && !isNumber(word);
	const any = words.some(unknown);
	for (const [index, word] of words.entries()) {
		if (unknown(word) && (word.many || unknown(words[index + 1]))) {
			return "holds words that could be an operator and its operand";
		}
		if (/\[/.test(word.pattern) && (any || /[$`]/.test(word.pattern))) {
			return "holds a text that runs when it is calculated";
		}
	}
	return undefined;
}
