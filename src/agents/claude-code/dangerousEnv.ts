// Variables that an agent's settings may set for every hook and every command, by what they put at risk.

/**
 * disarms: can keep our hook from running or replace what it runs, or turns hooks off (measured with 2.1.330: LD_PRELOAD
 * in a project's settings, CLAUDE_CODE_SIMPLE, CLAUDE_CODE_SAFE_MODE and CLAUDE_CONFIG_DIR in the user's; NODE_OPTIONS
 * before the launcher cleared the environment). redirects: can change what an allowed command does (measured: PATH,
 * BASH_ENV, CLAUDE_CODE_SHELL_PREFIX). notice: changes where data goes, decides nothing.
 */
export type EnvGrade = "disarms" | "redirects" | "notice";

const DISARMS = [
	/^(LD|DYLD|NODE|BUN|ELECTRON)_/,
	/^(BASH_ENV|ENV|PATH|SHELL|HOME|GCONV_PATH|GLIBC_TUNABLES)$/,
	/^CLAUDE_(CONFIG_DIR|CODE_SIMPLE|CODE_SAFE_MODE|CODE_RESTRICTED)$/,
];
const REDIRECTS = [
	/^CLAUDE_(ENV_FILE|CODE_SHELL|CODE_SHELL_PREFIX|CODE_SHELL_LAUNCHER_SCRIPT|CODE_PLUGIN_DIRS|CODE_ENABLE_FUNCTION_HOOKS)$/,
	/^(BASH_FUNC_|GIT_|PYTHON|PERL|RUBY|JAVA_|_JAVA_|JDK_|LUA_|npm_config_|NPM_CONFIG_|XDG_CONFIG_|LESS)/,
	/^(SHELLOPTS|BASHOPTS|PS4|PROMPT_COMMAND|IFS|CDPATH|FPATH|ZDOTDIR|INPUTRC|POSIXLY_CORRECT|TMPDIR|OPENSSL_CONF)$/,
	/^(PAGER|MANPAGER|EDITOR|VISUAL|BROWSER|RIPGREP_CONFIG_PATH|CURL_HOME|WGETRC|SSH_ASKPASS|SUDO_ASKPASS|TERMINFO)$/,
];
const NOTICE = [
	/^(https?|all|no|ftp)_proxy$/i,
	/^ANTHROPIC_(BASE_URL|AUTH_TOKEN|API_KEY)$/,
	/^(SSL|CURL_CA|REQUESTS_CA)_/,
];

/** The grade of a variable, by its name; undefined for one that puts nothing at risk that we know of. */
export function envGrade(name: string): EnvGrade | undefined {
	if (DISARMS.some((pattern) => pattern.test(name))) return "disarms";
	if (REDIRECTS.some((pattern) => pattern.test(name))) return "redirects";
	if (NOTICE.some((pattern) => pattern.test(name))) return "notice";
	return undefined;
}

/** Whether Claude Code takes a switch in the environment as on. Anything it might is. */
export function isOn(value: string | undefined): boolean {
	return value !== undefined && !["", "0", "false", "no", "off"].includes(value.trim().toLowerCase());
}
