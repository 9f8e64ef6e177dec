import assert from "node:assert/strict";
import { mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Pause } from "../../../src/editor/pause.ts";

type Memento = ConstructorParameters<typeof Pause>[0];

/** What windows share: values that outlive each of them. */
function memory(): Memento {
	const values = new Map<string, unknown>();
	return {
		keys: () => [...values.keys()],
		get: (name: string, otherwise?: unknown) => values.get(name) ?? otherwise,
		update: async (name: string, value: unknown) => void values.set(name, value),
	} as Memento;
}

test("a pause holds the folder in every window that opens it, alone, with others, from above or below", async () => {
	const shared = memory();
	await new Pause(shared).set(true, ["/home/dev/shop"]);
	for (const folders of [
		["/home/dev/shop"],
		["/tmp", "/home/dev/shop"],
		["/home/dev"],
		["/home/dev/shop/src"],
		["/"],
	]) {
		assert.equal(new Pause(shared).holds(folders), true, folders.join());
	}
	for (const folders of [[], ["/home/dev/shop2"], ["/home/dev/sho"], ["/tmp"]]) {
		assert.equal(new Pause(shared).holds(folders), false, folders.join());
	}
});

test("a pause holds a folder by whatever link it is opened", async (t) => {
	const dir = await realpath(await mkdtemp(join(tmpdir(), "gatepost-pause-")));
	t.after(() => rm(dir, { recursive: true }));
	await mkdir(join(dir, "real"));
	await symlink(join(dir, "real"), join(dir, "link"));
	const pause = new Pause(memory());
	await pause.set(true, [join(dir, "link")]);
	assert.equal(pause.holds([join(dir, "real")]), true);
});

test("resuming lets these folders go on and leaves others paused", async () => {
	const pause = new Pause(memory());
	await pause.set(true, ["/home/dev/shop", "/home/dev/site"]);
	await pause.set(true, ["/home/dev/shop"]);
	await pause.set(false, ["/home/dev/shop/src"]);
	assert.equal(pause.holds(["/home/dev/shop"]), false);
	assert.equal(pause.holds(["/home/dev/site"]), true);
});
