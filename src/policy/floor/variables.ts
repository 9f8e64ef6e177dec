// Names of shell variables: which a line may set without changing what other commands do, and which may be shown.

/**
 * Variables of `for` and `read`. bash exports a variable that was exported before, and zsh ties lower-case names to its
 * own settings (`path` is PATH), so only names that no shell or program is known to look at.
 */
export function isLoopVariable(name: string): boolean {
	if (/^(?:FILE|DIR|LINE|NAME|ITEM|KEY|VALUE|[A-Z])$/.test(name)) return true;
	return (
		/^[a-z_][a-z0-9_]{0,31}$/.test(name) &&
		!TIED.has(name) &&
		!/^(?:npm_|git_|pnpm_|yarn_|cargo_)|_proxy$|^_$/.test(name)
	);
}

/** Parameters of zsh (zshparam(1), zsh/parameter) and names that other programs read. */
const TIED = new Set(
	`path cdpath fpath mailpath manpath module_path fignore psvar watch status argv options commands functions
	dis_functions aliases dis_aliases galiases dis_galiases saliases dis_saliases builtins dis_builtins reswords
	dis_reswords parameters modules dirstack history historywords jobdirs jobtexts jobstates nameddirs userdirs usergroups
	funcfiletrace funcsourcetrace funcstack functrace prompt histchars keymaps widgets signals pipestatus zsh_eval_context
	region_highlight cpputype oldpwd home term shell editor pager`.split(/\s+/),
);

/** Parts of names whose values are secrets often enough. */
const SECRET =
	/KEY|TOKEN|SECRET|PASS|PWD$|PWD_|CRED|AUTH|COOKIE|SESSION|PRIVATE|SIGNING|_PAT$|_URL$|_URI$|_DSN$|CONN|WEBHOOK|LICENSE|BEARER|JWT|SALT|SEED|MNEMONIC/i;
const PLAIN = new Set(["PWD", "OLDPWD", "XDG_SESSION_TYPE", "XDG_SESSION_ID", "DESKTOP_SESSION", "KEYMAP"]);

/** Whether the value of a variable of the environment may be shown to a model unasked. */
export function isShowable(name: string): boolean {
	return PLAIN.has(name) || !SECRET.test(name);
}

/** Variables that hold an absolute path, so that "$HOME/x" cannot become an option. */
export const PATH_VARIABLES: ReadonlySet<string> = new Set(["HOME", "PWD", "OLDPWD"]);

/**
 * Environment for one command ("LC_ALL=C sort f"), and which values change nothing but the look of the output. Whatever
 * is not here may name a program, a library or a file of settings.
 */
export const PREFIXES: readonly { name: RegExp; value: RegExp; only?: string }[] = [
	// Of other encodings than UTF-8 a letter may hold the byte of a quote or slash.
	{
		name: /^(?:LC_[A-Z]{1,20}|LANG|LANGUAGE)$/,
		value: /^(?:C|POSIX|(?:C|[a-z]{2,3}(?:_[A-Z]{2})?)\.(?:UTF-?8|utf-?8))?$/,
	},
	// A name of the time zone database; with ":" or a path it is a file.
	{ name: /^TZ$/, value: /^(?:[A-Za-z_+-]+(?:\/[A-Za-z_+-]+){0,2}|[A-Za-z]{3,5}[+-]?\d{0,2})$/ },
	{ name: /^(?:NO_COLOR|CLICOLOR|CLICOLOR_FORCE|FORCE_COLOR|COLUMNS|LINES)$/, value: /^[0-9a-z]*$/ },
	{ name: /^(?:BLOCK_SIZE|QUOTING_STYLE|TIME_STYLE)$/, value: /^[A-Za-z0-9+%:-]*$/ },
	{ name: /^(?:PAGER|GIT_PAGER|MANPAGER|SYSTEMD_PAGER|GH_PAGER|AWS_PAGER)$/, value: /^(?:cat)?$/ },
	{ name: /^(?:GIT_OPTIONAL_LOCKS|GIT_TERMINAL_PROMPT|HOMEBREW_NO_AUTO_UPDATE)$/, value: /^[01]$/ },
	{ name: /^IFS$/, value: /^/, only: "read" },
];
