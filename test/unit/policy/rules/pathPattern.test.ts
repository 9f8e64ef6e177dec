import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
	type PathPattern,
	parsePathPattern,
	pathAllowed,
	pathTightened,
} from "../../../../src/policy/rules/pathPattern.ts";

const GROUND = { folders: ["/w/one", "/w/two"], userHome: "/home/ada" };

function pattern(text: string): PathPattern {
	const read = parsePathPattern(text);
	assert.ok(!("wrong" in read), text);
	return read;
}

const allowed = (text: string, path: string) => pathAllowed(pattern(text), path, GROUND);
const tightened = (text: string, path: string) => pathTightened(pattern(text), path, GROUND);

describe("to allow", () => {
	const YES: [string, string][] = [
		["src/**", "/w/one/src/a.ts"],
		["src/**", "/w/two/src/deep/a.ts"],
		["./src/**", "/w/one/src/a.ts"],
		["src/", "/w/one/src/a/b"],
		["*.md", "/w/one/README.md"],
		["**/*.md", "/w/one/README.md"],
		["**/*.md", "/w/one/docs/a/b.md"],
		["src/**/test/*.ts", "/w/one/src/test/a.ts"],
		["src/**/test/*.ts", "/w/one/src/a/b/test/a.ts"],
		["**", "/w/one/x"],
		["/srv/data/*", "/srv/data/x"],
		["~/notes/*.md", "/home/ada/notes/x.md"],
		["app/[id]/page.tsx", "/w/one/app/[id]/page.tsx"],
		["a?c", "/w/one/abc"],
		["*", "/w/one/.env"],
	];
	for (const [text, path] of YES) test(`${text} covers ${path}`, () => assert.ok(allowed(text, path)));

	const NO: [string, string][] = [
		["src/**", "/w/one/src"],
		["src/", "/w/one/src"],
		["**", "/w/one"],
		["src/*", "/w/one/src/a/b"],
		["src/**", "/w/three/src/a"],
		["src/**", "/w/onesrc/a"],
		["src/**", "/w/one/srcs/a"],
		["src/**", "/w/one/src/../etc/passwd"],
		["src/**", "src/a"],
		["*.md", "/w/one/docs/a.md"],
		["/srv/data/*", "/w/one/srv/data/x"],
		["~/notes/*", "/home/bob/notes/x"],
		["~/notes/*", "/w/one/notes/x"],
		["app/[id]/page.tsx", "/w/one/app/i/page.tsx"],
		["a?c", "/w/one/a/c"],
		["a*c", "/w/one/ab/c"],
	];
	for (const [text, path] of NO) test(`${text} does not cover ${path}`, () => assert.ok(!allowed(text, path)));

	test("names differ by their capitals where the system tells them apart", {
		skip: process.platform !== "linux",
	}, () => {
		assert.ok(!allowed("src/**", "/w/one/SRC/a"));
		assert.ok(!tightened("src/**", "/w/one/SRC/a"));
	});
});

describe("to ask or deny", () => {
	const YES: [string, string][] = [
		["secrets", "/w/one/secrets/key"],
		["secrets/**", "/w/one/secrets"],
		["secrets/**", "/w/two/secrets/a/b"],
		[".env", "/w/one/deep/down/.env"],
		["*.pem", "/w/one/a/b.pem"],
		[".env", "/somewhere/else/.env"],
		["infra/*.tf", "/w/one/infra/a.tf"],
		["*.[ch]", "/w/one/a.c"],
		["[id].ts", "/w/one/[id].ts"],
		["/etc", "/etc/passwd"],
		["~/.ssh", "/home/ada/.ssh/id"],
	];
	for (const [text, path] of YES) test(`${text} covers ${path}`, () => assert.ok(tightened(text, path)));

	const NO: [string, string][] = [
		["secrets/x", "/w/one/secrets/y"],
		["infra/*.tf", "/w/one/deep/infra/a.tf"],
		["one", "/w/one/a"],
		["w", "/w/one/a"],
		["/etc", "/w/one/etc"],
		[".env", "/w/one/.envrc"],
		["~/.ssh", "/home/ada/.sshd/x"],
	];
	for (const [text, path] of NO) test(`${text} does not cover ${path}`, () => assert.ok(!tightened(text, path)));
});

const name = fc.constantFrom("a", "b", "*", "**", "a*", "?", "src", ".env", "[x]", "*.ts");
const part = fc.constantFrom("a", "b", "ab", "src", ".env", "x.ts", "[x]", "x");

test("what a rule that allows covers, the same rule covers to deny", () => {
	fc.assert(
		fc.property(
			fc.array(name, { minLength: 1, maxLength: 5 }),
			fc.array(part, { maxLength: 6 }),
			fc.constantFrom("", "/", "~/"),
			fc.constantFrom("/w/one", "/w/two", "/home/ada", ""),
			(names, parts, from, start) => {
				const path = [start, ...parts].join("/") || "/";
				if (allowed(from + names.join("/"), path)) assert.ok(tightened(from + names.join("/"), path));
			},
		),
		{ numRuns: 4000 },
	);
});

test("a glob agrees with the regular expression it stands for", () => {
	fc.assert(
		fc.property(
			fc.array(name, { minLength: 1, maxLength: 5 }),
			fc.array(part, { minLength: 1, maxLength: 6 }),
			(names, parts) => {
				const source = names
					.map((one, index) => {
						const last = index === names.length - 1;
						if (one === "**") return last ? "(?:[^/]+/)+" : "(?:[^/]+/)*";
						return `${one
							.replaceAll(/[.[\]]/g, "\\$&")
							.replaceAll("*", "[^/]*")
							.replaceAll("?", "[^/]")}/`;
					})
					.join("");
				const wanted = new RegExp(`^${source}$`).test(`${parts.join("/")}/`);
				assert.equal(
					allowed(names.join("/"), `/w/one/${parts.join("/")}`),
					wanted,
					`${names.join("/")} ${parts.join("/")}`,
				);
			},
		),
		{ numRuns: 4000 },
	);
});

test("any text is a pattern or says why not", () => {
	fc.assert(
		fc.property(fc.string({ unit: "binary" }), fc.string(), (text, path) => {
			const read = parsePathPattern(text);
			if ("wrong" in read) return;
			pathAllowed(read, path, GROUND);
			pathTightened(read, path, GROUND);
		}),
	);
});

test("stars upon stars are not slow", () => {
	const stars = pattern(`${"**/a*a*a*b/".repeat(30)}x`);
	const path = `/w/one/${"aaaaaaaaaaaaaaaa/".repeat(200)}`;
	// Backtracking through all ways would never end; this only has to end at all.
	assert.ok(!pathAllowed(stars, path, GROUND));
});
