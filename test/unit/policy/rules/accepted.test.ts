import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import {
	chmodSync,
	existsSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { Acceptance } from "../../../../src/policy/rules/accepted.ts";
import { canonical } from "../../../../src/protocol/canonical.ts";

const KEY = randomBytes(32);
const A = "a".repeat(64);
const B = "b".repeat(64);
const BY = { osUser: "ada", name: "Ada" };

let home: string;
let path: string;

beforeEach(() => {
	home = mkdtempSync(join(tmpdir(), "accepted-"));
	path = join(home, "policy-accepted.json");
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function open(key: Buffer | "no key" = KEY): Acceptance {
	const acceptance = new Acceptance(home, key === "no key" ? undefined : key);
	acceptance.refresh();
	return acceptance;
}

interface Stored {
	version: number;
	entries: Record<string, unknown>[];
}

function stored(): Stored {
	return JSON.parse(readFileSync(path, "utf8"));
}

function store(value: unknown): void {
	writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
}

const USER = { layer: "user", file: "/h/policy.jsonc" } as const;
const isA = (acceptance: Acceptance) => acceptance.isAccepted("user", USER.file, A);

describe("what a person accepted", () => {
	test("counts for exactly that layer, file and content, here and in other windows", () => {
		const here = open();
		const other = open();
		const before = other.version;
		here.accept({ ...USER, sha256: A }, BY);
		other.refresh();
		assert.ok(other.version > before);
		for (const acceptance of [here, other, open()]) {
			assert.ok(isA(acceptance));
			assert.ok(!acceptance.isAccepted("user", USER.file, B));
			assert.ok(!acceptance.isAccepted("workspace", USER.file, A));
			assert.ok(!acceptance.isAccepted("user", `${USER.file}x`, A));
		}
		assert.deepEqual(
			open()
				.entries()
				.map(({ approver, sha256 }) => [approver, sha256]),
			[[BY, A]],
		);
	});

	test("is replaced by what is accepted next of the same file: an older content does not come back", () => {
		const acceptance = open();
		acceptance.accept({ ...USER, sha256: A }, BY);
		acceptance.accept({ layer: "workspace", file: "/w/.gatepost/policy.jsonc", sha256: A }, BY);
		acceptance.accept({ ...USER, sha256: B }, BY);
		assert.ok(!isA(acceptance) && !isA(open()));
		assert.ok(open().isAccepted("user", USER.file, B));
		assert.ok(open().isAccepted("workspace", "/w/.gatepost/policy.jsonc", A));
	});

	test("can be taken back", () => {
		const acceptance = open();
		acceptance.accept({ ...USER, sha256: A }, BY);
		acceptance.acceptHere("user", USER.file, B);
		acceptance.forget("user", USER.file);
		assert.ok(!isA(acceptance) && !acceptance.isAccepted("user", USER.file, B) && !isA(open()));
	});

	test("lies in a file of the user alone, and nothing else is left behind", () => {
		open().accept({ ...USER, sha256: A }, BY);
		if (process.platform !== "win32") assert.equal(statSync(path).mode & 0o777, 0o600);
		assert.deepEqual(readdirSync(home), ["policy-accepted.json"]);
	});

	test("goes when its file goes", () => {
		const acceptance = open();
		acceptance.accept({ ...USER, sha256: A }, BY);
		rmSync(path);
		acceptance.refresh();
		assert.ok(!isA(acceptance));
	});

	test("for this process only leaves no file", () => {
		const acceptance = open("no key");
		const before = acceptance.version;
		acceptance.acceptHere("user", USER.file, A);
		assert.ok(isA(acceptance) && acceptance.version > before);
		assert.ok(!existsSync(path));
		assert.ok(!isA(open()));
	});
});

describe("what a program writes there", () => {
	test("does not count without the key", () => {
		open().accept({ ...USER, sha256: A }, BY);
		assert.ok(!isA(open("no key")));
		assert.ok(!isA(open(randomBytes(32))));
		assert.ok(!isA(open(Buffer.alloc(0))), "an empty key is none");
		assert.throws(() => open("no key").accept({ ...USER, sha256: A }, BY));
	});

	test("no member can be changed", () => {
		open().accept({ ...USER, sha256: A }, BY);
		const { entries } = stored();
		const entry = entries[0] ?? {};
		const changes = [
			...[{ sha256: B }, { file: "/x" }, { layer: "workspace" }, { acceptedAt: "2030-01-01T00:00:00.000Z" }],
			...[
				{ approver: { osUser: "eve" } },
				{ mac: "0".repeat(64) },
				{ mac: "" },
				{ mac: null },
				{ more: 1 },
				{ sha256: undefined },
			],
		];
		for (const change of changes) {
			const tampered = { ...entry, ...change };
			store({ version: 1, entries: [tampered] });
			const acceptance = open();
			assert.deepEqual(acceptance.entries(), [], JSON.stringify(change));
			assert.ok(!isA(acceptance) && !acceptance.isAccepted("user", USER.file, B), JSON.stringify(change));
		}
		store({ version: 1, entries: [{ ...entry, sha256: B }, 5, null, entry] });
		assert.ok(isA(open()), "one wrong entry does not spoil another");
		assert.ok(!open().isAccepted("user", USER.file, B));
	});

	test("a MAC for another purpose under the same key is none", () => {
		const entry = { ...USER, sha256: A, acceptedAt: "2026-01-01T00:00:00.000Z", approver: { osUser: "ada" } };
		const mac = createHmac("sha256", KEY).update(canonical(entry)).digest("hex");
		store({ version: 1, entries: [{ ...entry, mac }] });
		assert.ok(!isA(open()));
	});

	test("a damaged file, a link or a folder in its place accepts nothing and is replaced", () => {
		for (const text of [
			"",
			"{",
			"[]",
			"null",
			'{"version":1}',
			'{"version":2,"entries":[]}',
			'{"version":1,"entries":{}}',
		]) {
			store(text);
			assert.ok(!isA(open()), text);
		}
		const elsewhere = join(home, "elsewhere.json");
		open().accept({ ...USER, sha256: A }, BY);
		writeFileSync(elsewhere, readFileSync(path));
		rmSync(path);
		symlinkSync(elsewhere, path);
		const acceptance = open();
		assert.ok(!isA(acceptance), "a link is not followed");
		const before = readFileSync(elsewhere, "utf8");
		acceptance.accept({ ...USER, sha256: B }, BY);
		assert.equal(readFileSync(elsewhere, "utf8"), before, "nor written through");
		assert.ok(open().isAccepted("user", USER.file, B));
	});

	test("entries under another editor's key are kept", () => {
		const theirs = randomBytes(32);
		open(theirs).accept({ ...USER, sha256: B }, BY);
		open().accept({ ...USER, sha256: A }, BY);
		assert.ok(isA(open()) && !isA(open(theirs)));
		assert.ok(open(theirs).isAccepted("user", USER.file, B));
		assert.ok(!open().isAccepted("user", USER.file, B));
	});

	test("a change is seen even where size and time stay the same", () => {
		const acceptance = open();
		acceptance.accept({ ...USER, sha256: A }, BY);
		const text = readFileSync(path, "utf8");
		store(text.replace(A, B));
		acceptance.refresh();
		assert.ok(!isA(acceptance));
		store(text);
		acceptance.refresh();
		assert.ok(isA(acceptance));
	});

	test("a home that cannot be written is an error for who accepts", {
		skip: process.getuid?.() === 0 && "root may read and write everything",
	}, () => {
		chmodSync(home, 0o500);
		assert.throws(() => open().accept({ ...USER, sha256: A }, BY));
		chmodSync(home, 0o700);
	});
});
