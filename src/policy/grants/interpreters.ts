// Interpreters, and which files their words make them run. An option that is not here may load anything, so a command with
// one rests on nobody knows what. Without a script, code or module an interpreter runs what it is handed.

interface Interpreter {
	programs: RegExp;
	/** Options that take no further word and load nothing. */
	plain?: RegExp;
	/** Options with one more file to run: in the next word, behind "=", or glued to a letter. */
	files?: readonly string[];
	/** The next word is the program itself, or the name of a module. */
	code?: RegExp;
	/** First words that are commands of the program and no script. Behind "run" a script may follow. */
	commands?: RegExp;
	/** Runs every file that its operands name. */
	all?: RegExp;
}

const NODE_PLAIN =
	/^--(?:enable-source-maps|(?:no|trace)-(?:warnings|deprecation)|trace-uncaught|(?:no-)?experimental-(?:strip|transform)-types|expose-gc|(?:max-old-space|stack)-size=\d+|unhandled-rejections=\w+|test-(?:only|force-exit)|test-reporter=(?:spec|tap|dot|junit|lcov)|test-(?:concurrency|timeout)=\d+|test-name-pattern=.+|experimental-test-coverage)$/;
const NODE_FILES = ["-r", "--require", "--import", "--loader", "--experimental-loader", "--env-file"];

const TABLE: readonly Interpreter[] = [
	// Not: -i (goes on with its input), -W and -X (may import).
	{ programs: /^(?:python|pypy)[\d.]*$/, plain: /^-[bBdEIOPqsSuv]+$/, code: /^-[cm]$/ },
	// Not: --watch, which runs later versions of a file, too.
	{
		programs: /^(?:node|nodejs)$/,
		plain: NODE_PLAIN,
		files: NODE_FILES,
		code: /^(?:-e|-p|-pe|--eval|--print|--run)$/,
		all: /^--test$/,
	},
	{ programs: /^tsx$/, plain: NODE_PLAIN, files: NODE_FILES, code: /^(?:-e|-p|--eval|--print)$/ },
	{
		programs: /^ts-node$/,
		plain: /^(?:-T|--transpile-only|--esm|--swc)$/,
		files: ["-r", "--require"],
		code: /^(?:-e|-p|--eval|--print)$/,
	},
	{
		programs: /^deno$/,
		plain: /^(?:-[AqRWNES]|--quiet|--(?:allow|deny)-[a-z]+(?:=.*)?|--no-(?:check|prompt|remote|npm|lock))$/,
		commands: /^(?:run|task|test|check|fmt|lint|bench|doc|info)$/,
	},
	{
		programs: /^bun$/,
		files: ["-r", "--preload", "--require", "--import"],
		plain: /^--(?:silent|bun)$/,
		code: /^(?:-e|-p|--eval|--print)$/,
		commands: /^(?:run|test|build|install|i|add|remove|update|x|pm|create|init|link|outdated|audit)$/,
	},
	{ programs: /^perl$/, plain: /^-[wWtT]+$/, code: /^-[wnpla]*[eE]$/ },
	{ programs: /^ruby$/, plain: /^-[wW]$/, code: /^-[wnpla]*e$/ },
	{ programs: /^php$/, plain: /^-[nq]$/, files: ["-f"], code: /^-r$/ },
	{ programs: /^lua$/, plain: /^-[vW]$/, code: /^-e$/ },
	{ programs: /^rscript$/i, plain: /^--(?:vanilla|no-save|no-restore|quiet)$/, code: /^-e$/ },
	// Not: -s and no words at all (run what they are handed), -l and -i (run start-up files first).
	{ programs: /^(?:ba|z|da|k|fi)?sh$/, plain: /^(?:-[euxvf]+|--(?:norc|noprofile|posix))$/, code: /^-[eux]*c$/ },
	{ programs: /^(?:source|\.)$/ },
];

export interface Runs {
	/** Must be there. */
	scripts: string[];
	/** Files if they are there, or names of installed packages. */
	loaded: string[];
}

/**
 * What an interpreter's words make it run, beside code among the words.
 * @param name last part of the program's path
 * @returns undefined when that is known only when it runs
 */
export function scriptsOf(name: string, words: readonly string[]): Runs | undefined {
	const interpreter = TABLE.find(({ programs }) => programs.test(name));
	if (interpreter === undefined) return undefined;
	const { plain, files = [], code, commands, all } = interpreter;
	const runs: Runs = { scripts: [], loaded: [] };
	const [, first = ""] = words;
	let at = 1;
	if (commands?.test(first) === true) {
		if (first !== "run") return runs;
		at = 2;
	}
	let many = false;
	for (; at < words.length; at += 1) {
		const word = words[at] ?? "";
		const option = files.find(
			(one) => word === one || word.startsWith(`${one}=`) || (one.length === 2 && word.startsWith(one)),
		);
		if (many && !word.startsWith("-")) runs.scripts.push(word);
		else if (code?.test(word) === true || word.startsWith("--run="))
			return at + 1 < words.length || word.includes("=") ? runs : undefined;
		else if (all?.test(word) === true) many = true;
		else if (option !== undefined) {
			const value = word === option ? words[++at] : word.slice(option.length).replace(/^=/, "");
			if (value === undefined || value === "") return undefined;
			runs.loaded.push(value);
		} else if (word.startsWith("-")) {
			if (plain?.test(word) !== true) return undefined;
		} else {
			// "bun run build": a script of package.json, unless there is such a file.
			if (commands !== undefined && at === 2 && /^[\w:-]+$/.test(word)) runs.loaded.push(word);
			else runs.scripts.push(word);
			return runs;
		}
	}
	return many && runs.scripts.length > 0 ? runs : undefined;
}
