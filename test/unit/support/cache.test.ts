import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { cached, cacheRoot } from "../../support/cache.ts";

const cacheModule = fileURLToPath(new URL("../../support/cache.ts", import.meta.url));

/** Another process that asks for part p-1 and appends a line to `log` when it is the one that builds. */
function otherProcess(root: string, log: string, hang: "hang" | "finish"): ChildProcess {
	const code = `
		import { appendFileSync, writeFileSync } from "node:fs";
		import { cached } from ${JSON.stringify(cacheModule)};
		const dir = await cached("p", "1", async (dir) => {
			writeFileSync(dir + "/half", "");
			appendFileSync(${JSON.stringify(log)}, "built\\n");
			console.log("building");
			if (${hang === "hang"}) await new Promise(() => setInterval(() => {}, 1000));
			await new Promise((done) => setTimeout(done, 300));
			writeFileSync(dir + "/whole", "");
		}, { root: ${JSON.stringify(root)} });
		console.log(dir);`;
	return spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "inherit"] });
}

describe("the cache of big test parts", () => {
	let root = "";
	beforeEach(async () => {
		root = await mkdtemp(join(tmpdir(), "gatepost-cache-"));
	});
	afterEach(() => rm(root, { recursive: true, force: true }));

	it("lies under XDG_CACHE_HOME when that is an absolute path, else under ~/.cache", () => {
		assert.equal(cacheRoot({ XDG_CACHE_HOME: "/x/y" }), "/x/y/gatepost-test");
		assert.match(cacheRoot({ XDG_CACHE_HOME: "relative" }), /\/\.cache\/gatepost-test$/);
	});

	it("builds a part once, in a name that holds part, version and platform", async () => {
		let builds = 0;
		const install = async (dir: string) => {
			builds++;
			await writeFile(join(dir, "x"), "whole");
		};
		const first = await cached("@scope/name", "1.0.0", install, { root });
		const second = await cached("@scope/name", "1.0.0", install, { root });
		assert.equal(first, second);
		assert.equal(builds, 1);
		assert.equal(await readFile(join(first, "x"), "utf8"), "whole");
		assert.equal(first, join(root, `@scope+name-1.0.0-${process.platform}-${process.arch}`));
	});

	it("leaves nothing behind when a build fails, and builds again at the next call", async () => {
		await assert.rejects(
			cached("p", "1", () => Promise.reject(new Error("no network")), { root }),
			/no network/,
		);
		assert.deepEqual(await readdir(root), []);
		await cached("p", "1", async () => undefined, { root });
		assert.equal((await readdir(root)).length, 1);
	});

	it("builds once when several processes ask at the same time", async () => {
		const log = join(root, "log");
		const processes = [1, 2, 3, 4].map(() => otherProcess(root, log, "finish"));
		const codes = await Promise.all(processes.map((child) => once(child, "exit").then(([code]) => code)));
		assert.deepEqual(codes, [0, 0, 0, 0]);
		assert.equal(await readFile(log, "utf8"), "built\n");
	});

	it("does not take the rest of a killed build for a whole part", async () => {
		const log = join(root, "log");
		const killed = otherProcess(root, log, "hang");
		assert(killed.stdout);
		await once(killed.stdout, "data");
		killed.kill("SIGKILL");
		await once(killed, "exit");
		const dir = await cached("p", "1", (own) => writeFile(join(own, "whole"), ""), { root });
		assert.deepEqual(await readdir(dir), ["whole"]);
	});

	it("removes build folders that killed processes left over an hour ago, and no younger ones", async () => {
		const part = `p-1-${process.platform}-${process.arch}`;
		await mkdir(join(root, `${part}.tmp-1-${Date.now() - 2 * 3_600_000}`));
		const young = `${part}.tmp-2-${Date.now()}`;
		await mkdir(join(root, young));
		await cached("p", "1", async () => undefined, { root });
		assert.deepEqual((await readdir(root)).sort(), [part, young].sort());
	});

	it("takes over a lock that nobody has refreshed, whatever machine wrote it", async () => {
		const lock = join(root, `p-1-${process.platform}-${process.arch}.lock`);
		await appendFile(lock, "1 another-machine 0\n");
		const longAgo = new Date(Date.now() - 10 * 60_000);
		await utimes(lock, longAgo, longAgo);
		await cached("p", "1", async () => undefined, { root });
		assert.equal((await readdir(root)).length, 1);
	});
});
