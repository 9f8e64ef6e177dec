// An editor that is killed in the middle of an undo (kill -9, between any two steps): what the next gate finds on disk and
// puts on record.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { workspaceId, workspacePaths } from "../../../src/audit/home.ts";
import { readEntries } from "../../../src/audit/read.ts";
import { verifyWorkspace } from "../../../src/audit/verify.ts";
import { recordUndone, recoverUndone, type Undone } from "../../../src/gate/undone.ts";
import { Workspaces } from "../../../src/gate/workspaces.ts";
import { type Place, place, WRITER } from "../audit/support.ts";

/** A UUID, as the editor makes them. */
const UNDO = "00000000-0000-4000-8000-00000000000a";
const BASE = { undo: UNDO, request: "r1", since: "r0", session: "s1", how: "restore" } as const;
const APPROVER = { osUser: "ada", claims: {}, assurance: 1 };
const NOW = "as the agent left it\n";
const WANTED = "as it was\n";

const source = (path: string) => JSON.stringify(new URL(`../../../src/${path}`, import.meta.url).href);

/** The steps of an editor, in a process that kills itself before one of them, or, where it is none of them, at the end. */
const EDITOR = `
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { openHome } from ${source("audit/home.ts")};
import { Workspaces } from ${source("gate/workspaces.ts")};
import { recordUndone } from ${source("gate/undone.ts")};
import { unmarkUndo } from ${source("gate/undoMarks.ts")};
import { lookAt, writeBack } from ${source("editor/undoFiles.ts")};
const { before, homeDir, root, path, from, to, base, approver, writer } = JSON.parse(process.argv[1]);
const die = () => process.kill(process.pid, "SIGKILL");
/** Dies when this function of the file system is called. */
const dieAt = (name) => { fs[name] = () => { die(); return new Promise(() => {}); }; syncBuiltinESMExports(); };
const bytes = (text) => (text === null ? undefined : Buffer.from(text));
const home = openHome(homeDir);
const workspaces = new Workspaces({ home, gateId: "killed", writer, signer: home.signer() });
await workspaces.setFolders([root]);
const [folder] = workspaces.folders;
const { dir } = await workspaces.journal(folder);
const places = { folders: [root], home: homeDir };
const looked = await lookAt(path, path, places);
if (before === "entry") workspaces.record = async () => die();
await recordUndone(workspaces, folder, { ...base, approver, path, from: bytes(from), to: bytes(to) });
if (before === "write") die();
if (before === "name") for (const name of ["rename", "link", "unlink"]) dieAt(name);
await writeBack(looked, bytes(to), places, base.undo);
if (before === "unmark") die();
await unmarkUndo(dir, base.undo);
die();
`;

interface Cut extends Place {
	path: string;
	dir: string;
	log: string;
}

interface Content {
	from?: string | null;
	to?: string | null;
}

/** A workspace in which an editor was killed before a step of an undo. */
function killed(t: TestContext, before: string, { from = NOW, to = WANTED }: Content = {}): Cut {
	const at = place(t);
	const path = join(at.root, "a.txt");
	if (from !== null) writeFileSync(path, from);
	const given = {
		before,
		homeDir: at.home.dir,
		root: at.root,
		path,
		from,
		to,
		base: BASE,
		approver: APPROVER,
		writer: WRITER,
	};
	const { signal, stderr } = spawnSync(
		process.execPath,
		["--no-warnings", "--input-type=module", "-e", EDITOR, JSON.stringify(given)],
		{ encoding: "utf8" },
	);
	assert.equal(signal, "SIGKILL", stderr);
	return { ...at, path, log: workspacePaths(at.home.dir, workspaceId(at.root)).dir };
}

/** What the next gate does, twice: the second finds nothing more. @returns what it added to the log */
async function recovered({ home, root, log }: Cut): Promise<Record<string, unknown>[]> {
	for (const gateId of ["next", "later"]) {
		const workspaces = new Workspaces({ home, gateId, writer: WRITER, signer: home.signer() });
		await workspaces.setFolders([root]);
		assert.deepEqual(await recoverUndone(workspaces), []);
		assert.deepEqual(await workspaces.close(), []);
	}
	const bodies: Record<string, unknown>[] = [];
	for await (const { entry, problem } of readEntries(join(log, "journal"))) {
		assert.equal(problem, undefined);
		if (entry?.head.type === "change.undone") bodies.push({ ...entry.body, session: entry.head.session });
	}
	assert.deepEqual(readdirSync(join(log, "undo")), []);
	const { problems } = await verifyWorkspace(log);
	assert.deepEqual(problems, []);
	return bodies;
}

const isFirst = (body: Record<string, unknown> | undefined) => body !== undefined && body.outcome === undefined;

test("killed before the entry: nothing was written, and that it was to be is on record", async (t) => {
	const at = killed(t, "entry");
	const bodies = await recovered(at);
	assert.deepEqual(
		bodies.map(({ outcome }) => outcome),
		["failed"],
	);
	assert.equal(readFileSync(at.path, "utf8"), NOW);
});

for (const before of ["write", "name"])
	test(`killed after the entry, before the file's ${before}: a second entry says that it was not written`, async (t) => {
		const at = killed(t, before);
		assert.equal(readFileSync(at.path, "utf8"), NOW);
		assert.equal(readdirSync(at.root).length, before === "name" ? 2 : 1, "what was written first");
		const [first, second, ...more] = await recovered(at);
		assert.deepEqual(more, []);
		assert.ok(isFirst(first));
		const { salt: _, ...body } = second ?? {};
		assert.deepEqual(body, {
			...BASE,
			path: at.path,
			outcome: "failed",
			detail: "The editor ended before the file was written.",
			recovered: true,
		});
		assert.equal(readFileSync(at.path, "utf8"), NOW);
		assert.deepEqual(readdirSync(at.root), ["a.txt"]);
	});

for (const [what, content] of Object.entries<Content>({
	"a file that was made anew": { from: null },
	"a file that was removed": { to: null },
})) {
	test(`${what}: killed before it, and after it`, async (t) => {
		const early = await recovered(killed(t, "name", content));
		assert.deepEqual(
			early.map(({ outcome }) => outcome),
			[undefined, "failed"],
		);
		const late = killed(t, "unmark", content);
		assert.deepEqual(readdirSync(late.root), content.to === null ? [] : ["a.txt"]);
		assert.ok(isFirst((await recovered(late))[0]));
	});
}

test("killed after the file had its name: it was done, and one entry says so", async (t) => {
	for (const before of ["unmark", "end"]) {
		const at = killed(t, before);
		const [first, ...more] = await recovered(at);
		assert.ok(isFirst(first));
		assert.deepEqual(more, []);
		assert.equal(readFileSync(at.path, "utf8"), WANTED);
	}
});

test("a file that is neither, or cannot be looked at any more: that it is not known is what the second entry says", async (t) => {
	const at = killed(t, "write");
	const mark = join(at.log, "undo", `${UNDO}.json`);
	const marked = readFileSync(mark);
	for (const [index, meddle] of [
		() => writeFileSync(at.path, "another\n"),
		() => {},
		() => mkdirSync(at.path),
		() => symlinkSync("/nowhere/at/all", at.path),
	].entries()) {
		rmSync(at.path, { recursive: true, force: true });
		meddle();
		writeFileSync(mark, marked);
		const ends = (await recovered(at)).slice(1);
		assert.equal(ends.length, index + 1);
		assert.equal(ends[index]?.outcome, "unknown");
		assert.match(String(ends[index]?.detail), /^The editor ended while the file was being written, and it /);
	}
});

/** A gate of this process, and marks of others. */
async function gate(t: TestContext) {
	const { home, root } = place(t);
	const workspaces = new Workspaces({ home, gateId: "alive", writer: WRITER, signer: home.signer() });
	await workspaces.setFolders([root]);
	t.after(() => workspaces.close());
	const { dir } = await workspaces.journal(root);
	const path = join(root, "a.txt");
	writeFileSync(path, NOW);
	const undone: Undone = { ...BASE, approver: APPROVER, path, from: Buffer.from(NOW), to: Buffer.from(WANTED) };
	const entries = async () => {
		let count = 0;
		for await (const { entry } of readEntries(join(dir, "journal"))) if (entry?.head.type === "change.undone") count++;
		return count;
	};
	return { workspaces, root, dir, undone, marks: join(dir, "undo"), entries };
}

test("an undo that is still going on in a live editor is left alone", async (t) => {
	const { workspaces, root, undone, marks, entries } = await gate(t);
	await recordUndone(workspaces, root, undone);
	assert.deepEqual(await recoverUndone(workspaces), []);
	assert.deepEqual(readdirSync(marks), [`${UNDO}.json`]);
	assert.equal(await entries(), 1);
	// That it failed is said by the editor itself, and then it is over.
	await recordUndone(workspaces, root, { ...undone, failed: "EACCES" });
	assert.deepEqual(readdirSync(marks), []);
});

test("an undo that cannot be put on record leaves no mark, and one that cannot be marked is not put on record", async (t) => {
	const { workspaces, root, undone, marks, entries } = await gate(t);
	const { record } = workspaces;
	workspaces.record = () => Promise.reject(new Error("disk full"));
	await assert.rejects(recordUndone(workspaces, root, undone), /disk full/);
	workspaces.record = record;
	assert.deepEqual(readdirSync(marks), []);
	rmSync(marks, { recursive: true });
	writeFileSync(marks, "");
	await assert.rejects(recordUndone(workspaces, root, undone));
	assert.equal(await entries(), 0);
});

test("a conflict writes nothing and leaves no mark", async (t) => {
	const { workspaces, root, dir, undone } = await gate(t);
	await recordUndone(workspaces, root, { ...undone, how: "conflict", to: undefined });
	assert.ok(!readdirSync(dir).includes("undo"));
});

test("what is no mark is said, stays, and keeps nothing else from being looked at", async (t) => {
	const at = killed(t, "write");
	const marks = join(at.log, "undo");
	const mark = JSON.parse(readFileSync(join(marks, `${UNDO}.json`), "utf8"));
	const bad: Record<string, string> = {
		"aa.json": "{",
		"ab.json": JSON.stringify({ ...mark, undo: "../../x" }),
		"ac.json": JSON.stringify(mark),
		"ad.json": JSON.stringify({ ...mark, undo: "ad", how: "constructor" }),
		"ae.json": JSON.stringify({ ...mark, undo: "ae", owner: { pid: 0 } }),
		"af.json": "x".repeat(100_000),
	};
	for (const [name, text] of Object.entries(bad)) writeFileSync(join(marks, name), text);
	symlinkSync(join(marks, `${UNDO}.json`), join(marks, "ag.json"));
	const workspaces = new Workspaces({ home: at.home, gateId: "next", writer: WRITER, signer: at.home.signer() });
	await workspaces.setFolders([at.root]);
	t.after(() => workspaces.close());
	const troubles = await recoverUndone(workspaces);
	assert.equal(troubles.length, Object.keys(bad).length + 1);
	for (const { folder, error } of troubles) assert.ok(folder === at.root && error.message.length > 10, String(error));
	assert.deepEqual(readdirSync(marks).sort(), [...Object.keys(bad), "ag.json"].sort());
});

test("a draft is taken away only where it is one", async (t) => {
	const at = killed(t, "name");
	const draft = join(at.root, `.gatepost-${UNDO}.tmp`);
	rmSync(draft);
	mkdirSync(draft);
	await recovered(at);
	assert.deepEqual(readdirSync(at.root).sort(), [`.gatepost-${UNDO}.tmp`, "a.txt"]);
});
