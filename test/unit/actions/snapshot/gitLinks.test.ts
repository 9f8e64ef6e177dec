// Repositories whose ".git" is a link, or a file that leads elsewhere: git follows both, and so is what it would run told.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
	chmodSync,
	cpSync,
	existsSync,
	mkdirSync,
	realpathSync,
	renameSync,
	rmSync,
	symlinkSync,
	unlinkSync,
	writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { describe, test } from "node:test";
import { aMoment, git, type Place, place, put, repository, told } from "./support.ts";

interface Context {
	after(end: () => void): void;
}

/** A folder with committed files whose repository lies elsewhere. */
function linked(t: Context, how: "link" | "file" | "linkToFile"): Place & { elsewhere: string } {
	const one = repository(t, { "a.txt": "one\n", ".gitignore": "out/\n" });
	put(one.root, { "out/kept.js": "kept\n", "out/other.js": "other\n" });
	one.git("add", "-f", "out/kept.js");
	aMoment();
	one.git("update-index", "--refresh");
	const elsewhere = join(place(t).root, "git");
	renameSync(join(one.root, ".git"), elsewhere);
	const link = join(one.root, ".git");
	if (how === "link") symlinkSync(elsewhere, link);
	else if (how === "file") writeFileSync(link, `gitdir: ${relative(one.root, elsewhere)}\n`);
	else {
		// Git takes a relative path in it from the folder that the link is in.
		const pointer = join(place(t).root, "deep/pointer");
		put(join(pointer, ".."), { pointer: `gitdir: ${relative(one.root, elsewhere)}\n` });
		symlinkSync(pointer, link);
	}
	return { ...one, elsewhere };
}

describe("a .git that leads elsewhere", { skip: process.platform === "win32" && "needs symbolic links" }, () => {
	for (const how of ["link", "file", "linkToFile"] as const) {
		test(`${how}: hooks, settings, tracked files and contents are those git has`, (t) => {
			const { root, elsewhere, git, during } = linked(t, how);
			assert.equal(git("rev-parse", "--absolute-git-dir").trim(), elsewhere);
			const changes = during(() => {
				put(root, { "a.txt": "two\n", "out/kept.js": "evil\n", "out/other.js": "x\n" });
				put(elsewhere, { "hooks/pre-commit": "#!/bin/sh\n", config: "[core]\n\tbare = false\n" });
			});
			assert.equal(changes.incomplete, undefined);
			const outside = told(elsewhere, changes).filter((line) => !line.includes("../"));
			assert.match(
				outside.join(),
				/^modify config: \[core\][\s\S]* -> \[core\]\n\tbare = false\n,create hooks\/pre-commit: -> #!\/bin\/sh\n$/,
			);
			assert.equal(changes.files.length, 4);
			const own = told(root, changes).filter((line) => !line.includes("../"));
			assert.deepEqual(own, ["modify a.txt: one\n -> two\n", "modify out/kept.js: kept\n -> evil\n"]);
		});
	}

	test("a relative pointer is followed as the system does, behind links on the way, too", (t) => {
		const { root, elsewhere, git } = linked(t, "link");
		const tree = place(t);
		rmSync(tree.root, { recursive: true });
		git("worktree", "add", "-q", tree.root);
		aMoment();
		// A link to the worktree's folder: "../.." from it is the repository, not what lies above the link.
		const link = join(place(t).root, "link");
		symlinkSync(join(elsewhere, "worktrees", tree.root.split("/").at(-1) ?? ""), link);
		put(tree.root, { ".git": `gitdir: ${link}\n` });
		assert.equal(tree.git("rev-parse", "--git-common-dir").trim(), elsewhere);
		const changes = tree.during(() => put(elsewhere, { "hooks/pre-push": "x" }));
		assert.deepEqual(told(elsewhere, changes), ["create hooks/pre-push: -> x"]);
		assert.ok(existsSync(root));
	});

	test("one that leads elsewhere afterwards: the link's change is told, and no file is said to be made or gone that is not", (t) => {
		const { root, elsewhere, during } = linked(t, "link");
		const other = repository(t, { "b.txt": "b\n" });
		put(other.root, { ".git/hooks/pre-commit": "old\n" });
		aMoment();
		const there = join(other.root, ".git");
		const changes = during(() => {
			unlinkSync(join(root, ".git"));
			symlinkSync(there, join(root, ".git"));
			put(there, { "hooks/pre-push": "new\n" });
			put(elsewhere, { "hooks/pre-rebase": "left\n" });
		});
		const names = (line: string) =>
			line.replaceAll(there, "THERE").replaceAll(elsewhere, "LEFT").replaceAll(root, "ROOT");
		assert.deepEqual(changes.files.map(({ path, op }) => names(`${op} ${path}`)).sort(), [
			"create LEFT/hooks/pre-rebase",
			"create THERE/hooks/pre-push",
			"modify ROOT/.git",
		]);
		assert.ok(told(root, changes).map(names).includes("modify .git: @LEFT -> @THERE"));
		// Git runs the old pre-commit from now on.
		assert.equal(changes.incomplete?.code, "afterRun.gitElsewhere");
	});

	test("a pointer behind a link is looked at, though it lies outside", (t) => {
		const { root, during } = linked(t, "linkToFile");
		const other = repository(t, { "b.txt": "b\n" });
		const pointer = realpathSync(join(root, ".git"));
		aMoment();
		const to = join(other.root, ".git");
		const changes = during(() => writeFileSync(pointer, `gitdir: ${to}\n`));
		assert.deepEqual(
			changes.files.map(({ path, op }) => `${op} ${path}`),
			[`modify ${pointer}`],
		);
		assert.equal(changes.incomplete?.code, "afterRun.gitElsewhere");
	});

	test("a link on the way that leads elsewhere afterwards: what git takes from there is said not to be known", (t) => {
		const { root, elsewhere, during } = linked(t, "link");
		const other = repository(t, { "b.txt": "b\n" });
		const hop = join(place(t).root, "hop");
		symlinkSync(elsewhere, hop);
		unlinkSync(join(root, ".git"));
		symlinkSync(hop, join(root, ".git"));
		aMoment();
		assert.equal(during(() => put(elsewhere, { "hooks/pre-push": "x" })).incomplete, undefined);
		const changes = during(() => {
			unlinkSync(hop);
			symlinkSync(join(other.root, ".git"), hop);
		});
		assert.equal(changes.incomplete?.code, "afterRun.gitElsewhere");
	});

	test("a repository in the folder itself is told once", (t) => {
		const one = place(t);
		one.git("init", "-q", "--separate-git-dir", join(one.root, "store"));
		const changes = one.during(() => one.put({ "store/hooks/pre-push": "x", "store/config": "[a]\n" }));
		const lines = told(one.root, changes);
		assert.equal(lines.filter((line) => line.includes("pre-push")).length, 1, String(lines));
		assert.equal(lines.filter((line) => line.includes("config")).length, 1, String(lines));
	});

	test("a link into nothing, in a ring or to a pipe is no repository; what may not be looked at is said not to be known", (t) => {
		const { root, put, during } = place(t);
		const change = () => during(() => put({ "a.txt": String(Math.random()) }));
		execFileSync("mkfifo", [join(root, "pipe")]);
		for (const to of ["nowhere", "pipe"]) {
			symlinkSync(join(root, to), join(root, ".git"));
			const { incomplete, files } = change();
			assert.deepEqual([incomplete, files.length], [undefined, 1], to);
			unlinkSync(join(root, ".git"));
		}
		symlinkSync(".git", join(root, ".git"));
		assert.equal(change().incomplete?.code, "afterRun.gitUnread");
	});

	test("a file that git would follow and that is not followed here is said not to be known", (t) => {
		for (const pointer of ["gitdir: //server/share\n", `gitdir: /${"x/".repeat(3000)}\n`, "gitdir: a\nb\n"]) {
			const { root, put, during } = place(t);
			put({ ".git": pointer });
			const changes = during(() => put({ "a.txt": "1" }));
			assert.equal(changes.incomplete?.code, "afterRun.gitUnread", pointer.slice(0, 20));
			assert.deepEqual(told(root, changes), ["create a.txt: -> 1"]);
		}
	});

	test("a repository behind a folder that may not be entered is said not to be known", (t) => {
		if (process.getuid?.() === 0) return t.skip("root may enter every folder");
		const { root, elsewhere, during } = linked(t, "link");
		const above = join(elsewhere, "..");
		chmodSync(above, 0);
		try {
			const changes = during(() => put(root, { "a.txt": "2" }));
			assert.equal(changes.incomplete?.code, "afterRun.gitUnread");
		} finally {
			// Before the test's own clearing away.
			chmodSync(above, 0o700);
		}
	});

	test("no program of a repository elsewhere is run", (t) => {
		const { root, elsewhere, during } = linked(t, "link");
		const mark = join(root, "mark");
		mkdirSync(join(elsewhere, "hooks"), { recursive: true });
		const program = join(elsewhere, "hooks/fsmonitor");
		writeFileSync(program, `#!/bin/sh\ntouch '${mark}'\n`);
		chmodSync(program, 0o755);
		for (const [key, value] of Object.entries({
			"core.fsmonitor": program,
			"core.sshCommand": program,
			"filter.x.smudge": program,
			"diff.external": program,
		}))
			git(root, "config", key, value);
		put(elsewhere, { "info/attributes": "* filter=x\n" });
		const changes = during(() => put(root, { "a.txt": "two\n" }));
		assert.ok(told(root, changes).some((line) => line.startsWith("modify a.txt:")));
		assert.equal(existsSync(mark), false);
	});
});

describe("commondir, which says where hooks and settings are", {
	skip: process.platform === "win32" && "needs links",
}, () => {
	/** A repository, and a folder prepared earlier whose hook leaves a mark. */
	function prepared(t: Context, where: "outside" | "inside" | "ignored"): Place & { evil: string; hookRan(): boolean } {
		const one = repository(t, { "a.txt": "one\n", ".gitignore": "out/\n" });
		put(one.root, { ".git/hooks/pre-push": "mine\n" });
		const evil =
			where === "outside" ? join(place(t).root, "evil") : join(one.root, where === "inside" ? "evil" : "out/evil");
		cpSync(join(one.root, ".git"), evil, { recursive: true });
		const mark = join(place(t).root, "mark");
		put(evil, { "hooks/pre-commit": `#!/bin/sh\ntouch '${mark}'\n` });
		chmodSync(join(evil, "hooks/pre-commit"), 0o755);
		aMoment();
		const hookRan = () => {
			one.git("commit", "-q", "--allow-empty", "-m", "y");
			return existsSync(mark);
		};
		return { ...one, evil, hookRan };
	}

	for (const where of ["outside", "inside", "ignored"] as const) {
		for (const how of ["file", "link"] as const) {
			test(`${where}, ${how}: the swap is told, what git runs since is said not to be known, and nothing is said to be made or gone that is not`, (t) => {
				const { root, evil, during, hookRan } = prepared(t, where);
				const aside = join(place(t).root, "pointer");
				const changes = during(() => {
					writeFileSync(how === "file" ? join(root, ".git/commondir") : aside, `${evil}\n`);
					if (how === "link") symlinkSync(aside, join(root, ".git/commondir"));
				});
				assert.deepEqual(told(root, changes), [
					`create .git/commondir: -> ${how === "file" ? `${evil}\n` : `@${aside}`}`,
				]);
				assert.equal(changes.incomplete?.code, "afterRun.gitElsewhere");
				assert.ok(hookRan(), "git does follow it");
			});
		}

		test(`${where}: what changes in the old place and the new one is told`, (t) => {
			const { root, evil, during, hookRan } = prepared(t, where);
			const changes = during(() => {
				put(root, { ".git/commondir": relative(join(root, ".git"), evil), ".git/hooks/pre-rebase": "left\n" });
				unlinkSync(join(root, ".git/hooks/pre-push"));
				put(evil, { "hooks/pre-merge-commit": "new\n" });
			});
			assert.deepEqual(
				changes.files.map(({ path, op }) => `${op} ${path.replace(evil, "EVIL").replace(root, "ROOT")}`).sort(),
				[
					"create EVIL/hooks/pre-merge-commit",
					"create ROOT/.git/commondir",
					"create ROOT/.git/hooks/pre-rebase",
					"delete ROOT/.git/hooks/pre-push",
				],
			);
			assert.ok(hookRan());
		});
	}

	test("one that goes: the worktree's own folder is where git looks since", (t) => {
		const main = repository(t, { "a.txt": "one\n" });
		const tree = place(t);
		rmSync(tree.root, { recursive: true });
		main.git("worktree", "add", "-q", tree.root);
		const own = tree.git("rev-parse", "--absolute-git-dir").trim();
		put(own, { "hooks/pre-commit": "prepared\n" });
		aMoment();
		const same = tree.during(() => put(tree.root, { "b.txt": "b" }));
		assert.deepEqual([told(tree.root, same), same.incomplete], [["create b.txt: -> b"], undefined]);
		const changes = tree.during(() => unlinkSync(join(own, "commondir")));
		assert.deepEqual(
			changes.files.map(({ path, op }) => `${op} ${path}`),
			[`delete ${own}/commondir`],
		);
		assert.equal(changes.incomplete?.code, "afterRun.gitElsewhere");
	});

	test("one behind a link and back up is followed as the system does", (t) => {
		const { root, evil, during, hookRan } = prepared(t, "outside");
		mkdirSync(join(evil, "deep"));
		symlinkSync(join(evil, "deep"), join(root, ".git/hop"));
		put(root, { ".git/commondir": "hop/..\n" });
		aMoment();
		const changes = during(() => put(evil, { "hooks/pre-push": "x" }));
		assert.deepEqual(told(evil, changes), ["modify hooks/pre-push: mine\n -> x"]);
		assert.equal(changes.incomplete, undefined);
		assert.ok(hookRan());
	});

	test("one that is not followed here is said not to be known", (t) => {
		for (const pointer of ["//server/share\n", `/${"x/".repeat(3000)}\n`, "a\nb\n", "nowhere\n", ""]) {
			const { root, during } = repository(t, { "a.txt": "one\n" });
			const changes = during(() => put(root, { ".git/commondir": pointer }));
			assert.equal(changes.incomplete?.code, "afterRun.gitUnread", pointer.slice(0, 20));
			assert.ok(changes.files.length === 1 && changes.files[0]?.path.endsWith("/.git/commondir"), pointer.slice(0, 20));
		}
	});

	test("repositories and worktrees that are made are told whole, and all is known of them", (t) => {
		const one = repository(t, { "a.txt": "one\n" });
		const changes = one.during(() => {
			one.git("init", "-q", "new");
			one.git("worktree", "add", "-q", "tree");
			put(one.root, { "new/.git/hooks/pre-push": "x" });
		});
		assert.equal(changes.incomplete, undefined);
		const paths = told(one.root, changes).map((line) => line.slice(0, line.indexOf(":")));
		for (const path of ["new/.git/config", "new/.git/hooks/pre-push", "tree/.git", ".git/worktrees/tree/commondir"])
			assert.ok(paths.includes(`create ${path}`), `${path} in ${paths}`);
	});

	test("a repository that is moved in is told whole: its files are older than the command", (t) => {
		const one = repository(t, { "a.txt": "one\n" });
		const other = repository(t, { "b.txt": "b\n" });
		put(other.root, { ".git/hooks/pre-push": "old" });
		mkdirSync(join(one.root, "sub"));
		aMoment();
		const changes = one.during(() => {
			renameSync(join(other.root, ".git"), join(one.root, "sub/.git"));
		});
		assert.equal(changes.incomplete, undefined);
		assert.ok(told(one.root, changes).includes("create sub/.git/hooks/pre-push: -> old"));
	});
});
