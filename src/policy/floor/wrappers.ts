// Programs that start another command: what that command gets, so that it can be judged by itself.
import { type Message, message } from "../../protocol/messages.ts";
import { clip } from "../finding.ts";
import type { Arguments } from "./options.ts";
import { PREFIXES } from "./variables.ts";
import type { Walk } from "./walk.ts";
import type { Known } from "./word.ts";

const SHELLS = new Set(["bash", "sh", "zsh", "dash", "ksh"]);

/**
 * `bash -c 'a line'`: asks, because a shell first runs its own start-up files and whatever BASH_ENV and ENV name. The line
 * is read all the same, for rules that deny what is in it.
 */
export function shellScript(name: string, words: readonly Known[], walk: Walk): Message | undefined {
	if (!SHELLS.has(name)) return undefined;
	const [options, script] = words;
	if (!/^-[a-z]*c$/.test(options?.value ?? "")) return undefined;
	if (script?.value !== undefined) walk.line(script.value, 1);
	return message("why.anotherShell", { command: name });
}

/** The words of the command that a wrapper starts, with what it adds or puts in the place of words. */
export function startedBy(wrapper: string, words: readonly Known[], { given, options }: Arguments): Known[] | Message {
	if (wrapper === "env") return afterAssignments(words);
	if (wrapper !== "xargs") return [...words];
	const added: Known = {
		text: "...",
		value: undefined,
		pattern: "*",
		many: true,
		anchored: false,
		dynamic: true,
		splits: true,
	};
	const marks = given.filter(({ kind }) => kind === "MARK");
	if (marks.length === 0) return [...words, added];
	const mark = marks[0]?.word.value;
	// The last -I counts, and -n or -L behind it takes it back.
	const taken = ["-n", "-L", "--max-args", "--max-lines"].find((option) => options.has(option));
	if (marks.length > 1 || mark === undefined || taken !== undefined) {
		return message("why.option", { command: wrapper, option: taken ?? "-I" });
	}
	// One word for each line of input; it may look like an option unless something stands before it.
	return words.map((word) => {
		if (!word.pattern.includes(mark)) return word;
		const pattern = word.pattern.replaceAll(mark, "*");
		return {
			text: word.text,
			value: undefined,
			pattern,
			many: false,
			anchored: /^[^-*~]/.test(pattern),
			dynamic: true,
			splits: false,
		};
	});
}

function afterAssignments(words: readonly Known[]): Known[] | Message {
	const start = words.findIndex(({ value }) => value === undefined || !/^[A-Za-z_][A-Za-z0-9_]*=/.test(value));
	if (start === -1) return message("why.showsEnvironment");
	for (const { value = "" } of words.slice(0, start)) {
		const [name = "", ...rest] = value.split("=");
		const fits = PREFIXES.some(
			(one) => one.only === undefined && one.name.test(name) && one.value.test(rest.join("=")),
		);
		if (!fits) return message("why.environment", { name: clip(name) });
	}
	return words.slice(start);
}
