// Programs that run what files of the workspace say, and which files those are. As data: a grant for such a command rests
// on these files and ends when one of them changes or another one comes to lie before it.

export interface Runner {
	/** The program, by the last part of its path. */
	programs: RegExp;
	/** Only with this word behind it. */
	word?: RegExp;
	/** Looked for where the command runs and in every folder above it, up to the workspace's own. "*.x": all of that kind. */
	files: readonly string[];
	/** Options that name another folder to run in, */
	folders?: readonly string[];
	/** or another file in place of the usual ones. */
	other?: readonly string[];
	/** Options that choose packages of the workspace: the package's own files count, where the option names its folder. */
	packages?: readonly string[];
	/** The files that its operands name say what it does. */
	operands?: true;
}

const CODE = ["js", "mjs", "cjs", "ts", "mts", "cts"];

/** The names under which a JavaScript tool looks for its configuration, which is code. */
function configOf(name: string): string[] {
	const rc = ["", ".json", ".yaml", ".yml", ".toml", ...CODE.map((end) => `.${end}`)].map((end) => `.${name}rc${end}`);
	return [...CODE.map((end) => `${name}.config.${end}`), `${name}.config.json`, ...rc, "package.json"];
}

const PYTHON = ["pyproject.toml", "setup.cfg", "tox.ini"];

export const RUNNERS: readonly Runner[] = [
	{
		programs: /^(?:npm|npx|pnpm|pnpx|pnx|yarn|yarnpkg|bun|bunx)$/,
		files: ["package.json", ".npmrc", ".yarnrc", ".yarnrc.yml", ".pnpmfile.cjs", "pnpm-workspace.yaml", "bunfig.toml"],
		folders: ["--prefix", "-C", "--dir", "--cwd"],
		packages: [
			"-w",
			"--workspace",
			"--filter",
			"-F",
			"-r",
			"--recursive",
			"--workspaces",
			"-ws",
			"workspaces",
			"workspace",
		],
	},
	{
		programs: /^g?make$/,
		files: ["GNUmakefile", "makefile", "Makefile"],
		folders: ["-C", "--directory"],
		other: ["-f", "--file", "--makefile"],
	},
	{
		programs: /^just$/,
		files: ["justfile", "Justfile", ".justfile"],
		folders: ["-d", "--working-directory"],
		other: ["-f", "--justfile"],
	},
	{
		programs: /^(?:task|go-task)$/,
		files: ["yml", "yaml", "dist.yml", "dist.yaml"].flatMap((end) => [`Taskfile.${end}`, `taskfile.${end}`]),
		folders: ["-d", "--dir"],
		other: ["-t", "--taskfile"],
	},
	{ programs: /^rake$/, files: ["Rakefile", "rakefile", "Rakefile.rb", "rakefile.rb"], other: ["-f", "--rakefile"] },
	{
		programs: /^cargo$/,
		files: ["Cargo.toml", "build.rs", ".cargo/config.toml", ".cargo/config", "rust-toolchain", "rust-toolchain.toml"],
		folders: ["-C"],
		other: ["--manifest-path"],
	},
	{ programs: /^go$/, files: ["go.mod", "go.work"], folders: ["-C"] },
	{
		programs: /^gradlew?$/,
		files: [
			...["build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts", "gradle.properties"],
			"gradle/wrapper/gradle-wrapper.properties",
		],
		folders: ["-p", "--project-dir"],
		other: ["-b", "--build-file", "-c", "--settings-file", "-I", "--init-script"],
	},
	{
		programs: /^mvnw?$/,
		files: [
			"pom.xml",
			".mvn/jvm.config",
			".mvn/maven.config",
			".mvn/extensions.xml",
			".mvn/wrapper/maven-wrapper.properties",
		],
		other: ["-f", "--file"],
	},
	{
		programs: /^(?:pytest|py\.test)$/,
		files: ["conftest.py", "pytest.ini", ".pytest.ini", ...PYTHON],
		folders: ["--rootdir"],
		other: ["-c", "--config-file"],
	},
	{ programs: /^(?:tox|nox)$/, files: ["noxfile.py", ...PYTHON], other: ["-c", "-f", "--noxfile"] },
	{
		programs: /^(?:uv|uvx|poetry|pdm|hatch|rye|pipenv)$/,
		files: ["uv.toml", "hatch.toml", "Pipfile", ...PYTHON],
		folders: ["--directory", "--project", "-C"],
	},
	{
		programs: /^(?:docker|podman)$/,
		word: /^compose$/,
		files: composeFiles(),
		folders: ["--project-directory"],
		other: ["-f", "--file", "--env-file"],
	},
	{
		programs: /^(?:docker|podman)-compose$/,
		files: composeFiles(),
		folders: ["--project-directory"],
		other: ["-f", "--file", "--env-file"],
	},
	{ programs: /^(?:docker|podman)$/, word: /^build$/, files: ["Dockerfile", "Containerfile"], other: ["-f", "--file"] },
	{ programs: /^bundle$/, files: ["Gemfile"], other: ["--gemfile"] },
	{ programs: /^(?:rspec|rails)$/, files: ["Gemfile", ".rspec", "Rakefile", "bin/rails"] },
	{
		programs: /^(?:composer|phpunit|phpstan)$/,
		files: ["composer.json", "phpunit.xml", "phpunit.xml.dist", "phpstan.neon"],
	},
	{ programs: /^deno$/, files: ["deno.json", "deno.jsonc", "package.json"], other: ["-c", "--config"] },
	{ programs: /^mix$/, files: ["mix.exs"] },
	{
		programs: /^dotnet$/,
		files: [
			...["global.json", "nuget.config", "NuGet.Config", "Directory.Build.props", "Directory.Build.targets"],
			...["*.csproj", "*.fsproj", "*.vbproj", "*.sln", "*.slnx"],
		],
	},
	{ programs: /^swift$/, files: ["Package.swift"], folders: ["--package-path"] },
	{ programs: /^zig$/, files: ["build.zig"], other: ["--build-file"] },
	{ programs: /^meson$/, files: ["meson.build"], folders: ["-C"] },
	{ programs: /^cmake$/, files: ["CMakeLists.txt", "CMakePresets.json"], folders: ["--build", "-S", "-B"] },
	{ programs: /^(?:flutter|dart)$/, files: ["pubspec.yaml", "build.yaml"] },
	{ programs: /^(?:stack|cabal)$/, files: ["stack.yaml", "package.yaml", "cabal.project", "Setup.hs", "*.cabal"] },
	{ programs: /^(?:terraform|tofu)$/, files: ["*.tf", "*.tofu"], folders: ["-chdir"] },
	{ programs: /^(?:turbo|nx)$/, files: ["turbo.json", "nx.json", "project.json", "package.json"], folders: ["--cwd"] },
	...[
		"eslint",
		"prettier",
		"stylelint",
		"jest",
		"vitest",
		"vite",
		"ava",
		"webpack",
		"rollup",
		"playwright",
		"lint-staged",
	].map(
		(name): Runner => ({
			programs: new RegExp(`^${name}$`),
			files: [...configOf(name), ...(name === "vitest" ? configOf("vite") : [])],
			other: ["-c", "--config"],
		}),
	),
	{
		programs: /^mocha$/,
		files: ["", ".json", ".jsonc", ".yml", ".yaml", ".js", ".cjs"].map((end) => `.mocharc${end}`),
	},
	{
		programs: /^(?:mypy|pylint|flake8)$/,
		files: ["mypy.ini", ".mypy.ini", ".pylintrc", "pylintrc", ".flake8", ...PYTHON],
	},
	{ programs: /^rubocop$/, files: [".rubocop.yml"] },
	{ programs: /^golangci-lint$/, files: ["yml", "yaml", "toml", "json"].map((end) => `.golangci.${end}`) },
	{ programs: /^(?:git)$/, word: /^(?:apply|am)$/, files: [], operands: true },
	{ programs: /^g?patch$/, files: [], operands: true, other: ["-i", "--input"] },
	{ programs: /^(?:node|nodejs)$/, word: /^--run(?:=|$)/, files: ["package.json"] },
	// What they do is in the file that an option names.
	{ programs: /^(?:kubectl|oc)$/, files: [], other: ["-f", "--filename"], packages: ["-k", "--kustomize"] },
	{ programs: /^(?:psql|mysql|mariadb|sqlcmd)$/, files: [], other: ["-f", "--file"] },
	{ programs: /^ansible-playbook$/, files: ["ansible.cfg"], operands: true },
];

function composeFiles(): string[] {
	const names = ["compose", "compose.override", "docker-compose", "docker-compose.override"];
	return [...names.flatMap((name) => [`${name}.yaml`, `${name}.yml`]), ".env"];
}

/** Start another of these programs, named by one of their next words. */
export const STARTERS =
	/^(?:npx|bunx|pnpx|npm|pnpm|yarn|bun|uv|uvx|poetry|pdm|hatch|rye|pipenv|bundle|python[\d.]*|deno)$/;

/** Run a file that one of their words names. */
export const INTERPRETERS =
	/^(?:python[\d.]*|pypy[\d.]*|node|nodejs|deno|bun|tsx|ts-node|perl|ruby|php|lua|rscript|(?:ba|z|da|k|fi)?sh|source|\.)$/i;

/** Run any command that stands behind them. Where the line's reader did not look through them, nobody knows what runs. */
export const WRAPPERS =
	/^(?:sudo|doas|su|env|exec|command|builtin|nohup|nice|ionice|time|timeout|stdbuf|setsid|watch|parallel|flock|eval|script|busybox|xargs|find|fd|chrt|taskset|arch|caffeinate|entr|direnv|mise|asdf|dotenv|cross-env|concurrently|hyperfine|strace|unbuffer|tmux|screen)$/;
