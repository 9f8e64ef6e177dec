// Logs with a snapshot of their index, for tests of it.
import assert from "node:assert/strict";
import { createHmac, hash } from "node:crypto";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type SnapshotKeys, snapshotName } from "../../../../src/audit/index/snapshotFiles.ts";
import { allRows, Chance, comparable, emptyLog, openLens, oracle, randomLog, wanted, writeLog } from "./support.ts";

export const HOME: SnapshotKeys = { homeKey: Buffer.alloc(32, 7) };
/** An editor has both. */
export const EDITOR: SnapshotKeys = { ...HOME, snapshotKey: Buffer.alloc(32, 9) };
export const NO_KEY: SnapshotKeys = {};

/** Builds the index and closes it again. */
export async function writeIndex(t: TestContext, dir: string, keys: SnapshotKeys): Promise<void> {
	const { lens } = openLens(t, dir, keys.homeKey, keys.snapshotKey);
	await allRows(lens, {});
	await lens.close();
}

export async function withSnapshot(
	t: TestContext,
	keys: SnapshotKeys = HOME,
	lines = 250,
): Promise<{ dir: string; path: string }> {
	const dir = emptyLog(t);
	writeLog(dir, randomLog(new Chance(51), lines));
	await writeIndex(t, dir, keys);
	return { dir, path: join(dir, "index", snapshotName(dir, keys)) };
}

/** The index must say what the log says. @returns why it was built anew; undefined when it was not */
export async function demandAnswers(
	t: TestContext,
	dir: string,
	keys: SnapshotKeys = HOME,
): Promise<string | undefined> {
	const { lens, states } = openLens(t, dir, keys.homeKey, keys.snapshotKey);
	assert.deepEqual((await allRows(lens, {})).map(comparable), wanted(await oracle(dir), {}));
	assert.deepEqual((await allRows(lens, { text: "git" })).map(comparable), wanted(await oracle(dir), { text: "git" }));
	await lens.close();
	const [first] = states;
	return first?.state === "loading" && first.done === 0 ? (first.detail ?? "built") : undefined;
}

/** Makes the first part of a snapshot as long as wanted, with holes, and everything else fit to it. */
export function stretch(path: string, workspace: string, { homeKey, snapshotKey }: SnapshotKeys, bytes: number): void {
	const [magic = "", line = ""] = readFileSync(path, "latin1").split("\n", 2);
	const header = JSON.parse(line) as { parts: { name: string; bytes: number }[] };
	header.parts = [{ name: "database", bytes }];
	const signed = `${magic}\n${JSON.stringify(header)}\n`;
	const key = createHmac("sha256", snapshotKey ?? homeKey ?? "")
		.update(`gatepost index\n${workspace}`)
		.digest();
	const mac = createHmac("sha256", key).update(signed).digest("hex");
	const head = `${signed}${hash("sha256", signed, "hex")}\n${mac}\n`;
	writeFileSync(path, head);
	truncateSync(path, head.length + bytes);
}
