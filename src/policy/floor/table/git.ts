// git, 2.39 to 2.50. What runs when a repository's configuration is hostile was measured, not read in the manual:
// - the index is read (status, diff, ls-files, blame, grep, check-ignore, fsck, log --stat): core.fsmonitor, and the one in
//   each submodule's own configuration, which `git config --list` does not show; the hook post-index-change
// - file contents are compared or shown: diff.external, diff.*.command, diff.*.textconv, filter.*.clean, .smudge, .process
// - commits are shown: with log.showSignature, or %G in format.pretty or pretty.*, the program that checks signatures
// - objects are read, and one is missing: a promisor remote is asked through remote.*.uploadpack or core.sshCommand
// So "plain" is what looks at refs and configuration only, "objects" what reads objects and nothing of the work tree.
//
// Left out everywhere: --output (writes), --ext-diff and --textconv (run programs), --show-signature (runs gpg), -O (reads a
// file of orders; a pager of grep), --submodule and --recurse-submodules (use the submodules' own configuration),
// --alternate-refs (runs core.alternateRefsCommand), --remerge-diff (writes objects).
//
// An option that git reads only as "--name=VALUE" is written --name[=VALUE], so that the word behind a bare "--name" is
// not taken for its value: git takes "--format --output=x" for two options. Those that do take the next word, even "--",
// are written --name=VALUE. Which is which was tried out for every option of every command that has --output.
import type { Table } from "../rule.ts";

/**
 * Options that may stand between "git" and the sub-command. The others select another repository, configuration or set
 * of programs (-C, -c, --config-env, --git-dir, --work-tree, --namespace, --exec-path, --bare, --attr-source) or force
 * the pager (-p).
 */
export const GIT_GLOBALS =
	"-P --no-pager --no-optional-locks --no-replace-objects --no-lazy-fetch --no-advice --literal-pathspecs --glob-pathspecs --noglob-pathspecs --icase-pathspecs";

/** Which commits. */
const COMMITS = `-NUMBER --max-count=NUMBER --skip=NUMBER --since=TEXT --after=TEXT --until=TEXT --before=TEXT
	--since-as-filter=TEXT --author=TEXT --grep=TEXT --grep-reflog=TEXT --all-match --invert-grep -i
	--regexp-ignore-case -E --extended-regexp -F --fixed-strings -P --perl-regexp --basic-regexp --merges --no-merges
	--min-parents[=NUMBER] --max-parents[=NUMBER] --no-min-parents --no-max-parents --first-parent
	--exclude-first-parent-only --not --all --branches[=TEXT] --tags[=TEXT] --remotes[=TEXT] --glob=TEXT --exclude=TEXT
	--exclude-hidden[=WORD] --reflog --single-worktree --ignore-missing --bisect --cherry --cherry-mark --cherry-pick
	--left-only --right-only --left-right -g --walk-reflogs --boundary --simplify-by-decoration --simplify-merges
	--full-history --dense --sparse --show-pulls --ancestry-path[=REV] --date-order --author-date-order --topo-order
	--reverse --no-walk[=WORD] --do-walk --remove-empty`;

/** How a commit looks. */
const FORMAT = `--pretty[=GITFORMAT] --format[=GITFORMAT] --oneline --abbrev-commit --no-abbrev-commit --abbrev[=NUMBER]
	--no-abbrev --expand-tabs[=NUMBER] --no-expand-tabs --notes[=REV] --no-notes --date=TEXT --relative-date --parents
	--children --graph --no-graph --show-linear-break[=TEXT] --color[=WORD] --no-color`;

/** What `git log` and its like add to that. */
const LOG = `--committer=TEXT --decorate[=WORD] --no-decorate --decorate-refs=TEXT --decorate-refs-exclude=TEXT
	--clear-decorations --source --mailmap --no-mailmap --use-mailmap --no-use-mailmap --log-size`;

/** Differences: which, and their size. */
const CHANGES = `--stat[=LIST] --stat-width=NUMBER --stat-name-width=NUMBER --stat-graph-width=NUMBER
	--stat-count=NUMBER --compact-summary --numstat --shortstat --dirstat[=LIST] -X[LIST] --cumulative
	--dirstat-by-file[=LIST] --summary --name-only --name-status --raw -s --no-patch -z -r -t -m --diff-merges=WORD
	--no-diff-merges --diff-filter=LIST -M[TEXT] --find-renames[=TEXT] -C[TEXT] --find-copies[=TEXT]
	--find-copies-harder -B[TEXT] --break-rewrites[=TEXT] -D --irreversible-delete -l=NUMBER --no-renames
	--rename-empty --no-rename-empty -R --relative[=TEXT] --no-relative --ignore-submodules[=WORD] --full-index
	--follow --no-follow --exit-code --quiet --no-ext-diff --no-textconv -S=TEXT -G=TEXT --find-object=REV --pickaxe-all
	--pickaxe-regex --skip-to=TEXT --rotate-to=TEXT`;

/** Differences: their lines. */
const LINES = `-p -u --patch -U[NUMBER] --unified[=NUMBER] --patch-with-stat --patch-with-raw -W --function-context
	--no-function-context --inter-hunk-context=NUMBER --indent-heuristic --no-indent-heuristic --minimal --patience
	--histogram --anchored=TEXT --diff-algorithm=WORD --word-diff[=WORD] --word-diff-regex=PATTERN
	--color-words[=PATTERN] --color-moved[=WORD] --no-color-moved --color-moved-ws=LIST --no-color-moved-ws --check -a
	--text --binary -b -w --ignore-space-change --ignore-all-space --ignore-space-at-eol --ignore-cr-at-eol
	--ignore-blank-lines -I=PATTERN --ignore-matching-lines=PATTERN --ws-error-highlight=LIST --output-indicator-new=TEXT
	--output-indicator-old=TEXT --output-indicator-context=TEXT --no-prefix --default-prefix --src-prefix=TEXT
	--dst-prefix=TEXT --line-prefix=TEXT -c --cc --combined-all-paths`;

/** Differences between two states, as `git diff` and its plumbing take them. */
const DIFF = `${CHANGES} ${LINES} --abbrev[=NUMBER] --no-abbrev --color[=WORD] --no-color --ita-invisible-in-index
	--ita-visible-in-index`;

const SHOW = `${COMMITS} -n=NUMBER ${FORMAT} ${LOG} ${CHANGES} ${LINES}`;

/** `git log` reads the index for these, or shows contents. */
const DIFFERENCES = names(`${CHANGES} ${LINES}`);

const BLAME = `-b --root --show-stats -L=TEXT -l -t --reverse --first-parent -p --porcelain --line-porcelain --incremental
	--date=TEXT -M[NUMBER] -C[NUMBER] --ignore-rev=REV --color-lines --color-by-age --progress --no-progress -c
	--score-debug -f --show-name -n --show-number -s -e --show-email -w --abbrev[=NUMBER] --minimal`;

const LISTED = `--sort=LIST --format=GITFORMAT --color[=WORD] --no-color --column[=LIST] --no-column -i --ignore-case
	--omit-empty`;
const FOUND = "--contains[=REV] --no-contains[=REV] --merged[=REV] --no-merged[=REV] --points-at=REV";

const CONFIG_SCOPE = `--global --local --system --worktree --includes --no-includes -z --null --show-origin
	--show-scope`;

export const GIT: Table = {
	// the work tree and the index
	"git status": {
		options: `-s --short -b --branch --show-stash --no-show-stash --porcelain[=LIST] --long -v --verbose -u[WORD]
			--untracked-files[=WORD] --ignored[=WORD] --ignore-submodules[=WORD] -z --column[=LIST] --no-column --ahead-behind
			--no-ahead-behind --renames --no-renames -M[TEXT] --find-renames[=TEXT]`,
		operands: "PATH*",
		reads: "names",
		git: "config",
	},
	"git diff": {
		options: `${DIFF} --cached --staged --merge-base -NUMBER --base --ours --theirs`,
		operands: "REV*",
		git: "config",
		forms: [
			{
				options: `${DIFF} --no-index`,
				operands: "PATH PATH",
				needs: ["--no-index"],
				searches: "always",
				git: "config",
			},
		],
	},
	"git ls-files": {
		here: true,
		options: `-c --cached -d --deleted -m --modified -o --others -i --ignored -s --stage -u --unmerged -k --killed
			--directory --no-empty-directory --resolve-undo -z --deduplicate -x=TEXT --exclude=TEXT --exclude-standard
			--error-unmatch --with-tree=REV --full-name --abbrev[=NUMBER] --debug --eol -t -v -f --sparse --format=TEXT`,
		operands: "PATH*",
		reads: "names",
		git: "config",
		not: "-X and --exclude-from read a file of patterns",
	},
	"git grep": {
		options: `-a --text -i --ignore-case -I -w --word-regexp -v --invert-match -h -H --full-name -E --extended-regexp -G
			--basic-regexp -F --fixed-strings -P --perl-regexp -n --line-number --column -l --name-only --files-with-matches -L
			--files-without-match -z --null -o --only-matching -c --count --color[=WORD] --no-color --break --heading -p
			--show-function -W --function-context -A=NUMBER -B=NUMBER -C=NUMBER --after-context=NUMBER
			--before-context=NUMBER --context=NUMBER -NUMBER --max-depth=NUMBER -r --recursive --no-recursive -m=NUMBER
			--max-count=NUMBER --threads=NUMBER -e=PATTERN --and --or --not --all-match -q --quiet --cached --untracked`,
		operands: "PATTERN REV*",
		searches: "always",
		git: "config",
		not: "-O and --open-files-in-pager run a program, --no-index and --no-exclude-standard reach other files, -f reads a file of patterns",
	},
	"git blame": {
		options: BLAME,
		operands: "REV+",
		git: "config",
		not: "--contents shows another file, -S and --ignore-revs-file read a list from one",
	},
	"git annotate": { options: BLAME, operands: "REV+", git: "config" },
	"git check-ignore": {
		options: "-q --quiet -v --verbose -n --non-matching -z --stdin --no-index",
		operands: "PATH*",
		reads: "names",
		git: "config",
	},
	"git check-attr": { options: "-a --all --cached --stdin -z --source=REV", operands: "ITEM*", git: "config" },
	"git hash-object": {
		options: "--no-filters -t=WORD --stdin --stdin-paths --literally",
		operands: "PATH*",
		reads: "names",
		needs: ["--no-filters"],
		git: "plain",
		forms: [
			{
				options: "-t=WORD --stdin --stdin-paths --path=TEXT --literally",
				operands: "PATH*",
				reads: "names",
				git: "config",
			},
		],
		not: "-w writes an object",
	},
	"git apply": {
		options: `--check --stat --numstat --summary -R --reverse -p=NUMBER -C=NUMBER --cached --unidiff-zero
			--ignore-space-change --ignore-whitespace --whitespace=WORD --exclude=TEXT --include=TEXT --directory=TEXT --recount
			--allow-empty --allow-overlap --inaccurate-eof --binary --no-add -z -v --verbose -q --quiet`,
		operands: "PATH*",
		needs: ["--check", "--stat", "--numstat", "--summary"],
		git: "config",
		not: "without these it changes files; --apply does even with them, --build-fake-ancestor and --reject write others",
	},
	"git submodule": { options: "", operands: "", git: "config", not: "the other sub-commands change or run something" },
	"git submodule status": {
		options: "--cached -q --quiet",
		operands: "PATH*",
		reads: "names",
		git: "config",
		not: "--recursive uses the submodules' own configuration",
	},
	"git submodule summary": {
		options: "--cached --files -n=NUMBER --summary-limit=NUMBER",
		operands: "REV*",
		git: "config",
	},
	"git am": { options: "--show-current-patch[=WORD]", operands: "", needs: ["--show-current-patch"], git: "config" },
	"git rebase": { options: "--show-current-patch", operands: "", needs: ["--show-current-patch"], git: "config" },
	"git lfs ls-files": {
		options: "-l --long -s --size -a --all -d --debug -n --name-only --deleted -j --json -I=TEXT -X=TEXT",
		operands: "REV*",
		git: "config",
	},
	"git lfs status": { options: "-p --porcelain -j --json", operands: "", git: "config" },

	// history
	"git log": {
		options: `${SHOW} -L=REV`,
		operands: "REV*",
		git: "objects",
		configWith: [...DIFFERENCES, "-L"],
		not: "--remerge-diff writes objects",
	},
	"git whatchanged": { options: SHOW, operands: "REV*", git: "config" },
	"git show": { options: SHOW, operands: "REV*", git: "config", not: "--remerge-diff writes objects" },
	"git shortlog": {
		options: `${COMMITS} -s --summary -n --numbered -e --email -c --committer -w[LIST] --group[=TEXT] --format[=GITFORMAT]
			--date=TEXT`,
		operands: "REV*",
		git: "objects",
	},
	"git reflog": {
		options: SHOW,
		operands: "",
		git: "objects",
		configWith: DIFFERENCES,
		not: "the first word behind it may be expire or delete",
	},
	"git reflog show": { options: SHOW, operands: "REV*", git: "objects", configWith: DIFFERENCES },
	"git reflog HEAD": { options: SHOW, operands: "", git: "objects", configWith: DIFFERENCES },
	"git reflog list": { options: "", operands: "", git: "plain" },
	"git reflog exists": { options: "", operands: "ITEM", git: "plain" },
	"git stash list": {
		options: `-NUMBER -n=NUMBER --oneline --date=TEXT --pretty[=GITFORMAT] --format[=GITFORMAT]`,
		operands: "",
		git: "objects",
		forms: [{ options: SHOW, operands: "", git: "config" }],
	},
	"git stash show": { options: `${DIFF} --include-untracked --only-untracked`, operands: "ITEM?", git: "config" },
	"git range-diff": {
		options: `${DIFF} --creation-factor=NUMBER --no-dual-color --dual-color --left-only --right-only --notes[=REV]
			--no-notes`,
		operands: "REV+",
		git: "config",
	},
	"git cherry": { options: "-v --verbose --abbrev[=NUMBER]", operands: "REV*", git: "objects" },
	"git format-patch": {
		options: `--stdout -NUMBER -N --no-numbered -n --numbered -k --keep-subject --root --zero-commit --no-signature -p
			--no-stat --stat --full-index --binary -U[NUMBER] -M[TEXT] --no-renames --ignore-submodules[=WORD] --no-ext-diff
			--no-textconv`,
		operands: "REV*",
		needs: ["--stdout"],
		git: "config",
		not: "without --stdout it writes files",
	},
	"git describe": {
		options: `--all --tags --contains --abbrev[=NUMBER] --candidates=NUMBER --exact-match --debug --long --match=TEXT
			--exclude=TEXT --always --first-parent --dirty[=TEXT] --broken[=TEXT]`,
		operands: "REV*",
		git: "objects",
		configWith: ["--dirty", "--broken"],
	},
	"git name-rev": {
		options: "--tags --all --name-only --no-undefined --always --annotate-stdin --stdin --refs=TEXT --exclude=TEXT",
		operands: "REV*",
		git: "objects",
	},
	"git merge-base": {
		options: "-a --all --octopus --independent --is-ancestor --fork-point",
		operands: "REV+",
		git: "objects",
	},
	"git rev-list": {
		options: `${COMMITS} -n=NUMBER --committer=TEXT ${FORMAT} --count --objects --objects-edge --objects-edge-aggressive --object-names
			--no-object-names --disk-usage[=WORD] --filter[=TEXT] --no-filter --filter-print-omitted --missing[=WORD] --header
			--timestamp --commit-header --no-commit-header --quiet --use-bitmap-index --in-commit-order --unpacked
			--indexed-objects --stdin --bisect-vars --bisect-all -z`,
		operands: "REV*",
		git: "objects",
	},
	"git show-branch": {
		options: `-a --all -r --remotes --current --topo-order --date-order --sparse --more[=NUMBER] --list --merge-base
			--independent --no-name --sha1-name --topics -g --reflog[=LIST] --color[=WORD] --no-color`,
		operands: "REV*",
		git: "objects",
	},
	"git bisect log": { options: "", operands: "", git: "plain" },

	// refs
	"git branch": {
		options: `-a --all -r --remotes -v --verbose -q --quiet --abbrev[=NUMBER] --no-abbrev --list --show-current ${LISTED}`,
		operands: "",
		git: "objects",
		forms: [
			{
				options: `-a --all -r --remotes -v --verbose -q --quiet --abbrev[=NUMBER] --no-abbrev --list ${LISTED} ${FOUND}`,
				operands: "ITEM*",
				reads: "names",
				needs: ["--list", "--contains", "--no-contains", "--merged", "--no-merged", "--points-at"],
				git: "objects",
			},
		],
		not: "a name makes a branch, with -v, --sort, --format or --column too; -l did that before 2.19",
	},
	"git tag": {
		options: `-l --list -n[NUMBER] ${LISTED}`,
		operands: "",
		git: "objects",
		forms: [
			{
				options: `-l --list -n[NUMBER] ${LISTED} ${FOUND}`,
				operands: "ITEM*",
				reads: "names",
				needs: ["-l", "--list", "-n", "--contains", "--no-contains", "--merged", "--no-merged", "--points-at"],
				git: "objects",
			},
		],
		not: "a name makes a tag, with --sort, --format or --column too; -v runs the program that checks signatures",
	},
	"git for-each-ref": {
		options: `--count=NUMBER --sort=LIST --format=GITFORMAT --color[=WORD] --shell --perl --python --tcl --ignore-case
			--omit-empty --exclude=TEXT --include-root-refs ${FOUND}`,
		operands: "ITEM*",
		reads: "names",
		git: "objects",
	},
	"git show-ref": {
		options: `--head --heads --branches --tags -d --dereference -s[NUMBER] --hash[=NUMBER] --abbrev[=NUMBER] --verify
			--exists -q --quiet --exclude-existing[=TEXT]`,
		operands: "ITEM*",
		git: "objects",
	},
	"git symbolic-ref": {
		options: "-q --quiet --short --recurse --no-recurse",
		operands: "ITEM",
		git: "plain",
		not: "a second name sets it, -d deletes it, -m is for both",
	},
	"git check-ref-format": {
		options: "--branch --normalize --print --allow-onelevel --no-allow-onelevel --refspec-pattern",
		operands: "ITEM",
		git: "plain",
	},
	"git rev-parse": {
		options: `--show-toplevel --show-prefix --show-cdup --git-dir --absolute-git-dir --git-common-dir --git-path=TEXT
			--is-inside-git-dir --is-inside-work-tree --is-bare-repository --is-shallow-repository --show-object-format[=WORD]
			--show-ref-format --path-format[=WORD] --shared-index-path --local-env-vars --sq -q --quiet`,
		operands: "",
		git: "plain",
		forms: [
			{
				options: `--verify -q --quiet --short[=NUMBER] --abbrev-ref[=WORD] --symbolic --symbolic-full-name --revs-only
					--no-revs --flags --no-flags --sq --not --all --branches[=TEXT] --tags[=TEXT] --remotes[=TEXT] --glob[=TEXT]
					--exclude[=TEXT] --exclude-hidden[=WORD] --disambiguate[=TEXT] --default=REV --prefix=TEXT --since[=TEXT]
					--after[=TEXT] --until[=TEXT] --before[=TEXT] --end-of-options --show-toplevel --show-prefix --git-dir
					--git-common-dir --is-inside-work-tree`,
				operands: "REV*",
				git: "objects",
			},
		],
		not: "--show-superproject-working-tree asks the repository around this one, --resolve-git-dir another one",
	},

	// objects
	"git cat-file": {
		options: `-t -s -e -p --batch-check[=TEXT] --batch-all-objects --unordered --buffer --follow-symlinks -z -Z
			--allow-unknown-type --mailmap --no-mailmap --use-mailmap --no-use-mailmap`,
		operands: "REV*",
		git: "objects",
		not: "--textconv and --filters run programs; --batch and --batch-command show what standard input names, secret or not",
	},
	"git ls-tree": {
		options: `-d -r -t -l --long -z --name-only --name-status --object-only --full-name --full-tree --abbrev[=NUMBER]
			--format=TEXT`,
		operands: "REV+",
		git: "objects",
	},
	"git diff-tree": {
		options: `${DIFF} --root --stdin -v --always --no-commit-id --pretty[=GITFORMAT] --format[=GITFORMAT] --oneline
			--merge-base`,
		operands: "REV*",
		git: "config",
	},
	"git diff-index": { options: `${DIFF} --cached --merge-base`, operands: "REV*", git: "config" },
	"git diff-files": { options: `${DIFF} -NUMBER --base --ours --theirs -q`, operands: "PATH*", git: "config" },
	"git notes": { options: "", operands: "", git: "objects" },
	"git notes list": { options: "", operands: "REV?", git: "objects" },
	"git notes show": { options: "", operands: "REV?", git: "config" },
	"git replace": {
		options: "-l --list --format=WORD",
		operands: "",
		git: "objects",
		forms: [{ options: "-l --list --format=WORD", operands: "ITEM?", needs: ["-l", "--list"], git: "objects" }],
		not: "a name without -l replaces an object",
	},
	"git count-objects": { options: "-v --verbose -H --human-readable", operands: "", git: "plain" },
	"git verify-pack": {
		options: "-v --verbose -s --stat-only --object-format=WORD",
		operands: "PATH+",
		reads: "names",
		git: "objects",
	},
	"git fsck": {
		options: `--unreachable --dangling --no-dangling --root --tags --cache --no-reflogs --full --no-full --strict
			--connectivity-only -v --verbose --progress --no-progress --name-objects --no-name-objects`,
		operands: "REV*",
		git: "config",
		not: "--lost-found writes files",
	},
	"git bundle list-heads": { options: "", operands: "PATH ITEM*", reads: "names", git: "plain" },
	"git bundle verify": { options: "-q --quiet", operands: "PATH", reads: "names", git: "objects" },

	// configuration and the rest
	"git config": {
		options: `${CONFIG_SCOPE} -l --list --name-only`,
		operands: "",
		needs: ["-l", "--list"],
		git: "plain",
		forms: [
			{
				options: `${CONFIG_SCOPE} --get --get-all --type=WORD --bool --int --bool-or-int --bool-or-str --path
					--expiry-date --no-type --default=TEXT`,
				operands: "GITSETTING",
				git: "plain",
			},
		],
		not: "a second operand sets a value; --get-regexp finds credentials, --get-urlmatch too; -f and --blob read another file, -e runs an editor",
	},
	"git config list": { options: `${CONFIG_SCOPE} --name-only`, operands: "", git: "plain" },
	"git config get": {
		options: `${CONFIG_SCOPE} --all --show-names --no-show-names --type=WORD --bool --int --bool-or-int --bool-or-str
			--path --expiry-date --default=TEXT`,
		operands: "GITSETTING",
		git: "plain",
		not: "--regexp and --url find credentials",
	},
	"git remote": { options: "-v --verbose", operands: "", git: "plain", not: "the other sub-commands change remotes" },
	"git remote get-url": { options: "--push --all", operands: "NAME", git: "plain" },
	"git remote show": {
		options: "-n",
		operands: "NAME*",
		needs: ["-n"],
		git: "plain",
		forms: [
			{ options: "", operands: "", git: "plain" },
			{ options: "", operands: "NAME+", git: "config", network: true },
		],
	},
	"git ls-remote": {
		options: "--heads --branches -t --tags --refs -q --quiet --exit-code --symref --sort=LIST --get-url",
		operands: "NAME? ITEM*",
		git: "config",
		network: true,
		not: "an address may be a program (ext::), --upload-pack, --exec and -o are given to the other side",
	},
	"git worktree list": { options: "-v --verbose --porcelain -z", operands: "", git: "plain" },
	"git sparse-checkout list": { options: "", operands: "", git: "plain" },
	"git var": { options: "-l", operands: "NAME?", git: "plain" },
	"git version": { options: "--build-options", operands: "", git: "plain" },
	"git lfs version": { options: "", operands: "", git: "plain" },
	"git help": {
		options: `-a --all -g --guides -c --config --user-interfaces --developer-interfaces --external-commands
			--no-external-commands --aliases --no-aliases --verbose --no-verbose`,
		operands: "",
		needs: ["-a", "--all", "-g", "--guides", "-c", "--config", "--user-interfaces", "--developer-interfaces"],
		git: "plain",
		not: "a page is shown by man or a browser",
	},
	"git check-mailmap": { options: "--stdin", operands: "ITEM*", git: "objects" },

	// filters of standard input
	"git stripspace": { options: "-s --strip-comments -c --comment-lines", operands: "", git: "plain" },
	"git patch-id": { options: "--stable --unstable --verbatim", operands: "", git: "plain" },
	"git column": {
		options: "--mode=LIST --raw-mode=NUMBER --width=NUMBER --indent=TEXT --nl=TEXT --padding=NUMBER",
		operands: "",
		git: "plain",
	},
	"git get-tar-commit-id": { options: "", operands: "", git: "plain" },
	"git show-index": { options: "--object-format=WORD", operands: "", git: "plain" },
	"git interpret-trailers": {
		options: "--parse --only-trailers --only-input --unfold --no-divider",
		operands: "PATH*",
		needs: ["--parse", "--only-input"],
		git: "config",
		not: "else it runs trailer.*.command; --in-place writes, --trailer may run a command",
	},
	"git archive": {
		options: "-l --list",
		operands: "",
		needs: ["-l", "--list"],
		git: "plain",
		not: "tar.*.command of the configuration runs for an archive, -o writes it, --remote asks another machine",
	},
};

/** Names of options as they are found on a line. */
function names(options: string): string[] {
	return options
		.trim()
		.split(/\s+/)
		.map((option) => option.replace(/\[?=.*$|\[.*$/, ""))
		.filter((option) => option !== "-NUMBER");
}
