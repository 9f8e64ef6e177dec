// Destructive commands that are told by more than one word: by where a word stands, or by what is left out.
import type { Words } from "./tight.ts";

/** What builds, tests and releases by names of its own: any of its words may be such a name ("mvn clean deploy"). */
export const TARGET_RUNNERS: readonly string[] = [
	...[
		"make",
		"gmake",
		"just",
		"task",
		"rake",
		"mvn",
		"mvnw",
		"mvnd",
		"gradle",
		"gradlew",
		"ant",
		"sbt",
		"mill",
		"lein",
	],
	...[
		"mage",
		"invoke",
		"inv",
		"fab",
		"nox",
		"tox",
		"grunt",
		"gulp",
		"nx",
		"turbo",
		"moon",
		"lage",
		"bazel",
		"bazelisk",
	],
	...[
		"buck2",
		"pants",
		"scons",
		"waf",
		"cake",
		"earthly",
		"dagger",
		"ninja",
		"cmake",
		"msbuild",
		"psake",
		"cap",
		"mix",
	],
];

/** A target or script that reaches others: "deploy", ":app:publishToSonatype", "prod-deploy", "release:perform". */
export const TARGET =
	/^(?!-)(?:[^=]*[:./_-])?(?:un)?(?:deploy|publish|release|upload|destroy|promote|rollback)(?:$|[A-Z:._-])/;

/** Of a package manager's words, whether the script it runs is one of those. */
export function scriptReaches(words: Words): boolean {
	const run = words.findIndex((word) => /^(?:run|run-script|rum|urn|task)$/.test(word ?? ""));
	const workspace = words.indexOf("workspace");
	const from = run !== -1 ? run + 1 : workspace === -1 ? 0 : workspace + 2;
	let value = false;
	for (const word of words.slice(from)) {
		if (word === undefined || TARGET.test(word)) return true;
		const option = word.startsWith("-");
		// The word behind an option may be its value, or already the script.
		if (!option && !value) return false;
		value = option;
	}
	return false;
}

/** Of git's words, whether `checkout` takes files and not a branch: they are overwritten. */
export function takesFiles(words: Words): boolean {
	const behind = words.slice(words.indexOf("checkout") + 1);
	if (behind.some((word) => /^(?:-p|--patch|--pathspec-from-file.*|--ours|--theirs)$/.test(word ?? ""))) return true;
	if (behind.some((word) => /^(?:-b.*|--orphan.*|-t|--track.*)$/.test(word ?? ""))) return false;
	const named = behind.filter((word) => word?.startsWith("-") !== true);
	return named.length > 1 || named.some((word) => word === undefined || /\/$|^\.\.?\/|^~|[*?]|\.[a-z]\w*$/i.test(word));
}

/** Of git's words, whether `reset` names anything but HEAD: a commit the branch moves to, or files. */
export function movesBranch(words: Words): boolean {
	const behind = words.slice(words.indexOf("reset") + 1);
	const named = behind.includes("--") ? behind.slice(0, behind.indexOf("--")) : behind;
	return named.some((word) => word === undefined || (!word.startsWith("-") && word !== "HEAD" && word !== "@"));
}

/** Interpreters and the options of theirs that are followed by code. */
export const CODE: readonly { programs: readonly string[]; option: RegExp }[] = [
	{ programs: ["python*", "pypy*", "ipython*"], option: /^-[bBdEiIOqsSuvVxP]*c/ },
	{ programs: ["node", "nodejs", "bun", "tsx", "ts-node"], option: /^(?:-e|-p|-pe|--eval|--print)(?:$|=)/ },
	{ programs: ["deno"], option: /^eval$/ },
	{ programs: ["perl*"], option: /^-(?![IMmCDx])[\w.]*[eE]/ },
	{ programs: ["ruby*"], option: /^-(?![IrCEx])[\w.]*e/ },
	{ programs: ["php*"], option: /^(?:-[rBRE].*|--run|--process-(?:begin|code|end))$/ },
	{ programs: ["lua*", "R", "Rscript", "osascript", "groovy", "scala", "swift", "ghc", "elixir"], option: /^-e/ },
	{ programs: ["julia"], option: /^(?:-[eE]|--eval|--print)/ },
	{ programs: ["pwsh", "powershell"], option: /^[-/](?:c|co\w*|e|ec|en\w*)$/i },
];

/** Of an interpreter's words, whether one before its script is such an option. A word behind an option may be its value. */
export function givesCode(words: Words, option: RegExp): boolean {
	let value = false;
	for (const word of words) {
		if (word === undefined || option.test(word)) return true;
		// Of Python, a module: what follows is for that.
		if (/^-m/.test(word)) return false;
		const isOption = word.startsWith("-");
		if (!isOption && !value) return false;
		value = isOption;
		if (word === "--") return false;
	}
	return false;
}
