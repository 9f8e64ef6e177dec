// Folders and repositories for tests of snapshots, and snapshots taken without a thread.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { SnapshotEngine } from "../../../../src/actions/snapshot/engine.ts";
import { gitEnvOf } from "../../../../src/actions/snapshot/gitObjects.ts";
import { type ChangedFile, type ChangedFiles, LIMITS, type Limits } from "../../../../src/actions/snapshot/types.ts";

/** Contents of files by path; paths may be in folders that are not there yet. */
export type Files = Record<string, string | Buffer>;

interface Context {
	after(end: () => void): void;
}

export interface Place {
	root: string;
	engine: SnapshotEngine;
	/** Writes files. */
	put(files: Files): void;
	/** Takes a snapshot, does the work, and gives what changed. */
	during(work: () => void): ChangedFiles;
	git(...args: string[]): string;
}

export function place(t: Context, limits: Partial<Limits> = {}): Place {
	const root = realpathSync(mkdtempSync(join(tmpdir(), "gatepost-snapshot-")));
	t.after(() => rmSync(root, { recursive: true, force: true }));
	return placeAt(root, limits);
}

export function placeAt(root: string, limits: Partial<Limits> = {}): Place {
	const engine = engineOf(limits);
	let lastId = 0;
	return {
		root,
		engine,
		put: (files) => put(root, files),
		during: (work) => {
			const id = ++lastId;
			engine.take(id, root);
			work();
			return engine.changes(id);
		},
		git: (...args) => git(root, ...args),
	};
}

export function engineOf(limits: Partial<Limits> = {}): SnapshotEngine {
	return new SnapshotEngine({ ...LIMITS, ...limits }, gitEnvOf(process.env, tmpdir()));
}

export function put(root: string, files: Files): void {
	for (const [path, content] of Object.entries(files)) {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), content);
	}
}

/** Runs git with nobody's configuration but the repository's. */
export function git(root: string, ...args: string[]): string {
	return execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@b.c", ...args], {
		cwd: root,
		encoding: "utf8",
		env: { PATH: process.env.PATH, HOME: root, GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" },
		stdio: ["ignore", "pipe", "pipe"],
	});
}

/** A repository with these files committed, long enough ago that git trusts their times. */
export function repository(t: Context, files: Files, limits: Partial<Limits> = {}): Place {
	const one = place(t, limits);
	commit(one.root, files);
	return one;
}

export function commit(root: string, files: Files): void {
	git(root, "init", "-q");
	put(root, files);
	aMoment();
	git(root, "add", "-A");
	git(root, "commit", "-q", "-m", "all");
}

/** Longer than a step of a file system's clock. */
export function aMoment(): void {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 25);
}

/** Each change in short: "modify a.txt: one -> two". */
export function told(root: string, { files }: ChangedFiles): string[] {
	const side = (one: ChangedFile["before"]) => {
		if (one === undefined) return "";
		if (one.link !== undefined) return `@${one.link}`;
		return one.bytes === undefined ? `(${one.why?.code})` : Buffer.from(one.bytes).toString("latin1");
	};
	return files.map(({ path, op, before, after }) => {
		const sides = `${before === undefined ? "" : `${side(before)} `}->${after === undefined ? "" : ` ${side(after)}`}`;
		return `${op} ${relative(root, path)}: ${sides}`;
	});
}
