// Words that may not hide behind the "*" of a grant: options with which a program runs another program, reads another
// configuration or works elsewhere. "git push origin *" must not come to mean "git push origin --receive-pack=./x". A grant
// that names such a word itself covers it.

interface Leading {
	programs: RegExp;
	/** Options as written; "-c" also counts with its value glued on, "--x" with "=". */
	options: readonly string[];
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
		options: ["-f", "--file", "--makefile", "-C", "--directory", "--eval", "-I", "-E"],
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
		],
	},
	{
		programs: /^(?:terraform|tofu)$/,
		options: ["-chdir", "-from-module", "-plugin-dir", "-backend-config", "-out"],
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
		],
	},
	{ programs: /^gh$/, options: ["--body-file", "-F", "--template", "-T", "-R", "--repo", "--hostname"] },
];

/** The first word behind the first `from` words that leads a program elsewhere; undefined when there is none. */
export function leadsElsewhere(words: readonly string[], from: number): string | undefined {
	const named = words.slice(0, Math.max(1, from)).map((word) => word.slice(word.lastIndexOf("/") + 1));
	const leading = LEADING.filter(({ programs }) => named.some((name) => programs.test(name)));
	return words
		.slice(from)
		.find((word) =>
			leading.some(
				({ options, words: others }) => others?.test(word) === true || options.some((option) => isOption(option, word)),
			),
		);
}

/** Whether a word is this option in any of the ways programs take one: with its value, cut short, among other letters. */
function isOption(option: string, word: string): boolean {
	const [name = ""] = word.split("=", 1);
	if (name === option) return true;
	if (option.startsWith("--")) return name.length > 2 && option.startsWith(name);
	// "-exec" is "--exec" to programs that take long names behind one dash.
	if (option.length > 2) return name === `-${option}`;
	return word.startsWith(option) || (/^-[A-Za-z]{2,4}$/.test(word) && word.includes(option.slice(1)));
}
