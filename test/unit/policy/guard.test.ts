import assert from "node:assert/strict";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openPolicy } from "../../../src/policy/decide.ts";
import { PLACES } from "../../../src/policy/guard/places.ts";
import { Ground, say } from "./support.ts";

let ground: Ground;
before(async () => {
	ground = await Ground.make();
});
after(() => ground.remove());

const marked = "guard ask why.guard";
const plain = "ask why.changesFiles";

test("writing what guards the person is marked, and the card says what it is", async () => {
	const { home, ws } = ground;
	const paths: [string, RegExp][] = [
		[`${home}/.gatepost/policy.jsonc`, /Gatepost's own files/],
		[`${home}/.gatepost/bin/hook.cjs`, /Gatepost's own files/],
		[`${ws}/.gatepost/policy.jsonc`, /policy of this folder/],
		["/etc/gatepost/policy.jsonc", /policy of this machine/],
		[`${home}/.claude/settings.json`, /Claude Code/],
		[`${home}/.claude.json`, /Claude Code/],
		[`${ws}/.claude/settings.json`, /Claude Code/],
		[`${ws}/.claude/settings.local.json`, /Claude Code/],
		[`${ws}/deep/er/.claude/agents/general-purpose.md`, /Claude Code/],
		[`${ws}/.mcp.json`, /Claude Code/],
		["/etc/claude-code/managed-settings.d/10-x.json", /administrator/],
		["/opt/agent-config/settings.json", /agent's settings/],
		[`${ws}/.cursor/hooks.json`, /another agent/],
		[`${home}/.codex/config.toml`, /another agent/],
		[`${ws}/.gemini/settings.json`, /another agent/],
		[`${ws}/.github/hooks/x.json`, /another agent/],
		[`${ws}/.vscode/settings.json`, /editor/],
		[`${ws}/.vscode/tasks.json`, /editor/],
		[`${ws}/my.code-workspace`, /editor/],
		[`${home}/.config/Code/User/settings.json`, /editor/],
		[`${home}/.config/Cursor/User/keybindings.json`, /another agent/],
		[`${home}/Library/Application Support/Code/User/settings.json`, /editor/],
		[`${home}/.vscode/extensions/x/package.json`, /editor/],
		[`${home}/.local/share/code-server/User/settings.json`, /editor/],
		[`${home}/.bashrc`, /start-up/],
		[`${ws}/dotfiles/.zshrc`, /start-up/],
		[`${ws}/.envrc`, /start-up/],
		["/etc/profile.d/x.sh", /system starts/],
		["/private/etc/profile", /system starts/],
		["/opt/tools/bin/ls", /found by name/],
		[`${home}/.local/bin/node`, /found by name/],
		["/usr/local/bin/git", /found by name/],
		[`${ws}/node_modules/.bin/tsc`, /found by name/],
		[`${ws}/.venv/bin/python`, /found by name/],
		[`${ws}/.git/config`, /git/],
		[`${ws}/.git/hooks/pre-commit`, /git/],
		[`${ws}/.git`, /git/],
		[`${home}/.gitconfig`, /git/],
		[`${home}/Library/LaunchAgents/x.plist`, /starts/],
		[`${home}/.config/systemd/user/x.service`, /starts/],
		["/etc/cron.d/x", /system starts/],
		["/proc/42/mem", /memory/],
	];
	for (const [path, what] of paths) {
		const verdict = await ground.write(path);
		assert.equal(say(verdict), marked, path);
		assert.match(String(verdict.why[0]?.args?.what), what, path);
		assert.equal(verdict.ruleId, "guard.change");
		assert.ok(verdict.why.some(({ code }) => code === "why.changesFiles"));
		const shouted = path.toUpperCase().replace(ground.top.toUpperCase(), ground.top);
		assert.match(say(await ground.write(shouted)), /^guard/, `${shouted}: file systems may fold case`);
	}
});

test("everyday files are not marked", async () => {
	const names = [
		"src/a.ts",
		"package.json",
		".github/workflows/ci.yml",
		".gitignore",
		"docs/claude/settings.json",
		"bin/x",
	];
	names.push("gatepost/a.ts", "src/.eslintrc", ".vscode/notes.md", "claude.json", "usr/bin/x", "venv.md", "git/config");
	for (const name of names) assert.equal(say(await ground.write(join(ground.ws, name))), plain, name);
});

test("a link to a guarded place is that place, also where the file is not there yet", async () => {
	await ground.file("home/.claude/x");
	await symlink(join(ground.home, ".claude"), join(ground.ws, "conf"));
	await symlink(join(ground.home, ".bashrc"), join(ground.ws, "rc"));
	assert.equal(say(await ground.write(join(ground.ws, "conf/settings.json"))), marked);
	assert.equal(say(await ground.write(join(ground.ws, "rc"))), marked);
	assert.equal(say(await ground.write(`${ground.ws}/conf/../.gatepost/k`)), marked);
});

test("a guarded name stays guarded when it is a link to an ordinary file", async () => {
	await symlink(await ground.file("home/dotfiles/bashrc"), join(ground.home, ".bashrc"));
	assert.equal(say(await ground.write(join(ground.home, ".bashrc"))), marked);
});

test("a folder of programs in any Python environment is known by its pyvenv.cfg", async () => {
	await ground.file("ws/tools/py/pyvenv.cfg");
	assert.equal(say(await ground.write(join(ground.ws, "tools/py/bin/python"))), marked);
	assert.equal(say(await ground.write(join(ground.ws, "tools/bin/python"))), plain);
});

test("a path the adapter did not list but the input names is looked at", async () => {
	const input = { file_path: `${ground.home}/.bashrc`, content: "x" };
	assert.equal(say(await ground.judge(ground.action("write", "Write", input, []))), marked);
	const many = Array.from({ length: 500 }, (_, index) => join(ground.ws, `${index}.ts`));
	assert.equal(say(await ground.judge(ground.action("edit", "MultiEdit", {}, many))), marked);
});

test("deleting a folder takes what is in it along", async () => {
	const remove = (path: string) => ground.judge(ground.action("delete", "Delete", { path }, [path]));
	for (const path of [".claude", ".vscode", ".git", ".config"].map((name) => join(ground.home, name))) {
		assert.equal(say(await remove(path)), marked, path);
	}
	assert.equal(say(await remove(join(ground.ws, "src"))), plain);
});

test("shell lines that touch guarded places are marked, however the path is put", async () => {
	const lines = [
		"echo x >> ~/.bashrc",
		"echo x > $HOME/.zshrc",
		'echo x > "$HOME"/.zshrc',
		"rm -rf .git",
		"rm .git/hooks/pre-commit",
		"cp a ~/.claude/settings.json",
		'cp a ~/.cla""ude/settings.json',
		"cp a ~/.cla\\ude/settings.json",
		"cp a $'\\x7e/.bashrc'/../../.claude/settings.json",
		"cp a ~/.claude/sett*",
		"cp a ~/.cl*/settings.json",
		"cd ~/.claude && echo {} > settings.json",
		"cd .vscode; tee settings.json < x",
		'python3 -c \'open("/etc/profile.d/x.sh","w")\'',
		"sh -c 'echo x >> ~/.profile'",
		"echo x | tee ~/.config/Code/User/settings.json",
		"dd if=x of=/usr/local/bin/ls",
		"cp x node_modules/.bin/tsc",
		"cp x .venv/bin/python",
		"ln -s /tmp/x ~/.local/bin/node",
		"cat > ~/.gatepost/policy.jsonc <<'X'\n{}\nX",
		"git config core.hooksPath x",
		"cp x /opt/tools/bin/y",
		"echo x > ws/../.envrc",
		"cat x > $" + "{HOME}/.profile",
		"echo 'unclosed > ~/.bashrc",
		"some-tool 'cat > ~/.ba\"sh\"rc'",
	];
	for (const line of lines) assert.equal(say(await ground.shell(line)), marked, line);
	await symlink(join(ground.home, ".claude"), join(ground.ws, "innocent"));
	assert.equal(say(await ground.shell("cp a innocent/settings.json")), marked);
});

test("shell lines that reach into Gatepost, editors, agents or running programs are marked", async () => {
	const lines = [
		"gatepost policy check",
		"npx gatepost serve",
		"sudo gatepost serve",
		"tmux send-keys -t 0 y Enter",
		"tmux send -t 0 y",
		"tmux -L x send-keys y",
		"screen -S x -X stuff y",
		"xdotool key Return",
		'osascript -e \'tell app "System Events" to keystroke "y"\'',
		"python3 -c 'import fcntl,termios; fcntl.ioctl(0, termios.TIOCSTI, b\"y\")'",
		"code --install-extension evil.vsix",
		"cursor --uninstall-extension gatepost.gatepost",
		"code --inspect-extensions=9229 .",
		"node --inspect-brk x.js",
		"kill -9 4242",
		"kill -USR1 4242",
		"pkill node",
		"killall code",
		"echo 4242 | xargs kill",
		"sudo kill 4242",
		"sh -c 'sleep 1; kill 4242'",
		"$(kill 4242)",
		"claude --bare -p x",
		"claude --dangerously-skip-permissions",
		"claude --settings x.json -p hi",
		"claude --setting-sources project",
		"claude mcp add x -- y",
		"/usr/local/lib/claude --safe-mode",
		"CLAUDE_CONFIG_DIR=/tmp/x claude -p hi",
		"codex --dangerously-bypass-approvals-and-sandbox",
		"codex -c x=y",
		"gemini --yolo",
		"NODE_OPTIONS=--require=./x node y",
		"export PATH=/tmp/x:$PATH",
		"LD_PRELOAD=./x.so ls",
		"crontab x",
		"systemctl --user enable x",
		"launchctl load x",
		"git config user.name x",
		"git -c core.fsmonitor=./x status",
		"npm install -g x",
		"npm config set script-shell ./x",
		"direnv allow",
		"security find-generic-password -s x",
		"secret-tool lookup a b",
		"gdb -p 42",
		"unshare -m sh",
		"open vscode://x",
		"echo '{\"disableAllHooks\": true}' > x.json",
		"while true; do kill 1; done",
		"if x; then (kill 1); fi",
		"ls *(e:'kill 4242':)",
		"kill 4242 )",
	];
	for (const line of lines) assert.equal(say(await ground.shell(line)), marked, line);
});

test("everyday shell lines ask without a mark", async () => {
	const lines = [
		"npm test",
		"npm run build && npm test",
		"npm install left-pad",
		"git add -A && git commit -m 'kill the bug at the service, pass the batch'",
		"git status",
		"git push origin main",
		"node_modules/.bin/vitest run src",
		".venv/bin/python -m pytest",
		"source .venv/bin/activate",
		"/usr/bin/env node x.js",
		"cargo build --release",
		"mkdir -p src/x && touch src/x/y.ts",
		"awk '{print $1}' x > y",
		"find . -name '*.ts' -delete",
		"curl -s https://example.com/x | jq .a",
		"docker compose up -d",
		"tmux ls",
		"python3 manage.py migrate",
		"rm -rf node_modules dist",
		"sed -i s/a/b/ src/a.ts",
	];
	for (const line of lines) assert.doesNotMatch(say(await ground.shell(line)), /guard/, line);
});

test("a command proved to only read is not marked for what it reads", async () => {
	assert.equal(say(await ground.shell("cat .claude/settings.json")), "allow why.readOnlyCommand");
	assert.equal(say(await ground.shell("ls node_modules/.bin")), "allow why.readOnlyCommand");
	assert.equal(say(await ground.shell("ls /usr/local/bin")), "allow why.readOnlyCommand");
	assert.equal(say(await ground.shell("ls -la ~/.config")), "allow why.readOnlyCommand");
	// Also where it asks, for a secret or because it lies elsewhere.
	assert.equal(say(await ground.shell("cat ~/.bashrc")), "ask why.outside");
	assert.equal(say(await ground.shell("cat .envrc")), "ask why.sensitive");
	assert.equal(say(await ground.shell("cat ~/.claude/settings.json | head -3")), "ask why.outside");
	// But not beside something else.
	assert.equal(say(await ground.shell("cat ~/.bashrc > x")), marked);
});

test("tools nobody knows are looked through for guarded places and commands", async () => {
	const mcp = (input: Record<string, string | string[]>) => ground.judge(ground.action("mcp", "mcp__x__y", input));
	assert.equal(say(await mcp({ path: `${ground.home}/.claude/settings.json` })), marked);
	assert.equal(say(await mcp({ list: ["a", `${ground.home}/.bashrc`] })), marked);
	assert.equal(say(await mcp({ command: "tmux send-keys y" })), marked);
	assert.equal(say(await mcp({ text: "a word about the service at work" })), "ask why.tool");
	const config = ground.action("other", "Config", { setting: "x" });
	assert.equal(say(await ground.judge(config)), marked);
});

test("text too long to be looked through is marked", async () => {
	assert.equal(say(await ground.shell(`echo ${"a ".repeat(100_000)}`)), marked);
	assert.equal(say(await ground.shell(`echo ${Array.from({ length: 9000 }, (_, i) => `w${i}`).join(" ")}`)), marked);
});

test("a path too long to be followed is marked", async () => {
	assert.equal(say(await ground.write(`${ground.ws}/${"a/".repeat(1_000_000)}`)), marked);
});

test("a mark is never lifted by other reasons, and comes first", async () => {
	const write = ground.action("write", "Write", { content: "" }, [`${ground.home}/.bashrc`]);
	const verdict = await ground.judge(write, { foreignHooks: ["x"], callerKnown: false });
	assert.equal(say(verdict), marked);
	assert.ok(verdict.why.some(({ code }) => code === "why.foreignHook"));
	assert.ok(verdict.why.some(({ code }) => code === "why.unknownAgent"));
});

test("without options the gate's own PATH and agent folders are the guarded ones", async () => {
	const policy = openPolicy();
	const [first = ""] = (process.env.PATH ?? "").split(":");
	const write = ground.action("write", "Write", { content: "" }, [join(first, "new-program")]);
	assert.equal(say(await policy.evaluate(write, ground.context)), marked);
});

test("every place is written as the matcher reads it", () => {
	for (const { paths, from } of PLACES) {
		for (const path of paths) {
			assert.equal(path, path.toLowerCase());
			assert.ok(!path.startsWith("/") && !path.endsWith("/"), path);
			for (const [index, name] of path.split("/").entries()) {
				const last = index === path.split("/").length - 1;
				assert.ok((last && name === "**" && index > 0) || name.split("*").length <= 2, path);
			}
			assert.ok(from !== "anywhere" || path !== "**");
		}
	}
});
