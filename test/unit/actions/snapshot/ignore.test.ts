// What .gitignore leaves out is what git leaves out, but for settings; and changes of the rules hide nothing.
import assert from "node:assert/strict";
import { rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import { readable } from "../../../../src/actions/snapshot/byteText.ts";
import { namesOf } from "../../../../src/actions/snapshot/folderTree.ts";
import { IgnoreFile } from "../../../../src/actions/snapshot/ignoreFile.ts";
import { RulesBook } from "../../../../src/actions/snapshot/rulesBook.ts";
import { LIMITS } from "../../../../src/actions/snapshot/types.ts";
import { walk } from "../../../../src/actions/snapshot/walk.ts";
import { wildcard } from "../../../../src/actions/snapshot/wildcard.ts";
import { type Files, git, place, put, told } from "./support.ts";

/** All files that a walk looks at, but for the .gitignore files. */
function watched(root: string): string[] {
	const { folders } = walk(root, { limits: LIMITS, book: new RulesBook() });
	const paths = [...folders].flatMap(([path, folder]) => namesOf(folder).map((name) => path + name));
	return paths
		.filter((path) => !folders.has(`${path}/`) && !path.endsWith(".gitignore"))
		.map(readable)
		.sort();
}

/** All files that git would add, but for the .gitignore files. */
function addable(root: string): string[] {
	const out = git(root, "ls-files", "-o", "-z", "--exclude-per-directory=.gitignore");
	return out
		.split("\0")
		.filter((path) => path !== "" && !path.endsWith(".gitignore"))
		.sort();
}

function bothSee(t: Parameters<typeof place>[0], files: Files): string[] {
	const { root } = place(t);
	git(root, "init", "-q");
	put(root, files);
	assert.deepEqual(watched(root), addable(root));
	return watched(root);
}

describe("rules", () => {
	test("nested files, negations, anchors, folders, comments and escapes are those of git", (t) => {
		const seen = bothSee(t, {
			".gitignore":
				"# comment\n\\#hash\n*.log\n!keep.log\n/top\nnode_modules/\nbuild\n!build/keep\ndoc/*.txt\n**/deep/x\na/**/z\nq/**\nspace\\ \nspaces   \n\\!bang\nx[0-9]\ny[!a-c]\n[[:upper:]]up\n*.p[yo]\n?.one\r\nfoo//\n/\n!\n",
			"a.log": "",
			"keep.log": "",
			"s/keep.log": "",
			"s/.gitignore": "!a.log\n*.md\n!/b.md\n",
			"s/a.log": "",
			"s/a.md": "",
			"s/b.md": "",
			"s/t/b.md": "",
			top: "",
			"s/top": "",
			"node_modules/x/y": "",
			"s/node_modules": "a file",
			"build/keep": "",
			"doc/a.txt": "",
			"doc/sub/a.txt": "",
			"deep/x": "",
			"r/deep/x": "",
			"a/z": "",
			"a/b/c/z": "",
			"q/r/s": "",
			"space ": "",
			spaces: "",
			"!bang": "",
			"#hash": "",
			x1: "",
			xa: "",
			ya: "",
			yd: "",
			Aup: "",
			aup: "",
			"m.py": "",
			"m.px": "",
			"b.one": "",
			"bb.one": "",
			"foo/x": "",
		});
		for (const path of ["keep.log", "s/a.log", "s/b.md", "s/top", "doc/sub/a.txt", "xa"])
			assert.ok(seen.includes(path), path);
		for (const path of ["a.log", "build/keep", "node_modules/x/y", "a/b/c/z"]) assert.ok(!seen.includes(path), path);
	});

	test("a repository inside has its own rules only", (t) => {
		const { root } = place(t);
		git(root, "init", "-q");
		put(root, {
			".gitignore": "*.log\n/out\n",
			"sub/a.log": "",
			"sub/.gitignore": "*.tmp\n",
			"sub/b.tmp": "",
			"out/sub/x": "",
		});
		git(join(root, "sub"), "init", "-q");
		assert.deepEqual(watched(root), ["sub/a.log"]);
	});

	test("random patterns leave out what they leave out for git", (t) => {
		const { root } = place(t);
		git(root, "init", "-q");
		const name = fc.constantFrom("a", "b", "ab", "a.b", "a-b", "b]", "[a", "é", "A");
		const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));
		const piece = fc.constantFrom(
			...[
				"a",
				"b",
				"ab",
				".b",
				"*",
				"**",
				"?",
				"/",
				"/",
				"[ab]",
				"[!a]",
				"[a-]",
				"[]]",
				"[^]b]",
				"\\a",
				"\\*",
				"[",
				"é",
				"[[:alpha:]]",
				" ",
			],
		);
		const pattern = fc
			.tuple(
				fc.constantFrom("", "", "", "!", "/"),
				fc.array(piece, { minLength: 1, maxLength: 5 }),
				fc.constantFrom("", "", "/"),
			)
			.map(([start, pieces, end]) => start + pieces.join("") + end);
		const rules = fc.array(pattern, { minLength: 1, maxLength: 4 }).map((lines) => lines.join("\n"));
		fc.assert(
			fc.property(fc.array(path, { minLength: 1, maxLength: 12 }), rules, rules, (paths, top, nested) => {
				for (const one of ["a", "b", "ab", "a.b", "a-b", "b]", "[a", "é", "A"])
					rmSync(join(root, one), { recursive: true, force: true });
				for (const one of paths) {
					try {
						put(root, { [one]: "" });
					} catch {
						// The place is taken by a file or a folder.
					}
				}
				writeFileSync(join(root, ".gitignore"), top);
				try {
					put(root, { "a/.gitignore": nested });
				} catch {
					// "a" is a file.
				}
				assert.deepEqual(watched(root), addable(root));
			}),
			{ numRuns: Number(process.env.GATEPOST_PROPERTY_RUNS ?? 60) },
		);
	});

	test("no pattern takes long: a hostile one is followed in all its ways at once", () => {
		const name = "a".repeat(255);
		for (const pattern of [
			`${"*a".repeat(60)}b`,
			`${"**/".repeat(80)}b`,
			`${"*".repeat(500)}b`,
			`${"[a*]*".repeat(60)}b`,
		]) {
			assert.equal(new IgnoreFile(pattern).ignores({ folder: "a/".repeat(60), name, isFolder: false }), undefined);
		}
	});

	test("a row of any folders is one, and means the same", () => {
		const one = wildcard(`${"**/".repeat(1000)}x`, true);
		assert.deepEqual(
			["x", "a/x", "a/b/c/x", "x/a"].map((path) => one?.(path)),
			[true, true, true, false],
		);
		// Each byte would go through the whole row for each place in it: minutes.
		assert.equal(wildcard(`${"**/".repeat(40_000)}x`, true)?.("d/file"), false);
	});

	test("patterns that are too long or too many are not read, and it says so", (t) => {
		const file = new IgnoreFile(`${"?".repeat(5000)}\n*.log\n${"a*b\n".repeat(40_000)}`);
		assert.equal(file.ignores({ folder: "", name: "a.log", isFolder: false }), true);
		assert.ok(file.unread > 1 && file.slow <= 64 * 1024);
		const { root, put } = place(t);
		put({ ".gitignore": `${"**/".repeat(40_000)}x\n`, "d/file": "" });
		const { incomplete } = walk(root, { limits: LIMITS, book: new RulesBook() });
		assert.equal(incomplete?.code, "afterRun.rulesUnread");
		const deep = Object.fromEntries(
			Array.from({ length: 9 }, (_, depth) => [`${"d/".repeat(depth)}.gitignore`, "a?b\n".repeat(16_000)]),
		);
		put(deep);
		const tree = walk(root, { limits: { ...LIMITS, walkMs: 60_000 }, book: new RulesBook() });
		assert.equal(tree.incomplete?.code, "afterRun.rulesUnread");
		assert.ok(tree.rules.size < 9);
	});

	test("a pattern that names a member of every object is a pattern", () => {
		const file = new IgnoreFile("[[:constructor:]]\nconstructor\n__proto__\n");
		const at = (name: string) => file.ignores({ folder: "", name, isFolder: false });
		assert.deepEqual([at("constructor"), at("__proto__"), at("toString")], [true, true, undefined]);
	});
});

describe("changes of what is left out", () => {
	test("are not told, but for settings", (t) => {
		const { root, put, during } = place(t);
		put({
			".gitignore": "node_modules/\n.env*\n*.log\n.npmrc\n.claude/\n*.local.json\nout/\n",
			"node_modules/.env": "1",
			"s/.env": "1",
		});
		put({ ".claude/settings.json": "1", ".claude/worktrees/w/a": "1", "s/.claude/x": "1" });
		const changes = during(() => {
			put({
				"node_modules/.env": "2",
				"node_modules/a": "2",
				"a.log": "2",
				"out/a": "2",
				".env.production": "2",
				"s/.env": "2",
			});
			put({
				".claude/settings.json": "2",
				".claude/worktrees/w/a": "2",
				"s/.claude/x": "2",
				".npmrc": "2",
				"s/x.local.json": "2",
			});
		});
		assert.deepEqual(told(root, changes), [
			"modify .claude/settings.json: 1 -> 2",
			"create .env.production: -> 2",
			"create .npmrc: -> 2",
			"modify s/.env: 1 -> 2",
			"create s/x.local.json: -> 2",
		]);
		assert.equal(changes.incomplete, undefined);
	});

	test("rules written meanwhile hide no change of what was there, and say that they may hide what is new", (t) => {
		const { root, put, during } = place(t);
		put({ "a.txt": "1", "d/b.txt": "1", "e/c.txt": "1" });
		const changes = during(() => {
			put({ ".gitignore": "*\n", "a.txt": "2", "e/c.txt": "2", "new.txt": "2" });
			rmSync(join(root, "d"), { recursive: true });
		});
		assert.deepEqual(told(root, changes), [
			"create .gitignore: -> *\n",
			"modify a.txt: 1 -> 2",
			"delete d/b.txt: 1 ->",
			"modify e/c.txt: 1 -> 2",
		]);
		assert.equal(changes.incomplete?.code, "afterRun.rulesChanged");
	});

	test("rules taken away meanwhile make nothing look new that was there", (t) => {
		const { root, put, during } = place(t);
		put({ ".gitignore": "*.log\nm/\n", "old.log": "1", "m/a": "1", "a.txt": "1" });
		const changes = during(() => {
			unlinkSync(join(root, ".gitignore"));
			put({ "new.txt": "2" });
		});
		assert.deepEqual(told(root, changes), ["delete .gitignore: *.log\nm/\n ->", "create new.txt: -> 2"]);
		assert.equal(changes.incomplete?.code, "afterRun.rulesChanged");
	});

	test("rules in a new folder are told, and leave out what they do", (t) => {
		const { root, put, during } = place(t);
		put({ "a.txt": "1" });
		const changes = during(() => put({ "v/.gitignore": "*\n", "v/lib/x": "1" }));
		assert.deepEqual(told(root, changes), ["create v/.gitignore: -> *\n"]);
		assert.equal(changes.incomplete?.code, "afterRun.rulesChanged");
	});

	test("rules above the root that change meanwhile delete nothing", (t) => {
		const outer = place(t);
		git(outer.root, "init", "-q");
		outer.put({ ".gitignore": "*.log\n", "w/a.txt": "1", "w/b.txt": "1" });
		const root = join(outer.root, "w");
		outer.engine.take(1, root);
		outer.put({ ".gitignore": "*.txt\n", "w/a.txt": "2" });
		assert.deepEqual(told(root, outer.engine.changes(1)), ["modify a.txt: 1 -> 2"]);
		outer.put({ ".gitignore": "w\n" });
		outer.engine.take(2, root);
		outer.put({ "w/a.txt": "3" });
		assert.deepEqual(told(root, outer.engine.changes(2)), ["modify a.txt: 2 -> 3"]);
	});

	test("a repository made meanwhile changes no rules of before", (t) => {
		const { root, put, during } = place(t);
		put({ ".gitignore": "*.log\n", "s/a.log": "1", "s/b": "1" });
		const changes = during(() => {
			git(join(root, "s"), "init", "-q");
			put({ "s/b": "2" });
		});
		assert.deepEqual(
			told(root, changes).filter((line) => !line.startsWith("create s/.git/")),
			["modify s/b: 1 -> 2"],
		);
	});

	test("a .gitignore that is a link, a folder or huge has no rules", (t) => {
		const { root, put } = place(t);
		put({
			rules: "*.log\n",
			"b/a.log": "",
			"c/.gitignore": `*.log\n${"x".repeat(300_000)}`,
			"c/a.log": "",
			"d/.gitignore/x": "",
			"d/a.log": "",
		});
		symlinkSync("../rules", join(root, "b/.gitignore"));
		assert.deepEqual(watched(root), ["b/a.log", "c/a.log", "d/a.log", "rules"].concat("d/.gitignore/x").sort());
	});
});
