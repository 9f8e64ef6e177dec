import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { JQ_REFUSED, JQ_WORDS } from "../../../../../src/policy/floor/scripts/jq.ts";
import { checkYq } from "../../../../../src/policy/floor/scripts/yq.ts";
import { times } from "../../../../support/pace.ts";

const UNSURE = "could not be read for sure";

function allows(scripts: readonly string[]): void {
	for (const script of scripts) assert.equal(checkYq(script), undefined, JSON.stringify(script));
}

function refuses(why: string, scripts: readonly string[]): void {
	for (const script of scripts) assert.equal(checkYq(script), why, JSON.stringify(script));
}

describe("harmless yq expressions", () => {
	it("labelled examples", () => {
		allows([".foo"]);
	});
	it("paths", () => {
		allows([
			".a[0].b",
			".jobs.build-and-test.steps[].name",
			".services.*.image",
			'."a.b"',
			'.["foo-bar"]',
			".a.[]",
			".a?",
			"",
		]);
		allows([".env", ".spec.containers[0].env", ".load-balancer.env", ".a!=1", ".metadata | .name"]);
	});
	it("operators of both programs", () => {
		allows([
			'.items[] | select(.kind == "x") | .metadata.name',
			"to_entries[] | .key",
			"select(di == 0)",
			".a | @json",
			"keys",
		]);
		allows([
			".[] as $i ireduce ({}; . * $i)",
			"sort_keys(..)",
			"explode(.)",
			'.a style="double"',
			'... comments=""',
			"del(.a)",
		]);
		allows([
			".a = 1",
			"with_entries(.value |= . + 1)",
			'{"a": .b}',
			"documentIndex",
			"any_c(. == 1)",
			". *d $x",
			".a *+ .b",
			"map(.x)",
			"# note\n.a",
		]);
	});
	it("strings", () => {
		allows(['"\\(.a) x"', '.a | test("\\\\.js$")', '"load(x) env(X)"', 'sub("a"; "\\n")', '.a // "system"']);
	});
});

describe("yq expressions with effects", () => {
	it("what jq refuses", () => {
		refuses("reads the environment (env)", ["env", "env.HOME", '"\\(env)"', "..env", ".a.b | env"]);
		refuses("reads the environment ($ENV)", ["$ENV", "$ENV.HOME"]);
		refuses("loads a module (import)", ['import "x" as x; .']);
	});
	it("the environment", () => {
		refuses("reads the environment (env)", [".a = env(HOME)", "{a: env(X)}", "{env}"]);
		refuses("reads the environment (strenv)", ["strenv(HOME)", '"\\(strenv(X))"']);
		refuses("reads the environment (envsubst)", [".a | envsubst", "envsubst(nu)"]);
	});
	it("files", () => {
		for (const word of [
			"load",
			"load_str",
			"loadstr",
			"strload",
			"load_xml",
			"xml_load",
			"load_props",
			"load_base64",
		]) {
			refuses(`reads another file (${word})`, [`${word}("f")`, `.a * ${word}("f")`, `.x |= ${word}(.y)`]);
		}
	});
	it("expressions and commands made of texts", () => {
		refuses("runs what it is given (eval)", ["eval(.a)"]);
		refuses("runs what it is given (system)", ['system("id")']);
	});
	it("words that yq cuts apart", () => {
		refuses("reads another file (keysload)", ['keysload("f")', '{keysload("f"): 1}', '{keysload: "f"}']);
		refuses("uses keyskeys, which is no known function", ["keyskeys"]);
		refuses(UNSURE, ['@jsonload("f")', '...load("f")', '1load("f")']);
		for (const word of JQ_WORDS) assert.doesNotMatch(word, /load|env|eval|system/);
	});
});

describe("yq expressions that the two programs read differently", () => {
	it("fields", () => {
		// A difference of a field and a function to jq.
		refuses("reads the environment (env)", [".my-env", ".a-b-env", ".*env"]);
		refuses(UNSURE, [
			'.a-"|load(f)|"',
			'.a"|load(f)|"',
			'.a+"x"',
			".a#b",
			'."a b"',
			'."a\\"b"',
			".a-load(f)",
			".a+.b",
			".a>1",
		]);
	});
	it("strings", () => {
		refuses(UNSURE, [
			'"\\("load(f)")"',
			'"\\(1 # " | load(f) #\n)"',
			'"\\\\(env(X))"',
			'"\\u005c(env(X))"',
			'"\\\\\\(.a)"',
		]);
	});
	it("blanks", () => {
		refuses(UNSURE, ['.a\t"x', "\t."]);
	});
});

describe("any text as a yq expression", () => {
	const piece = fc.constantFrom(
		...[
			"env(X)",
			"load(f)",
			".env",
			".a-b",
			"$env",
			'"',
			"\\(",
			"\\",
			")",
			"(",
			"#",
			"\n",
			"...",
			"..",
			"|",
			"{",
			"}",
			"keys",
			"@json",
			":",
			"=",
		],
	);
	const pieces = fc.array(piece, { maxLength: 30 }).map((all) => all.join(""));

	it("never throws", () => {
		fc.assert(
			fc.property(fc.oneof(fc.string({ unit: "binary" }), pieces), (script) => {
				const refused = checkYq(script);
				assert.ok(refused === undefined || refused.length > 0);
			}),
			{ numRuns: 500 },
		);
	});

	it("is refused with a dangerous word outside of strings, fields and comments", () => {
		const words = fc.constantFrom("load", "load_str", "strenv", "eval", "system", ...Object.keys(JQ_REFUSED));
		const around = fc.constantFrom(
			".a | ",
			" ",
			"",
			"(",
			"[",
			"{a: ",
			'"x" + ',
			"..",
			".a, ",
			".a // ",
			'"\\(',
			"$x | ",
		);
		fc.assert(
			fc.property(fc.array(around, { maxLength: 6 }), words, (before, word) => {
				const script = `${before.join("")}${word}(x)`;
				const closed = [...script].reduceRight(
					(text, sign) => text + ({ "(": ")", "[": "]", "{": "}" }[sign] ?? ""),
					script,
				);
				assert.notEqual(checkYq(script), undefined, script);
				assert.notEqual(checkYq(closed), undefined, closed);
			}),
		);
	});

	it("takes no longer than its length allows", () => {
		for (const shape of ["(", '"', '"\\(', ".a", ".a-b", ".", "x ", '."a"', '"\\n"', "\\", "#\n", "{a,"]) {
			const script = shape.repeat(10_000 / shape.length);
			assert.ok(times(() => checkYq(script)) < 100, shape);
		}
	});
});
