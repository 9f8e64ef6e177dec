// Builtins that change where the line stands or which variables it has: not in the table, because they act on the walk.
import { type Message, message } from "../../protocol/messages.ts";
import { clip } from "../finding.ts";
import type { Walk } from "./walk.ts";
import type { Known } from "./word.ts";

/** "none": no builtin of these. "fits": changes nothing but the walk. Else why not. */
export type Judged = "none" | "fits" | Message;

const SET_OPTIONS = new Set(["errexit", "nounset", "pipefail", "noglob"]);

export function judgeBuiltin(name: string, words: readonly Known[], walk: Walk): Judged {
	switch (name) {
		case "cd":
		case "pushd":
			return changeFolder(name, words, walk);
		case "popd":
			walk.goTo(undefined);
			return words.length === 0 ? "fits" : misfit(name, words[0]);
		case "read":
			return read(words, walk);
		case "set":
			return set(words);
		case "break":
		case "continue":
		case "exit":
		case "return":
		case "shift":
		case "wait":
			return words.every(({ value, text }) => /^\d{1,3}$/.test(value ?? "") || /^"?\$\?"?$/.test(text)) &&
				words.length <= 1
				? "fits"
				: misfit(name, words[0]);
		default:
			return "none";
	}
}

function misfit(command: string, word: Known | undefined): Message {
	return message("why.operand", { command, word: clip(word?.text ?? "") });
}

function changeFolder(name: string, words: readonly Known[], walk: Walk): Judged {
	const options = words.filter(({ value }) => value !== undefined && /^-[LPe]+$|^--$/.test(value));
	const operands = words.filter((word) => !options.includes(word));
	const [folder, more] = operands;
	if (more !== undefined) return misfit(name, more);
	if (folder === undefined) walk.goTo(name === "cd" ? "~" : undefined);
	else if (folder.value?.startsWith("-") || /^[+]\d/.test(folder.value ?? "")) walk.goTo(undefined);
	// "~" and "$HOME" are known well enough.
	else if (folder.value === undefined && /^~(?:\/[^*]*)?$/.test(folder.pattern)) walk.goTo(folder.pattern);
	else walk.goTo(folder.value);
	return "fits";
}

/** Reads into variables: only into names that mean nothing to the shell or a program. */
function read(words: readonly Known[], walk: Walk): Judged {
	for (let index = 0; index < words.length; index += 1) {
		const word = words[index];
		const value = word?.value;
		if (value === undefined) return misfit("read", word);
		if (/^-[rse]*d$/.test(value)) index += 1;
		else if (/^-[rse]*[nNtu]$/.test(value)) {
			// To zsh the number may be missing, and then this word is a name.
			index += 1;
			if (!/^\d+(?:\.\d+)?$/.test(words[index]?.value ?? "")) return misfit("read", words[index]);
		} else if (!/^-[rse]+$|^-[nNtu]\d+$/.test(value)) {
			if (value.startsWith("-")) return message("why.option", { command: "read", option: clip(value) });
			const problem = walk.setLoopVariable(value);
			if (problem !== undefined) return problem;
		}
	}
	walk.setLoopVariable("REPLY");
	walk.handsOn = true;
	return "fits";
}

/** How the rest of the line ends; not what it traces or exports. */
function set(words: readonly Known[]): Judged {
	for (let index = 0; index < words.length; index += 1) {
		const value = words[index]?.value ?? "";
		if (/^[-+][euf]*o$/.test(value)) {
			index += 1;
			if (!SET_OPTIONS.has(words[index]?.value ?? "")) return misfit("set", words[index]);
		} else if (!/^[-+][euf]+$/.test(value)) return misfit("set", words[index]);
	}
	return words.length > 0 ? "fits" : message("why.operandMissing", { command: "set" });
}
