import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { checkSed } from "../../../../../src/policy/floor/scripts/sed.ts";
import { times } from "../../../../support/pace.ts";

const UNSURE = "could not be read for sure";
const WRITES = "writes a file (w)";
const RUNS = "runs a command (e)";

function allows(scripts: readonly string[]): void {
	for (const script of scripts) assert.equal(checkSed(script), undefined, JSON.stringify(script));
}

function refuses(why: string, scripts: readonly string[]): void {
	for (const script of scripts) assert.equal(checkSed(script), why, JSON.stringify(script));
}

describe("harmless sed scripts", () => {
	it("labelled examples", () => {
		allows([
			"s/foo/bar/g",
			"s/foo/bar/",
			"s/a/b/",
			"s/a/*/",
			"s/old/new/",
			"s#x#s/a/b/woutput#",
			"p;d",
			"s/([0-9]+)/<\\1>/g",
		]);
	});
	it("addresses", () => {
		allows(["10,20p", "$=", "$d", "5q", "/^#/d", "/start/,/end/p", "1~2p", "/a/,+3p", "2,~4d", "0,/re/d", "$!N;P;D"]);
		allows(["/foo/I,/bar/Ip", "/a/MId", "\\%/usr/bin%p", "\\,a,d", "1 , 3 ! p", "/x/ !d", "//d", "/a/b;d", ""]);
	});
	it("blocks, labels and comments", () => {
		allows(["/a/{n;p}", "/a/{\nN\np\n}", "1,3{s/a/b/;s/c/d/}", "/B/,/E/{/B/n;/E/!p}", "{{{p}}}", "{;p;};"]);
		allows([":a;N;$!ba;s/\\n/ /g", ":a\ns/x/y/\nta", "s/x/y/;T;p", "/a/{b};p", ": end", "b end # over\n:end"]);
		allows(["# comment\ns/a/b/ # another", "#n\np", "p#"]);
	});
	it("commands without effect outside", () => {
		allows(["=;d;D;g;G;h;H;n;N;p;P;x;z;F", "l", "l 5", "q5", "Q", "y/abc/ABC/", "v 4.2\np", "1!G;h;$!d"]);
	});
	it("text of a, i and c, also when it looks like a command", () => {
		allows([
			"1i header",
			"$a w out",
			"1a\\\nw out",
			"1a\\w out",
			"/x/c\\\none\\\nw out",
			"2i\\  indented",
			"$!{a x;w out\n}",
		]);
		allows(["a\\\nfoo\np", "1i\\\\tx"]);
	});
	it("substitutions", () => {
		allows([
			"s/a/b/2g",
			"s/a/b/gpIm",
			"s/a/b/ ; p",
			"s/a/b\\\nc/",
			"s_a_b_",
			"s;a;b;",
			"s|a\\|b|w|",
			"s/\\//e/",
			"s/a/\\/w out/",
		]);
		allows(['s/.*"version": "\\(.*\\)".*/\\1/p', "s/'/\"/g", "s/é/e/", "s/.*/\\U&/", "s/\\x1b\\[[0-9;]*m//g"]);
	});
	it("brackets that hold the delimiter", () => {
		allows([
			"s/[^/]*$//",
			"s/[/]/_/g",
			"s|[^|]*||",
			"s/[][]//g",
			"/[/]/p",
			"s/[^]]//",
			"s/[[:space:]]*$//",
			"s/[^\\]]*//",
		]);
		allows(["s/[.]w out/x/", "s/[:=].*//"]);
	});
});

describe("sed scripts with effects", () => {
	it("labelled examples that write", () => {
		refuses(WRITES, [
			"s/foo/bar/w output.txt",
			"1w /tmp/x",
			"s/a/b/woutput",
			"woutput",
			"1woutput",
			"/pattern/woutput",
		]);
		refuses(WRITES, ["s/a/;/;w output", "w output", "s/a/b/wout", "s/a/b/\nwoutput"]);
		refuses("writes a file (W)", [";W output.txt", "W output"]);
	});
	it("labelled examples that run", () => {
		refuses(RUNS, ["e id", "s/a/b/;e id", "/pat/e id", "1e id", "s/a/b/; e id", "/pat/e", "1 e id", "1!e id", "e"]);
		refuses(RUNS, ['s/a/"/;e id', "/x/p;//e id", "s#a#printf hacked > marker#pe", "s/../../e"]);
	});
	it("labelled examples that read, or are no scripts", () => {
		refuses("reads another file (r)", ["1r /etc/passwd"]);
		refuses("reads another file (R)", ["R f"]);
		refuses(UNSURE, ["xp", "$SCRIPT", "$S"]);
	});
	it("behind everything that looks like a text", () => {
		refuses(WRITES, [
			"a x\nw out",
			"a\\\nx\nw out",
			"# x\nw out",
			"y/a/b/;w out",
			"s/[/]/x/;w out",
			"/[/]/w out",
			":a;w out",
		]);
		refuses(WRITES, [
			"s/a/b/ w out",
			"s/a/b/gw out",
			"{w out",
			"1,2!{p;w out",
			"b a\nw out",
			"s/\\\\/b/w out",
			"v;w out",
		]);
		refuses(RUNS, ["s/x/y/2ge", "s/x/y/Me", "a\\\n\ne id", "s/a/b\\\nc/e"]);
	});
});

describe("sed scripts that the seds read differently", () => {
	it("brackets", () => {
		// FreeBSD takes the backslash for an escape, busybox knows no classes.
		refuses(UNSURE, [
			"s/[\\]/]/w out/",
			"s/[[:alpha:]/]/w out/",
			"s/[[.].]/w]/x/",
			"y/[/]/w out/",
			"s/[/w out/",
			"/[a/p",
		]);
	});
	it("a backslash at the end of a text or comment", () => {
		refuses(UNSURE, [
			"a x\\\\\nw out",
			"a\\\\\nw out",
			"# x\\\nw out",
			"p # x\\\nw out",
			"a x\\",
			"a\\",
			"a",
			"a\nw out",
		]);
	});
	it("a line that only GNU reads behind a label, and that goes on in the next", () => {
		refuses(UNSURE, [":a;s/x/\\\nw out/", ":a;a\\\nw out", "ba;i x\\\nw out"]);
		allows([":a;s/x/y/\ns/x/\\\nw out/"]);
	});
	it("a comment in a label", () => {
		refuses(UNSURE, ["b x#;w out", "bx#y/e touch x", ":x#\nw out"]);
	});
	it("a line that is too long for BSD", () => {
		refuses(UNSURE, [`#${" ".repeat(2047)}w out`, `# ${"é".repeat(1100)}`]);
		allows([`# ${"x".repeat(1990)}\n# ${"x".repeat(1990)}`]);
	});
	it("unusual delimiters, control characters and whatever is no command", () => {
		refuses(UNSURE, [
			"sxaxbx",
			"s a b ",
			"s1a1b1",
			"s[a[b[",
			"s\\a\\b\\",
			"s\na\nb\n",
			"p\u0001",
			"p\rw out",
			"k",
			"1,p",
			",p",
		]);
		refuses(UNSURE, ["}", "{", "{p", "p p", "pwx", "s/a/b", "s/a/b/x", "s/a\n/b/", "s/a/b\n/", "1!!p", "+1p", "L"]);
	});
});

describe("any text as a sed script", () => {
	it("never throws", () => {
		fc.assert(
			fc.property(fc.oneof(fc.string({ unit: "binary" }), pieces(20)), (script) => {
				const refused = checkSed(script);
				assert.ok(refused === undefined || refused.length > 0);
			}),
			{ numRuns: 500 },
		);
	});

	it("takes no longer than its length allows", () => {
		const shapes = [
			"{",
			"s/[/]/x/;",
			"s/[^]]/]/;",
			"y/[/[/;",
			"/[[:x:]/p;",
			"a\\\n",
			"\\",
			"s/[",
			"1,2!{",
			":a;",
			"b a\n",
			"#",
		];
		for (const shape of shapes) {
			const script = shape.repeat(10_000 / shape.length);
			for (const lines of [script, script.replaceAll(/.{1500}/gs, "$&\n")]) {
				assert.ok(times(() => checkSed(lines)) < 100, shape);
			}
		}
	});

	const there = spawnSync("sed", ["p"], { input: "" }).error === undefined;
	it("that is allowed leaves no file behind in the real program", { skip: there ? false : "no sed here" }, () => {
		const folder = mkdtempSync(join(tmpdir(), "gatepost-sed-"));
		const harmless = (script: string) => script.includes("out") && checkSed(script) === undefined;
		const scripts = new Set(fc.sample(pieces(6), 3_000).filter(harmless));
		assert.ok(scripts.size > 20, `only ${scripts.size} scripts are allowed`);
		try {
			for (const script of [...scripts].slice(0, 60)) {
				spawnSync("sed", ["-e", script], { cwd: folder, input: "a\nb/[a]\n\nx\n", timeout: 1_000 });
				assert.deepEqual(readdirSync(folder), [], JSON.stringify(script));
			}
		} finally {
			rmSync(folder, { recursive: true });
		}
	});
});

/** Scripts out of commands, texts that look like commands, and what stands between them. */
function pieces(maxLength: number): fc.Arbitrary<string> {
	const piece = fc.constantFrom(
		...[
			"s/a/b/",
			"s/[/]/w out/",
			"s/[^]/]/w out/;",
			"s/[\\]/w out/",
			"s/a/\\\nw out/",
			"s/a/b\\",
			"s|a|w out|",
			"s/a/b/w out",
		],
		...[
			"s/a/touch out/e",
			"y/ab/cd/",
			"y/[/]/",
			"/w out/",
			"\\,w out,",
			"1,3",
			"$!",
			"/a/I",
			"{",
			"}",
			"p",
			"N",
			"q5",
			"w out",
		],
		...[
			"a\\\nw out",
			"a w out",
			"a\\w out",
			"i\\\nx\\\nw out",
			"c\\",
			"# w out",
			"#w out\\",
			":x",
			"b x",
			"t",
			"bx#",
			"e touch out",
		],
		...[";", "\n", " ", "\\", "/", "[", "]", "[:alpha:]", "g", "I", "#"],
	);
	const between = fc.constantFrom(";", "\n", "\n", "", " ", "}");
	return fc.array(fc.tuple(piece, between), { maxLength }).map((all) => all.flat().join(""));
}
