import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type AppendFile, BatchWriter, type Sealed } from "../../../src/audit/batch.ts";
import type { JournalError } from "../../../src/audit/errors.ts";
import type { Head } from "../../../src/audit/head.ts";

/** A file in memory: `take` says how much of a write is taken, and may throw, as may `sync`. */
class FakeFile implements AppendFile {
	written = Buffer.alloc(0);
	synced = 0;
	syncs = 0;
	writes = 0;
	closed = 0;
	take: (length: number) => number = (length) => length;
	sync: () => Promise<void> | void = () => {};

	async write(bytes: Buffer, offset: number, length: number): Promise<number> {
		assert.equal(this.closed, 0, "written after it was closed");
		this.writes++;
		const taken = this.take(length);
		this.written = Buffer.concat([this.written, bytes.subarray(offset, offset + taken)]);
		return taken;
	}
	async datasync(): Promise<void> {
		this.syncs++;
		await this.sync();
		this.synced = this.written.length;
	}
	async close(): Promise<void> {
		this.closed++;
	}
}

function writerOn(file: FakeFile, ...seals: (Sealed | undefined)[]) {
	const heads: Head[] = [];
	const failures: JournalError[] = [];
	const writer = new BatchWriter(
		file,
		"/log",
		() => seals.shift(),
		(head) => heads.push(head),
		(error) => failures.push(error),
	);
	return { writer, heads, failures };
}

const systemError = (code: string) => Object.assign(new Error(code), { code });
const withCode = (code: string) => (error: unknown) => (error as JournalError).code === code;

test("everything of one turn of the event loop is one write and one sync", async () => {
	const file = new FakeFile();
	const { writer, heads } = writerOn(file);
	await Promise.all(Array.from({ length: 100 }, (_, i) => writer.push(`${i}\n`, i + 1, `h${i + 1}`)));
	assert.equal(file.syncs, 1);
	assert.equal(file.writes, 1);
	assert.deepEqual(heads, [{ entries: 100, bytes: file.written.length, hash: "h100" }]);
});

test("a seal is the last line of its batch, and the head is its own", async () => {
	const file = new FakeFile();
	const { writer, heads } = writerOn(file, { text: "sealed\n", entries: 3, hash: "h3" });
	await Promise.all([writer.push("a\n", 1, "h1"), writer.push("b\n", 2, "h2")]);
	await writer.push("c\n", 4, "h4");
	assert.equal(String(file.written), "a\nb\nsealed\nc\n");
	assert.deepEqual(
		heads.map(({ entries, hash }) => [entries, hash]),
		[
			[3, "h3"],
			[4, "h4"],
		],
	);
});

test("what arrives while a sync runs is the next batch, and nobody is told before its own sync", {
	timeout: 30_000,
}, async () => {
	const file = new FakeFile();
	const { writer } = writerOn(file);
	const syncing: PromiseWithResolvers<void>[] = [];
	const begun: PromiseWithResolvers<void>[] = [Promise.withResolvers(), Promise.withResolvers()];
	file.sync = () => {
		const one = Promise.withResolvers<void>();
		syncing.push(one);
		begun[syncing.length - 1]?.resolve();
		return one.promise;
	};
	const told: string[] = [];
	void writer.push("a\n", 1, "h1").then(() => told.push("a"));
	await begun[0]?.promise;
	const later = ["b", "c"].map((name, i) => writer.push(`${name}\n`, i + 2, "h").then(() => told.push(name)));
	assert.deepEqual(told, []);
	syncing[0]?.resolve();
	await begun[1]?.promise;
	assert.deepEqual(told, ["a"]);
	syncing[1]?.resolve();
	await Promise.all(later);
	assert.deepEqual(told, ["a", "b", "c"]);
	assert.equal(file.written.toString(), "a\nb\nc\n");
	assert.equal(file.syncs, 2);
});

test("writes that take less than they were given are gone on with until all is written", async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(fc.string(), { minLength: 1 }), fc.infiniteStream(fc.nat(7)), async (texts, sizes) => {
			const file = new FakeFile();
			file.take = (length) => Math.min(length, 1 + (sizes.next().value as number));
			const { writer } = writerOn(file);
			await Promise.all(texts.map((text, i) => writer.push(`${text}\n`, i + 1, "h")));
			assert.equal(file.written.toString(), Buffer.from(texts.map((text) => `${text}\n`).join("")).toString());
			assert.equal(file.synced, file.written.length);
		}),
	);
});

test("a write that takes nothing is a failure, not an endless loop", async () => {
	const file = new FakeFile();
	file.take = () => 0;
	const { writer } = writerOn(file);
	await assert.rejects(writer.push("a\n", 1, "h"), withCode("io"));
});

for (const [system, code] of [
	["EIO", "io"],
	["ENOSPC", "full"],
	["EDQUOT", "full"],
	["EFBIG", "full"],
	["EBADF", "io"],
] as const)
	test(`after a failed write (${system}) all of the batch, what waits and all later appends are refused, and nothing is written again`, async () => {
		const file = new FakeFile();
		const { writer, heads, failures } = writerOn(file);
		await writer.push("good\n", 1, "h1");
		file.take = () => {
			throw systemError(system);
		};
		const batch = [writer.push("a\n", 2, "h2"), writer.push("b\n", 3, "h3")];
		for (const one of batch) await assert.rejects(one, withCode(code));
		file.take = (length) => length;
		await assert.rejects(writer.push("c\n", 4, "h4"), withCode("closed"));
		assert.throws(() => writer.demandRoom(1), withCode("closed"));
		await writer.close();
		assert.equal(file.written.toString(), "good\n");
		assert.equal(file.closed, 1);
		assert.equal(failures.length, 1);
		assert.equal(heads.length, 1);
		assert.equal(writer.failure?.code, code);
	});

test("a sync that fails once is never tried again, although it would succeed", async () => {
	const file = new FakeFile();
	const { writer, heads } = writerOn(file);
	let waiting: Promise<void> | undefined;
	file.sync = () => {
		waiting = writer.push("waits\n", 2, "h2");
		waiting.catch(() => {});
		file.sync = () => {};
		throw systemError("EIO");
	};
	await assert.rejects(writer.push("a\n", 1, "h1"), withCode("io"));
	await assert.rejects(waiting ?? Promise.resolve(), withCode("io"));
	await assert.rejects(writer.push("b\n", 3, "h3"), withCode("closed"));
	assert.equal(file.syncs, 1);
	assert.deepEqual(heads, []);
});

test("an outside head that cannot be written refuses the batch", async () => {
	const file = new FakeFile();
	const failures: JournalError[] = [];
	const writer = new BatchWriter(
		file,
		"/log",
		() => undefined,
		() => {
			throw systemError("ENOSPC");
		},
		(error) => failures.push(error),
	);
	await assert.rejects(writer.push("a\n", 1, "h1"), withCode("full"));
	assert.equal(failures.length, 1);
});

test("ending the file while a batch is on its way refuses that batch too", {
	timeout: 30_000,
}, async () => {
	const file = new FakeFile();
	const { writer } = writerOn(file);
	const begun = Promise.withResolvers<void>();
	const sync = Promise.withResolvers<void>();
	file.sync = () => {
		begun.resolve();
		return sync.promise;
	};
	const push = writer.push("a\n", 1, "h1");
	push.catch(() => {});
	await begun.promise;
	const { JournalError: Failure } = await import("../../../src/audit/errors.ts");
	await writer.fail(new Failure("signer", "no key"));
	sync.resolve();
	await assert.rejects(push, withCode("signer"));
});
