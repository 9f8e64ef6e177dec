// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are shell expansions
// What the policy says to whole lines of shell: judged part by part, on files that may be read, where the agent stands.
import assert from "node:assert/strict";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Ground, say } from "./support.ts";

let ground: Ground;
before(async () => {
	ground = await Ground.make();
});
after(() => ground.remove());

const readOnly = "allow why.readOnlyCommand";
const asks = /^(?:guard )?ask /;

/** Every line is answered as expected; those that are not are shown together. */
async function all(lines: readonly string[], expected: string | RegExp): Promise<void> {
	const wrong: string[] = [];
	for (const line of lines) {
		const said = say(await ground.shell(line));
		if (typeof expected === "string" ? said !== expected : !expected.test(said)) wrong.push(`${line} : ${said}`);
	}
	assert.deepEqual(wrong, [], `expected ${expected}`);
}

test("single read-only commands on files inside are allowed", async () => {
	await all(
		[
			...[
				"ls",
				"ls -la src",
				"ls -la --color=never -- src",
				"pwd",
				"echo 'hello world' \"again\"",
				"cat src/a.ts package.json",
			],
			...[
				"head -n 5 src/a.ts",
				"head -n5 src/a.ts",
				"head -20 src/a.ts",
				"tail --lines=3 src/a.ts",
				"tail --lines 3 src/a.ts",
			],
			...["wc -lc src/a.ts", "grep -rn 'TODO: x' src", "grep -e a -e b src/a.ts", 'grep -rn --include="*.ts" foo src'],
			...[
				"rg -n --type ts useState src",
				"rg -g '*.ts' foo",
				"stat -c %s src/a.ts",
				"file -b src/a.ts",
				"which -a node python3",
			],
			...[
				"basename /etc/passwd .x",
				"date +%F",
				"date -u '+%F %T'",
				"id -un",
				"uname -a",
				"hostname",
				"du -sh src",
				"df -h",
			],
			...[
				"sleep 2.5",
				"true",
				"git --version",
				"node -v",
				"cat src/../package.json",
				"cat Übung.md",
				"sort src/a.ts",
				"find . -type f",
			],
			...[
				"sed -n 1p src/a.ts",
				"awk '{print $1}' src/a.ts",
				"printf '%s\\n' x",
				"test -e x",
				"[ -e x ]",
				"command -v ls",
			],
			`cat ${ground.ws}/src/a.ts`,
		],
		readOnly,
	);
});

test("a line of several commands is judged command by command", async () => {
	await all(
		[
			...[
				"ls; ls",
				"ls && ls",
				"ls || true",
				"ls | cat",
				"ls | head -5 | wc -l",
				"ls\nls",
				"ls\n",
				" ls ",
				"! ls",
				"(ls)",
				"{ ls; }",
			],
			...[
				"if ls; then pwd; else true; fi",
				"while false; do ls; done",
				"until ls; do ls; done",
				"for f in a b; do echo $f; done",
			],
			...[
				"case x in x) ls;; *) pwd;; esac",
				"[[ -e x ]]",
				"[[ -e x && ! -d y ]] && ls",
				"echo $(ls)",
				'echo "$(ls | wc -l)"',
			],
			...["echo `pwd`", "diff <(ls) <(ls src)", 'ls src | while read -r f; do echo "$f"; done'],
			...[
				"ls 2>&1",
				"ls >&2",
				"ls > /dev/null",
				"ls 2>/dev/null | cat",
				"ls &>/dev/null",
				"cat < src/a.ts",
				"cat <<< x",
				"cat <<X\nX",
			],
			...[
				"cat <<'X'\n$(touch x)\nX",
				"ls \\\n-l",
				"ls # x",
				"# x",
				"",
				"time ls",
				"LC_ALL=C sort src/a.ts",
				"cd src && ls",
				"set -e; ls",
				"ls |& cat",
			],
		],
		readOnly,
	);
	for (const bad of [
		"rm x",
		"touch x",
		"npm test",
		"ls > x",
		"ls & ls",
		"x=1",
		"f() { ls; }",
		"coproc ls",
		"eval ls",
		"((x))",
		"sed -i s/a/b/ x",
	]) {
		await all(
			[
				...[
					`ls; ${bad}`,
					`${bad}; ls`,
					`ls && { ${bad}; }`,
					`ls | (${bad})`,
					`if ${bad}; then ls; fi`,
					`if ls; then ${bad}; fi`,
				],
				...[`if ls; then ls; elif ${bad}; then ls; fi`, `if ls; then ls; else ${bad}; fi`, `while ls; do ${bad}; done`],
				...[
					`for f in a; do ${bad}; done`,
					`case x in x) ${bad};; esac`,
					`echo $(${bad})`,
					`echo "$(${bad})"`,
					`ls\n${bad}`,
				],
				...[
					`[[ -e $(${bad}) ]]`,
					`cat < <(${bad})`,
					`! { ${bad}; }`,
					`echo \${x:-$(${bad})}`,
					`for f in $(${bad}); do ls; done`,
				],
				`case $(${bad}) in x) ls;; esac`,
			],
			asks,
		);
	}
});

test("what no part of a line may be asks", async () => {
	await all(
		[
			...[
				"ls &",
				"ls > x",
				"ls >> x",
				"ls >| x",
				"ls <> x",
				"ls &> x",
				"ls 2> x",
				"ls {fd}> /dev/null",
				"> x",
				"cat <<X\n$(ls)\nX",
			],
			...[
				"A=1 ls",
				"A=1",
				"PATH=. ls",
				"LD_PRELOAD=x ls",
				"coproc ls",
				"f() { ls; }",
				"function f { ls; }",
				"(( 1 ))",
				"let x=1",
			],
			...[
				"select f in a; do ls; done",
				"for ((;;)); do ls; done",
				"ls\r",
				"ls;;",
				"ls )",
				"(ls",
				"ls |",
				"'ls",
				"cat <<X",
				"ls > $x",
				"exec ls",
			],
			...[
				"export A=b",
				"declare -x A=b",
				"alias ls=rm",
				"trap ls EXIT",
				"builtin echo",
				"eval ls",
				". x",
				"source x",
				"unset x",
				"time -o x ls",
			],
		],
		asks,
	);
});

test("a word the shell may rewrite passes only where no option of the command can do harm", async () => {
	const words = [
		"*",
		"a?",
		"[a]",
		"$x",
		'"$x"',
		"${x}",
		"$(ls)",
		"`ls`",
		'"`ls`"',
		"src/*",
		"{a,$x}",
		"$1",
		"$((1 + 2))",
	];
	for (const word of words) {
		if (word !== "{a,$x}") await all([`echo ${word}`, `ls ${word}`, `basename ${word}`], readOnly);
		const dangerous = [
			"find",
			"sort",
			"sed",
			"uniq",
			"date",
			"tar tf",
			"env",
			"xargs",
			"git log",
			"rg",
			"timeout",
			"jq",
			"fd",
			"hostname",
		];
		// With something before it that is sure, it is no option.
		if (!/^(?:a\?|src)/.test(word)) for (const command of dangerous) await all([`${command} ${word}`], asks);
	}
	await all(
		[
			"ls {a,b}",
			"ls a~",
			"ls ~",
			"ls $'a'",
			"ls a\\ b",
			'ls "a\\b"',
			"ls ''=ls",
			"ls a==ls",
			'echo "!x"',
			"ls a#b",
			"ls ^x",
		],
		readOnly,
	);
	await all(
		[
			...[
				'ls $"a"',
				"ls =ls",
				"ls *(e:x:)",
				"ls @(a)",
				"ls !(a)",
				"ls >(ls)",
				"echo $((x))",
				"echo ${x:=y}",
				"echo ${x@P}",
				"echo ${!x}",
			],
			...[
				"echo ${x[$(ls)]}",
				"echo $x[1]",
				"echo ${(e)x}",
				"echo $[1]",
				"ls *(.)",
				"ls {a,$(touch x)}",
				"$x",
				"$(ls)",
				"`ls`",
				"*",
				"l$x",
			],
		],
		asks,
	);
});

test("characters that do not show or look like others ask", async () => {
	await all(
		[
			...[
				"ls\u2028x",
				"ls\u00a0x",
				"ls \u202ex",
				"ls a\u200bb",
				"ls \u0000",
				"ls \u001b[0m",
				"ls a\ufe0f",
				"echo \u3164",
				"echo '\u200b'",
			],
			...[
				"ls\u3000x",
				"echo \u00ad",
				"ls \ud800",
				"echo \ue000",
				"ls # \u202e",
				"echo '\u2066x\u2069'",
				"ls\u000b",
				"ls \u007f",
				"ls \u0085",
			],
		],
		"ask why.hidden",
	);
	await all(["ｌｓ", "ls -ａ", "ls --аll", "сat x", "ls –l", "cat ‘x’", "ls ；rm", "ls ∣ cat", "echo ⁄"], asks);
	await all(["ls\tx", "echo '✓ done — ok'", "echo '✔️ 👨‍👩‍👧'", "grep -r 'größe' src"], readOnly);
});

test("a line that is too long, or opens too much, asks", async () => {
	await all([`echo ${"a ".repeat(6000)}`], "ask why.tooLong");
	await all(
		["echo `".repeat(61), "(".repeat(201), `${"$(".repeat(30)}ls${")".repeat(30)}`, "ls;".repeat(101)],
		"ask why.tooDeep",
	);
});

test("commands that are not in the table ask, however they are written", async () => {
	await all(
		[
			...[
				"rm x",
				"npm test",
				"yarn --version",
				"./ls",
				"/bin/ls",
				"bin/cat x",
				"~/ls",
				"$HOME/ls",
				"constructor",
				"__proto__",
				"toString x",
			],
			...[
				"LS",
				"env",
				"env -i ls",
				"printenv",
				"tee x",
				"git push",
				"node --version x",
				"node --version --eval 1",
				"git --version --exec-path",
			],
			...[
				"xargs rm",
				"sudo ls",
				"watch ls",
				"setsid ls",
				"nohup ls",
				"timeout 5 rm x",
				"nice rm x",
				"env rm x",
				"command rm x",
				"busybox ls",
			],
			...[
				"bash x",
				"bash",
				"sh -c",
				"sh -c 'ls' x",
				"bash -ic ls",
				"bash -c 'rm x'",
				"bash -c ls",
				"python3 -c 1",
				"sh <<< 'rm x'",
				"echo rm x | sh",
			],
		],
		/^(?:guard )?ask why\.(?:notReadOnly|unknownCommand|showsEnvironment|anotherShell|option|operand|operandMissing|guard)$/,
	);
	await all(
		[
			"'ls'",
			'"ls"',
			"l's'",
			"l\\s",
			"timeout 5 ls",
			"nice ls",
			"stdbuf -oL ls",
			"env LC_ALL=C ls",
			"command ls",
			"xargs ls",
		],
		readOnly,
	);
});

test("options that are not in the table ask: unknown, abbreviated, run together, or without their value", async () => {
	await all(
		[
			...[
				"tail -f src/a.ts",
				"tail -5f src/a.ts",
				"tail --follow src/a.ts",
				"tail -nf src/a.ts",
				"wc --files0-from=x",
				"date -s tomorrow",
			],
			...["date --set=x", "hostname -F x", "hostname -b x", "file -C -m x", "file -m x", "file -f x", "file -z x"],
			...[
				"grep -R x src",
				"grep --fil=x y src",
				"grep --col x src",
				"grep -n5x x src",
				"ls --hyperlink=",
				"ls --color=",
				"rg --pre cat x",
			],
			...[
				"rg --pre=cat x",
				"rg -z x",
				"rg --hostname-bin=x y",
				"rg -L x",
				"cat --number=3 x",
				"head -n",
				"head -n x src/a.ts",
			],
			...[
				"head --lines= src/a.ts",
				"head -c1x src/a.ts",
				"du --files0-from=x",
				"stat --cached= x",
				"ls ---",
				"sort -o x y",
				"sort -uo x y",
			],
			...[
				"sort --output=x y",
				"sort --compress-program=x y",
				"sort --comp=x y",
				"sort -T x y",
				"find . -delete",
				"find . -fprint x",
				"find -L .",
			],
			...[
				"find . -ex\\ecdir ls {} \\;",
				"find . $'-delete'",
				'sort "--output=x" y',
				"sort ''-o x y",
				"find . -name",
				"timeout -x 5 ls",
			],
			...["xargs -a x ls", "git log --output=x", "git log --outp=x", "sed -i p x", "sed -ni p x", "tree -o x"],
		],
		/^(?:guard )?ask why\.(?:option|operand)$/,
	);
});

test("operands that are missing, too many or of the wrong kind ask", async () => {
	await all(
		[
			...[
				"hostname x",
				"date 010100002020",
				"date x",
				"date +%F x",
				"sleep infinity",
				"id ../x",
				"cat ''",
				"uniq in out",
				"timeout ls",
			],
			...[
				"timeout 5",
				"nice",
				"uniq - out",
				"xargs -I '' ls",
				"git branch x",
				"git tag x",
				"set",
				"cd a b",
				"exit x",
				"sqlite3 -readonly x 'select 1'",
			],
		],
		/^(?:guard )?ask why\.(?:operand|operandMissing|notReadOnly|option)$/,
	);
});

test("content outside and secrets ask, whatever the command and however the path is put", async () => {
	await symlink(ground.outside, join(ground.ws, "out"));
	await ground.file("ws/conf/.env", "X=1");
	for (const command of [
		"cat",
		"head -n 3",
		"tail",
		"wc",
		"grep x",
		"rg x",
		"sort",
		"od",
		"sha256sum",
		"sed p",
		"awk 1",
		"jq .",
		"cat -n",
		"nl",
	]) {
		await all(
			[`${command} ../outside/o.txt`, `${command} out/o.txt`, `${command} ${ground.outside}/o.txt`],
			"ask why.outside",
		);
		await all([`${command} src/../../outside/o.txt`, `${command} src/a.ts '../outside/o.txt'`], "ask why.outside");
		await all(
			[`${command} .env`, `${command} -- .env`, `${command} conf/.env`, `${command} ./.ssh/x`, `${command} ~/.netrc`],
			"ask why.sensitive",
		);
		await all(
			[`${command} /proc/self/environ`, `${command} "/proc/1/environ"`, `${command} /etc/shadow`],
			"ask why.sensitive",
		);
		await all(
			[
				`ls && ${command} .env`,
				`echo $(${command} .env)`,
				`if ${command} .env; then ls; fi`,
				`timeout 5 ${command} .env`,
			],
			"ask why.sensitive",
		);
	}
	await all(
		[
			"cat out/../o.txt",
			"cat < ../outside/o.txt",
			"cat <<< x < out/o.txt",
			"diff src/a.ts out/o.txt",
			"sort -- out/o.txt",
		],
		"ask why.outside",
	);
	await all(
		[
			"cat < .env",
			"cat < conf/.env",
			"while read -r x; do echo $x; done < .env",
			"grep -f .env src/a.ts",
			"jq --slurpfile a .env . x",
		],
		"ask why.sensitive",
	);
	await all(["cat nowhere/../../outside/o.txt", "cat ~root/x", "cat ~+/x"], "ask why.unresolved");
	await all(["cat /etc/hosts", "head /usr/include/stdio.h", "cat /proc/cpuinfo", "grep x /etc/os-release"], readOnly);
});

test("names, sizes and times are listed anywhere, also of secrets", async () => {
	for (const command of ["ls -la", "stat", "file", "du -sh", "realpath", "readlink", "find", "test -f", "[ -f"]) {
		const end = command === "[ -f" ? " ]" : "";
		await all(
			["..", "../outside/o.txt", "/etc/passwd", "~/.ssh", ".env", "out/o.txt", "/"].map(
				(path) => `${command} ${path}${end}`,
			),
			readOnly,
		);
	}
	await all(
		["ls /usr/local/bin", "ls ~/.config", "find / -name '*.conf'", "du -sh /var/log", "[[ -d ~/.ssh ]]"],
		readOnly,
	);
});

test("a word behind the first operand is also looked at as a file, as BSD programs do", async () => {
	await symlink(join(ground.outside, "o.txt"), join(ground.ws, "-n"));
	await all(["cat src/a.ts -n"], "ask why.outside");
	await all(["cat src/a.ts -b", "cat -n src/a.ts"], readOnly);
});

test("relative paths and the current folder count only when the agent stands inside", async () => {
	for (const line of ["cat o.txt", "grep -r x", "rg x", "cat ../outside/o.txt", "wc o.txt", "ls | xargs cat"]) {
		assert.match(say(await ground.shell(line, ground.outside)), /^ask why\.(?:cwd|outside)$/, line);
		assert.match(say(await ground.shell(line, "")), /^(?:guard )?ask /, line);
		assert.match(say(await ground.shell(line, "ws")), /^(?:guard )?ask /, line);
	}
	assert.equal(say(await ground.shell(`cat ${ground.ws}/src/a.ts`, ground.outside)), readOnly);
	assert.equal(say(await ground.shell("pwd", ground.outside)), readOnly);
	assert.equal(say(await ground.shell("ls", ground.outside)), readOnly);
	assert.equal(say(await ground.shell("cat a.ts", join(ground.ws, "src"))), readOnly);
	assert.equal(say(await ground.shell("cat ../../outside/o.txt", join(ground.ws, "src"))), "ask why.outside");
});

test("a recursive search asks when a secret lies where it reads", async () => {
	await ground.file("ws/app/.env", "X=1");
	await ground.file("ws/app/src/x.ts", "x");
	await ground.file("ws/keys/server.pem", "x");
	await all(
		[
			"grep -r x app",
			"grep -rn x app/",
			"grep --recursive x app",
			"grep -r x keys",
			"rg x keys",
			"rg --hidden x app",
			"ag -u x app",
		],
		"ask why.sensitive",
	);
	assert.equal(say(await ground.shell("grep -r x", join(ground.ws, "app"))), "ask why.sensitive");
	await all(
		["grep -r x app/src", "grep x app/src/x.ts", "rg x app", "ls app", "grep -r --include='*.ts' x app"],
		readOnly,
	);
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
	await all(
		["cat .e*", "cat .en?", "cat conf/.[e]nv", "cat *.pem", "head -3 conf/.env*", "cat {.env,x}"],
		/^ask why\.(?:sensitive|globAims)$/,
	);
	await all(["grep -r --exclude='*.min.js' x src", "rg -g '!*.lock' x src", "cat src/*.ts"], readOnly);
});

test("Gatepost's own files are marked even for a command that only reads", async () => {
	const home = { folders: [ground.home] };
	for (const line of [
		"cat .gatepost/gates/x.json",
		"grep -r token",
		"rg token",
		"cat proj/../.gatepost/k",
		"cat < .gatepost/k",
		"cat .gate*/gates/*",
	]) {
		assert.match(say(await ground.shell(line, ground.home, home)), asks, line);
	}
	assert.equal(say(await ground.shell("cat .gatepost/gates/x.json", ground.home, home)), "guard ask why.guard");
	assert.equal(say(await ground.shell("rg token", ground.home, home)), "guard ask why.guard");
	assert.equal(say(await ground.shell(`cat ${ground.home}/.gatepost/gates/x.json`)), "guard ask why.guard");
});

test("only Bash and PowerShell with the members they are known to have are judged", async () => {
	const judge = (tool: string, input: Record<string, string | number | boolean>) =>
		ground.judge(ground.action("shell", tool, input));
	assert.equal(say(await judge("Bash", { command: "ls", timeout: 5, run_in_background: true })), readOnly);
	assert.equal(say(await judge("Bash", { command: "ls", dangerouslyDisableSandbox: true })), "ask why.toolInput");
	assert.equal(say(await judge("Bash", { command: 7 })), "ask why.noCommand");
	assert.equal(say(await judge("Bash", {})), "ask why.noCommand");
	assert.equal(say(await judge("PowerShell", { command: "Get-ChildItem" })), readOnly);
	assert.equal(say(await judge("PowerShell", { command: "ls; rm x" })), "ask why.expansion");
	assert.equal(say(await judge("Monitor", { command: "ls" })), "ask why.tool");
	assert.equal(say(await judge("constructor", { command: "ls" })), "ask why.tool");
});

test("the reason names what made it ask", async () => {
	const args = async (line: string) => (await ground.shell(line)).why[0]?.args;
	assert.deepEqual(await args("tail -f src/a.ts"), { command: "tail", option: "-f" });
	assert.deepEqual(await args("ls | tail -f src/a.ts"), { command: "tail", option: "-f" });
	assert.deepEqual(await args("make x"), { command: "make" });
	assert.deepEqual(await args("git push"), { command: "git push" });
	assert.deepEqual(await args("cat src/a.ts ../x"), { path: `${ground.ws}/../x` });
	assert.deepEqual(await args("echo ${x@P}"), { word: "${x@P}" });
	assert.deepEqual(await args("ls > x"), { target: "x" });
});

test("reads over the network ask unless the policy says otherwise", async () => {
	const said = (await ground.shell("git ls-remote origin")).why[0]?.code;
	assert.equal(said, "why.networkRead");
});
