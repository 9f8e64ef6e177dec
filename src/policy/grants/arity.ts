// How many words name an action: "git push origin main" is a push to origin, whatever follows. A grant may be widened
// behind these words and nowhere before. What is not in the table is granted only word for word: nobody has looked at
// what its further words can do. Left out on purpose: programs that run what they are given (interpreters, `npx`,
// `docker run`, `mvn`), that write wherever they are told (`cp`, `mv`, `tee`), that install (`npm install`), and whatever
// changes other machines (`kubectl apply`, `terraform apply`).

/** Beginnings of commands, by the number of words that name what they do. The longest beginning that fits counts. */
const NAMED_BY: Readonly<Record<number, readonly string[]>> = {
	1: [
		// Checkers and test runners: what follows are files and options.
		...["tsc", "eslint", "prettier", "biome", "stylelint", "markdownlint", "jest", "vitest", "mocha", "ava", "pytest"],
		...["ruff", "black", "isort", "mypy", "pyright", "flake8", "pylint", "tox", "nox", "shellcheck", "shfmt", "gofmt"],
		...["rustfmt", "clang-format", "golangci-lint", "staticcheck", "rubocop", "rspec", "phpunit", "phpstan", "ktlint"],
		...["swiftlint", "swiftformat", "hadolint", "yamllint", "actionlint", "mkdir"],
	],
	2: [
		// Changes of this repository that git itself can undo.
		...["git add", "git commit", "git switch", "git merge", "git cherry-pick", "git revert", "git mv", "git tag"],
		...["git branch"],
		// The project's own scripts.
		...["npm test", "npm t", "npm start", "pnpm test", "pnpm start", "pnpm build", "pnpm lint", "pnpm typecheck"],
		...["yarn test", "yarn start", "yarn build", "yarn lint", "yarn typecheck", "bun test", "rails test"],
		...["composer test", "make", "just", "task", "rake", "turbo", "nx", "gradle", "./gradlew"],
		// Compilers and their test runners.
		...[
			"cargo build",
			"cargo check",
			"cargo test",
			"cargo clippy",
			"cargo fmt",
			"cargo doc",
			"cargo bench",
			"cargo run",
		],
		...["go build", "go test", "go vet", "go fmt", "dotnet build", "dotnet test", "dotnet format", "dotnet restore"],
		...["swift build", "swift test", "mix test", "mix compile", "mix format", "deno test"],
		...["deno check", "deno fmt", "deno lint", "zig build", "meson compile", "meson test", "hatch test"],
		...["flutter test", "flutter analyze", "dart test", "dart analyze", "dart format", "stack build", "stack test"],
		...["cabal build", "cabal test", "docker build"],
		...["terraform init", "terraform plan", "terraform fmt", "tofu init", "tofu plan", "helm lint", "helm template"],
	],
	3: [
		...["git push", "git fetch", "git pull", "git stash", "git worktree add", "go mod", "go run", "cmake --build"],
		...["npm run", "npm run-script", "pnpm run", "yarn run", "bun run", "composer run", "deno task", "turbo run"],
		...["nx run", "cargo nextest run", "uv run pytest", "poetry run pytest", "bundle exec rspec", "bundle exec rake"],
		...["python -m pytest", "python3 -m pytest", "python -m unittest", "python3 -m unittest", "python -m mypy"],
		...["python3 -m mypy", "python -m ruff", "python3 -m ruff"],
		...["docker compose up", "docker compose build", "docker compose start", "docker compose stop"],
		...["docker compose restart", "docker compose pull"],
		...["gh pr create", "gh pr comment", "gh pr edit", "gh pr checkout", "gh issue create", "gh issue comment"],
		...["gh issue edit", "gh run rerun", "gh run watch"],
	],
};

const WORDS = new Map(
	Object.entries(NAMED_BY).flatMap(([count, names]) => names.map((name): [string, number] => [name, Number(count)])),
);
/** Words of the longest beginning in the table. */
const LONGEST = Math.max(...[...WORDS.keys()].map((name) => name.split(" ").length));

/**
 * The words at the beginning of a command that name what it does; undefined where that is not known, or where an option
 * stands among them and may change what they mean.
 */
export function actionWords(words: readonly string[]): readonly string[] | undefined {
	for (let length = Math.min(LONGEST, words.length); length > 0; length -= 1) {
		const count = WORDS.get(words.slice(0, length).join(" "));
		if (count === undefined) continue;
		if (words.length < count) return undefined;
		return words.slice(length, count).every(isPlain) ? words.slice(0, count) : undefined;
	}
	return undefined;
}

/** A name or a path, and surely no option, assignment or pattern. */
export function isPlain(word: string): boolean {
	return /^(?:\.{0,2}\/)?[A-Za-z0-9_.][\w./:@+-]*$/.test(word);
}
