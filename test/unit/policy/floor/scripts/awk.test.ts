import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { checkAwk } from "../../../../../src/policy/floor/scripts/awk.ts";
import { times } from "../../../../support/pace.ts";

const UNSURE = "could not be read for sure";
const SYSTEM = "runs a command (system)";
const PIPE = "runs a command (|)";
const WRITES = "writes a file (>)";
const GETLINE = "reads another file or a command (getline)";
const LOADS = "loads code or calls a function by its name (@)";

function allows(scripts: readonly string[]): void {
	for (const script of scripts) assert.equal(checkAwk(script), undefined, JSON.stringify(script));
}

function refuses(why: string, scripts: readonly string[]): void {
	for (const script of scripts) assert.equal(checkAwk(script), why, JSON.stringify(script));
}

describe("harmless awk programs", () => {
	it("labelled examples", () => {
		allows(["{print $1}", 'BEGIN {print "hello"}', "/pattern/ {print}", "{ print }", "{print}", "{print $2}", "1"]);
		allows(['BEGIN { print "user@example.com" }', "{s+=$1} END {print s}", "{print $2, $11}"]);
	});
	it("patterns and actions", () => {
		allows([
			"NR==10",
			"NR>=10 && NR<=20",
			"NR==FNR{a[$1];next} $1 in a",
			"!seen[$0]++",
			"/start/,/end/",
			"length > 80",
			"",
		]);
		allows([
			"$3 > 100 {print $1}",
			"/start/{f=1} f; /end/{f=0}",
			"$1 ~ /^a/ && $2 !~ /b$/",
			"/a/||/b/",
			"NR%2",
			"/^#/ {next} 1",
		]);
		allows([
			"{a[$1]++} END{for(k in a) print a[k], k}",
			"function f(x)\n{\n return x > 2\n}\n{print f($1)}",
			"/=/{print}",
		]);
	});
	it("strings, comments and regular expressions that look like effects", () => {
		allows([
			'{print "system(x) > y | z"}',
			"# system(x)\n{print}",
			'/system("x")/',
			"/[^/]+$/",
			"/\\/system(x)/",
			'{print "\\"|"}',
		]);
		allows(['{gsub(/\\//,"-");print}', "split($0,a,/[|>]/)>1{print a[2]}", '{printf "%s\\n", /a|b/ ? "x" : "y"}']);
	});
	it("divisions", () => {
		allows([
			"{x=$1/$2; print x}",
			"{print $1/1024, $2/1024}",
			'{print int($5/1024)"K"}',
			"{x/=2; print a[1]/b[2]/3}",
			"{print (1)/2/3}",
		]);
	});
	it("comparisons, also in print", () => {
		allows([
			"{print (x > 1)}",
			'{ print ($1 > 5 ? "y" : "n") }',
			'{if ($1 > 5) print "a"; else print "b"}',
			"{print substr($1, a > b)}",
		]);
		allows([
			"{print x}\n$1 > 2",
			"$1 > max { max = $1 } END { print max }",
			"{ print; x = y > z }",
			"{for(i=9;i>0;i--) print i}",
		]);
	});
	it("the streams of print, the order of loops, the name of the first file", () => {
		allows([
			'{print $1 > "/dev/stderr"}',
			'{print "a" > "/dev/stdout"; x=1}',
			"FILENAME==ARGV[1]{a[$1];next} ($1 in a)",
		]);
		allows(['BEGIN{PROCINFO["sorted_in"]="@ind_str_asc"}{a[$1]}END{for(i in a)print i}']);
	});
	it("line breaks", () => {
		allows([
			"{\n  if (a) {\n    print b\n  } else if (c > d) {\n    print e\n  }\n}",
			"{ print $1,\n  $2 }",
			"{ print $1 \\\n $2 }\n/x/",
		]);
	});
});

describe("awk programs with effects", () => {
	it("labelled examples", () => {
		refuses(SYSTEM, ['{system("touch file")}', 'BEGIN{system("rm x")}']);
		refuses(LOADS, ['BEGIN { fn = "sys"; @ fn("touch /tmp/pwned") }', '@include "library.awk"']);
		refuses(PIPE, ['BEGIN {"date" | getline}', '{print | "sort"}']);
		refuses(WRITES, ['BEGIN { print (x) > "out" }', 'BEGIN { print "x" > "out" }']);
		refuses(UNSURE, ["$PROGRAM'"]);
	});
	it("running", () => {
		refuses(SYSTEM, [
			"{system  (x)}",
			"{x=system}",
			"function system(x) {}",
			'/a/{f(system("x"))}',
			"{awk :: system(1)}",
		]);
		refuses(PIPE, ['{print |& "x"}', '"x" |& getline', '{printf("%s", $1) | "x"}', '{print "a" ||| "x"}']);
		refuses(LOADS, ['@load "x"', '@namespace "x"', "{@f()}", "{x = @/re/}"]);
		refuses(UNSURE, ['{awk::system("x")}', "{a::b()}"]);
	});
	it("writing", () => {
		refuses(WRITES, [
			"{print > $1}",
			'{printf "%s", $1 > "out"}',
			'{print(1)(2) > "out"}',
			"{print a, b > c d}",
			'{print a ? b : c > "out"}',
		]);
		refuses(WRITES, [
			'{print "x",\n"y" > "out"}',
			'{print a &&\nb > "out"}',
			'{print "x" \\\n > "out"}',
			'{if (x) print > "out"}',
		]);
		refuses(WRITES, [
			'{print > "/dev/stderr" ".txt"}',
			'{print > "/dev/stderr" \\\n "x"}',
			'{print > "/dev/tcp/x"}',
			'{for(print 1 > "out";;) x}',
		]);
		refuses("writes a file (>>)", ['{print >> "out"}', '{print >> "/dev/stderr"}']);
		refuses(UNSURE, ['{print $1 >= "out"}', '{ > "out" }']);
	});
	it("reading elsewhere", () => {
		refuses(GETLINE, ['{getline x < "f"}', "{getline}", 'BEGIN{while ((getline line < "f") > 0) print line}']);
		refuses("reads the environment (ENVIRON)", ['BEGIN{print ENVIRON["TOKEN"]}', "{for (k in ENVIRON) print k}"]);
		refuses("can change which files are read (ARGV)", [
			'BEGIN{ARGV[1]="/etc/passwd"}',
			'BEGIN{split("a b", ARGV)}',
			"{x==ARGV[1]=2}",
		]);
		refuses("can change which files are read (ARGV)", ["{f(ARGV)}", "{x == ARGV[1]++}", "{ARGV[1]}", "{x==ARGV[i]}"]);
		refuses("can change which files are read (ARGC)", ["BEGIN{ARGC=9}"]);
		refuses("reaches variables by their names (SYMTAB)", ['{SYMTAB["x"]=1}']);
		refuses("uses PROCINFO", ['{print PROCINFO["pid"]}', '{PROCINFO["sorted_in" x]}']);
	});
	it("functions that no awk is known to have", () => {
		refuses("calls exec, which is no known function", ['{exec("x")}', 'function f(x) {} {f(exec("x"))}']);
		refuses("calls exec, which is no known function", ['{exec ("x")}']);
		allows(["{g(1)} function g(x) {}", "{x = y [1] (2)}"]);
	});
});

describe("awk programs that the awks read differently", () => {
	it("a slash", () => {
		// A division to gawk, the start of a regular expression to mawk, or the other way round.
		refuses(UNSURE, [
			'{x = length /system("a")/ 2}',
			"{y = x++ /a/ 2}",
			'case /system("a")/',
			"{if (x) /a/}",
			"{if (x)\n/a/}",
			"{else /a/}",
		]);
		refuses(UNSURE, ["{$/a/}", "/a/ /b/", "{x in /a/}", "{do /a/; while (1)}"]);
	});
	it("brackets in a regular expression", () => {
		refuses(UNSURE, [
			'/[/"]/',
			"/[/#]/",
			"{x[/[/]/]}",
			"/[\\]/]/",
			"/[[:alpha:/]/",
			"/[a/",
			"/[[.a.]]/",
			"/[[:alpha:]/]/",
			"/[/[]/",
		]);
		allows(["/[/]/", "/[]/]/", "/[^]]/", "/[\\/]/"]);
	});
	it("what does not end, or does not begin", () => {
		refuses(UNSURE, [
			'{print "a',
			"{print /a",
			'{print "a\nb"}',
			'"a\\\nb"',
			"/a\nb/",
			"/a\\\nb/",
			"# a\\\n",
			"{",
			"}",
			"(]",
			"{print)",
			"a\\ b",
		]);
	});
	it("numbers with letters, and characters without meaning", () => {
		refuses(UNSURE, [
			"{x=1e}",
			"{x=0x1F}",
			"{x=1system}",
			"{a & b}",
			"{'x'}",
			"{`x`}",
			"{é=1}",
			"{\u0001}",
			"a.b",
			"\r1",
		]);
	});
});

describe("any text as an awk program", () => {
	it("never throws", () => {
		fc.assert(
			fc.property(fc.oneof(fc.string({ unit: "binary" }), pieces(20)), (script) => {
				const refused = checkAwk(script);
				assert.ok(refused === undefined || refused.length > 0);
			}),
			{ numRuns: 500 },
		);
	});

	it("takes no longer than its length allows", () => {
		const shapes = [
			"(",
			"{",
			"x",
			"/x/;",
			"/[/]/;",
			"/[",
			'"',
			"1",
			"1 ",
			"f(",
			"x>1;",
			"print ",
			"\\\n",
			"#\n",
			"[^/]",
			"\n",
			"/",
		];
		for (const shape of shapes) {
			const script = shape.repeat(10_000 / shape.length);
			for (const text of [script, `${script}x`]) {
				assert.ok(times(() => checkAwk(text)) < 100, shape);
			}
		}
	});

	for (const program of ["awk", "gawk", "mawk", "busybox"]) {
		const words = program === "busybox" ? ["awk"] : [];
		const there = spawnSync(program, [...words, "1"], { input: "" }).status === 0;
		it(`that is allowed leaves no file behind in ${program}`, { skip: there ? false : `no ${program} here` }, () => {
			const folder = mkdtempSync(join(tmpdir(), "gatepost-awk-"));
			const harmless = (script: string) => script.includes("out") && checkAwk(script) === undefined;
			const scripts = new Set(fc.sample(pieces(6), 6_000).filter(harmless));
			assert.ok(scripts.size > 20, `only ${scripts.size} programs are allowed`);
			try {
				for (const script of [...scripts].slice(0, 60)) {
					spawnSync(program, [...words, script], { cwd: folder, input: "a b\n5/c 1\n", timeout: 1_000 });
					assert.deepEqual(readdirSync(folder), [], JSON.stringify(script));
				}
			} finally {
				rmSync(folder, { recursive: true });
			}
		});
	}
});

/** Programs out of actions, texts that look like actions, and what stands between them. */
function pieces(maxLength: number): fc.Arbitrary<string> {
	const piece = fc.constantFrom(
		...[
			"{print 1}",
			"{print",
			"}",
			"{if (x > 1) print x",
			"x > 1",
			"print",
			"printf",
			"print 1, (x > y)",
			"length",
			"x++",
			"a[1]",
		],
		...[
			'/system("touch out")/',
			'"system(\\"touch out\\")"',
			'# print > "out"',
			'/[/]print > "out"/',
			'/print > "out"/',
			"/=/",
			"/a/",
		],
		...[
			'system("touch out")',
			'{print > "out"}',
			'> "out"',
			'| "touch out"',
			'> "/dev/stderr"',
			"function f(a) {return a > 1}",
			"f(1)",
		],
		...[
			"/",
			'"',
			"#",
			"\\",
			"(",
			")",
			"[",
			"]",
			"?",
			":",
			",",
			"~",
			"!",
			"=",
			"case",
			"else",
			"return",
			"in",
			"$1",
			"1",
		],
	);
	const between = fc.constantFrom(";", "\n", "\n", "", " ", " ", "}", "{");
	return fc.array(fc.tuple(piece, between), { maxLength }).map((all) => all.flat().join(""));
}
