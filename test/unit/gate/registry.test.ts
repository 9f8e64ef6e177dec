import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
	chmodSync,
	existsSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import {
	keepEntry,
	markRestarting,
	newEntry,
	readEntries,
	removeDead,
	removeEntry,
	writeEntry,
} from "../../../src/gate/registry.ts";
import { RegistryEntry } from "../../../src/protocol/hook.ts";
import { place, until } from "../hook/support.ts";

let deadPid = 0;
before(async () => {
	const child = spawn(process.execPath, ["-e", "0"]);
	deadPid = child.pid ?? 0;
	await once(child, "exit");
});

const editor = "Visual Studio Code";

test("an entry is written as a private file, read back the same, and removed", (t) => {
	const { home, folder } = place(t);
	const entry = newEntry({ folders: [folder], editor, port: 4000 });
	RegistryEntry.parse(entry);
	writeEntry(home, entry);
	const file = join(home, "gates", `${entry.id}.json`);
	assert.equal(statSync(file).mode & 0o777, 0o600);
	assert.equal(statSync(join(home, "gates")).mode & 0o777, 0o700);
	assert.deepEqual(readEntries(home), { entries: [entry], problems: [] });
	assert.deepEqual(readdirSync(join(home, "gates")), [`${entry.id}.json`], "no draft is left");
	removeEntry(home, entry.id);
	removeEntry(home, entry.id);
	assert.deepEqual(readEntries(home), { entries: [], problems: [] });
});

test("every gate run has its own id, token and key", () => {
	const [a, b] = [newEntry({ folders: [], editor }), newEntry({ folders: [], editor })];
	assert.equal(new Set([a.id, b.id]).size, 2);
	assert.equal(new Set([a.token, b.token, a.proofKey, b.proofKey]).size, 4);
});

test("folders go in as real paths", (t) => {
	const { dir, folder } = place(t);
	symlinkSync(folder, join(dir, "link"));
	const { folders } = newEntry({ folders: [join(dir, "link"), join(dir, "absent")], editor });
	assert.deepEqual(folders, [folder, join(dir, "absent")]);
});

test("an entry that cannot be written says so and leaves no draft", (t) => {
	const { home } = place(t);
	writeFileSync(join(home, "gates"), "");
	assert.throws(() => writeEntry(home, newEntry({ folders: [], editor })));
	assert.deepEqual(readdirSync(home), ["gates"]);
});

test("half-written, forged, oversize and dead entries are skipped and reported", (t) => {
	const { home, folder } = place(t);
	const write = () => {
		const entry = newEntry({ folders: [folder], editor, port: 1 });
		writeEntry(home, entry);
		return { entry, file: join(home, "gates", `${entry.id}.json`) };
	};
	const good = write();
	const expected: Record<string, string> = {};
	const half = write();
	writeFileSync(half.file, readFileSync(half.file, "utf8").slice(0, 100));
	expected[half.file] = "invalid";
	const shapeless = write();
	writeFileSync(shapeless.file, JSON.stringify({ ...shapeless.entry, token: "x" }));
	expected[shapeless.file] = "invalid";
	const open = write();
	chmodSync(open.file, 0o666);
	expected[open.file] = "not-private";
	const link = write();
	renameSync(link.file, join(home, "elsewhere"));
	symlinkSync(join(home, "elsewhere"), link.file);
	expected[link.file] = "not-private";
	const large = write();
	writeFileSync(large.file, `${JSON.stringify(large.entry)}${" ".repeat(300_000)}`);
	expected[large.file] = "too-large";
	const dead = write();
	writeEntry(home, { ...dead.entry, pid: deadPid });
	expected[dead.file] = "dead";
	const late = write();
	writeEntry(home, { ...late.entry, state: "restarting", stateAt: new Date(Date.now() - 31_000).toISOString() });
	expected[late.file] = "dead";

	const { entries, problems } = readEntries(home);
	assert.deepEqual(entries, [good.entry]);
	assert.deepEqual(Object.fromEntries(problems.map(({ file, problem }) => [file, problem])), expected);
	removeDead(home);
	assert.deepEqual(
		[existsSync(dead.file), existsSync(late.file), existsSync(good.file), existsSync(half.file)],
		[false, false, true, true],
	);
});

test("a restarting entry is kept for its time, although its process is gone", (t) => {
	const { home } = place(t);
	const entry = { ...newEntry({ folders: [], editor }), pid: deadPid };
	markRestarting(home, entry);
	const [found] = readEntries(home).entries;
	assert.deepEqual({ ...found, stateAt: entry.stateAt }, { ...entry, state: "restarting" });
});

test("an entry that a hook took for dead is put back, until it is given up", async (t) => {
	const { home } = place(t);
	const entry = newEntry({ folders: [], editor });
	writeEntry(home, entry);
	const keeper = keepEntry(home, () => entry, assert.ifError, 5);
	removeEntry(home, entry.id);
	await until(() => readEntries(home).entries.length === 1);
	keeper.close();
	removeEntry(home, entry.id);
	await new Promise((resolve) => setTimeout(resolve, 30));
	assert.deepEqual(readEntries(home).entries, []);
});

test("an entry that cannot be put back is told", async (t) => {
	const { home } = place(t);
	writeFileSync(join(home, "gates"), "");
	const entry = newEntry({ folders: [], editor });
	const error = await new Promise((resolve) => {
		const keeper = keepEntry(
			home,
			() => entry,
			(problem) => {
				keeper.close();
				resolve(problem);
			},
			5,
		);
	});
	assert.ok(error instanceof Error);
	rmSync(join(home, "gates"));
});
