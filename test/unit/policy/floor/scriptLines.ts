// Scripts for sed, awk, jq, yq, bc and test: harmless pieces and pieces that write or run, thrown together.
import type { ScriptLanguage } from "../../../../src/policy/floor/rule.ts";
import type { Dice } from "./dice.ts";

const PIECES: Readonly<Record<ScriptLanguage, readonly string[]>> = {
	sed: [
		...["s/a/b/", "s/a/b/g", "s|x|touch pwned|", "p", "1p", "$d", "/a/d", "1,3p", "y/ab/cd/", "=", "l", "n", "N", "D", "G"],
		...["h", "x", "q", "3q", "1!G;h;$!d", ":a", "ba", "t", "ta;", "{", "}", ";", "\n", "#", "#n", "a\\", "i\\\n", "a text", "c"],
		...["w pwned", "s/a/b/w pwned", "1w pwned", "W pwned", "e", "1e touch pwned", "s/a/touch pwned/e", "s/./touch pwned/;e"],
		...["r a.txt", "R a.txt", "s/a/b/;w", "/a/w pwned", "\\,a,d", "s,a\\,b,c,", "s/[/]/x/", "s/a/\\\nw pwned\n/", "!", "0~2p", " ", "\t"],
		...["s/[]/]/x/", "s/[^]w pwned]/x/", "s/\\(a\\)/\\1/2gp", "}w pwned", "F", "z", "v", "b;w pwned", ":a;w pwned", "/a/I,+2p", "s/a/b/m"],
	],
	awk: [
		...["{print}", "{print $1}", "BEGIN{", "}", "END{print NR}", "NR==1", "/a/", "print", "print $1, $2;", "{n++}", "x=1;", ";", "\n"],
		...['print > "pwned"', 'print >> "pwned"', 'print | "touch pwned"', '"touch pwned" | getline', 'system("touch pwned")', "|", ">"],
		...['printf "%s\\n", $1', 'printf("%s", $1) > "pwned"', "getline", 'getline x < "a.txt"', "close(x)", "length($0) > 3", "($1 > 2)"],
		...["if (a > b) print", "for (i in a) print i > i", "function f(x) {", "return x }", "f(1)", "#", '"', "/", "/[/]/", "a / b", "1/2"],
		...["@load", '@include "x"', "@f()", "$NF", "!seen[$0]++", "a[$1]=$2", 'split($0, a, "|")', "print a\n> b", "\\\n", "{", "(", ")", "~", "exit"],
		...["print (1)(2) > x", "print 1, (2 > 1)", "print 2>1", "getline line", "fflush()", "ENVIRON", 'print "a" "b" > "/dev/stderr"', "?:", ",", "&&"],
	],
	jq: [
		...[".", ".a", ".[]", "|", ",", "keys", "length", "map(.a)", "select(.a > 1)", '"\\(.a)"', "env", "$ENV", "input", "inputs", "input_filename"],
		...["include \"x\";", 'import "x" as y;', "def f: .;", "f", "reduce .[] as $x (0; . + $x)", "try error", "..", "@sh", "$__loc__", "limit(1; .[])", "{a: .b}", "[", "]", "(", ")", "#", "\n", '"'],
		...["getpath([])", "debug", "stderr", "halt", "halt_error", "input_line_number", "$x", "splits(\"a\")", "test(\"a\")", "?", "//", "if . then . else . end"],
	],
	yq: [
		...[".", ".a", ".[]", "|", "keys", "length", "select(.a)", "load(\"a.txt\")", "env(HOME)", "strenv(HOME)", "envsubst", "to_json", "system(\"touch pwned\")", "split_doc", "[", "]", "(", ")", "\n", '"', ".a = 1", "eval(.a)", "input", "filename"],
	],
	test: [
		...["-e", "-f", "-d", "-n", "-z", "-v", "-R", "-eq", "-lt", "=", "!=", "<", "a.txt", "src", "a[$(touch pwned)]", "x", "1", "-o", "-a", "!", "(", ")", "", "-t", "-ef", "-nt", "=~", "=="],
	],
	bc: ["1+2\n", "scale=2;", "x=1", "\n", "!touch pwned\n", "print \"a\"", "quit", "define f(x) { return x }", "read()"],
};

/** A script in a language, of up to six pieces. */
export function script(dice: Dice, language: ScriptLanguage): string {
	const between = dice.pick(["", "", " ", ";", "\n"]);
	return dice.some(1, dice.pick([1, 2, 3, 6]), () => dice.pick(PIECES[language])).join(between);
}

/** Words for test and [ : one to four. */
export function testWords(dice: Dice): string[] {
	return dice.some(1, 4, () => dice.pick(PIECES.test));
}
