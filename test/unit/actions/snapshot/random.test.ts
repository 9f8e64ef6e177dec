// Whatever is done to a folder, what is told is what a full comparison of it before and after gives.
import assert from "node:assert/strict";
import {
	chmodSync,
	lstatSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	renameSync,
	rmSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import type { ChangedFile, ChangedSide } from "../../../../src/actions/snapshot/types.ts";
import { git, type Place, place, put } from "./support.ts";

const RUNS = Number(process.env.GATEPOST_PROPERTY_RUNS ?? 60);

/** All files and links by path: type, bits and content, read in full. */
function oracle(root: string, folder = ""): Map<string, string> {
	const all = new Map<string, string>();
	for (const name of readdirSync(join(root, folder))) {
		const path = join(folder, name);
		const info = lstatSync(join(root, path));
		if (name === ".git") continue;
		if (info.isDirectory()) for (const [inner, state] of oracle(root, path)) all.set(inner, state);
		else if (info.isSymbolicLink()) all.set(path, `@${readlinkSync(join(root, path))}`);
		else all.set(path, `${info.mode & 0o7777} ${readFileSync(join(root, path), "latin1")}`);
	}
	return all;
}

function stateOf(side: ChangedSide | undefined): string | undefined {
	if (side === undefined) return undefined;
	if (side.link !== undefined) return `@${side.link}`;
	return `${side.mode} ${side.bytes === undefined ? side.why?.code : Buffer.from(side.bytes).toString("latin1")}`;
}

const path = fc
	.array(fc.constantFrom("a", "b", "c", "ü"), { minLength: 1, maxLength: 3 })
	.map((names) => names.join("/"));
// Few contents of one size, so that a file is often written anew with what was in it.
const content = fc.constantFrom("", "1", "2", "3", "\0\xff", "longer\n");

type Work = (one: Place) => void;

const work: fc.Arbitrary<Work> = fc.oneof(
	{
		weight: 4,
		arbitrary: fc.tuple(path, content).map(
			([to, text]): Work =>
				({ root }) =>
					put(root, { [to]: text }),
		),
	},
	fc.tuple(path, path).map(
		([from, to]): Work =>
			({ root }) =>
				renameSync(join(root, from), join(root, to)),
	),
	path.map(
		(at): Work =>
			({ root }) =>
				rmSync(join(root, at), { recursive: true }),
	),
	fc.tuple(path, fc.constantFrom(0o644, 0o755, 0o600)).map(
		([at, mode]): Work =>
			({ root }) => {
				if (lstatSync(join(root, at)).isFile()) chmodSync(join(root, at), mode);
			},
	),
	fc.tuple(path, fc.constantFrom(1, 2)).map(
		([at, time]): Work =>
			({ root }) =>
				utimesSync(join(root, at), time, time),
	),
	fc.tuple(fc.constantFrom("a", "..", "nowhere"), path).map(
		([to, at]): Work =>
			({ root }) =>
				symlinkSync(to, join(root, at)),
	),
	// Other content at the same size, with the time set back.
	fc.tuple(path, content).map(
		([at, text]): Work =>
			({ root }) => {
				const { atime, mtime, size } = lstatSync(join(root, at));
				writeFileSync(join(root, at), text.padEnd(size, "x").slice(0, size));
				utimesSync(join(root, at), atime, mtime);
			},
	),
);
const gitWork: fc.Arbitrary<Work> = fc.constantFrom<Work>(
	(one) => one.git("add", "-A"),
	(one) => one.git("commit", "-q", "--allow-empty", "-am", "x"),
	(one) => one.git("reset", "-q", "--hard"),
	(one) => one.git("stash", "-q", "-u"),
	(one) => one.git("checkout", "-q", "HEAD~1"),
);

function attempt(works: readonly Work[], one: Place): void {
	for (const each of works) {
		try {
			each(one);
		} catch {
			// There is nothing to be moved, or something in the way.
		}
	}
}

function check(one: Place, before: Work[], during: Work[]): void {
	attempt(before, one);
	const old = oracle(one.root);
	const changes = one.during(() => attempt(during, one));
	const now = oracle(one.root);
	const expected = [...new Set([...old.keys(), ...now.keys()])].filter((key) => old.get(key) !== now.get(key));
	const told = new Map<string, ChangedFile>(changes.files.map((file) => [file.path.slice(one.root.length + 1), file]));
	assert.deepEqual([...told.keys()].sort(), expected.sort());
	for (const [at, file] of told) {
		const sides = [stateOf(file.before), stateOf(file.after)];
		assert.deepEqual(sides, [old.get(at), now.get(at)], at);
		assert.equal(file.op, sides[0] === undefined ? "create" : sides[1] === undefined ? "delete" : "modify");
	}
	assert.equal(changes.incomplete, undefined);
}

test("random changes of files are told exactly, with the content before and after", (t) => {
	const one = place(t);
	const works = fc.array(work, { maxLength: 12 });
	// The folder and what is kept go on from run to run.
	fc.assert(
		fc.property(works, works, (before, during) => check(one, before, during)),
		{ numRuns: RUNS * 5 },
	);
});

test("also in a repository, with git at work in it", (t) => {
	const one = place(t);
	git(one.root, "init", "-q");
	git(one.root, "config", "user.name", "A");
	git(one.root, "config", "user.email", "a@b.c");
	git(one.root, "config", "gc.auto", "0");
	const works = fc.array(fc.oneof({ weight: 4, arbitrary: work }, gitWork), { maxLength: 8 });
	fc.assert(
		fc.property(works, works, (before, during) => check(one, before, during)),
		{ numRuns: RUNS },
	);
});
