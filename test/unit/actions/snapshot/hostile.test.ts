// A repository that names programs wherever git would run one: none of them runs, and contents are still had.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { findGit } from "../../../../src/actions/snapshot/gitObjects.ts";
import { isPlainStore } from "../../../../src/actions/snapshot/plainStore.ts";
import { engineOf, git, place, put, repository, told } from "./support.ts";

const NO_FILL = { fillFiles: 0 };

/** A program that leaves a mark, and passes on what it reads. */
function program(dir: string): { path: string; ran: () => boolean } {
	const [path, mark] = [join(dir, "program"), join(dir, "mark")];
	writeFileSync(path, `#!/bin/sh\necho "$0 $@" >> '${mark}'\nexec cat\n`);
	chmodSync(path, 0o755);
	return { path, ran: () => existsSync(mark) };
}

/** Has git run all the program it is told to, without any of ours: shows that the settings would work. */
const SETTINGS = (path: string): [string, string][] => [
	["core.fsmonitor", path],
	["core.hooksPath", join(path, "..")],
	["core.sshCommand", path],
	["core.gitProxy", path],
	["core.pager", path],
	["core.editor", path],
	["core.askPass", path],
	["core.alternateRefsCommand", path],
	["filter.x.clean", path],
	["filter.x.smudge", path],
	["filter.x.process", path],
	["filter.x.required", "true"],
	["diff.x.textconv", path],
	["diff.x.command", path],
	["diff.external", path],
	["credential.helper", path],
	["uploadpack.packObjectsHook", path],
	["extensions.partialClone", "origin"],
	["remote.origin.url", `ext::${path} %S`],
	["remote.origin.promisor", "true"],
	["remote.origin.uploadpack", path],
	["protocol.ext.allow", "always"],
	["protocol.allow", "always"],
	["alias.cat-file", `!${path}`],
];

describe("a hostile repository", () => {
	test("runs nothing, with all settings that name programs, also for an object that is missing", (t) => {
		const { path, ran } = program(place(t).root);
		const files = { "a.txt": "one\n", "b.txt": "two\n", "c.x": "three\n" };
		const { root, put, during } = repository(t, files, NO_FILL);
		const missing = git(root, "rev-parse", ":b.txt").trim();
		rmSync(join(root, ".git/objects", missing.slice(0, 2), missing.slice(2)));
		git(root, "config", "core.repositoryformatversion", "1");
		for (const [name, value] of SETTINGS(path)) git(root, "config", name, value);
		for (const hook of ["post-checkout", "post-index-change", "fsmonitor-watchman", "reference-transaction"]) {
			symlinkSync(path, join(root, ".git/hooks", hook));
		}
		put({ ".gitattributes": "*.x filter=x diff=x\n", ".git/info/attributes": "c.x filter=x\n" });
		assert.equal(ran(), false);
		const changes = during(() => put({ "a.txt": "ONE\n", "b.txt": "TWO\n", "c.x": "THREE\n" }));
		assert.deepEqual(told(root, changes), [
			"modify a.txt: one\n -> ONE\n",
			"modify b.txt: (afterRun.gitFailed) -> TWO\n",
			"modify c.x: (afterRun.notKept) -> THREE\n",
		]);
		assert.equal(ran(), false, "a program of the repository ran");
		try {
			git(root, "status", "--porcelain");
		} catch {
			// It may fail; it must have tried.
		}
		assert.equal(ran(), true, "the settings do run the program where git reads them");
	});

	test("runs no git of its own, and none from a relative path", (t) => {
		const { root, put } = place(t);
		put({ "bin/git": "#!/bin/sh\n" });
		chmodSync(join(root, "bin/git"), 0o755);
		const env = (path: string) => ({ path, temporary: "/tmp" });
		assert.equal(findGit(env(`${root}/bin:bin:.:`), [root]), undefined);
		assert.equal(findGit(env(`${root}/bin`), ["/elsewhere"]), join(root, "bin/git"));
		assert.equal(findGit({ ...env(`${root}/bin`), folders: [root] }, ["/elsewhere"]), undefined);
		// However it is come by: the folder, the entry or the program can be a link.
		const outside = place(t).root;
		mkdirSync(join(outside, "bin"));
		symlinkSync(join(root, "bin/git"), join(outside, "bin/git"));
		symlinkSync(join(root, "bin"), join(outside, "linked"));
		symlinkSync(root, join(outside, "root"));
		assert.equal(findGit(env(`${outside}/bin:${outside}/linked:${outside}/root/bin`), [root]), undefined);
		assert.equal(findGit(env(`${root}/bin`), [join(outside, "root")]), undefined);
		assert.equal(findGit(env(`${outside}/bin`), ["/elsewhere"]), join(outside, "bin/git"));
		mkdirSync(join(root, "other/git"), { recursive: true });
		assert.equal(findGit(env(`${root}/other`), ["/elsewhere"]), undefined, "a folder is no program");
	});

	test("with a .git that leads astray has no contents, and blocks nothing", (t) => {
		for (const pointer of [
			"gitdir: /dev/zero",
			"gitdir: /nowhere",
			"gitdir: //server/share",
			"gitdir: \0",
			"",
			"x".repeat(99_999),
			"gitdir: .",
		]) {
			const { root, put, during } = place(t);
			put({ ".git": pointer, "a.txt": "one" });
			assert.deepEqual(
				told(
					root,
					during(() => put({ "a.txt": "two" })),
				),
				["modify a.txt: one -> two"],
			);
		}
	});

	test("with pipes in the place of its files blocks nothing", (t) => {
		const { root, during, put } = repository(t, { "a.txt": "one\n", "d/b.txt": "two\n" });
		for (const path of [
			".gitignore",
			".gitattributes",
			"d/.gitignore",
			".git/index",
			".git/commondir",
			".git/info/attributes",
		]) {
			rmSync(join(root, path), { force: true });
			mkdirSync(join(root, path, ".."), { recursive: true });
			makePipe(join(root, path));
		}
		const changes = during(() => {
			put({ "a.txt": "ONE\n" });
			makePipe(join(root, "pipe"));
		});
		assert.deepEqual(told(root, changes), ["modify a.txt: one\n -> ONE\n", "create pipe: -> (afterRun.notFile)"]);
	});

	test("with pipes in its store is not handed to git", (t) => {
		const { root, git: run } = repository(t, { "a.txt": "one\n" });
		const id = run("rev-parse", ":a.txt").trim();
		const store = join(root, ".git/objects");
		assert.equal(isPlainStore(store, [{ id }]), true);
		const borrower = join(place(t).root, "objects");
		put(borrower, { "info/alternates": `# comment\n${store}\n` });
		assert.equal(isPlainStore(borrower, [{ id }]), true);
		for (const path of ["info/alternates", "pack/pack-1.idx", `${id.slice(0, 2)}/${id.slice(2)}`]) {
			const at = join(store, path);
			const there = existsSync(at) ? readFileSync(at) : undefined;
			rmSync(at, { force: true });
			makePipe(at);
			assert.deepEqual([isPlainStore(store, [{ id }]), isPlainStore(borrower, [{ id }])], [false, false], path);
			rmSync(at);
			if (there !== undefined) writeFileSync(at, there);
		}
		put(store, { "info/alternates": `${borrower}\n` });
		assert.equal(isPlainStore(store, [{ id }]), true, "a circle ends");
	});

	test("leaves no temporary folders behind", (t) => {
		const { root, put: write } = repository(t, { "a.txt": "one\n" });
		const temporary = place(t).root;
		const saved = process.env.TMPDIR;
		process.env.TMPDIR = temporary;
		try {
			const engine = engineOf(NO_FILL);
			engine.take(1, root);
			write({ "a.txt": "two\n" });
			assert.equal(engine.changes(1).files.length, 1);
		} finally {
			if (saved === undefined) delete process.env.TMPDIR;
			else process.env.TMPDIR = saved;
		}
		assert.deepEqual(readdirSync(temporary), []);
	});

	test("of hundreds of attributes files is not trusted, nor waited for", (t) => {
		const { root } = repository(t, { "a.txt": "one\n" });
		put(root, Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`d${index}/.gitattributes`, "* text\n"])));
		const engine = engineOf(NO_FILL);
		engine.take(1, root);
		put(root, { "a.txt": "two\n" });
		assert.deepEqual(told(root, engine.changes(1)), ["modify a.txt: (afterRun.notKept) -> two\n"]);
	});
});

function makePipe(path: string): void {
	execFileSync("mkfifo", [path]);
}
