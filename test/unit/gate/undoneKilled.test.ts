// An editor that is killed in the middle of an undo (kill -9, between any two steps): what the next gate finds on disk and
// puts on record.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { workspaceId, workspacePaths } from "../../../src/audit/home.ts";
import { readEntries } from "../../../src/audit/read.ts";
import { verifyWorkspace } from "../../../src/audit/verify.ts";
import { claimMark, markUndo, readMarks, unmarkUndo } from "../../../src/gate/undoMarks.ts";
import { recordUndone, recoverUndone, type Undone } from "../../../src/gate/undone.ts";
import { Workspaces } from "../../../src/gate/workspaces.ts";
import { gatePlace, NO_PID, settles, testGate } from "../../support/gateClient.ts";
import { type Place, place, WRITER } from "../audit/support.ts";

/** A UUID, as the editor makes them. */
const UNDO = "00000000-0000-4000-8000-00000000000a";
const BASE = { undo: UNDO, request: "r1", since: "r0", session: "s1", how: "restore" } as const;
const APPROVER = { osUser: "ada", claims: {}, assurance: 1 };
/** How every detail of an end that was found out begins. */
const CUT_OFF = "The editor ended before this was known to be written. The file";
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
		["unknown"],
	);
	assert.equal(readFileSync(at.path, "utf8"), NOW);
});

for (const before of ["write", "name"])
	test(`killed after the entry, before the file's ${before}: a second entry says what the file holds`, async (t) => {
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
			outcome: "unknown",
			detail: `${CUT_OFF} holds what it held before.`,
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
			[undefined, "unknown"],
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
	const neither = / holds neither what it held before nor what was to be written\.$/;
	for (const [index, [meddle, found]] of (
		[
			[() => writeFileSync(at.path, "another\n"), neither],
			[() => {}, neither],
			[() => mkdirSync(at.path), / could not be read: .*folder/],
			[() => writeFileSync(at.path, Buffer.alloc(10 * 1024 * 1024 + 1)), / could not be read: .*10 MB/],
			[() => symlinkSync("/nowhere/at/all", at.path), / could not be read: /],
		] as [() => void, RegExp][]
	).entries()) {
		rmSync(at.path, { recursive: true, force: true });
		meddle();
		writeFileSync(mark, marked);
		const draft = join(at.root, `.gatepost-${UNDO}.tmp`);
		writeFileSync(draft, WANTED);
		const ends = (await recovered(at)).slice(1);
		assert.equal(ends.length, index + 1);
		assert.equal(ends[index]?.outcome, "unknown");
		assert.ok(String(ends[index]?.detail).startsWith(CUT_OFF));
		assert.match(String(ends[index]?.detail), found);
		assert.ok(!existsSync(draft), "the draft, which may hold a secret");
	}
});

test("a folder that is a file by now, so that there can be none, is no mark that stays", async (t) => {
	const at = killed(t, "write");
	edit(at, (mark) => ({ ...mark, path: join(at.path, "b.txt") }));
	const [, end] = await recovered(at);
	assert.match(String(end?.detail), / could not be read: .*ENOTDIR/);
});

/** Another program changes the mark. */
function edit({ log }: Cut, change: (mark: Record<string, unknown>) => object, undo = UNDO): void {
	const marks = join(log, "undo");
	const mark = JSON.parse(readFileSync(join(marks, `${UNDO}.json`), "utf8"));
	writeFileSync(join(marks, `${undo}.json`), JSON.stringify(change(mark)));
}

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

/** A gate of this process for the folder of a cut undo. */
async function nextGate(t: TestContext, { home, root }: Place, gateId = "next") {
	const workspaces = new Workspaces({ home, gateId, writer: WRITER, signer: home.signer() });
	await workspaces.setFolders([root]);
	t.after(() => workspaces.close());
	return workspaces;
}

async function endsIn(log: string): Promise<unknown[]> {
	const ends: unknown[] = [];
	for await (const { entry } of readEntries(join(log, "journal")))
		if (entry?.head.type === "change.undone" && entry.body?.recovered === true) ends.push(entry.body.outcome);
	return ends;
}

/** Functions of the file system in place of its own, until the end of the test. */
function patched(t: TestContext, functions: Partial<typeof fs>): void {
	const own = { ...fs };
	const put = (some: object) => {
		Object.assign(fs, some);
		syncBuiltinESMExports();
	};
	put(functions);
	t.after(() => put(own));
}

test("a mark that another program made of an undo that was done does not say that it failed", async (t) => {
	const { workspaces, root, dir, undone, marks } = await gate(t);
	await recordUndone(workspaces, root, undone);
	const mark = JSON.parse(readFileSync(join(marks, `${UNDO}.json`), "utf8"));
	await unmarkUndo(dir, UNDO);
	writeFileSync(join(marks, `${UNDO}.json`), JSON.stringify({ ...mark, owner: { ...mark.owner, pid: NO_PID } }));
	assert.deepEqual(await recoverUndone(workspaces), []);
	assert.deepEqual(await endsIn(dir), ["unknown"]);
	assert.deepEqual(readdirSync(marks), []);
});

test("of gates that start at once one records the end", async (t) => {
	const at = killed(t, "write");
	const marks = join(at.log, "undo");
	const gates = await Promise.all(["g1", "g2", "g3"].map((id) => nextGate(t, at, id)));
	for (const one of gates) await one.journal(at.root);
	// All have read the mark before the first claims it.
	const { rename } = fs;
	let waiting = 0;
	let go: () => void = () => {};
	const all = new Promise<void>((resolve) => {
		go = resolve;
	});
	patched(t, {
		rename: async (from, to) => {
			if (String(from) === join(marks, `${UNDO}.json`)) {
				if (++waiting === gates.length) go();
				await all;
			}
			return rename(from, to);
		},
	});
	assert.deepEqual((await Promise.all(gates.map((one) => recoverUndone(one)))).flat(), []);
	assert.equal(waiting, gates.length);
	assert.deepEqual(await endsIn(at.log), ["unknown"]);
	assert.deepEqual(readdirSync(marks), []);
});

test("a mark that is claimed is its claimer's, until that is gone", async (t) => {
	const at = killed(t, "write");
	const marks = join(at.log, "undo");
	const workspaces = await nextGate(t, at);
	for await (const found of readMarks(at.log)) assert.ok("mark" in found && (await claimMark(found)) !== undefined);
	const [claimed = ""] = readdirSync(marks);
	assert.match(claimed, new RegExp(`^${UNDO}\\.${process.pid}-.*\\.claimed$`));
	assert.deepEqual(await recoverUndone(workspaces), []);
	assert.deepEqual(readdirSync(marks), [claimed]);
	assert.deepEqual(await endsIn(at.log), []);
	const left = claimed.replace(`.${process.pid}-`, `.${NO_PID}-`);
	renameSync(join(marks, claimed), join(marks, left));
	assert.deepEqual(await recoverUndone(workspaces), []);
	assert.deepEqual(await endsIn(at.log), ["unknown"]);
	assert.deepEqual(readdirSync(marks), []);
});

test("what cannot be recorded is said, and its mark is there for the next gate", async (t) => {
	const at = killed(t, "write");
	const workspaces = await nextGate(t, at);
	const { record } = workspaces;
	workspaces.record = () => Promise.reject(new Error("disk full"));
	assert.deepEqual(
		(await recoverUndone(workspaces)).map(({ error }) => error.message),
		["disk full"],
	);
	assert.deepEqual(readdirSync(join(at.log, "undo")), [`${UNDO}.json`]);
	workspaces.record = record;
	assert.deepEqual(await recoverUndone(workspaces), []);
	assert.deepEqual(await endsIn(at.log), ["unknown"]);
});

test("nothing outside of the folders is looked at, whatever a mark says; the mark stays and is said", async (t) => {
	const at = killed(t, "write");
	const marks = join(at.log, "undo");
	const outside = join(at.dir, "outside");
	mkdirSync(outside);
	writeFileSync(join(outside, "secret"), NOW);
	symlinkSync(outside, join(at.root, "out"));
	symlinkSync(join(outside, "secret"), join(at.root, "leaf"));
	const paths = [
		"//server/share/a.txt",
		"\\\\server\\share\\a.txt",
		"\\/server/share/a.txt",
		"a.txt",
		join(outside, "secret"),
		`${at.root}/../outside/secret`,
		`${at.root}-beside/a.txt`,
		join(at.root, "out", "secret"),
		join(at.root, "leaf"),
	];
	for (const [index, path] of paths.entries()) edit(at, (mark) => ({ ...mark, undo: `u${index}`, path }), `u${index}`);
	rmSync(join(marks, `${UNDO}.json`));
	const workspaces = await nextGate(t, at);
	await workspaces.journal(at.root);
	const touched: string[] = [];
	const { open, realpath, lstat } = fs;
	const note = (path: unknown) => touched.push(String(path));
	patched(t, {
		open: (...args) => {
			note(args[0]);
			return open(...args);
		},
		realpath: ((...args: Parameters<typeof realpath>) => {
			note(args[0]);
			return realpath(...args);
		}) as typeof realpath,
		lstat: ((...args: Parameters<typeof lstat>) => {
			note(args[0]);
			return lstat(...args);
		}) as typeof lstat,
	});
	const troubles = await recoverUndone(workspaces);
	assert.equal(troubles.length, paths.length);
	for (const { error } of troubles) assert.match(error.message, /in no folder of this window/);
	assert.deepEqual(readdirSync(marks).sort(), paths.map((_, index) => `u${index}.json`).sort());
	assert.deepEqual(await endsIn(at.log), []);
	assert.ok(!touched.some((path) => /server|secret$/.test(path)), touched.join("\n"));
});

test("a start looks at a hundred marks of a folder, the next one at more", async (t) => {
	const at = killed(t, "write");
	for (let index = 1; index < 130; index += 1) edit(at, (mark) => ({ ...mark, undo: `u${index}` }), `u${index}`);
	const workspaces = await nextGate(t, at);
	assert.deepEqual(await recoverUndone(workspaces), []);
	assert.equal(readdirSync(join(at.log, "undo")).length, 30);
	assert.deepEqual(await recoverUndone(workspaces), []);
	assert.equal((await endsIn(at.log)).length, 130);
});

test("contents are hashed a piece at a time", async (t) => {
	const { workspaces, root, dir, undone } = await gate(t);
	const large = Buffer.alloc(9 * 1024 * 1024, "x");
	let turns = 0;
	let going = true;
	const count = () => {
		turns += 1;
		if (going) setImmediate(count);
	};
	setImmediate(count);
	await markUndo(dir, { ...BASE, path: undone.path }, large, large);
	const marking = turns;
	turns = 0;
	let sides = 0;
	for await (const found of readMarks(dir)) {
		assert.ok("mark" in found);
		turns = 0;
		assert.equal(await found.mark.sideOf(large), "after");
		sides += 1;
	}
	going = false;
	assert.equal(sides, 1);
	assert.ok(marking >= 16 && turns >= 8, `${marking}, ${turns}`);
	await unmarkUndo(dir, UNDO);
	assert.deepEqual(await recoverUndone(workspaces, [root]), []);
});

test("a gate that is closed, or a folder that left, while one is looked at: no trouble, no entry, and the mark stays", async (t) => {
	for (const end of ["close", "over", "leave"]) {
		const at = killed(t, "write");
		const workspaces = await nextGate(t, at);
		await workspaces.journal(at.root);
		const { lstat } = fs;
		let over = false;
		patched(t, {
			lstat: (async (...args: Parameters<typeof lstat>) => {
				if (!over && String(args[0]) === at.path) {
					over = true;
					if (end === "leave") await workspaces.leave(await workspaces.setFolders([]));
					if (end === "close") await workspaces.close();
				}
				return lstat(...args);
			}) as typeof lstat,
		});
		assert.deepEqual(await recoverUndone(workspaces, workspaces.folders, () => over && end !== "leave"), []);
		Object.assign(fs, { lstat });
		syncBuiltinESMExports();
		assert.ok(over);
		assert.deepEqual(readdirSync(join(at.log, "undo")), [`${UNDO}.json`]);
		assert.deepEqual(await endsIn(at.log), []);
		assert.equal((await recovered(at)).length, 2, "the next gate finds it");
	}
});

test("a gate opens, takes on folders and closes while a file does not answer", async (t) => {
	const at = gatePlace(t);
	const other = join(at.dir, "other");
	for (const root of [at.folder, other]) mkdirSync(join(root, "drive"), { recursive: true });
	const first = await testGate(t, { folders: [at.folder, other] }, at);
	const marks: string[] = [];
	for (const root of [at.folder, other]) {
		const path = join(root, "drive", "a.txt");
		await first.open.recordUndone(root, { ...BASE, approver: APPROVER, path, to: Buffer.from(WANTED) });
		const mark = join(workspacePaths(at.home, workspaceId(root)).dir, "undo", `${UNDO}.json`);
		const { owner, ...more } = JSON.parse(readFileSync(mark, "utf8"));
		writeFileSync(mark, JSON.stringify({ ...more, owner: { ...owner, pid: NO_PID } }));
		marks.push(mark);
	}
	await first.open.close("stopped");
	const { realpath } = fs;
	const held: (() => void)[] = [];
	let answers = false;
	patched(t, {
		realpath: (async (...args: Parameters<typeof realpath>) => {
			if (!answers && /drive/.test(String(args[0]))) await new Promise<void>((resolve) => held.push(resolve));
			return realpath(...args);
		}) as typeof realpath,
	});
	const gate = await testGate(t, {}, at);
	await gate.open.setFolders([at.folder, other]);
	await settles(() => held.length === 2, "both are looked at");
	await gate.open.close("stopped");
	assert.deepEqual(
		gate.gate.warnings().filter(({ message }) => /^gate\.log/.test(message.code)),
		[],
	);
	answers = true;
	for (const answer of held) answer();
	await settles(() => marks.every((mark) => existsSync(mark)), "the marks are there for the next gate");
	for (const root of [at.folder, other]) {
		const entries = await gate.entries(root);
		assert.equal(entries.filter(({ type }) => type === "change.undone").length, 1);
	}
});

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
