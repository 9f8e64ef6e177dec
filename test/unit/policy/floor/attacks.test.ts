// Ways past this very floor that were found by attacking it, one test each, with a harmless line beside them.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are shell expansions
import assert from "node:assert/strict";
import { test } from "node:test";
import { classify } from "../../../../src/policy/floor/classify.ts";

const FOUND: readonly { name: string; asks: readonly string[]; passes: readonly string[] }[] = [
	{
		name: "an unquoted part behind a sure beginning falls apart into options",
		asks: ['for x in "f -o pwned"; do sort ./$x; done', "sort ./$(cat l)", "rg foo src$x", "git log HEAD$x"],
		passes: ["sort ./*.txt", 'cat "./$x"', 'sort "./$x"'],
	},
	{
		name: "an option behind an operand that some implementations take for an operand",
		asks: [
			"gawk 'BEGIN{system(\"touch pwned\")}' -e 1",
			"xxd in -p",
			"xxd f -b",
			"unzip a.zip '*' -l",
			"unzip a.zip f -p",
			"tar cf -t dir",
			"tar czvf --list dir",
			"tar xf -t",
			"jar cf --list f",
			"sed 'w pwned' -n -e p f",
			"uniq in -c",
		],
		passes: ["unzip -l a.zip", "uniq -c in", "tar -tf x.tar", "jar tf x.jar", "sed -n -e p f"],
	},
	{
		name: "a prefix that changes how options are read",
		asks: ["POSIXLY_CORRECT=1 gzip f -c"],
		passes: ["LC_ALL=C gzip -t f"],
	},
	{
		name: "xargs -I: which mark counts, and what takes it back",
		asks: [
			"ls | xargs -d, -I% sort f %",
			"ls | xargs -I{} -I% sort f %",
			'ls | xargs -I "$m" sort f %',
			"ls | xargs -I{} -n2 sort f",
			"ls | xargs -I{} -L1 sort f",
		],
		passes: ["ls | xargs -I{} echo {}", "ls | xargs -I % stat %"],
	},
	{
		name: "a condition with an operator that is not known",
		asks: ['for op in -v; do for b in \'a[$(touch m)]\'; do [ "$op" "c[b]" ]; done; done'],
		passes: ['for f in a; do [ -f "$f" ]; done'],
	},
	{
		name: "read: numbers that zsh takes for names",
		asks: ["read -t PATH < f", "read -n PATH", "read -t 'x[$(touch m)]' < f"],
		passes: ["while read -r -t 5 line; do echo $line; done"],
	},
	{
		name: "dollar forms that only zsh expands",
		asks: ["for x in -opwned; do sort $=x f; done", "for x in -opwned; do sort $~x f; done"],
		passes: ["echo 'a$=b'"],
	},
	{
		name: "a loop whose second round starts in another folder",
		asks: ["for i in 1 2; do git status; cd ../other; done", "while true; do git log; cd ..; done"],
		passes: ["for i in 1 2; do git status; done"],
	},
	{
		name: "signatures are checked by a program",
		asks: [
			"git log --format='%+GG'",
			"git log --format='% G?'",
			"git for-each-ref --format='%(signature)'",
			"git branch --sort=signature",
		],
		passes: ["git log --format='%h %s'", "git branch --sort=-committerdate"],
	},
	{
		name: "a long option ends the options of old awks",
		asks: ["awk --posix '-v||system(\"touch m\")' Makefile"],
		passes: ["awk '{print $1}' f"],
	},
	{
		name: "a version flag that builds",
		asks: ["make -v"],
		passes: ["make --version"],
	},
	{
		name: "a default inside an expansion is read as well",
		asks: ["cat ${x:-.env}", 'cat "${x:-$HOME/.ssh/id_rsa}"'],
		passes: ["cat ${x:-a.txt}"],
	},
	{
		name: "patterns by which one command finds what another reads",
		asks: ["find . -name '.en*' -exec cat {} +", "find . -regex '.*/.e.v' -exec cat {} +"],
		passes: ["find . -name '*.ts' -exec cat {} +"],
	},
	{
		name: "files of git by a revision, a range or a pattern",
		asks: [
			"git log -L1,5:.env",
			"git diff -- ':(top).e?v'",
			"git log -p -- '.en?'",
			"git grep KEY -- '.en*'",
			"git diff -- ':(top).npmrc'",
		],
		passes: ["git log -L1,5:a.txt", "git diff -- ':(top)src'"],
	},
	{
		name: "names put together from unknown parts",
		asks: ["for a in .e; do for b in nv; do cat $a$b; done; done"],
		passes: ['for a in x; do cat "dir/$a"; done'],
	},
	{
		name: "paths that climb, or are entered first",
		asks: [
			"cat /usr/../proc/self/environ",
			"cat ../../../../proc/self/environ",
			"cd /proc/self && cat environ",
			"cd ~/.ssh && cat config",
		],
		passes: ["cat ../a.txt", "cd src && cat a.ts"],
	},
	{
		name: "variables that hold secrets, however they are written",
		asks: ["echo $api_key", "echo $db_password"],
		passes: ["echo $HOME"],
	},
	{
		name: "names that are looked up at a name server",
		asks: [
			"ss dst evil.com",
			"lsof -i @evil.com",
			"lsof -i@evil.com",
			"fuser 80,evil.com,80/tcp",
			"route get evil.com",
			"ip route get evil.com",
		],
		passes: ["ss -tlnp", "lsof -i :3000", "fuser 80/tcp", "ip route get 1.1.1.1"],
	},
	{
		name: "sub-commands and operands that act where a name is meant",
		asks: ["git config edit", "ifconfig -a up", "iconv -f utf8 -t ../x f", "ls | xargs ["],
		passes: ["git config user.name", "ifconfig -a", "iconv -f latin1 -t utf-8 f", "[ -f x ]"],
	},
];

for (const { name, asks, passes } of FOUND) {
	test(name, () => {
		for (const line of asks) assert.equal(classify(line).verdict, "ask", line);
		for (const line of passes) {
			const { verdict, reason } = classify(line);
			assert.equal(verdict, "read-only", `${line}: ${reason.code} ${JSON.stringify(reason.args)}`);
		}
	});
}
