import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import type { FileChange } from "../../../src/actions/change.ts";
import { patchOf, patchText } from "../../../src/actions/patchText.ts";
import { sideOf } from "../../../src/actions/textFile.ts";
import { edited, RUNS } from "./patch/support.ts";
import { change, folder } from "./support.ts";

const skip = spawnSync("git", ["--version"]).status === 0 ? false : "git is not installed";

/** Git in a folder, with nothing of the machine's settings. */
function git(dir: string, args: string[], input?: string): string {
	const env = { PATH: process.env.PATH, HOME: dir, GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" };
	const more = { maxBuffer: 1 << 28, ...(input === undefined ? {} : { input }) };
	return execFileSync("git", ["-c", "core.autocrlf=false", ...args], {
		cwd: dir,
		env,
		stdio: "pipe",
		...more,
	}).toString();
}

function repository(t: Parameters<typeof folder>[0]): string {
	const dir = folder(t);
	git(dir, ["init", "-q"]);
	return dir;
}

const apply = (dir: string, text: string) => git(dir, ["apply", "--whitespace=nowarn", "-"], text);

function write(path: string, bytes: Buffer | string, mode = 0o644): void {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, bytes, { mode });
}

/** Puts the old sides on disk, applies the patch text, and looks at what is there then. */
function check(dir: string, files: readonly FileChange[]): string {
	for (const { path, from, before } of files) if (before !== undefined) write(from ?? path, before.bytes, before.mode);
	const { text, left } = patchOf(files, dir);
	assert.deepEqual(left, []);
	if (text !== "") apply(dir, text);
	for (const { path, from, before, after } of files) {
		if (from !== undefined) assert.ok(!existsSync(from), from);
		if (after === undefined) assert.ok(!existsSync(path), path);
		else {
			assert.ok(readFileSync(path).equals(after.bytes), `bytes of ${path}`);
			const known = after.mode ?? before?.mode;
			if (known !== undefined) assert.equal(statSync(path).mode & 0o100, (after.mode ?? 0) & 0o100, `mode of ${path}`);
		}
	}
	return text;
}

test(`git makes of the patch text what is proposed, ${RUNS} times`, { skip }, (t) => {
	const dir = repository(t);
	const mode = fc.constantFrom(0o644, 0o644, 0o644, 0o755);
	const kind = fc.constantFrom("modify", "modify", "modify", "modify", "move", "create", "delete");
	const name = fc.constantFrom("f", "f", "a b", "é", 'q"\\', "t\tb", "c\u0001", " s ");
	const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
	const cases = fc.sample(fc.record({ texts: edited, mode, modeAfter: mode, kind, name }), { numRuns: RUNS, seed });
	const files = cases.map(({ texts: [before, after], mode, modeAfter, kind, name }, at): FileChange => {
		const path = join(dir, `d${Math.floor(at / 200)}`, `${at}${name}`);
		const old = kind === "create" ? {} : { before: sideOf(Buffer.from(before), mode) };
		const now = kind === "delete" ? {} : { after: sideOf(Buffer.from(after), kind === "create" ? mode : modeAfter) };
		const op = kind === "move" ? "modify" : kind;
		return { path, op, ...(kind === "move" ? { from: `${path}.old` } : {}), ...old, ...now };
	});
	for (let at = 0; at < files.length; at += 500) {
		const batch = files.slice(at, at + 500);
		try {
			check(dir, batch);
		} catch (all) {
			// Which one it was: each once more, in a repository of its own.
			for (const file of batch) {
				const alone = repository(t);
				const moved = (path: string) => join(alone, path.slice(dir.length));
				const own = { ...file, path: moved(file.path), ...(file.from === undefined ? {} : { from: moved(file.from) }) };
				try {
					check(alone, [own]);
				} catch (error) {
					const [before, after] = [file.before?.bytes.toString(), file.after?.bytes.toString()];
					assert.fail(`FC_SEED=${seed}: ${error}\n${JSON.stringify({ path: file.path, before, after })}`);
				}
			}
			throw all;
		}
	}
});

test("a patch reads as git would write it", { skip }, (t) => {
	const dir = repository(t);
	const text = check(dir, [
		...change(join(dir, "a.txt"), "1\n2\n3\n4\n5\n", "1\n2\nthree\n4\n5").files,
		...change(join(dir, "new.txt"), undefined, "n\n").files,
		...change(join(dir, "gone.txt"), "g\n", undefined).files,
	]);
	assert.equal(
		text,
		`diff --git a/a.txt b/a.txt
--- a/a.txt
+++ b/a.txt
@@ -1,5 +1,5 @@
 1
 2
-3
+three
 4
-5
+5
\\ No newline at end of file
diff --git a/new.txt b/new.txt
new file mode 100644
--- /dev/null
+++ b/new.txt
@@ -0,0 +1,1 @@
+n
diff --git a/gone.txt b/gone.txt
deleted file mode 100644
--- a/gone.txt
+++ /dev/null
@@ -1,1 +0,0 @@
-g
`,
	);
});

test("empty files, modes and moves alone are patches too", { skip }, (t) => {
	const dir = repository(t);
	const side = (text: string, mode: number) => sideOf(Buffer.from(text), mode);
	const text = check(dir, [
		...change(join(dir, "empty new"), undefined, "").files,
		...change(join(dir, "empty gone"), "", undefined).files,
		{ path: join(dir, "run"), op: "modify", before: side("x\n", 0o644), after: side("x\n", 0o755) },
		{
			path: join(dir, "d e/to"),
			from: join(dir, "away"),
			op: "modify",
			before: side("m\n", 0o644),
			after: side("m\n", 0o644),
		},
	]);
	assert.ok(text.includes("old mode 100644\nnew mode 100755\n"), text);
	assert.ok(text.includes("rename from away\nrename to d e/to\n"), text);
	assert.equal(patchText(change(join(dir, "same"), "x", "x").files, dir), "");
	assert.equal(patchText([{ path: join(dir, "none"), op: "delete" }], dir), "");
});

test("names are written as git writes them", { skip }, (t) => {
	for (const name of ['é "q"\t\\\u0007\u0001', "a b", "plain"]) {
		const dir = repository(t);
		write(join(dir, name), "x\n");
		git(dir, ["add", "."]);
		write(join(dir, name), "y\n");
		const wanted = git(dir, ["diff"]).split("\n").slice(0, 4);
		const made = patchText(change(join(dir, name), "x\n", "y\n").files, dir).split("\n");
		assert.deepEqual(made.slice(0, 3), [wanted[0], wanted[2], wanted[3]]);
	}
});

test("git writes the same hunks and counts", { skip }, (t) => {
	const dir = repository(t);
	const before = Array.from({ length: 40 }, (_, at) => `line ${at}\n`).join("");
	const after = before.replace("line 3\n", "").replace("line 9\n", "nine\nand\n").replace("line 30\n", "30\r\n");
	const file = join(dir, "a");
	write(file, before);
	git(dir, ["add", "."]);
	write(file, after);
	const hunks = (text: string) => text.slice(text.indexOf("@@")).replace(/^(@@ .* @@).*$/gm, "$1");
	assert.equal(hunks(patchText(change(file, before, after).files, dir)), hunks(git(dir, ["diff"])));
});

test("what git would not take is left out, with the reason", () => {
	const left = (path: string, after: string | Buffer = "x") =>
		patchOf(change(path, undefined, after).files, "/w").left.map(({ why }) => why.code);
	assert.deepEqual(left("/w/a"), []);
	assert.deepEqual(left("/elsewhere/a"), ["patchText.outside"]);
	assert.deepEqual(left("/w"), ["patchText.outside"]);
	assert.deepEqual(left("/wide/a"), ["patchText.outside"]);
	assert.deepEqual(left("/w/sub/.GIT/config"), ["patchText.name"]);
	assert.deepEqual(left("/w/\ud800"), ["patchText.name"]);
	assert.deepEqual(left("/w/a", Buffer.from([0, 1])), ["patchText.binary"]);
	assert.deepEqual(left("/w/a", Buffer.from([0xe9])), ["patchText.binary"]);
	const from = { ...change("/w/a", "x", "y").files[0], path: "/w/b", op: "modify" as const, from: "/out/a" };
	assert.deepEqual(
		patchOf([from], "/w").left.map(({ why }) => why),
		[{ code: "patchText.outside", args: { path: "/out/a" } }],
	);
});

test("a file behind a link is named by its own place, and no line of it is lost in 100,000", { skip }, (t) => {
	const dir = repository(t);
	const before = Array.from({ length: 100_000 }, (_, at) => `${at}\n`).join("");
	const after = before.replace("500\n", "").replace("99000\n", "x\n");
	write(join(dir, "real"), before);
	const text = patchText(change(join(dir, "link"), before, after, { target: join(dir, "real") }).files, dir);
	apply(dir, text);
	assert.equal(readFileSync(join(dir, "real"), "utf8"), after);
});
