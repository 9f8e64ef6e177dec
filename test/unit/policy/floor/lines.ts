// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are shell expansions
// Lines of shell made by chance: commands of the table and dangerous ones, with every form of word, joined in every way.
import type { CommandRule, Kind } from "../../../../src/policy/floor/rule.ts";
import { ENTRIES, VERSIONS } from "../../../../src/policy/floor/table/index.ts";
import type { Dice } from "./dice.ts";
import { DANGEROUS, HOSTILE_WORDS, OPERATORS, UNKNOWN_WORDS } from "./hostile.ts";
import { script, testWords } from "./scriptLines.ts";
import { type Operand, type Option, operandsOf, optionsOf, samplesOf } from "./tableWords.ts";

/** Words a command gets, for a command with an entry or for any. */
export function commandLine(dice: Dice, depth = 0): string {
	if (dice.once(40)) return dice.pick(DANGEROUS);
	if (dice.once(25)) return builtin(dice);
	const name = dice.pick(dice.once(8) ? WRAPPING : dice.once(2) ? RICH : NAMES);
	const key = dice.pick(KEYS.get(name) ?? [name]);
	const rule = ENTRIES.get(key);
	if (rule === undefined) return key;
	const words = [key, ...argumentsOf(dice, formOf(dice, rule), rule, depth)];
	if (dice.once(12)) words.splice(1 + dice.below(words.length), 0, quoted(dice, dice.pick(HOSTILE_WORDS)));
	if (dice.once(8)) words.splice(1 + dice.below(words.length), 0, dice.pick(UNKNOWN_WORDS));
	if (dice.once(10)) words.splice(dice.below(words.length + 1), 0, redirection(dice));
	if (dice.once(25))
		words.unshift(dice.pick(["LC_ALL=C", "x=1", "TZ=UTC", "IFS=:", "PAGER=cat", "PATH=.", "LC_ALL=$x"]));
	return words.join(" ");
}

/** Keys of the table by the name of the program, so that one with many sub-commands is not most of all lines. */
const KEYS = Map.groupBy(ENTRIES.keys(), (key) => key.split(" ")[0] ?? "");
const NAMES = [...KEYS.keys()];
const WRAPPING = ["timeout", "nice", "stdbuf", "xargs", "env", "command"];
/** Those that have most to go wrong come as often as all others together. */
const RICH = [
	"find",
	"sed",
	"awk",
	"sort",
	"grep",
	"xargs",
	"jq",
	"uniq",
	"test",
	"[",
	"tar",
	"cat",
	"printf",
	"date",
	"env",
	"git",
];

function formOf(dice: Dice, rule: CommandRule): CommandRule {
	return rule.forms === undefined || dice.once(2) ? rule : dice.pick(rule.forms);
}

function argumentsOf(dice: Dice, form: CommandRule, rule: CommandRule, depth: number): string[] {
	const options = optionsOf(form);
	const words: string[] = [];
	for (const need of form.needs === undefined ? [] : [dice.pick(form.needs)]) {
		const option = options.find(({ name }) => name === need);
		if (option !== undefined) words.push(...optionWords(dice, option, rule, depth));
	}
	if (options.length > 0) {
		for (const option of dice.some(0, 2, () => dice.pick(options)))
			words.push(...optionWords(dice, option, rule, depth));
	}
	if (rule.script === "test") return [...testWords(dice).map((word) => quoted(dice, word)), ...closing(dice, rule)];
	const operands = operandsOf(form).flatMap((operand) => operandWords(dice, operand, rule, depth));
	return dice.once(10) ? [...operands, ...words] : [...words, ...operands];
}

/** `[` needs its "]". */
function closing(dice: Dice, rule: CommandRule): string[] {
	return ENTRIES.get("[") === rule || dice.once(6) ? ["]"] : [];
}

function optionWords(dice: Dice, { name, kinds, value }: Option, rule: CommandRule, depth: number): string[] {
	const values = kinds.flatMap((kind) => valuesOf(dice, kind, rule, depth));
	const glue = name.startsWith("--") ? "=" : "";
	switch (value) {
		case "none":
			return [name];
		case "digits":
			return [`-${dice.below(30)}`];
		case "glued":
			return [dice.once(2) ? name : name + glue + values.join("")];
		default:
			if (kinds[0] === "COMMAND") return [name, ...values, ...dice.pick([["\\;"], ["{}", "+"], ["{}", "';'"]])];
			return value === "next" && rule.wordOptions !== true && dice.once(3)
				? [name + glue + values.join("")]
				: [name, ...values];
	}
}

function operandWords(dice: Dice, { kind, count }: Operand, rule: CommandRule, depth: number): string[] {
	const [least, most] = { "": [1, 1], "?": [0, 1], "*": [0, 2], "+": [1, 2] }[count] ?? [1, 1];
	return dice.some(least ?? 1, most ?? 1, () => valuesOf(dice, kind, rule, depth)).flat();
}

function valuesOf(dice: Dice, kind: Kind, rule: CommandRule, depth: number): string[] {
	if (dice.once(12)) return [dice.pick(UNKNOWN_WORDS)];
	if (dice.once(25)) return [quoted(dice, dice.pick(HOSTILE_WORDS))];
	if (kind === "COMMAND") return [depth > 2 ? "ls" : commandLine(dice, depth + 1)];
	if (kind === "SCRIPT" && rule.script !== undefined) return [quoted(dice, script(dice, rule.script))];
	return [quoted(dice, dice.pick(samplesOf(kind)))];
}

function builtin(dice: Dice): string {
	return dice.pick([
		...[
			"cd src",
			"cd",
			"cd -",
			'cd "$x"',
			"cd $HOME",
			"pushd src",
			"popd",
			"read -r line",
			"read x f",
			"read -d '' x",
			"read PATH",
		],
		...[
			"set -e",
			"set -euo pipefail",
			"set -o noglob",
			"set -x",
			"exit 1",
			"exit $?",
			"break",
			"return 0",
			"shift",
			"wait",
			"true",
			":",
		],
		...Object.entries(VERSIONS).flatMap(([name, options]) => options.slice(0, 1).map((option) => `${name} ${option}`)),
	]);
}

function redirection(dice: Dice): string {
	const before = dice.pick(["", "", "2", "1", "&", "{x}"]);
	const operator = dice.pick([">", ">", ">>", "<", "<", "<<<", ">&", "<&", ">|", "<>", "&>"]);
	const target = dice.pick([
		"/dev/null",
		"/dev/null",
		"/dev/stderr",
		"1",
		"2",
		"a.txt",
		"pwned",
		"$x",
		'"$x"',
		"-",
		"*.txt",
		"&1",
	]);
	return before + operator + dice.pick(["", " "]) + target;
}

/** The word, written in one of the ways that mean it. */
export function quoted(dice: Dice, word: string): string {
	const single = `'${word.replaceAll("'", "'\\''")}'`;
	switch (dice.below(8)) {
		case 0:
			return `"${word.replace(/["\\$`!]/g, "\\$&")}"`;
		case 1:
			return word === "" || word.includes("\n") ? single : word.replace(/[^A-Za-z0-9_./-]/g, "\\$&");
		case 2:
			return `$'${word.replace(/[\\']/g, "\\$&").replaceAll("\n", "\\n")}'`;
		case 3:
			return word.length > 1 && !word.includes("'")
				? `${single.slice(0, 2)}'${single.slice(2)}`.replace(/^'(.)''/, "'$1''")
				: single;
		default:
			return /^[A-Za-z0-9_./,:%@+-]+$/.test(word) ? word : single;
	}
}

/** A line of any shape. */
export function shellLine(dice: Dice, depth = 0): string {
	const command = () => commandLine(dice);
	if (depth > 2) return command();
	const line = () => shellLine(dice, depth + 1);
	switch (dice.below(24)) {
		case 0:
		case 1:
		case 2:
			return `${line()} | ${line()}`;
		case 3:
			return `${line()}${dice.pick([" && ", " || ", "; ", "\n", " ;", " |& "])}${line()}`;
		case 4:
			return `for ${dice.pick(["f", "x", "line", "F", "PATH", "path"])} in ${dice.some(1, 3, () => anyWord(dice)).join(" ")}; do ${line()}; done`;
		case 5:
			return `${line()} | while ${dice.pick(["", "IFS= "])}read -r ${dice.pick(["f", "x", "line", "x f"])}; do ${line()}; done`;
		case 6:
			return `if ${line()}; then ${line()}; ${dice.pick(["", `else ${line()}; `])}fi`;
		case 7:
			return dice.pick([
				`(${line()})`,
				`{ ${line()}; }`,
				`! ${line()}`,
				`time ${line()}`,
				`${line()} &`,
				`f() { ${line()}; }`,
			]);
		case 8:
			return `echo ${dice.pick([`$(${line()})`, `"$(${line()})"`, `\`${command()}\``, `<(${line()})`, `\${x:-$(${command()})}`])}`;
		case 9:
			return `case ${anyWord(dice)} in ${anyWord(dice)}) ${line()};; *) ${line()};; esac`;
		case 10:
			return `[[ ${dice.pick(["-f", "-n", "-v", "-z"])} ${anyWord(dice)} ]] && ${line()}`;
		case 11:
			return `[[ ${anyWord(dice)} ${dice.pick(["==", "-eq", "=~", "<", "-nt"])} ${anyWord(dice)} ]]; ${command()}`;
		case 12:
			return `${command()} <<${dice.pick(["E", "'E'", "-E", '"E"'])}\n${dice.pick(["a", "$x", "$(touch pwned)", "\\$x", "it's", "a\nb"])}\nE`;
		case 13:
			return `${dice.pick(["bash", "sh"])} -c ${quoted(dice, line())}`;
		case 14:
			return `find ${dice.pick([".", "src", "*"])} ${dice.pick(["-type f", "-name '*.ts'", "-print0"])} | xargs ${dice.pick(["", "-0", "-n 1", "-I{}", "-I {} -P 2"])} ${command()}`;
		case 15:
			return `${line()} ${redirection(dice)}`;
		default:
			return command();
	}
}

function anyWord(dice: Dice): string {
	return dice.pick([
		() => dice.pick(UNKNOWN_WORDS),
		() => quoted(dice, dice.pick(HOSTILE_WORDS)),
		() => quoted(dice, dice.pick(samplesOf("PATH"))),
	])();
}

/** The line with something put in, taken out, doubled or exchanged, at one to three places. */
export function changed(dice: Dice, line: string, others: readonly string[]): string {
	let text = line;
	for (let times = 1 + dice.below(3); times > 0; times -= 1) text = changedOnce(dice, text, others);
	return text;
}

function changedOnce(dice: Dice, line: string, others: readonly string[]): string {
	const at = dice.below(line.length + 1);
	const words = line.split(" ");
	const place = dice.below(words.length);
	const word = () =>
		dice.pick([
			() => dice.pick(UNKNOWN_WORDS),
			() => quoted(dice, dice.pick(HOSTILE_WORDS)),
			() => dice.pick(dice.pick(others).split(" ")),
		])();
	switch (dice.below(9)) {
		case 0:
			return line.slice(0, at) + dice.pick(OPERATORS) + line.slice(at);
		case 1:
			return words.toSpliced(place, 1, word()).join(" ");
		case 2:
		case 3:
			return words.toSpliced(place, 0, word()).join(" ");
		case 4:
			return words.toSpliced(place, 1).join(" ");
		case 5:
			return words.toSpliced(place, 1, quoted(dice, words[place] ?? "")).join(" ");
		case 6:
			return `${line}${dice.pick([" | ", "; ", " && ", "\n"])}${dice.pick(others)}`;
		case 7:
			return `${dice
				.pick(others)
				.split(" ")
				.slice(0, 1 + dice.below(3))
				.join(" ")} ${words.slice(1).join(" ")}`;
		default:
			return line.slice(0, at) + line.slice(at + 1 + dice.below(3));
	}
}
