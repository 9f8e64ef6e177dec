import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import fc from "fast-check";
import { checkJq, JQ_WORDS } from "../../../../../src/policy/floor/scripts/jq.ts";
import { times } from "../../../../support/pace.ts";

const UNSURE = "could not be read for sure";
const ENV = "reads the environment (env)";
const VARIABLE = "reads the environment ($ENV)";

function allows(scripts: readonly string[]): void {
	for (const script of scripts) assert.equal(checkJq(script), undefined, JSON.stringify(script));
}

function refuses(why: string, scripts: readonly string[]): void {
	for (const script of scripts) assert.equal(checkJq(script), why, JSON.stringify(script));
}

describe("harmless jq filters", () => {
	it("labelled examples", () => {
		allows([".items[].name", ".a", "$a", "debug"]);
	});
	it("paths", () => {
		allows([".", ".[0]", ".[1:3]", ".[-1:]", ".a.b?", '.["a-b"]', '.foo."bar"', "..|numbers", ".a[]?", ".[$x]", ""]);
		allows([
			".env",
			".[0].Config.Env[]",
			".spec.containers[].env",
			'."env"',
			'.["env"]',
			"..|.env?",
			".import.include",
		]);
	});
	it("objects", () => {
		allows([
			"{name, v: .version, (.c): 1}",
			'{"a b": 1, $x, @base64 "k": 2}',
			"{env: 1, include: .a}",
			"{$__loc__}",
			"{a: {env : 1}}",
		]);
	});
	it("functions, variables and control flow", () => {
		allows([
			".[]|select(.x==1)|.y",
			"group_by(.x)|map({k:.[0].x,n:length})",
			"reduce .[] as $i (0;.+$i)",
			".a // 1",
			"$env",
		]);
		allows([
			"def f(x; $y): x*$y; f(.a; 2)",
			"if .a then .b elif .c then 1 else 2 end",
			". as [$a,{b:$c}]|$a",
			"try error catch .",
		]);
		allows([
			"label $out|foreach .[] as $i (0;.+$i;if .>3 then .,break $out else . end)",
			"with_entries(.value|=.+1)",
			"input_filename",
		]);
		allows([
			".[] as [$a] ?// $a | $a",
			"$ARGS.named.x",
			"-1",
			"1.5e3",
			".5",
			"now|todate",
			"IN(.[];1)",
			"first(inputs)",
		]);
	});
	it("strings, formats and comments", () => {
		allows([
			'"env \\"env\\" $ENV"',
			'"\\(.a) env \\(.b|tostring) import"',
			"# env\n.",
			".[]|[.a,.b]|@tsv",
			'@json "x\\(.)"',
			'"a\nb"',
		]);
		allows(['"\\("a" + "\\(.b)")"', 'test("\\\\.env$")', '"\\\\(env)"']);
	});
});

describe("jq filters with effects", () => {
	it("labelled examples", () => {
		refuses(ENV, ["env"]);
		refuses(VARIABLE, ["$ENV"]);
		refuses("loads a module (import)", ['import "x" as x; .']);
	});
	it("the environment", () => {
		refuses(ENV, [
			"env.HOME",
			".|env",
			"[env]",
			"{(env):1}",
			"{a: env}",
			'"\\(env)"',
			'"a\\("\\(env)")"',
			". env",
			"..env",
			"1 .a|env",
		]);
		refuses(ENV, ["{a: if . then 1, env else 2 end}", "{env}", "def env: 1; env", "# x\nenv", "[env:2]", "env|.x"]);
		refuses(VARIABLE, ["$ENV.HOME", "$ ENV", "$#\nENV", "{$ENV}", '"\\($ENV)"', ".[$ENV.X]", "ENV"]);
	});
	it("modules", () => {
		refuses("loads a module (include)", ['include "x"; .']);
		refuses("loads a module (modulemeta)", ["modulemeta"]);
		refuses(UNSURE, ["x::f", "$x::y", "x ::f", "$__prog_args"]);
	});
	it("functions that are not known", () => {
		refuses("uses get_search_list, which is no known function", ["get_search_list"]);
		refuses("uses foo, which is no known function", [".a|foo", "foo(1)", "def f: 1; f + foo"]);
		refuses("uses module, which is no known function", ["module {a:1}; ."]);
	});
	it("text that cannot be read", () => {
		refuses(UNSURE, [
			'"a',
			'"\\(.a',
			"(",
			")",
			"[}",
			'"\\(.a]"',
			"'a'",
			"1a",
			"1.env",
			"...env",
			"@foo",
			"`x`",
			".é",
			"\u0001",
			"&",
		]);
		refuses(UNSURE, ["# a\\\nenv", '"\\(1 # a\n)"', "(".repeat(300) + ")".repeat(300)]);
	});
});

describe("any text as a jq filter", () => {
	it("never throws", () => {
		fc.assert(
			fc.property(fc.oneof(fc.string({ unit: "binary" }), pieces(20)), (script) => {
				const refused = checkJq(script);
				assert.ok(refused === undefined || refused.length > 0);
			}),
			{ numRuns: 500 },
		);
	});

	it("takes no longer than its length allows", () => {
		const shapes = [
			"(",
			'"',
			'"\\(',
			'"\\("a")"',
			"{",
			"{a,",
			".a",
			".",
			"x ",
			"x|",
			"1",
			"$x",
			"#\n",
			"\\",
			"@json ",
			"def f:1;",
			"a:",
		];
		for (const shape of shapes) {
			const script = shape.repeat(10_000 / shape.length);
			assert.ok(times(() => checkJq(script)) < 100, shape);
		}
	});

	const there = spawnSync("jq", ["-n", "1"]).status === 0;
	it("that is allowed shows nothing of the environment", { skip: there ? false : "no jq here" }, () => {
		const harmless = (script: string) => /env/i.test(script) && checkJq(script) === undefined;
		const scripts = new Set(fc.sample(pieces(6), 6_000).filter(harmless));
		assert.ok(scripts.size > 20, `only ${scripts.size} filters are allowed`);
		const env = { PATH: process.env.PATH ?? "", MARK: "only-in-the-environment" };
		for (const script of [...scripts].slice(0, 60)) {
			const { stdout } = spawnSync("jq", [script], { input: '{"a":1}', env, encoding: "utf8", timeout: 2_000 });
			assert.ok(!String(stdout).includes(env.MARK), JSON.stringify(script));
		}
	});

	it("may use every function of the real program that is harmless", { skip: there ? false : "no jq here" }, () => {
		const { stdout } = spawnSync("jq", ["-nr", "builtins[]"], { encoding: "utf8" });
		const names = new Set(stdout.split("\n").map((line) => line.replace(/\/.*/, "")));
		names.delete("");
		const missing = [...names].filter((name) => !JQ_WORDS.has(name) && !name.startsWith("_")).sort();
		const left = ["env", "get_jq_origin", "get_prog_origin", "get_search_list", "modulemeta"];
		assert.deepEqual(
			missing.filter((name) => !left.includes(name)),
			[],
		);
	});
});

/** Filters out of terms, texts that look like terms, and what stands between them. */
function pieces(maxLength: number): fc.Arbitrary<string> {
	const piece = fc.constantFrom(
		...[
			"env",
			"$ENV",
			".env",
			"$env",
			"{env: 1}",
			"{env}",
			'"env"',
			'"\\(env)"',
			'"$ENV\\(1)"',
			"# env\n",
			"..",
			"...",
			"def f: env;",
		],
		...[
			".a",
			".",
			"1",
			"tojson",
			"$",
			"ENV",
			"f",
			"if . then 1, ",
			" else 2 end",
			". as $env",
			"(",
			")",
			"[",
			"]",
			"{a:",
			"}",
		],
		...['"', "\\", "#", ",", ":", ";", "?", "//", "-", "@json", "::"],
	);
	const between = fc.constantFrom("|", "|", ",", "", " ", "\n", " + ");
	return fc.array(fc.tuple(piece, between), { minLength: 1, maxLength }).map((all) => all.flat().slice(0, -1).join(""));
}
