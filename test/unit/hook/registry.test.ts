import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { findGates, realpathOr } from "../../../src/bin/hook/registry.ts";
import { markRestarting, newEntry, writeEntry } from "../../../src/gate/registry.ts";
import type { RegistryEntry } from "../../../src/protocol/hook.ts";
import { type Place, place } from "./support.ts";

/** The pid of a process that has ended. */
let deadPid = 0;
before(async () => {
	const child = spawn(process.execPath, ["-e", "0"]);
	deadPid = child.pid ?? 0;
	await once(child, "exit");
});

function entry(fields: Partial<RegistryEntry>): RegistryEntry {
	return { ...newEntry({ folders: [], editor: "Visual Studio Code", port: 1 }), ...fields };
}

function file(at: Place, { id }: RegistryEntry): string {
	return join(at.home, "gates", `${id}.json`);
}

test("an editor's gate is asked before any serve, then the longest folder, then the oldest", (t) => {
	const at = place(t);
	const inner = join(at.folder, "inner");
	mkdirSync(join(inner, "deep"), { recursive: true });
	const early = "2026-01-01T00:00:00.000Z";
	const late = "2026-02-01T00:00:00.000Z";
	const entries = {
		serveInner: entry({ folders: [inner], editor: "serve", startedAt: early }),
		lateInner: entry({ folders: [at.dir, inner], startedAt: late }),
		earlyInner: entry({ folders: [inner], editor: "Cursor", startedAt: early }),
		outer: entry({ folders: [at.folder], startedAt: early }),
		sibling: entry({ folders: [`${inner}side`] }),
		elsewhere: entry({ folders: [join(at.dir, "other")] }),
	};
	for (const one of Object.values(entries)) writeEntry(at.home, one);
	const ids = findGates(at.home, join(inner, "deep")).live.map((one) => one.id);
	const { earlyInner, lateInner, serveInner, outer } = entries;
	assert.deepEqual(ids, [earlyInner.id, lateInner.id, outer.id, serveInner.id]);
});

test("a folder that begins with the same letters is not the same folder", (t) => {
	const at = place(t);
	writeEntry(at.home, entry({ folders: [at.folder] }));
	mkdirSync(`${at.folder}-other`);
	assert.deepEqual(findGates(at.home, `${at.folder}-other`).live, []);
	assert.equal(findGates(at.home, at.folder).live.length, 1);
});

test("a folder that is a link is found from both of its names", (t) => {
	const at = place(t);
	const link = join(at.dir, "link");
	symlinkSync(at.folder, link);
	writeEntry(at.home, entry({ folders: [link] }));
	assert.equal(findGates(at.home, realpathOr(link)).live.length, 1);
	assert.equal(findGates(at.home, realpathOr(at.folder)).live.length, 1);
});

test("a gate of the whole file system serves every folder", (t) => {
	const at = place(t);
	writeEntry(at.home, entry({ folders: ["/"] }));
	assert.equal(findGates(at.home, at.folder).live.length, 1);
});

test("the entry of a process that is gone is removed", (t) => {
	const at = place(t);
	const dead = entry({ folders: [at.folder], pid: deadPid });
	writeEntry(at.home, dead);
	assert.deepEqual(findGates(at.home, at.folder).live, []);
	assert.equal(existsSync(file(at, dead)), false);
});

test("a restarting entry counts for its time, even though its process is gone, and is removed after it", (t) => {
	const at = place(t);
	const gone = entry({ folders: [at.folder], pid: deadPid });
	markRestarting(at.home, gone);
	const now = Date.now();
	assert.deepEqual(findGates(at.home, at.folder, now), { live: [], restarting: true, problems: [] });
	assert.equal(findGates(at.home, join(at.dir, "other"), now).restarting, false);
	assert.equal(findGates(at.home, at.folder, now + 31_000).restarting, false);
	assert.equal(existsSync(file(at, gone)), false);
});

test("a restarting entry from the future makes nobody wait", (t) => {
	const at = place(t);
	const stateAt = new Date(Date.now() + 3_600_000).toISOString();
	writeEntry(at.home, entry({ folders: [at.folder], state: "restarting", stateAt }));
	assert.equal(findGates(at.home, at.folder).restarting, false);
});

test("entries that others could have written are not used, and the reason is told", (t) => {
	const at = place(t);
	const cases: Record<string, (path: string) => void> = {
		"writable by the group": (path) => chmodSync(path, 0o620),
		"writable by all": (path) => chmodSync(path, 0o602),
		"a link": (path) => {
			renameSync(path, `${path}.real`);
			symlinkSync(`${path}.real`, path);
		},
	};
	if (process.getuid?.() === 0) cases["owned by another user"] = (path) => chownSync(path, 12_345, 12_345);
	for (const [name, spoil] of Object.entries(cases)) {
		const one = entry({ folders: [at.folder] });
		writeEntry(at.home, one);
		spoil(file(at, one));
		const found = findGates(at.home, at.folder);
		assert.deepEqual(found.live, [], name);
		assert.ok(
			found.problems.some((problem) => problem.includes(one.id)),
			`${name}: ${found.problems}`,
		);
	}
});

test("a folder of entries that others can write to is not used at all", (t) => {
	const at = place(t);
	writeEntry(at.home, entry({ folders: [at.folder] }));
	chmodSync(join(at.home, "gates"), 0o777);
	const found = findGates(at.home, at.folder);
	assert.deepEqual(found.live, []);
	assert.match(String(found.problems), /changed by another user/);
});

test("half-written, empty, oversize and misshapen entries are skipped, and the good one beside them is found", (t) => {
	const at = place(t);
	const good = entry({ folders: [at.folder] });
	writeEntry(at.home, good);
	const text = JSON.stringify(entry({ folders: [at.folder] }));
	const bad: string[] = [
		"",
		text.slice(0, text.length / 2),
		"null",
		"[]",
		"3",
		`${text}${" ".repeat(300_000)}`,
		...[
			{ version: 2 },
			{ id: "../../x" },
			{ token: "short" },
			{ proofKey: 1 },
			{ port: 0 },
			{ port: 65_536 },
			{ port: "80" },
			{ pid: 0 },
			{ pid: -1 },
			{ folders: at.folder },
			{ folders: ["relative"] },
			{ folders: [null] },
			{ state: "closed" },
			{ startedAt: 5 },
		].map((fields) => JSON.stringify({ ...JSON.parse(text), ...fields })),
	];
	bad.forEach((content, i) => {
		writeFileSync(join(at.home, "gates", `bad${i}.json`), content, { mode: 0o600 });
	});
	const found = findGates(at.home, at.folder);
	assert.deepEqual(
		found.live.map((one) => one.id),
		[good.id],
	);
	assert.equal(found.problems.length, bad.length);
});

test("a home without gates has none, and nothing to tell", (t) => {
	const at = place(t);
	assert.deepEqual(findGates(at.home, at.folder), { live: [], restarting: false, problems: [] });
});
