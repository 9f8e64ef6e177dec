// Shell words that switch guards off, answer in a person's stead, or reach into a running program. Every such line asks
// anyhow; the mark makes it ask louder. A program is compared by the last part of its path.

export interface GuardCommand {
	/** Completes "This would change what guards you: ...". */
	what: string;
	/** One of these programs, */
	program: RegExp;
	/** and one of these words behind it, where given. */
	with?: RegExp;
}

const KEYS = "keys typed in the person's stead";
const RUNNING = "a running program (gate, hook or editor)";
const HOOKS_OFF = "an agent that starts with its hooks or prompts off";

const AGENTS = /^(?:claude|codex|gemini|qwen|copilot|opencode|hermes|cursor-agent|amp|auggie|droid|kiro-cli)$/;
const EDITORS = /^(?:code|code-insiders|code-oss|codium|vscodium|cursor|windsurf|kiro|antigravity|code-server)$/;

export const GUARD_COMMANDS: readonly GuardCommand[] = [
	{ what: "Gatepost itself", program: /^gatepost(?:-hook|-mcp)?(?:\.c?js)?$/ },
	{
		what: HOOKS_OFF,
		program: AGENTS,
		with: /^--(?:bare|safe-mode|restricted|settings|setting-sources|plugin-dir|mcp-config|agents?|permission-|sandbox)/,
	},
	{
		what: HOOKS_OFF,
		program: AGENTS,
		with: /^--(?:(?:allow-)?dangerously|allow-|allowed-?tools|yolo|full-auto|approval|ask-for-approval|no-hooks|trust|force)/i,
	},
	{ what: HOOKS_OFF, program: AGENTS, with: /^--(?:ignore-|config|profile|disable|enable)/ },
	{ what: HOOKS_OFF, program: /^(?:codex|gemini|qwen|cursor-agent|copilot)$/, with: /^-(?:[casyfp]$|c.)/ },
	{
		what: "an agent's configuration",
		program: AGENTS,
		with: /^(?:config|mcp|plugins?|extensions?|hooks?|settings|trust|login|logout|update|install|setup-token|features)$/,
	},
	{
		what: "the editor's extensions, settings or debugger",
		program: EDITORS,
		with: /^--?(?:(?:un)?install-ext|disable-ext|enable-proposed|extension|user-data|profile|add-mcp|inspect|remote-deb)/,
	},
	{
		what: "the editor's extensions, settings or debugger",
		program: EDITORS,
		with: /^(?:--?(?:open-url|update-extensions|locate-shell.*)|tunnel|serve-web|ext|chat|agent)$/,
	},
	{ what: RUNNING, program: /^(?:kill|pkill|killall|killall5|skill|xkill|tskill|taskkill|slay)$/ },
	{ what: RUNNING, program: /^(?:gdb|lldb|rr|strace|ltrace|reptyr|nsenter|gcore)$/ },
	{ what: RUNNING, program: /^fuser$/, with: /^-(?:[a-z]*k|-kill)/ },
	// tmux takes any beginning of a command's name that is not ambiguous.
	{
		what: KEYS,
		program: /^tmux$/,
		with: /^(?:send?.*|paste.*|pipe.*|run.*|if.*|respawn.*|source.*|set-?b.*|load.*|bind.*|command-p.*|confirm.*|-c.*)$/,
	},
	{ what: KEYS, program: /^screen$/, with: /^-[a-zA-Z]*[XQ]|^stuff$/ },
	{
		what: KEYS,
		program: /^(?:xdotool|[yk]?dotoold?|wtype|xte|xvkbd|wlrctl|osascript|cliclick|evemu-event|autokey.*)$/,
	},
	{
		what: KEYS,
		program: /^(?:expect|unbuffer|ttyecho|writevt|zellij|wezterm|kitty|kitten|qdbus6?|dbus-send|gdbus|busctl)$/,
	},
	{
		what: "keys and secrets of the person",
		program: /^(?:security|secret-tool|keyctl|gnome-keyring.*|kwallet.*|keyring|pass|gopass|op|bw)$/,
	},
	{
		what: "what a login or the system starts",
		program: /^(?:crontab|at|batch|systemctl|systemd-run|loginctl|launchctl|schtasks|service|chsh|usermod|visudo)$/,
	},
	{
		what: "what a login or the system starts",
		program: /^(?:update-rc\.d|defaults|reg|setx|xdg-mime|update-alternatives)$/,
	},
	{ what: "git's configuration, which runs programs", program: /^git$/, with: /^(?:config|--exec-path=.*)$/ },
	{
		what: "programs that are found by name",
		program: /^(?:npm|pnpm|yarn|bun|pip3?|pipx|cargo|gem|go|uv)$/,
		with: /^(?:-g|--global|--location=global|global|link|--user)$/,
	},
	{
		what: "the package manager's configuration, which runs programs",
		program: /^(?:npm|pnpm|yarn)$/,
		with: /^(?:config|set)$/,
	},
	{
		what: "what a shell loads by itself",
		program: /^(?:direnv|mise|asdf)$/,
		with: /^(?:allow|permit|grant|trust|edit)$/,
	},
	{
		what: "another name space, where the gate's files look different",
		program: /^(?:unshare|bwrap|mount|umount|pivot_root|chroot)$/,
	},
];

/** Programs that run one of their words: every word behind them may be a program. */
export const WRAPPERS =
	/^(?:sudo|doas|su|env|exec|command|builtin|nohup|nice|ionice|time|timeout|stdbuf|xargs|parallel|setsid|watch|flock|eval|(?:ba|z|da|k|a|fi|tc|c)?sh|busybox|ssh|script|find|fd|npx|bunx|pnpx|npm|pnpm|yarn|dlx|uvx|trap|coproc|arch|caffeinate|chrt|taskset|unbuffer|docker|podman)$/;

/** Text that says so by itself, wherever it stands. */
export const GUARD_TEXTS: readonly { what: string; text: RegExp }[] = [
	{ what: KEYS, text: /tiocsti|uinput\b|sendkeys|send-keys|keystroke|\bxdotool\b|\bydotool\b|\bosascript\b/i },
	{
		what: RUNNING,
		text: /\bpkill\b|\bkillall\b|\bprocess\.kill\b|\bos\.kill(?:pg)?\b|\bSIGUSR1\b|\bptrace\b|_debugprocess/i,
	},
	{
		what: "hooks switched off",
		text: /disableallhooks|allowmanagedhooksonly|--(?:allow-)?dangerously-|--setting-sources/i,
	},
	{
		what: "where agents or Gatepost find their settings",
		text: /\bGATEPOST_|\bCLAUDE_CONFIG_DIR\b|\bCLAUDE_CODE_SIMPLE\b|\bCODEX_HOME\b|\bXDG_CONFIG_HOME=|\bHOME=/,
	},
	{
		what: "what programs load at their start",
		text: /\bNODE_OPTIONS\b|\bELECTRON_RUN_AS_NODE\b|\bLD_(?:PRELOAD|LIBRARY_PATH|AUDIT)\b|\bDYLD_[A-Z]|\bBASH_ENV\b/,
	},
	{
		what: "what programs load at their start",
		text: /\bPROMPT_COMMAND\b|\bZDOTDIR\b|\bPYTHONSTARTUP\b|\bPYTHONPATH=|\bPERL5OPT\b|\bRUBYOPT\b|\bJAVA_TOOL_OPTIONS\b/,
	},
	{ what: "which programs are found by name", text: /(?:^|[\s;&|(])PATH=/ },
	{ what: "a debugger in a running program", text: /--inspect|--remote-debugging/i },
	{
		what: "git's configuration, which runs programs",
		text: /hookspath|fsmonitor|core\.(?:pager|editor|sshcommand)|init\.templatedir|\bGIT_(?:CONFIG|EXEC_PATH)|credential\.helper/i,
	},
	{
		what: "the editor, driven from outside",
		text: /(?:vscode|vscode-insiders|vscodium|cursor|windsurf|kiro)(?:-remote)?:\/\/|VSCODE_IPC_HOOK|vscode-ipc-/i,
	},
	{ what: "Gatepost's own files", text: /\.gatepost\b/i },
];
