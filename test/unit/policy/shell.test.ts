import assert from "node:assert/strict";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readArguments } from "../../../src/policy/floor/options.ts";
import { COMMANDS } from "../../../src/policy/floor/table.ts";
import { Ground, say } from "./support.ts";

let ground: Ground;
before(async () => {
	ground = await Ground.make();
});
after(() => ground.remove());

const readOnly = "allow why.readOnlyCommand";

async function all(lines: readonly string[], expected: string | RegExp): Promise<void> {
	for (const line of lines) {
		const said = say(await ground.shell(line));
		if (typeof expected === "string") assert.equal(said, expected, line);
		else assert.match(said, expected, line);
	}
}

test("single read-only commands on files inside are allowed", async () => {
	await all(
		[
			"ls",
			"ls -la src",
			"ls -la --color=never -- src",
			"pwd",
			"echo 'hello world' \"again\"",
			"cat src/a.ts package.json",
			"head -n 5 src/a.ts",
			"head -n5 src/a.ts",
			"head -20 src/a.ts",
			"tail --lines=3 src/a.ts",
			"tail --lines 3 src/a.ts",
			"wc -lc src/a.ts",
			"grep -rn 'TODO: x' src",
			"grep -e a -e b src/a.ts",
			'grep -rn --include="*.ts" foo src',
			"rg -n --type ts useState src",
			"rg -g '*.ts' foo",
			"stat -c %s src/a.ts",
			"file -b src/a.ts",
			"which -a node python3",
			"basename /etc/passwd .x",
			"date +%F",
			"date -u '+%F %T'",
			"id -un",
			"uname -a",
			"hostname",
			"du -sh src",
			"df -h",
			"sleep 2.5",
			"true",
			"git --version",
			"node -v",
			`cat ${ground.ws}/src/a.ts`,
			"cat src/../package.json",
			"cat Übung.md",
		],
		readOnly,
	);
});

test("anything but one simple command of literal words asks", async () => {
	const lines = [
		"ls; ls",
		"ls && ls",
		"ls | cat",
		"ls &",
		"ls > x",
		"ls < x",
		"ls 2>&1",
		"ls >&2",
		"cat <<X\nX",
		"cat <<< x",
	];
	lines.push(
		"A=1 ls",
		"A=1",
		"! ls",
		"time ls",
		"(ls)",
		"{ ls; }",
		"if ls; then ls; fi",
		"ls # x",
		"#",
		"",
		" ",
		"ls\nls",
		"ls\n",
	);
	lines.push("ls \\\n-l", "coproc ls", "f() { ls; }", "[[ -e x ]]", "(( 1 ))", "ls;", "ls\r");
	await all(lines, /^(?:guard )?ask why\.(?:notSimple|notParsed|hidden|guard)$/);
});

test("a word the shell may rewrite asks", async () => {
	const lines = [
		"ls *",
		"ls a?",
		"ls [a]",
		"ls {a,b}",
		"ls {1..3}",
		"ls ~",
		"ls ~/x",
		"ls a~",
		"ls $x",
		'ls "$x"',
		"ls $(x)",
	];
	lines.push(
		"ls `x`",
		'ls "`x`"',
		"ls $'a'",
		'ls $"a"',
		"ls a\\ b",
		'ls "a\\b"',
		"ls =ls",
		"ls ''=ls",
		"ls a==ls",
		"ls *(e:x:)",
		"ls !x",
		'echo "!x"',
	);
	lines.push("ls <(x)", "echo $" + "{x}", "echo $((1))", "ls ^x", "ls a#b", "ls @(a)", "echo %{x}");
	await all(lines, /^(?:guard )?ask why\.(?:expansion|notSimple|notParsed)$/);
});

test("characters that do not show or look like others ask", async () => {
	const lines = [
		"ls\u2028x",
		"ls\u00a0x",
		"ls \u202ex",
		"ls a\u200bb",
		"ls\tx",
		"ls \u0000",
		"ls \u001b[0m",
		"ls a\ufe0f",
		"echo \u3164",
	];
	lines.push("echo e\u0301", "echo \ufffd", "ls\u3000x", "echo \u00ad");
	await all(lines, /^ask why\.hidden$/);
	await all(["ｌｓ", "ls -ａ", "ls --аll", "сat x"], /^ask why\.(?:option|notReadOnly)$/);
});

test("a line that is too long asks", async () => {
	await all([`echo ${"a ".repeat(6000)}`], "ask why.tooLong");
});

test("commands that are not in the table ask, however they are written", async () => {
	const lines = [
		"rm x",
		"git status",
		"npm test",
		"npm --version",
		"yarn --version",
		"./ls",
		"/bin/ls",
		"bin/cat x",
		"'ls'",
		'"ls"',
	];
	lines.push(
		"l's'",
		"constructor",
		"__proto__",
		"toString x",
		"LS",
		"env",
		"printenv",
		"find .",
		"sort x",
		"sed -n 1p x",
		"tee x",
	);
	lines.push(
		"node --version x",
		"node  --version --eval 1",
		"git --version --exec-path",
		"command ls",
		"builtin echo",
		"exec ls",
	);
	lines.push(
		"test -e x",
		"[ -e x ]",
		"printf x",
		"read x",
		"eval ls",
		". x",
		"source x",
		"cd src",
		"xargs ls",
		"sudo ls",
	);
	await all(lines, /^(?:guard )?ask why\.(?:notReadOnly|notSimple|expansion|guard)$/);
});

test("options that are not in the table ask: unknown, abbreviated, run together, or without their value", async () => {
	await all(
		[
			"tail -f src/a.ts",
			"tail -5f src/a.ts",
			"tail --follow src/a.ts",
			"tail -nf src/a.ts",
			"wc --files0-from=x",
			"date -s tomorrow",
			"date --set=x",
			"date -d x",
			"date -r src/a.ts",
			"date --reference=src/a.ts",
			"hostname -F x",
			"hostname -b x",
			"file -C -m x",
			"file -m x",
			"file -f x",
			"file -z x",
			"grep -R x src",
			"grep -f x src",
			"grep --fil=x y src",
			"grep --col x src",
			"grep -rZ x src",
			"grep -n5x x src",
			"ls -lL",
			"ls -L",
			"ls --hyperlink",
			"ls --color=",
			"rg --pre cat x",
			"rg --pre=cat x",
			"rg -z x",
			"rg --hostname-bin=x y",
			"rg --hidden x",
			"rg -u x",
			"rg -. x",
			"rg -L x",
			"rg -f x",
			"rg --ignore-file=x y",
			"cat --number=3 x",
			"head -n",
			"head -n x src/a.ts",
			"head --lines= src/a.ts",
			"head -c1x src/a.ts",
			"du --files0-from=x",
			"du -L",
			"stat --cached=never x",
			"sleep --help",
			"echo --x",
			"cat -",
			"ls ---",
		].filter((line) => line !== "cat -"),
		/^(?:guard )?ask why\.option$/,
	);
});

test("operands that are missing, too many or of the wrong kind ask", async () => {
	await all(
		[
			"cat",
			"cat -n",
			"head -n 5",
			"grep",
			"grep -r",
			"hostname x",
			"whoami x",
			"uname x",
			"true x",
			"date 010100002020",
			"date x",
			"date +%F x",
			"sleep",
			"sleep x",
			"sleep infinity",
			"sleep 1 2",
			"sleep 9999",
			"which ./x",
			"which a/b",
			"id a b",
			"id ../x",
			"cat ''",
			"stat",
		],
		"ask why.operand",
	);
});

test("paths outside and secrets ask, whatever the command and however the path is put", async () => {
	await symlink(ground.outside, join(ground.ws, "out"));
	await ground.file("ws/conf/.env", "X=1");
	for (const command of [
		"cat",
		"head -n 3",
		"tail",
		"wc",
		"ls",
		"stat",
		"file",
		"grep x",
		"rg x",
		"du",
		"realpath",
		"readlink",
	]) {
		await all([`${command} /etc/passwd`, `${command} ../outside/o.txt`, `${command} out/o.txt`], /^ask why\.outside$/);
		await all([`${command} src/../../outside/o.txt`, `${command} src/a.ts '/etc/passwd'`], /^ask why\.outside$/);
		await all(
			[`${command} .env`, `${command} -- .env`, `${command} conf/.env`, `${command} ./.ssh/x`],
			"ask why.sensitive",
		);
		await all([`${command} /proc/self/environ`], /^ask why\.(?:outside|sensitive|unresolved)$/);
	}
	await all(["cat out/../o.txt"], "ask why.outside");
	await all(["cat nowhere/../../outside/o.txt"], "ask why.unresolved");
});

test("a word behind the first operand is also looked at as a file, as BSD programs do", async () => {
	await symlink(join(ground.outside, "o.txt"), join(ground.ws, "-n"));
	await all(["cat src/a.ts -n"], "ask why.outside");
	await all(["cat src/a.ts -b", "cat -n src/a.ts"], readOnly);
});

test("relative paths and the current folder count only when the agent stands inside", async () => {
	for (const line of ["ls", "cat o.txt", "grep -r x", "rg x", "du", "cat ../ws/src/a.ts"]) {
		assert.equal(say(await ground.shell(line, ground.outside)), "ask why.cwd", line);
		assert.equal(say(await ground.shell(line, "")), "ask why.cwd", line);
		assert.equal(say(await ground.shell(line, "ws")), "ask why.cwd", line);
	}
	assert.equal(say(await ground.shell(`cat ${ground.ws}/src/a.ts`, ground.outside)), readOnly);
	assert.equal(say(await ground.shell("pwd", ground.outside)), readOnly);
	assert.equal(say(await ground.shell("cat a.ts", join(ground.ws, "src"))), readOnly);
	assert.equal(say(await ground.shell("cat ../../outside/o.txt", join(ground.ws, "src"))), "ask why.outside");
});

test("a recursive grep asks when a secret lies right in the folder it starts from", async () => {
	await ground.file("ws/app/.env", "X=1");
	await ground.file("ws/app/src/x.ts", "x");
	await ground.file("ws/keys/server.pem", "x");
	await all(
		["grep -r x app", "grep -rn x app/", "grep --recursive x app", "grep -r x keys", "rg x keys"],
		"ask why.sensitive",
	);
	assert.equal(say(await ground.shell("grep -r x", join(ground.ws, "app"))), "ask why.sensitive");
	await all(["grep -r x app/src", "grep x app/src/x.ts", "rg x app", "ls app"], readOnly);
});

test("a glob that aims at secrets asks", async () => {
	await all(
		[
			"grep -r x --include='.env*' src",
			"grep -r x --include='*.pem' src",
			"rg -g '.env' x",
			"rg -g '*' x",
			"rg --glob='.*' x",
		],
		"ask why.globAims",
	);
	await all(["grep -r --exclude='*.min.js' x src", "rg -g '!*.lock' x src"], readOnly);
});

test("Gatepost's own files are marked even for a command that only reads", async () => {
	const home = { folders: [ground.home] };
	for (const line of [
		"cat .gatepost/gates/x.json",
		"ls .gatepost",
		"grep -r token",
		"rg token",
		"cat proj/../.gatepost/k",
	]) {
		assert.match(say(await ground.shell(line, ground.home, home)), /^(?:guard )?ask /, line);
	}
	assert.equal(say(await ground.shell("cat .gatepost/gates/x.json", ground.home, home)), "guard ask why.guard");
	assert.equal(say(await ground.shell("rg token", ground.home, home)), "guard ask why.guard");
	assert.equal(say(await ground.shell(`cat ${ground.home}/.gatepost/gates/x.json`)), "guard ask why.guard");
});

test("only Bash with the members it is known to have is judged", async () => {
	const judge = (tool: string, input: Record<string, string | number | boolean>) =>
		ground.judge(ground.action("shell", tool, input));
	assert.equal(say(await judge("Bash", { command: "ls", timeout: 5, run_in_background: true })), readOnly);
	assert.equal(say(await judge("Bash", { command: "ls", dangerouslyDisableSandbox: true })), "ask why.toolInput");
	assert.equal(say(await judge("Bash", { command: 7 })), "ask why.noCommand");
	assert.equal(say(await judge("Bash", {})), "ask why.noCommand");
	assert.equal(say(await judge("PowerShell", { command: "ls" })), "ask why.tool");
	assert.equal(say(await judge("Monitor", { command: "ls" })), "ask why.tool");
});

test("the reason names what made it ask", async () => {
	const args = async (line: string) => (await ground.shell(line)).why[0]?.args;
	assert.deepEqual(await args("tail -f src/a.ts"), { command: "tail", option: "-f", word: "-f" });
	assert.deepEqual(await args("npm test"), { command: "npm" });
	assert.deepEqual(await args("cat src/a.ts ../x"), { path: `${ground.ws}/../x` });
	assert.deepEqual(await args("echo $HOME"), { word: "$HOME" });
});

test("every option of the table is taken as it is written there", () => {
	for (const [name, rule] of Object.entries(COMMANDS)) {
		for (const option of rule.options.split(/\s+/).filter((text) => text !== "" && text !== "-NUMBER")) {
			const [, spelled = "", equals, kind] = /^(--?[\w-]+?)(?:(\[?=)([A-Z]+)\]?)?$/.exec(option) ?? [];
			const value = kind === "NUMBER" ? "3" : "x";
			const words =
				equals === undefined ? [spelled] : spelled.startsWith("--") ? [`${spelled}=${value}`] : [spelled, value];
			const read = readArguments(name, words);
			assert.ok(!("problem" in read) || read.problem === "operand", `${name} ${words.join(" ")}`);
			const unknown = readArguments(name, [`${spelled}é`]);
			assert.ok("problem" in unknown && unknown.problem === "option", `${name} ${spelled}é`);
		}
	}
});
