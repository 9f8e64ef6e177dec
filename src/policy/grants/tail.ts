// Words that may not hide behind the "*" of a grant: options with which a program runs another program, reads another
// configuration or works elsewhere. "git push origin *" must not come to mean "git push origin --receive-pack=./x". A grant
// that names such a word itself covers it.
import type { Stand } from "./defined.ts";
import { reachesOut } from "./reach.ts";

interface Leading {
	programs: RegExp;
	/** Only for this command of the program. */
	does?: RegExp;
	/** Options as written; "-c" also counts with its value glued on, "--x" with "=". */
	options: readonly string[];
	/** The program does not take long options cut short. */
	whole?: true;
	/** Other words. */
	words?: RegExp;
}

const LEADING: readonly Leading[] = [
	{
		programs: /^git$/,
		options: [
			...["--upload-pack", "--receive-pack", "--exec", "--exec-path", "-c", "--config-env", "-C", "--git-dir"],
			...["--work-tree", "--template", "--repo", "--extcmd", "--ext-diff", "--textconv"],
		],
		// ext:: runs a program, and a path or an address in place of a remote's name is another repository.
		words: /::|^(?:https?|ssh|git|file|ftps?):|^[\w.-]+@[\w.-]+:/,
	},
	{
		programs: /^git$/,
		does: /^(?:merge|pull|cherry-pick|revert)$/,
		options: ["-s", "--strategy", "-X", "--strategy-option", "-F", "--file", "--no-verify"],
	},
	{
		programs: /^git$/,
		does: /^(?:fetch|pull|push)$/,
		options: ["--all", "--tags", "--branches", "-f", "--force"],
		words: /^\+/,
	},
	{ programs: /^git$/, does: /^push$/, options: ["-o", "--push-option", "--no-verify"] },
	{ programs: /^git$/, does: /^(?:add|mv)$/, options: ["-f", "--force", "--pathspec-from-file"] },
	{
		programs: /^git$/,
		does: /^commit$/,
		options: ["-F", "--file", "-t", "--amend", "-n", "--no-verify", "--pathspec-from-file"],
	},
	{ programs: /^git$/, does: /^tag$/, options: ["-F", "--file", "-f", "--force", "-d", "--delete"] },
	{
		programs: /^git$/,
		does: /^branch$/,
		options: ["-d", "-D", "--delete", "-m", "-M", "--move", "-f", "--force", "--edit-description"],
	},
	{ programs: /^git$/, does: /^switch$/, options: ["-f", "--force", "--discard-changes", "--orphan"] },
	{ programs: /^git$/, does: /^worktree$/, options: ["-f", "--force"] },
	{
		programs: /^(?:npm|npx|pnpm|yarn|bun|bunx)$/,
		options: [
			...[
				"--script-shell",
				"--node-options",
				"--userconfig",
				"--globalconfig",
				"--registry",
				"--shell",
				"--prefix",
				"-C",
			],
			...[
				"--dir",
				"--cwd",
				"--config",
				"-w",
				"--workspace",
				"--filter",
				"-F",
				"--require",
				"--import",
				"--preload",
				"-r",
			],
		],
	},
	{
		programs: /^g?make$/,
		options: ["-f", "--file", "--makefile", "-C", "--directory", "--eval", "-I", "--include-dir", "-E"],
		words: /^\w+[:?+!]*=/,
	},
	{
		programs: /^(?:just|task|rake)$/,
		options: [
			...["-f", "--justfile", "--rakefile", "-d", "--working-directory", "--dir", "-t", "--taskfile", "--shell"],
			...["--shell-arg", "-c", "--command", "-e", "--execute", "-r", "--require", "--set", "-E"],
		],
		words: /^\w+=/,
	},
	{ programs: /^cargo$/, does: /^run$/, options: ["--bin", "--example", "-p", "--package"] },
	{ programs: /^cargo$/, options: ["--config", "--manifest-path", "-C", "-Z", "--target-dir"], words: /^\+/ },
	{
		programs: /^go$/,
		options: ["-exec", "-toolexec", "-C", "-overlay", "-modfile", "-vettool", "-o", "-ldflags", "-gcflags"],
	},
	{
		programs: /^gradlew?$/,
		options: [
			"-I",
			"--init-script",
			"-b",
			"--build-file",
			"-c",
			"--settings-file",
			"-p",
			"--project-dir",
			"-P",
			"-D",
			"--include-build",
		],
	},
	{
		programs: /^(?:pytest|py\.test|tox|nox|python[\d.]*|uv|poetry)$/,
		options: [
			"-p",
			"-c",
			"--config-file",
			"--rootdir",
			"--confcutdir",
			"-o",
			"--override-ini",
			"--pyargs",
			"-f",
			"--noxfile",
			"--directory",
			...[
				"--pdbcls",
				"--import-mode",
				"-W",
				"--pythonwarnings",
				"--log-file",
				"--junitxml",
				"--junit-xml",
				"--basetemp",
			],
			...["--debug", "--pastebin", "--cov-config", "--cov-report", "--report-log", "--html", "--trace-config"],
		],
	},
	{
		programs: /^(?:docker|podman|docker-compose|podman-compose)$/,
		options: [
			"-f",
			"--file",
			"--env-file",
			"--project-directory",
			"--secret",
			"--ssh",
			"--build-context",
			"-o",
			"--output",
			"-H",
			"--host",
			...["--allow", "--network", "--push", "--cache-to", "--cache-from", "--iidfile", "--metadata-file", "--builder"],
			...["--privileged", "--security-opt", "--mount", "-v", "--volume", "--entrypoint", "--context"],
		],
	},
	{
		programs: /^(?:jest|vitest|vite|mocha|ava|eslint|prettier|stylelint|biome|tsc|turbo|nx|markdownlint)$/,
		options: [
			...[
				"-c",
				"--config",
				"--config-path",
				"--rootDir",
				"--root",
				"--plugin",
				"--rulesdir",
				"-f",
				"--format",
				"--parser",
			],
			...["--resolve-plugins-relative-to", "-r", "--require", "--import", "--loader", "--globalSetup", "--setupFiles"],
			...[
				"--reporter",
				"--reporters",
				"--runner",
				"--transform",
				"--environment",
				"--testEnvironment",
				"--custom-syntax",
			],
			...["-o", "--output-file", "--outputFile", "-p", "--project", "--cwd", "--stdin-filepath"],
			...["--outDir", "--outFile", "--declarationDir", "--tsBuildInfoFile", "--generateTrace", "--generateCpuProfile"],
			...["--cache-location", "--cache-file", "--coverageDirectory", "--updateSnapshot", "--resolver", "--preset"],
			...["--globalTeardown", "--setupFilesAfterEnv", "--snapshotSerializers", "--testRunner", "--watchPlugins"],
			...["--plugin-search-dir", "--configPath", "--config-loader", "--pool", "--browser"],
		],
	},
	{
		programs: /^(?:terraform|tofu)$/,
		options: ["-chdir", "-from-module", "-plugin-dir", "-backend-config", "-out", "-generate-config-out", "-state"],
	},
	{
		programs:
			/^(?:dotnet|swift|zig|meson|cmake|mix|flutter|dart|stack|cabal|deno|composer|bundle|rspec|rubocop|phpunit|phpstan)$/,
		options: [
			...["--package-path", "--build-file", "-C", "--toolchain", "--config", "-c", "--gemfile", "-r", "--require"],
			...["--bootstrap", "--configuration", "-p", "--logger", "--test-adapter-path", "--settings", "-s", "--preload"],
			...["--import-map", "--allow-run", "-A", "--allow-all", "--with-compiler"],
		],
	},
	{
		programs: /^(?:mypy|pylint|flake8|ruff|black|isort|golangci-lint|ktlint|swiftlint)$/,
		options: [
			"--config-file",
			"--config",
			"-c",
			"--rcfile",
			"--load-plugins",
			"--init-hook",
			"--python-executable",
			"-R",
			"--ruleset",
			...["-o", "--output-file", "--cache-dir", "--cache-file", "--shadow-file", "--any-exprs-report"],
		],
	},
	{
		programs: /^gh$/,
		whole: true,
		options: [
			...["--body-file", "-F", "--template", "-T", "-R", "--repo", "--hostname"],
			...["--delete-last", "--edit-last", "--recover", "--editor", "-e", "--web", "-w"],
		],
	},
];

/** Run what a script of the project says, and hand further words to it: they may mean anything to any program. */
const SCRIPTS =
	/^(?:(?:npm|pnpm|yarn|bun|composer|npx|bunx) |deno task |cargo run |go run |(?:uv|poetry|pdm|hatch|rye|pipenv) run |bundle exec )/;

/** Take further targets as further words. */
const TARGETS =
	/^(?:g?make|just|task|go-task|rake|gradlew?|mvnw?|ant|grunt|gulp|inv|invoke|scons|ninja|doit|mage|turbo|nx)$/;
/** Options of those whose value is no target. */
const NO_TARGET = /^(?:--tests|-x|--exclude-task|-j|--jobs|--filter|--parallel|--concurrency)$/;

/** The first word behind the first `from` words that leads a program elsewhere; undefined when there is none. */
export function leadsElsewhere(words: readonly string[], from: number, stand?: Stand): string | undefined {
	const named = words.slice(0, Math.max(1, from)).map((word) => word.slice(word.lastIndexOf("/") + 1));
	const [program = ""] = named;
	const scripts = SCRIPTS.test(`${named.join(" ")} `);
	const leading = LEADING.filter(({ programs, does }) => {
		if (scripts && does === undefined) return true;
		return (
			named.some((name) => programs.test(name)) &&
			(does === undefined || named.slice(1).some((name) => does.test(name)))
		);
	});
	const found = words.slice(from).find((word) =>
		leading.some(({ programs, options, whole, words: others }) => {
			// What is no option is told apart only for its own program.
			if (named.some((name) => programs.test(name)) && others?.test(word) === true) return true;
			return options.some((option) => isOption(option, word, whole));
		}),
	);
	return (
		found ?? otherTarget(program, words, from) ?? otherRemote(program, words, from) ?? reachesOut(words, from, stand)
	);
}

function otherTarget(program: string, words: readonly string[], from: number): string | undefined {
	if (!TARGETS.test(program)) return undefined;
	return words.find(
		(word, at) => at >= from && !/^-|^\d+$/.test(word) && !(NO_TARGET.test(words[at - 1] ?? "") && at > from),
	);
}

/** "git pull host:path": without a remote that is named, a word with ":" may be another repository. */
function otherRemote(program: string, words: readonly string[], from: number): string | undefined {
	const [, does = ""] = words;
	if (program !== "git" || !/^(?:fetch|pull|push)$/.test(does) || from > 2) return undefined;
	return words.slice(from).find((word) => word.includes(":"));
}

/** Whether a word is this option in any of the ways programs take one: with its value, cut short, among other letters. */
function isOption(option: string, word: string, whole = false): boolean {
	const [name = ""] = word.split("=", 1);
	if (name === option) return true;
	// "--globalSetup" is "--global-setup" and "--globalsetup" to programs that have such names, and is not cut short.
	if (/[a-z][A-Z]/.test(option)) return name.startsWith("-") && letters(name) === letters(option);
	if (option.startsWith("--")) return !whole && name.length > 2 && option.startsWith(name);
	// "-exec" is "--exec" to programs that take long names behind one dash.
	if (option.length > 2) return name === `-${option}`;
	return word.startsWith(option) || (/^-[A-Za-z]{2,4}$/.test(word) && word.includes(option.slice(1)));
}

function letters(name: string): string {
	return name.replaceAll("-", "").toLowerCase();
}
