// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are shell expansions
// Builtins that act on the rest of the line: cd, read, set and what ends it; and which variables a line may have.
import assert from "node:assert/strict";
import { test } from "node:test";
import { classify } from "../../../../src/policy/floor/classify.ts";
import { isLoopVariable, isShowable, PREFIXES } from "../../../../src/policy/floor/variables.ts";
import { readLine } from "../../../../src/policy/floor/walk.ts";

function passes(...lines: string[]): void {
	for (const line of lines)
		assert.equal(classify(line).verdict, "read-only", `${line} : ${classify(line).reason.code}`);
}

function asks(...lines: string[]): void {
	for (const line of lines) assert.equal(classify(line).verdict, "ask", line);
}

/** Folders in which the last file of a line may stand. */
const from = (line: string) => [...(readLine(line).touched.at(-1)?.from ?? [])].sort();

test("after cd a file may stand in either folder: cd may have failed, but for what stands behind &&", () => {
	assert.deepEqual(from("cat a"), [""]);
	assert.deepEqual(from("cd src && cat a"), ["src"]);
	assert.deepEqual(from("cd src; cd deep; cat a"), ["", "deep", "src", "src/deep"]);
	assert.deepEqual(from("cd /etc && cat a"), ["/etc"]);
	assert.deepEqual(from("cd && cat a"), ["~"]);
	assert.deepEqual(from("cd ~/x && cat a"), ["~/x"]);
	assert.deepEqual(from('cd "$HOME/x" && cat a'), ["~/x"]);
	assert.deepEqual(from("cd -- src && cat a"), ["src"]);
	assert.deepEqual(from("(cd src); cat a"), ["", "src"]);
	assert.deepEqual(from("cd src && ls; cat a"), ["", "src"]);
	assert.deepEqual(from("cd src || cat a"), ["", "src"]);
	assert.deepEqual(from("cd src && ls || cat a"), ["", "src"]);
	assert.deepEqual(from("pushd src && cat a"), ["", "src"]);
	for (const line of [
		"cd - && cat a",
		"cd $x && cat a",
		'cd "$x" && cat a',
		"cd $(ls) && cat a",
		"cd ~root && cat a",
		"popd && cat a",
		"pushd +1 && cat a",
		"cd ~/$x && cat a",
		"cd * && cat a",
	]) {
		assert.ok(from(line).includes("?"), line);
	}
});

test("'..' behind cd is followed as the text says and as the system does", () => {
	assert.deepEqual(from("cd src/.. && cat a"), ["", "src/.."]);
	assert.deepEqual(from("cd a && cd .. && cat x"), ["", "a/.."]);
	assert.ok(from("cd /a/b; cd ..; cat x").includes("/a"));
	assert.ok(from("cd a; cd ../..; cat x").some((folder) => folder.startsWith("..")));
});

test("a line that goes to very many folders may be anywhere", () => {
	assert.deepEqual(from(`${["a", "b", "c", "d", "e", "f"].map((name) => `cd ${name};`).join(" ")} cat x`), ["?"]);
});

test("cd takes one folder and its own options", () => {
	passes("cd", "cd src", "cd -P src", "cd -", "cd ..", "pushd src", "popd", "cd 'a b'");
	asks("cd a b", "popd x", "cd $(rm x)", "cd src > x");
});

test("git in another folder asks, also where cd leads there", () => {
	passes("git status", "cd src && git status");
	asks(
		"cd /tmp/x && git status",
		"cd .. && git status",
		"cd $x && git status",
		"cd - ; git log",
		"cd ~ && git diff",
		"cd src && cd ../.. && git status",
	);
});

test("read sets only names that mean nothing to anybody else", () => {
	passes(
		"read x",
		"read -r line",
		"read -r a b c",
		"IFS= read -r line",
		"read -d '' f",
		"read -n 1 x",
		"read -t 5 x",
		"IFS=: read -r a b",
		"while read -r f; do echo $f; done",
	);
	asks(
		"read PATH",
		"read path",
		"read 'a[$(x)]'",
		"read a[0]",
		"read -p x y",
		"read -a x",
		"read -u x y",
		"read IFS",
		"read LD_PRELOAD",
		"read $x",
		"read -n PATH",
		"read -t PATH x",
		"read -i x",
		"read HOME",
	);
	asks("IFS=: ls", "IFS=: read PATH", "IFS=$x read f");
});

test("for sets only such names as well", () => {
	passes("for f in a; do ls; done", "for FILE in a; do ls; done", "for i in 1 2; do echo $i; done");
	for (const name of [
		"PATH",
		"path",
		"LD_PRELOAD",
		"BASH_ENV",
		"ENV",
		"IFS",
		"HOME",
		"PS4",
		"cdpath",
		"fpath",
		"argv",
		"http_proxy",
		"_",
		"npm_config_x",
		"GIT_DIR",
		"NODE_OPTIONS",
		"PAGER",
		"functions",
	]) {
		asks(`for ${name} in a; do ls; done`);
		assert.equal(isLoopVariable(name), false, name);
	}
	for (const name of ["f", "file", "x1", "FILE", "X", "my_file"]) assert.equal(isLoopVariable(name), true, name);
	for (const name of ["", "1", "a[0]", "a b", "é", "a".repeat(40)]) assert.equal(isLoopVariable(name), false, name);
});

test("set changes only how the line ends and globs", () => {
	passes("set -e; ls", "set -euo pipefail; ls", "set +e; ls", "set -o noglob; ls", "set -f");
	asks(
		"set",
		"set -x",
		"set -a",
		"set a b",
		"set -- a",
		"set -o allexport",
		"set -o",
		"set -e -x",
		"set -k",
		"set -o posix",
		"set $x",
	);
});

test("what ends or skips takes a number at most", () => {
	passes("exit", "exit 1", "exit $?", 'exit "$?"', "return 1", "break", "continue 2", "shift", "wait", "ls || exit 1");
	asks("exit x", "exit $x", "exit 1 2", "break $(rm x)", "wait -n", "wait -p x", "shift $x", "return 'a[$(x)]'");
});

test("other builtins that set, run or stay ask", () => {
	asks(
		"export A=b",
		"export",
		"declare x",
		"local x",
		"typeset x",
		"readonly x",
		"unset x",
		"alias",
		"alias a=b",
		"unalias a",
		"trap x EXIT",
		"eval ls",
		"exec ls",
		". x",
		"source x",
	);
	asks(
		"let x=1",
		"((x=1))",
		"ulimit -n 5",
		"umask 0",
		"kill 1",
		"bg",
		"fg",
		"disown",
		"hash -p x y",
		"enable -f x y",
		"shopt -s extglob",
		"mapfile x",
		"readarray x",
		"getopts a b",
		"complete x",
		"bind x",
		"history -c",
		"fc -s",
		"logout",
		"builtin ls",
		"caller x",
		"setopt x",
		"zmodload x",
		"autoload x",
		"emulate sh",
		"noglob rm x",
		"nocorrect rm",
		"print x",
		"vared x",
		"zle x",
		"sched x",
	);
});

test("variables whose values are secrets are not shown", () => {
	passes("echo $HOME", "echo $PATH $USER $x", "echo $PWD", 'echo "$LANG"');
	for (const name of [
		"GITHUB_TOKEN",
		"AWS_SECRET_ACCESS_KEY",
		"API_KEY",
		"DB_PASSWORD",
		"DATABASE_URL",
		"NPM_AUTH",
		"SESSION_COOKIE",
		"MY_PAT",
	]) {
		asks(
			`echo $${name}`,
			`echo "\${${name}}"`,
			`ls \${x:-$${name}}`,
			`echo \${#${name}}`,
			`[ -n "$${name}" ]`,
			`for f in $${name}; do echo $f; done`,
			`cat <<< $${name}`,
		);
		assert.equal(isShowable(name), false, name);
	}
	for (const name of ["HOME", "PATH", "PWD", "SHELL", "EDITOR", "XDG_SESSION_TYPE"])
		assert.equal(isShowable(name), true, name);
});

test("environment for one command: names and values of the list", () => {
	passes(
		"LC_ALL=C sort f",
		"LANG=en_US.UTF-8 ls",
		"TZ=Europe/Berlin date",
		"NO_COLOR=1 ls",
		"PAGER=cat git log",
		"GIT_PAGER= git log",
		"COLUMNS=80 ls",
	);
	asks(
		"LC_ALL=../x sort f",
		"TZ=:/etc/x date",
		"TZ=/etc/x date",
		"PAGER=less git log",
		"PAGER='cat;x' git log",
		"LC_ALL=$(x) ls",
		"LC_ALL=$x ls",
		"LC_ALL+=C ls",
		"LC_ALL[0]=C ls",
		"LESSOPEN=x ls",
	);
	asks(
		"GIT_DIR=x git log",
		"LD_LIBRARY_PATH=. ls",
		"PYTHONPATH=. ls",
		"A=1 ls",
		"LC_ALL=C rm x",
		"LC_ALL=C",
		"TZ=../../x date",
		"GIT_PAGER=x git log",
		"TIME_STYLE='+%s;x' ls",
	);
	for (const { name } of PREFIXES)
		assert.ok(!name.test("PATH") && !name.test("LD_PRELOAD") && !name.test("BASH_ENV") && !name.test("xLANG"));
});
