// Places that guard the person: whoever can write there can switch Gatepost off, answer in its stead, or run programs
// that no gate sees. Marking too much costs a closer look, marking too little costs the guard.
//
// A path is written with "/" and in lower case. `*` is any run of characters inside a name; `/**` at the end is the folder
// and everything below it. `from`: "home" under the user's home, "root" from the file system's root, "anywhere" at any
// depth. Sources: agents' contracts (settings, hooks, trust files), DESIGN 8.

export interface Places {
	/** Completes "This would change what guards you: ...". */
	what: string;
	from: "home" | "root" | "anywhere";
	paths: readonly string[];
	/** Running what is there is everyday work; only changing it is a guard change. */
	runnable?: true;
}

/** Whoever writes there chooses what a name runs. */
export const PROGRAMS = "programs that are found by name";

const EDITORS = ["code", "code - insiders", "code - oss", "vscodium", "cursor", "windsurf", "kiro", "antigravity"];

export const PLACES: readonly Places[] = [
	{
		what: "Gatepost's policy of this folder",
		from: "anywhere",
		paths: [".gatepost/**"],
	},
	{ what: "Gatepost's policy of this machine", from: "root", paths: ["etc/gatepost/**"] },
	{
		what: "Claude Code's settings, hooks or extensions",
		from: "anywhere",
		paths: [
			...[".claude/settings*", ".claude/hooks/**", ".claude/agents/**", ".claude/commands/**", ".claude/skills/**"],
			...[".claude/plugins/**", ".claude/output-styles/**", ".claude/workflows/**", ".claude/.credentials.json"],
			...[".claude.json", ".claude.json.*", ".mcp.json", ".claude-plugin/**", "claude_desktop_config.json"],
		],
	},
	{ what: "Claude Code's home", from: "home", paths: [".claude/**"] },
	{
		what: "settings that an administrator enforces",
		from: "root",
		paths: [
			...["etc/claude-code/**", "library/application support/claudecode/**", "c:/program files/claudecode/**"],
			...["c:/programdata/claudecode/**", "etc/codex/**", "etc/gemini-cli/**", "etc/cursor/**", "etc/augment/**"],
			...["etc/vscode/**", "etc/opt/chrome/**"],
		],
	},
	{
		what: "another agent's settings or hooks",
		from: "anywhere",
		paths: [
			...[".cursor/hooks*", ".cursor/hooks/**", ".cursor/mcp.json", ".cursor/permissions*", ".cursor/cli*"],
			...[".cursor/environment.json", ".cursor/sandbox*", ".codex/**", ".gemini/**", ".qwen/**", ".copilot/**"],
			...[".hermes/**", ".opencode/**", "opencode.json", "opencode.jsonc", ".github/hooks/**", ".config/opencode/**"],
			...[".windsurf/hooks*", ".kiro/hooks/**", ".kiro/settings/**", ".augment/**", ".amp/**", ".config/amp/**"],
		],
	},
	{ what: "another agent's home", from: "home", paths: [".cursor/**", ".config/claude/**", ".config/cursor/**"] },
	{
		what: "settings, tasks or extensions of the editor",
		from: "anywhere",
		paths: [
			...[".vscode/settings.json", ".vscode/tasks.json", ".vscode/launch.json", ".vscode/mcp.json"],
			...[".vscode/extensions.json", ".vscode/extensions/**", "*.code-workspace", ".devcontainer/**"],
			...[".devcontainer.json", ".idea/workspace.xml", ".idea/runconfigurations/**", ".zed/**"],
		],
	},
	{
		what: "settings or extensions of the editor",
		from: "home",
		paths: [
			...EDITORS.flatMap((name) => [
				`.config/${name}/**`,
				`library/application support/${name}/**`,
				`appdata/roaming/${name}/**`,
			]),
			...[".vscode/**", ".vscode-insiders/**", ".vscode-oss/**", ".vscode-server/**", ".vscode-server-insiders/**"],
			...[".vscode-remote/**", ".cursor-server/**", ".windsurf/**", ".windsurf-server/**", ".kiro/**"],
			...[".antigravity/**", ".local/share/code-server/**", ".config/code-server/**", ".config/vscode/**"],
		],
	},
	{
		what: "a shell's start-up files",
		from: "anywhere",
		paths: [
			...[".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".bash_aliases", ".profile", ".zshrc", ".zshenv"],
			...[".zprofile", ".zlogin", ".zlogout", ".kshrc", ".mkshrc", ".cshrc", ".tcshrc", ".login", ".inputrc"],
			...[".xprofile", ".xinitrc", ".xsession", ".xsessionrc", ".pam_environment", ".tmux.conf", ".screenrc"],
			...[".envrc", ".direnvrc", ".mise.toml", "mise.toml", ".bunfig.toml", "bunfig.toml", ".pythonrc"],
		],
	},
	{
		what: "what a login or a shell starts",
		from: "home",
		paths: [
			...[".config/fish/**", ".config/zsh/**", ".config/powershell/**", ".config/nushell/**", ".oh-my-zsh/**"],
			...[".config/environment.d/**", ".config/direnv/**", ".config/mise/**", ".config/tmux/**", ".nvm/nvm.sh"],
			...[".config/systemd/**", ".config/autostart/**", ".local/share/systemd/**", "library/launchagents/**"],
			...[".local/share/dbus-1/**", ".config/kitty/**", ".config/wezterm/**", ".ssh/**", ".npmrc", ".yarnrc"],
			...[".yarnrc.yml", ".node_repl_history", ".docker/cli-plugins/**", ".config/containers/**"],
		],
	},
	{
		what: "what the system starts",
		from: "root",
		paths: [
			...["etc/profile", "etc/profile.d/**", "etc/bash*", "etc/bash_completion.d/**", "etc/zsh*", "etc/zsh/**"],
			...["etc/environment", "etc/environment.d/**", "etc/ld.so.*", "etc/ld.so.conf.d/**", "etc/systemd/**"],
			...["etc/cron*", "etc/cron.d/**", "var/spool/cron/**", "etc/init.d/**", "etc/rc.local", "etc/pam.d/**"],
			...["etc/security/**", "etc/sudoers", "etc/sudoers.d/**", "etc/ssh/**", "etc/gitconfig", "etc/xdg/**"],
			...["library/launchagents/**", "library/launchdaemons/**", "usr/lib/systemd/**", "lib/systemd/**"],
		],
	},
	{
		what: PROGRAMS,
		runnable: true,
		from: "anywhere",
		paths: [
			...["node_modules/.bin/**", ".venv/bin/**", "venv/bin/**", ".virtualenv/bin/**", ".venv/scripts/**"],
			...["venv/scripts/**", "pyvenv.cfg", "sitecustomize.py", "usercustomize.py", "site-packages/*.pth"],
		],
	},
	{
		what: PROGRAMS,
		runnable: true,
		from: "home",
		paths: [
			...["bin/**", ".bin/**", ".local/bin/**", ".cargo/bin/**", "go/bin/**", ".deno/bin/**", ".bun/bin/**"],
			...[".npm-global/bin/**", ".npm-packages/bin/**", ".yarn/bin/**", ".volta/bin/**", ".pyenv/shims/**"],
			...[".rbenv/shims/**", ".asdf/shims/**", ".local/share/mise/shims/**", ".local/share/pnpm/**"],
		],
	},
	{
		what: PROGRAMS,
		runnable: true,
		from: "root",
		paths: [
			...["bin/**", "sbin/**", "usr/bin/**", "usr/sbin/**", "usr/local/bin/**", "usr/local/sbin/**"],
			...["opt/homebrew/bin/**", "opt/homebrew/sbin/**", "snap/bin/**"],
		],
	},
	{
		what: "git's configuration or hooks, which run programs",
		from: "anywhere",
		paths: [".git/**", ".gitconfig", ".config/git/**", ".gitmodules", ".husky/**", ".githooks/**"],
	},
	{
		what: "a running program's memory or terminal",
		from: "root",
		paths: ["proc/*/mem", "proc/*/fd/**", "proc/*/environ", "proc/sys/**", "dev/mem", "dev/pts/**", "dev/uinput"],
	},
];
