// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are shell expansions
// Commands that start another one: it is judged by itself, with what the wrapper adds to its words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { classify } from "../../../../src/policy/floor/classify.ts";
import { readLine } from "../../../../src/policy/floor/walk.ts";

function passes(...lines: string[]): void {
	for (const line of lines)
		assert.equal(classify(line).verdict, "read-only", `${line} : ${classify(line).reason.code}`);
}

function asks(...lines: string[]): void {
	for (const line of lines) assert.equal(classify(line).verdict, "ask", line);
}

const commands = (line: string) =>
	readLine(line).commands?.map(({ words }) => words.map((word) => word ?? "?").join(" "));

test("timeout takes its options, a time, and a command", () => {
	passes(
		"timeout 5 ls",
		"timeout 5s ls -la",
		"timeout -k 1 5 ls",
		"timeout -k1 5 ls",
		"timeout --kill-after=1 -s TERM 5 cat a.txt",
		"timeout 0.5 grep x f",
	);
	asks(
		"timeout 5 rm x",
		"timeout 5",
		"timeout ls",
		"timeout -x 5 ls",
		"timeout 5 sort -o x y",
		"timeout 5 timeout 5 rm x",
		"timeout $x ls",
		"timeout 5 $x",
		"timeout -k ls 5 rm",
	);
	asks("timeout --kill 1 5 ls", "timeout -- 5 rm x", "timeout 5 -- rm x");
	assert.deepEqual(commands("timeout -k 1 5 ls -la"), ["timeout -k 1 5 ls -la", "ls -la"]);
});

test("nice and stdbuf take numbers and a command", () => {
	passes(
		"nice ls",
		"nice -n 5 ls",
		"nice -n5 ls",
		"nice -5 ls",
		"nice --adjustment=5 ls",
		"stdbuf -oL ls",
		"stdbuf -o0 -eL grep x f",
		"stdbuf --output=L ls",
	);
	asks(
		"nice rm x",
		"nice -n 5 rm x",
		"nice",
		"nice -n ls rm",
		"stdbuf -oL rm x",
		"stdbuf --out=L ls",
		"nice -n $x ls",
		"stdbuf -oL",
	);
	passes("nice timeout 5 stdbuf -oL ls");
	asks("nice timeout 5 stdbuf -oL rm x");
});

test("env takes the assignments that change only how output looks", () => {
	passes("env LC_ALL=C ls", "env LC_ALL=C TZ=UTC sort f", "env NO_COLOR=1 git log", "env ls");
	asks(
		"env",
		"env LC_ALL=C",
		"env PATH=. ls",
		"env LD_PRELOAD=x ls",
		"env -i ls",
		"env -S 'rm x'",
		"env -u PATH ls",
		"env LC_ALL=C rm x",
		"env -C / ls",
		"env --split-string='rm x'",
	);
	asks(
		"env LC_ALL=$x ls",
		"env LC_ALL=C $x",
		"env 'LC_ALL=C;rm x' ls",
		"env IFS=: ls",
		"env GIT_EXTERNAL_DIFF=x git diff",
		"env A=b ls",
		"env BASH_ENV=x ls",
	);
});

test("command starts what it names, or tells where it is", () => {
	passes("command ls", "command -v rm", "command -V ls", "command cat a.txt");
	asks(
		"command rm x",
		"command -p ls",
		"command -p rm x",
		"command",
		"command -v",
		"command eval ls",
		"command . ./x",
		"command -v $(touch x)",
	);
});

test("xargs adds words nobody knows: only where no word can do harm", () => {
	passes(
		"xargs ls",
		"xargs cat",
		"xargs -0 wc -l",
		"xargs -n 1 basename",
		"xargs -n1 -P4 grep x",
		"xargs -r head -5",
		"xargs -I{} echo a {} b",
		"xargs -I {} cat './{}'",
		"xargs -d '\\n' ls",
	);
	passes("xargs grep -l foo", "xargs -0 stat", "xargs", "xargs -I% cat './%'");
	asks(
		"xargs file",
		"xargs rm",
		"xargs sort",
		"xargs find",
		"xargs sed",
		"xargs git log",
		"xargs uniq",
		"xargs tar tf",
		"xargs -I{} sort {}",
		"xargs env",
		"xargs -I{} {}",
		"xargs -I{} find {}",
	);
	asks(
		"xargs -a x ls",
		"xargs -p ls",
		"xargs -i ls",
		"xargs sh",
		"xargs -I{} sh -c 'ls {}'",
		"xargs bash -c ls",
		"xargs timeout 5 rm",
		"xargs -I '' ls",
		"xargs xargs rm",
		"xargs -E x rm",
	);
	asks("xargs node --version", "xargs ruby -v", "echo x.rb | xargs ruby -v", "xargs -I{} ruby -v {}", "ruby -v $x");
	asks("xargs -n$x ls", "xargs $x ls", "xargs -I$x ls", "xargs -n 1 $x");
});

test("an option that only puts a file behind a sure word is a file for xargs too", () => {
	passes("xargs -I{} sort './{}'", "xargs -I{} sort -u 'src/{}'");
	asks("xargs -I{} sort '{}/x'", "xargs -I{} sort '-{}'", "xargs -I{} sort '--output={}'", "xargs -Io sort -o x");
});

test("time, ! and groups change nothing about what is in them", () => {
	passes("time ls", "time -p ls", "! ls", "time (ls; pwd)", "! { ls; }", "time ! ls");
	asks("time rm x", "! rm x", "time -o x ls", "time (rm x)", "time -f %e rm x");
});

test("another shell asks, and its line is read for rules all the same", () => {
	asks(
		"bash -c ls",
		"sh -c 'ls | wc -l'",
		"zsh -c ls",
		"bash -lc 'rm x'",
		"sh -c",
		"bash",
		"bash x.sh",
		"bash -s",
		'sh -c "$x"',
		"dash -c ls",
		"bash --rcfile x -c ls",
	);
	assert.ok(commands("bash -c 'rm -rf x; ls'")?.includes("rm -rf x"));
	assert.ok(commands("bash -lc 'echo $(rm y)'")?.includes("rm y"));
});

test("programs that start others in ways of their own ask", () => {
	asks(
		"sudo ls",
		"doas ls",
		"watch ls",
		"nohup ls",
		"setsid ls",
		"ionice ls",
		"chroot / ls",
		"flock x ls",
		"script -c ls",
		"parallel ls",
		"strace ls",
		"exec ls",
		"eval ls",
		"busybox ls",
	);
	asks(
		"find . -exec rm {} \\;",
		"find . -exec sh -c ls \\;",
		"find . -exec sort {} \\; -exec rm {} +",
		"find . -execdir ls {} \\;",
		"find . -ok ls {} \\;",
		"find . -exec {} \\;",
		"find . -exec $x \\;",
	);
	passes(
		"find . -exec ls -la {} \\;",
		"find . -name '*.ts' -exec grep -l x {} +",
		"find . -exec cat {} ';'",
		"find src -type f -exec wc -l {} + -print",
	);
});
