import assert from "node:assert/strict";
import {
	chmodSync,
	chownSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmdirSync,
	rmSync,
	statSync,
	symlinkSync,
	unlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openHome } from "../../../src/audit/home.ts";
import { publicKeyHex } from "../../../src/audit/keys.ts";
import { tempDir } from "./support.ts";

const unsafe = (what: RegExp) => (error: unknown) => {
	const { name, code, message } = error as { name: string; code: string; message: string };
	assert.deepEqual([name, code], ["JournalError", "unsafe-home"]);
	assert.match(message, what);
	// What happened, what Gatepost did, what to do.
	assert.match(message, /Gatepost did not (use it|start)/);
	return true;
};
const noModes = process.getuid === undefined ? "no owners and modes here" : false;

test("a home is made with its folders 0700 and its keys 0600", { skip: noModes }, (t) => {
	const home = openHome(join(tempDir(t), "a", "home"));
	home.signer();
	for (const name of ["", "gates", "workspaces", "bin", "keys", "outbox"])
		assert.equal(statSync(join(home.dir, name)).mode & 0o777, 0o700, name);
	for (const name of readdirSync(home.keys)) assert.equal(statSync(join(home.keys, name)).mode & 0o777, 0o600, name);
	assert.deepEqual(readdirSync(home.keys).sort(), ["home.key", "signing.pem"]);
});

test("a home keeps its keys", (t) => {
	const dir = tempDir(t);
	const [first, second] = [openHome(dir), openHome(dir)];
	assert.equal(first.macKey().length, 32);
	assert.ok(first.macKey().equals(second.macKey()));
	assert.equal(publicKeyHex(first.signer().publicKey), publicKeyHex(second.signer().publicKey));
	assert.equal(first.signer().storage, "file");
	assert.equal(first.signer().sign(Buffer.from("x")).length, 64);
	assert.ok(!openHome(tempDir(t)).macKey().equals(first.macKey()));
});

test("a home that others may only read is closed to them", { skip: noModes }, (t) => {
	const dir = tempDir(t);
	openHome(dir);
	chmodSync(dir, 0o755);
	chmodSync(join(dir, "keys"), 0o750);
	openHome(dir);
	assert.equal(statSync(dir).mode & 0o777, 0o700);
	assert.equal(statSync(join(dir, "keys")).mode & 0o777, 0o700);
});

test("a home that others may write is refused, and so is one of its folders", { skip: noModes }, (t) => {
	const dir = tempDir(t);
	openHome(dir);
	for (const mode of [0o777, 0o770, 0o702]) {
		chmodSync(join(dir, "gates"), mode);
		assert.throws(() => openHome(dir), unsafe(/gates may be written by others/));
	}
	chmodSync(join(dir, "gates"), 0o700);
	chmodSync(dir, 0o720);
	assert.throws(() => openHome(dir), unsafe(/may be written by others.*chmod 700/));
	assert.equal(statSync(dir).mode & 0o777, 0o720, "refused, not repaired: what is in it may be forged");
});

test("a home in a folder that everybody may write is refused, unless only owners may rename there", {
	skip: noModes,
}, (t) => {
	const dir = tempDir(t);
	const open = join(dir, "open");
	mkdirSync(open);
	chmodSync(open, 0o777);
	assert.throws(() => openHome(join(open, "home")), unsafe(/everybody may write/));
	chmodSync(open, 0o1777);
	openHome(join(open, "home"));
});

test("a home or key of another user is refused", {
	skip: process.getuid?.() === 0 ? false : "giving files to another user needs root",
}, (t) => {
	const dir = tempDir(t);
	openHome(dir);
	chownSync(join(dir, "keys", "home.key"), 65534, 65534);
	assert.throws(() => openHome(dir), unsafe(/home\.key belongs to somebody else/));
	chownSync(join(dir, "keys", "home.key"), 0, 0);
	chownSync(dir, 65534, 65534);
	assert.throws(() => openHome(dir), unsafe(/belongs to another user/));
});

test("a folder or key of the home that is a link is refused", (t) => {
	const dir = tempDir(t);
	const home = openHome(dir);
	rmdirSync(home.gates);
	symlinkSync(tempDir(t), home.gates);
	assert.throws(() => openHome(dir), unsafe(/not a plain folder/));
	unlinkSync(home.gates);
	rmSync(join(home.keys, "home.key"));
	symlinkSync("/etc/hostname", join(home.keys, "home.key"));
	assert.throws(() => openHome(dir), unsafe(/home\.key cannot be opened/));
});

test("the home itself may be reached through a link", (t) => {
	const real = openHome(tempDir(t));
	const link = join(tempDir(t), "link");
	symlinkSync(real.dir, link);
	assert.equal(openHome(link).dir, real.dir);
});

test("an exposed or damaged key is refused, never replaced", { skip: noModes }, (t) => {
	const dir = tempDir(t);
	const key = join(openHome(dir).keys, "home.key");
	chmodSync(key, 0o644);
	assert.throws(() => openHome(dir), unsafe(/others may open it.*chmod 600/));
	chmodSync(key, 0o600);
	writeFileSync(key, "short");
	assert.throws(() => openHome(dir), unsafe(/damaged/));
	assert.equal(readFileSync(key, "utf8"), "short");
	rmSync(key);
	const home = openHome(dir);
	writeFileSync(join(home.keys, "signing.pem"), "-----BEGIN NOTHING-----", { mode: 0o600 });
	assert.throws(() => home.signer(), unsafe(/damaged/));
});
