// What a command really changed: every kind of change, and what was in the files before.
import assert from "node:assert/strict";
import {
	chmodSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	unlinkSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { NoSnapshotError } from "../../../../src/actions/snapshot/engine.ts";
import { CLOCK_STEP_MS } from "../../../../src/actions/snapshot/folderNotes.ts";
import { aMoment, engineOf, git, place, put, repository, told } from "./support.ts";

describe("in a folder without git", () => {
	test("created, modified and deleted files are told with both contents", (t) => {
		const { root, put, during } = place(t);
		put({ "a.txt": "one", "b/c.txt": "two", "b/same.txt": "same" });
		const changes = during(() => {
			put({ "a.txt": "ONE and more", "new/deep/d.txt": "three" });
			unlinkSync(join(root, "b/c.txt"));
		});
		assert.deepEqual(told(root, changes), [
			"modify a.txt: one -> ONE and more",
			"delete b/c.txt: two ->",
			"create new/deep/d.txt: -> three",
		]);
		assert.equal(changes.more, 0);
		assert.equal(changes.incomplete, undefined);
		assert.deepEqual(
			changes.files.map(({ before }) => before?.sha256?.slice(0, 8)),
			["7692c3ad", "3fc4ccfe", undefined],
		);
		assert.equal(changes.files[0]?.after?.size, 12);
	});

	test("nothing is told when nothing changed, and an empty file is a file", (t) => {
		const { root, put, during } = place(t);
		put({ "a.txt": "one" });
		assert.deepEqual(
			told(
				root,
				during(() => {}),
			),
			[],
		);
		assert.deepEqual(
			told(
				root,
				during(() => put({ empty: "" })),
			),
			["create empty: -> "],
		);
	});

	test("a moved file is gone in one place and new in the other", (t) => {
		const { root, put, during } = place(t);
		put({ "a.txt": "one" });
		assert.deepEqual(
			told(
				root,
				during(() => renameSync(join(root, "a.txt"), join(root, "b.txt"))),
			),
			["delete a.txt: one ->", "create b.txt: -> one"],
		);
	});

	test("permission bits are a change, with the same content on both sides", (t) => {
		const { root, put, during } = place(t);
		put({ "a.sh": "one" });
		chmodSync(join(root, "a.sh"), 0o644);
		const { files } = during(() => chmodSync(join(root, "a.sh"), 0o755));
		assert.deepEqual(
			files.map(({ op, before, after }) => [op, before?.mode, after?.mode, before?.sha256 === after?.sha256]),
			[["modify", 0o644, 0o755, true]],
		);
	});

	test("a file that was only touched, or written anew with the same content, is no change", (t) => {
		const { root, put, during } = place(t);
		put({ "a.txt": "one", "b.txt": "two" });
		const changes = during(() => {
			utimesSync(join(root, "a.txt"), 1, 1);
			writeFileSync(join(root, "new"), "two");
			chmodSync(join(root, "new"), statSync(join(root, "b.txt")).mode);
			renameSync(join(root, "new"), join(root, "b.txt"));
		});
		assert.deepEqual(told(root, changes), []);
	});

	test("a touched file whose content before is not known is told, and says why", (t) => {
		const { root, put, during } = place(t, { keptFileBytes: 10 });
		put({ "large.txt": "more than ten bytes" });
		const touch = () => during(() => utimesSync(join(root, "large.txt"), 1, 1 + Math.random()));
		assert.deepEqual(told(root, touch()), ["modify large.txt: (afterRun.notKept) -> more than ten bytes"]);
		assert.deepEqual(told(root, touch()), [], "its digest is known from the first time");
		const written = during(() => put({ "large.txt": "MORE than ten bytes" }));
		assert.deepEqual(told(root, written), ["modify large.txt: (afterRun.notKept) -> MORE than ten bytes"]);
		assert.equal(written.files[0]?.before?.sha256?.length, 64);
	});

	test("same size and time, other content: the clock of the change tells", (t) => {
		const { root, put, during } = place(t);
		put({ "a.txt": "one", "b.txt": "two" });
		const { atime, mtime } = statSync(join(root, "a.txt"));
		utimesSync(join(root, "b.txt"), atime, mtime);
		const changes = during(() => {
			put({ "a.txt": "ONE", "other.txt": "TWO" });
			renameSync(join(root, "other.txt"), join(root, "b.txt"));
			for (const name of ["a.txt", "b.txt"]) utimesSync(join(root, name), atime, mtime);
		});
		assert.deepEqual(told(root, changes), ["modify a.txt: one -> ONE", "modify b.txt: two -> TWO"]);
	});

	test("changes right after each other, of the same size, are all seen", (t) => {
		const { root, put, during } = place(t);
		put({ "a.txt": "0" });
		for (let round = 1; round < 10; round += 1) {
			const changes = during(() => put({ "a.txt": String(round) }));
			assert.deepEqual(told(root, changes), [`modify a.txt: ${round - 1} -> ${round}`]);
		}
	});

	test("a snapshot waits until the next change of what has just changed gets another time", (t) => {
		const { root, put, engine } = place(t);
		for (let id = 1; id < 6; id += 1) {
			put({ a: String(id) });
			engine.take(id, root);
			assert.ok(Date.now() >= statSync(join(root, "a")).ctimeMs + CLOCK_STEP_MS);
		}
	});

	test("binary content is given as it is", (t) => {
		const { root, put, during } = place(t);
		const [before, after] = [Buffer.from([0, 255, 10, 13]), Buffer.from([0xc3, 0x28, 0])];
		put({ "a.bin": before });
		const { files } = during(() => writeFileSync(join(root, "a.bin"), after));
		assert.deepEqual(Buffer.from(files[0]?.before?.bytes ?? []), before);
		assert.deepEqual(Buffer.from(files[0]?.after?.bytes ?? []), after);
	});

	test("links are told by where they lead, and never followed", (t) => {
		const { root, put, during } = place(t);
		const outside = place(t);
		outside.put({ "secret.txt": "secret" });
		put({ "a.txt": "one" });
		symlinkSync("a.txt", join(root, "same"));
		symlinkSync("a.txt", join(root, "link"));
		symlinkSync(outside.root, join(root, "out"));
		symlinkSync("..", join(root, "loop"));
		const changes = during(() => {
			outside.put({ "secret.txt": "changed" });
			for (const name of ["link", "same"]) unlinkSync(join(root, name));
			symlinkSync("b.txt", join(root, "link"));
			symlinkSync("a.txt", join(root, "same"));
			symlinkSync("nowhere", join(root, "new"));
		});
		assert.deepEqual(told(root, changes), ["modify link: @a.txt -> @b.txt", "create new: -> @nowhere"]);
	});

	test("a folder that became a link leads nowhere: its files are gone, and what it leads to is not read", (t) => {
		const { root, put, during } = place(t);
		const outside = place(t);
		outside.put({ "a.txt": "outside" });
		put({ "d/a.txt": "one" });
		const changes = during(() => {
			rmSync(join(root, "d"), { recursive: true });
			symlinkSync(outside.root, join(root, "d"));
		});
		assert.deepEqual(told(root, changes), [`create d: -> @${outside.root}`, "delete d/a.txt: one ->"]);
	});

	test("a file can become a link, a folder can become a file, and the other way round", (t) => {
		const { root, put, during } = place(t);
		put({ "f/x": "1", "f/y/z": "2", g: "3", h: "4" });
		const changes = during(() => {
			rmSync(join(root, "f"), { recursive: true });
			for (const name of ["g", "h"]) unlinkSync(join(root, name));
			put({ f: "5", "g/x": "6" });
			symlinkSync("f", join(root, "h"));
		});
		assert.deepEqual(told(root, changes), [
			"create f: -> 5",
			"delete f/x: 1 ->",
			"delete f/y/z: 2 ->",
			"delete g: 3 ->",
			"create g/x: -> 6",
			"modify h: 4 -> @f",
		]);
	});

	test("sockets are told and never opened", async (t) => {
		const { root, engine } = place(t);
		engine.take(1, root);
		const server = createServer().listen(join(root, "s"));
		await new Promise((resolve) => server.on("listening", resolve));
		const changes = engine.changes(1);
		server.close();
		assert.deepEqual(told(root, changes), ["create s: -> (afterRun.notFile)"]);
	});

	test("names of any bytes are told; of those that are no text without contents", (t) => {
		if (process.platform !== "linux") return t.skip("only Linux has names that are not UTF-8");
		const { root, put, during } = place(t);
		const odd = Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x66, 0xff, 0x6f])]);
		const changes = during(() => {
			put({ "new\nline": "1", "right\u202eleft": "2", "ünïcode/日本": "3", "back\\slash": "4", " ": "5" });
			writeFileSync(odd, "6");
		});
		assert.deepEqual(told(root, changes).sort(), [
			"create  : -> 5",
			"create back\\slash: -> 4",
			"create f\ufffdo: -> (afterRun.oddName)",
			"create new\nline: -> 1",
			"create right\u202eleft: -> 2",
			"create ünïcode/日本: -> 3",
		]);
		assert.equal(changes.files.find(({ path }) => path.includes("\ufffd"))?.after?.sha256?.length, 64);
		assert.deepEqual(
			told(
				root,
				during(() => writeFileSync(odd, "7")),
			),
			["modify f\ufffdo: (afterRun.oddName) -> (afterRun.oddName)"],
		);
		assert.deepEqual(
			told(
				root,
				during(() => unlinkSync(odd)),
			),
			["delete f\ufffdo: (afterRun.oddName) ->"],
		);
	});
});

describe("in a repository", () => {
	test("what git has of clean files is what was in them before, without having been read", (t) => {
		const { root, put, during } = repository(
			t,
			{ "a.txt": "one\n", "b.bin": Buffer.from([0, 1, 255]), "c/d.txt": "d\n" },
			NO_FILL,
		);
		const changes = during(() => {
			put({ "a.txt": "two\n", "b.bin": "x" });
			rmSync(join(root, "c"), { recursive: true });
		});
		assert.deepEqual(told(root, changes), [
			"modify a.txt: one\n -> two\n",
			"modify b.bin: \x00\x01\xff -> x",
			"delete c/d.txt: d\n ->",
		]);
	});

	test("a touched clean file is no change", (t) => {
		const { root, during } = repository(t, { "a.txt": "one\n" }, NO_FILL);
		assert.deepEqual(
			told(
				root,
				during(() => utimesSync(join(root, "a.txt"), 1, 1)),
			),
			[],
		);
	});

	test("a file that was changed before is not what git has; it was read when the snapshot was taken", (t) => {
		const { root, put, during } = repository(t, { "a.txt": "one\n" });
		put({ "a.txt": "two\n" });
		assert.deepEqual(
			told(
				root,
				during(() => put({ "a.txt": "three\n" })),
			),
			["modify a.txt: two\n -> three\n"],
		);
	});

	test("a commit, a checkout and a reset in between do not take what was before", (t) => {
		const { root, put, git, during } = repository(t, { "a.txt": "one\n", "b.txt": "b\n" }, NO_FILL);
		const committed = during(() => {
			put({ "a.txt": "two\n" });
			aMoment();
			git("commit", "-qam", "two");
		});
		assert.deepEqual(told(root, committed), ["modify a.txt: one\n -> two\n"]);
		const reset = during(() => git("reset", "-q", "--hard", "HEAD~1"));
		assert.deepEqual(told(root, reset), ["modify a.txt: two\n -> one\n"]);
	});

	test("every version of the index is read", (t) => {
		for (const version of ["2", "3", "4"]) {
			const { root, put, git, during } = repository(
				t,
				{ "a/b.txt": "one\n", "a/c.txt": "c\n", "b.txt": "b\n" },
				NO_FILL,
			);
			git("update-index", "--index-version", version);
			assert.deepEqual(
				told(
					root,
					during(() => put({ "a/b.txt": "two\n" })),
				),
				["modify a/b.txt: one\n -> two\n"],
			);
		}
	});

	test("a repository of SHA-256 is read", (t) => {
		const { root, put, git, during } = place(t, NO_FILL);
		git("init", "-q", "--object-format=sha256");
		put({ "a.txt": "one\n" });
		aMoment();
		git("add", "-A");
		assert.deepEqual(
			told(
				root,
				during(() => put({ "a.txt": "two\n" })),
			),
			["modify a.txt: one\n -> two\n"],
		);
	});

	test("a file that was changed at the time the index was written is not trusted", (t) => {
		const { root, put, during } = repository(t, { "a.txt": "one\n", "b.txt": "b\n" }, NO_FILL);
		const { mtimeMs } = statSync(join(root, "a.txt"));
		utimesSync(join(root, ".git/index"), mtimeMs / 1000 - 1, mtimeMs / 1000 - 1);
		assert.deepEqual(
			told(
				root,
				during(() => put({ "a.txt": "two\n" })),
			),
			["modify a.txt: (afterRun.notKept) -> two\n"],
		);
	});

	test("an index that is split, cut or no index at all is not trusted", (t) => {
		const { root, put, git, during } = repository(t, { "a.txt": "one\n" }, NO_FILL);
		const index = join(root, ".git/index");
		const whole = readFileSync(index);
		for (const bytes of [
			whole.subarray(0, -7),
			whole.subarray(0, 40),
			Buffer.from("DIRC"),
			Buffer.alloc(0),
			Buffer.alloc(999, 255),
		]) {
			writeFileSync(index, bytes);
			const changes = during(() => put({ "a.txt": String(Math.random()) }));
			assert.match(told(root, changes)[0] ?? "", /^modify a.txt: (?:\(afterRun.notKept\)|0\.\d+) ->/);
			assert.notEqual(Buffer.from(changes.files[0]?.before?.bytes ?? []).toString(), "one\n");
		}
		writeFileSync(index, whole);
		put({ "a.txt": "one\n" });
		aMoment();
		git("add", "-A");
		git("update-index", "--split-index");
		assert.ok(readFileSync(index).includes("link"));
		const engine = engineOf(NO_FILL);
		engine.take(1, root);
		put({ "a.txt": "three\n" });
		assert.deepEqual(told(root, engine.changes(1)), ["modify a.txt: (afterRun.notKept) -> three\n"]);
	});

	test("an object that is missing, or not what its name says, is no content", (t) => {
		for (const damage of ["remove", "replace"]) {
			const { root, put, git, during } = repository(t, { "a.txt": "one\n", "b.txt": "two\n" }, NO_FILL);
			const object = (name: string) => {
				const id = git("rev-parse", `:${name}`).trim();
				return join(root, ".git/objects", id.slice(0, 2), id.slice(2));
			};
			chmodSync(object("a.txt"), 0o644);
			const other = readFileSync(object("b.txt"));
			rmSync(object("a.txt"));
			if (damage === "replace") writeFileSync(object("a.txt"), other);
			assert.deepEqual(
				told(
					root,
					during(() => put({ "a.txt": "three\n" })),
				),
				["modify a.txt: (afterRun.gitFailed) -> three\n"],
			);
		}
	});

	test("a file that git converts is not what git has", (t) => {
		const crlf = repository(
			t,
			{ ".gitattributes": "* text=auto eol=crlf\n", "a.txt": "one\n", "b.txt": "b\r\n" },
			NO_FILL,
		);
		rmSync(join(crlf.root, "a.txt"));
		crlf.git("checkout", "-q", "a.txt");
		assert.equal(readFileSync(join(crlf.root, "a.txt"), "utf8"), "one\r\n");
		aMoment();
		crlf.git("update-index", "--refresh");
		const changes = crlf.during(() => crlf.put({ "a.txt": "two" }));
		assert.match(told(crlf.root, changes)[0] ?? "", /^modify a.txt: \(afterRun\.gitFailed\) -> two$/);

		// Of the same size in both encodings, and other bytes.
		const text = Buffer.from("a\u00e9\n", "latin1");
		const encoded = place(t, NO_FILL);
		encoded.git("init", "-q");
		encoded.put({
			".gitattributes": "*.txt working-tree-encoding=UTF-16LE\n*.md ident\n",
			"a.md": "one\n",
			"s/b.c": text,
		});
		encoded.put({ "a.txt": Buffer.from("\u3042\u3044", "utf16le"), "s/.gitattributes": "b.c filter=x\n" });
		aMoment();
		encoded.git("add", "-A");
		const told2 = told(
			encoded.root,
			encoded.during(() => encoded.put({ "a.txt": "x", "a.md": "x", "s/b.c": "x" })),
		);
		assert.deepEqual(told2, [
			"modify a.md: (afterRun.notKept) -> x",
			"modify a.txt: (afterRun.notKept) -> x",
			"modify s/b.c: (afterRun.notKept) -> x",
		]);
	});

	test("a worktree and a submodule have their own index and share the store", (t) => {
		const main = repository(t, { "a.txt": "one\n" });
		const tree = join(place(t).root, "tree");
		main.git("worktree", "add", "-q", tree);
		aMoment();
		git(tree, "update-index", "--force-write-index");
		const engine = engineOf(NO_FILL);
		engine.take(1, tree);
		put(tree, { "a.txt": "two\n" });
		assert.deepEqual(told(tree, engine.changes(1)), ["modify a.txt: one\n -> two\n"]);

		const outer = repository(t, { "top.txt": "top\n" }, NO_FILL);
		outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", main.root, "sub");
		aMoment();
		outer.git("submodule", "--quiet", "foreach", "git update-index --force-write-index");
		const changes = outer.during(() => outer.put({ "sub/a.txt": "three\n", "top.txt": "TOP\n" }));
		assert.deepEqual(told(outer.root, changes), [
			"modify sub/a.txt: one\n -> three\n",
			"modify top.txt: top\n -> TOP\n",
		]);
	});

	test("a folder inside a repository is compared like the whole of it", (t) => {
		const { root } = repository(t, { ".gitignore": "*.log\n/p/out/\n", "p/a.txt": "one\n", "b.txt": "b\n" });
		const engine = engineOf(NO_FILL);
		const inner = join(root, "p");
		engine.take(1, inner);
		put(root, { "p/a.txt": "two\n", "p/x.log": "log", "p/out/x": "x", "p/q/out/x": "y", "b.txt": "not inside" });
		assert.deepEqual(told(inner, engine.changes(1)), ["modify a.txt: one\n -> two\n", "create q/out/x: -> y"]);
	});

	test("of what is in .git hooks and settings are told, and nothing else", (t) => {
		const { root, put, during } = repository(t, { "a.txt": "one\n" });
		put({ ".git/info/exclude": "x\n" });
		writeFileSync(join(root, ".git/config"), "[a]\n");
		const changes = during(() => {
			put({ ".git/hooks/pre-commit": "#!/bin/sh\n", ".git/hooks/x.sample": "s", ".git/info/exclude": "y\n" });
			put({ ".git/config": "[b]\n", ".git/other": "o", ".git/objects/x": "o" });
		});
		assert.deepEqual(told(root, changes), [
			"modify .git/config: [a]\n -> [b]\n",
			"create .git/hooks/pre-commit: -> #!/bin/sh\n",
			"modify .git/info/exclude: x\n -> y\n",
		]);
		assert.deepEqual(
			told(
				root,
				during(() => {
					rmSync(join(root, ".git/hooks"), { recursive: true });
					symlinkSync("elsewhere", join(root, ".git/hooks"));
				}),
			),
			["create .git/hooks: -> @elsewhere", "delete .git/hooks/pre-commit: #!/bin/sh\n ->"],
		);
	});

	test("hooks and settings of a worktree, a submodule and a repository above are told where they are", (t) => {
		const main = repository(t, { "a.txt": "one\n", "p/b.txt": "b\n" });
		const tree = join(place(t).root, "tree");
		main.git("worktree", "add", "-q", tree);
		for (const root of [tree, join(main.root, "p")]) {
			const engine = engineOf();
			engine.take(1, root);
			put(main.root, { ".git/hooks/pre-push": root });
			const [one, ...more] = engine.changes(1).files;
			assert.deepEqual([one?.path, one?.op, more.length], [join(main.root, ".git/hooks/pre-push"), "create", 0]);
			assert.equal(String(Buffer.from(one?.after?.bytes ?? [])), root);
			rmSync(join(main.root, ".git/hooks/pre-push"));
		}
		const outer = repository(t, { "top.txt": "top\n" });
		outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", main.root, "sub");
		const changes = outer.during(() => outer.put({ ".git/modules/sub/hooks/pre-push": "x" }));
		assert.deepEqual(told(outer.root, changes), ["create .git/modules/sub/hooks/pre-push: -> x"]);
		const moved = told(
			outer.root,
			outer.during(() => outer.put({ "sub/.git": "gitdir: elsewhere\n" })),
		);
		assert.ok(
			moved.some((line) => /^modify sub\/\.git: gitdir: .*\n -> gitdir: elsewhere\n$/.test(line)),
			String(moved),
		);
	});

	test("what git tracks counts although rules leave it out, with the folders on the way", (t) => {
		const { root, put, git, during } = place(t);
		git("init", "-q");
		put({ ".gitignore": "*\n", "src/deep/app.js": "one\n", "src/other.js": "x", "dist/a": "1", link: "x" });
		aMoment();
		git("add", "-f", "src/deep/app.js", "dist/a", ".gitignore");
		put({ ".gitignore": "*\ndist/\n" });
		const changes = during(() => {
			put({ "src/deep/app.js": "evil\n", "src/deep/new.js": "n", "src/other.js": "y", "dist/a": "2", "dist/b": "n" });
		});
		assert.deepEqual(told(root, changes), ["modify dist/a: 1 -> 2", "modify src/deep/app.js: one\n -> evil\n"]);
		assert.equal(changes.incomplete, undefined);
		const untracked = during(() => {
			git("rm", "-qf", "--cached", "dist/a");
			put({ "dist/a": "3" });
		});
		assert.deepEqual(told(root, untracked), ["modify dist/a: 2 -> 3"], "tracked when it was looked at");
		const added = during(() => git("add", "-f", "src/other.js"));
		assert.deepEqual(told(root, added), [], "it was there before");
		assert.equal(added.incomplete?.code, "afterRun.rulesChanged");
		rmSync(join(root, "src/other.js"));
		const again = during(() => put({ "src/other.js": "back" }));
		assert.deepEqual(told(root, again), ["create src/other.js: -> back"]);
	});

	test("an index that cannot be read is told where rules leave something out", (t) => {
		const { root, put, during } = repository(t, { ".gitignore": "out\n", "a.txt": "one\n" });
		writeFileSync(join(root, ".git/index"), "no index");
		assert.equal(during(() => {}).incomplete, undefined);
		put({ "out/x": "1" });
		assert.equal(during(() => {}).incomplete?.code, "afterRun.gitUnread");
	});
});

describe("snapshots", () => {
	test("are forgotten once asked for, when dropped, and when there are too many", (t) => {
		const { root, engine } = place(t, { marks: 3 });
		for (const id of [1, 2, 3, 4, 5]) engine.take(id, root);
		assert.equal(engine.kept, 3);
		assert.throws(() => engine.changes(2), NoSnapshotError);
		assert.deepEqual(engine.changes(3).files, []);
		assert.throws(() => engine.changes(3), NoSnapshotError);
		engine.drop(4);
		assert.throws(() => engine.changes(4), NoSnapshotError);
		assert.deepEqual(engine.changes(5).files, []);
		assert.equal(engine.kept, 0);
	});

	test("hold only so many files in all; what they share counts once", (t) => {
		const { root, put, engine } = place(t, { markEntries: 25 });
		put(Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`a${index}`, "x"])));
		const other = place(t);
		other.put(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`a${index}`, "x"])));
		for (const id of [1, 2, 3]) engine.take(id, root);
		assert.equal(engine.kept, 3);
		engine.take(4, other.root);
		assert.equal(engine.kept, 1);
	});

	test("of overlapping commands each has its own", (t) => {
		const { root, put, engine } = place(t);
		put({ a: "1" });
		engine.take(1, root);
		put({ a: "2" });
		engine.take(2, root);
		put({ a: "3" });
		assert.deepEqual(told(root, engine.changes(1)), ["modify a: 1 -> 3"]);
		assert.deepEqual(told(root, engine.changes(2)), ["modify a: 2 -> 3"]);
	});

	test("of what is no folder there is none", (t) => {
		const { root, put, engine } = place(t);
		put({ file: "x" });
		assert.throws(() => engine.take(1, join(root, "absent")), /cannot be listed/);
		assert.throws(() => engine.take(1, join(root, "file")), /cannot be listed/);
	});

	test("say nothing of a folder that is gone as a whole but that it cannot be looked at", (t) => {
		const { root, put, engine } = place(t);
		put({ "w/a": "x" });
		engine.take(1, join(root, "w"));
		rmSync(join(root, "w"), { recursive: true });
		const changes = engine.changes(1);
		assert.deepEqual(changes.files, []);
		assert.equal(changes.incomplete?.code, "afterRun.unreadable");
	});
});

/** Nothing is read at a snapshot, so that what is known is from git. */
const NO_FILL = { fillFiles: 0 };
