// Looking at a file before an undo, and writing it: only what was looked at, only inside the folders, in one step.
import assert from "node:assert/strict";
import {
	chmodSync,
	constants,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	realpathSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import fs, { open } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type Looked, lookAt, writeBack } from "../../../src/editor/undoFiles.ts";

let top: string;
let folder: string;
let places: { folders: string[]; home: string };

beforeEach(() => {
	top = realpathSync(mkdtempSync(join(tmpdir(), "gatepost-undo-")));
	folder = join(top, "w");
	mkdirSync(folder);
	places = { folders: [folder], home: join(folder, ".gatepost") };
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

async function looked(path: string, real = path): Promise<Looked> {
	const found = await lookAt(path, real, places);
	assert.ok(!("why" in found), JSON.stringify(found));
	return found;
}

async function refused(path: string, real = path): Promise<string> {
	const found = await lookAt(path, real, places);
	assert.ok("why" in found, "it was not refused");
	return found.why.code;
}

const isRoot = process.getuid?.() === 0;

/** Names that are given or taken, and what is synced, in order. */
async function steps(run: () => Promise<unknown>): Promise<string[]> {
	const seen: string[] = [];
	const handle = await open(folder);
	const proto = Object.getPrototypeOf(handle);
	await handle.close();
	const { rename, link, unlink } = fs;
	const { sync } = proto;
	proto.sync = function (this: { fd: number }) {
		seen.push(`sync ${readlinkSync(`/proc/self/fd/${this.fd}`)}`);
		return sync.call(this);
	};
	fs.rename = (from, to) => {
		seen.push(`rename ${to}`);
		return rename(from, to);
	};
	fs.link = (from, to) => {
		seen.push(`link ${to}`);
		return link(from, to);
	};
	fs.unlink = (path) => {
		seen.push(`unlink ${path}`);
		return unlink(path);
	};
	syncBuiltinESMExports();
	try {
		await run();
	} finally {
		proto.sync = sync;
		Object.assign(fs, { rename, link, unlink });
		syncBuiltinESMExports();
	}
	return seen;
}

describe("a file before an undo", () => {
	it("is read with its mode, or is not there", async () => {
		const path = join(folder, "a");
		assert.deepEqual(await looked(path), { path, real: path, now: undefined });
		writeFileSync(path, "x");
		chmodSync(path, 0o751);
		assert.deepEqual(await looked(path), { path, real: path, now: Buffer.from("x"), mode: 0o751 });
	});

	it("is refused where it is no file, outside, Gatepost's own, or another place than it was", async () => {
		mkdirSync(join(folder, "d"));
		assert.equal(await refused(join(folder, "d")), "undo.why.directory");
		assert.equal(await refused(join(top, "a")), "undo.why.outside");
		assert.equal(await refused(join(`${folder}-beside`, "a")), "undo.why.outside");
		assert.equal(await refused(join(folder, ".gatepost", "policy.jsonc")), "undo.why.inHome");
		symlinkSync("nowhere", join(folder, "dangling"));
		assert.equal(await refused(join(folder, "dangling")), "undo.why.danglingLink");
		writeFileSync(join(folder, "big"), Buffer.alloc(10 * 1024 * 1024 + 1));
		assert.equal(await refused(join(folder, "big")), "undo.why.tooLarge");
	});

	it("is refused where a link leads out, however it came there", async () => {
		writeFileSync(join(top, "secret"), "x");
		symlinkSync(join(top, "secret"), join(folder, "link"));
		assert.equal(await refused(join(folder, "link")), "undo.why.elsewhere");
		assert.equal(await refused(join(folder, "link"), join(top, "secret")), "undo.why.outside");
		symlinkSync(top, join(folder, "up"));
		assert.equal(await refused(join(folder, "up", "secret")), "undo.why.elsewhere");
		assert.equal(await refused(join(folder, "up", "secret"), join(top, "secret")), "undo.why.outside");
		assert.equal(await refused(join(folder, "..", "secret"), join(top, "secret")), "undo.why.outside");
	});

	it("is the target of a link inside, which was the target when the change was approved", async () => {
		writeFileSync(join(folder, "a"), "x");
		symlinkSync("a", join(folder, "link"));
		const found = await looked(join(folder, "link"), join(folder, "a"));
		assert.equal(found.real, join(folder, "a"));
		assert.equal(await writeBack(found, Buffer.from("y"), places), true);
		assert.equal(readFileSync(join(folder, "a"), "utf8"), "y");
		assert.equal(realpathSync(join(folder, "link")), join(folder, "a"));
	});
});

describe("an undo is written", () => {
	it("with the file's mode, in one step, and nothing is left beside it", async () => {
		const path = join(folder, "a");
		writeFileSync(path, "new");
		chmodSync(path, 0o750);
		const before = statSync(path).ino;
		assert.equal(await writeBack(await looked(path), Buffer.from("\uFEFFold\r\n"), places), true);
		assert.equal(readFileSync(path, "utf8"), "\uFEFFold\r\n");
		assert.equal(statSync(path).mode & 0o7777, 0o750);
		assert.notEqual(statSync(path).ino, before);
		assert.deepEqual(readdirSync(folder), ["a"]);
	});

	it("as a new file, with the folders it needs", async () => {
		const path = join(folder, "x", "y", "a");
		assert.equal(await writeBack(await looked(path), Buffer.from("old"), places), true);
		assert.equal(readFileSync(path, "utf8"), "old");
		assert.deepEqual(readdirSync(join(folder, "x", "y")), ["a"]);
	});

	it("durably: its content before it has its name, and after that the names of all folders that it needed", {
		skip: process.platform !== "linux" && "which file is synced is read from /proc",
	}, async () => {
		const path = join(folder, "a");
		const made = join(folder, "x", "y", "a");
		writeFileSync(path, "new");
		assert.deepEqual(await steps(async () => writeBack(await looked(path), Buffer.from("old"), places, "u1")), [
			`sync ${folder}/.gatepost-u1.tmp`,
			`rename ${path}`,
			`sync ${folder}`,
		]);
		assert.deepEqual(await steps(async () => writeBack(await looked(made), Buffer.from("old"), places, "u2")), [
			`sync ${folder}/x/y/.gatepost-u2.tmp`,
			`link ${made}`,
			`sync ${folder}/x/y`,
			`sync ${folder}/x`,
			`sync ${folder}`,
		]);
		assert.deepEqual(await steps(async () => writeBack(await looked(path), undefined, places)), [
			`unlink ${path}`,
			`sync ${folder}`,
		]);
	});

	it("by a copy where the file system has no hard links, whether that can be synced or not", async () => {
		const path = join(folder, "a");
		const { link, open: openFile } = fs;
		const refuse = (code: string) => Promise.reject(Object.assign(new Error(code), { code }));
		const flags: unknown[] = [];
		const cases: Record<string, (...args: Parameters<typeof open>) => ReturnType<typeof open>> = {
			"it can": (...args) => openFile(...args),
			// No right to read or write what was made.
			"not opened": () => refuse("EACCES"),
			// Windows syncs nothing that is open for reading only.
			"not synced": async (...args) => Object.assign(await openFile(...args), { sync: () => refuse("EPERM") }),
		};
		try {
			for (const [what, opened] of Object.entries(cases)) {
				fs.link = () => refuse("EPERM");
				fs.open = (...args) => {
					if (args[0] !== path || Number(args[1]) & constants.O_NONBLOCK) return openFile(...args);
					flags.push(args[1]);
					return opened(...args);
				};
				syncBuiltinESMExports();
				assert.equal(await writeBack(await looked(path), Buffer.from("old"), places), true, what);
				assert.equal(readFileSync(path, "utf8"), "old");
				assert.deepEqual(readdirSync(folder), ["a"]);
				rmSync(path);
			}
		} finally {
			Object.assign(fs, { link, open: openFile });
			syncBuiltinESMExports();
		}
		assert.deepEqual(flags, Array(3).fill(constants.O_RDWR | constants.O_NOFOLLOW));
	});

	it("by removing the file", async () => {
		const path = join(folder, "a");
		writeFileSync(path, "new");
		assert.equal(await writeBack(await looked(path), undefined, places), true);
		assert.equal(existsSync(path), false);
	});

	it("not over what came in between", async () => {
		const path = join(folder, "a");
		const none = await looked(path);
		writeFileSync(path, "came");
		assert.equal(await writeBack(none, Buffer.from("old"), places), false);
		assert.equal(await writeBack({ ...none, now: Buffer.from("other") }, Buffer.from("old"), places), false);
		assert.equal(await writeBack({ ...none, now: Buffer.from("other") }, undefined, places), false);
		assert.equal(readFileSync(path, "utf8"), "came");
		assert.deepEqual(readdirSync(folder), ["a"]);
	});

	it("not through a link that was put in the file's or a folder's place in between", async () => {
		mkdirSync(join(folder, "d"));
		const path = join(folder, "d", "a");
		writeFileSync(path, "same");
		const found = await looked(path);
		writeFileSync(join(top, "a"), "same");
		rmSync(path);
		symlinkSync(join(top, "a"), path);
		assert.equal(await writeBack(found, Buffer.from("old"), places), false);
		rmSync(join(folder, "d"), { recursive: true });
		symlinkSync(top, join(folder, "d"));
		assert.equal(await writeBack(found, Buffer.from("old"), places), false);
		assert.equal(await writeBack({ path, real: path, now: undefined }, Buffer.from("old"), places), false);
		assert.equal(readFileSync(join(top, "a"), "utf8"), "same");
		assert.deepEqual(readdirSync(top).sort(), ["a", "w"]);
	});

	it("or it fails where the folder of the file is gone", async () => {
		mkdirSync(join(folder, "d"));
		const path = join(folder, "d", "a");
		writeFileSync(path, "new");
		const found = await looked(path);
		rmSync(join(folder, "d"), { recursive: true });
		await assert.rejects(writeBack(found, Buffer.from("old"), places), { code: "ENOENT" });
		assert.deepEqual(readdirSync(folder), []);
	});

	it("or it fails and the file is as it was", { skip: isRoot && "root may write anywhere" }, async () => {
		const path = join(folder, "a");
		writeFileSync(path, "new");
		const found = await looked(path);
		chmodSync(folder, 0o555);
		await assert.rejects(writeBack(found, Buffer.from("old"), places), { code: "EACCES" });
		await assert.rejects(writeBack(found, undefined, places), { code: "EACCES" });
		chmodSync(folder, 0o755);
		assert.equal(readFileSync(path, "utf8"), "new");
	});
});
