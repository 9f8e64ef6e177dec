// What runs beside a window of an editor: only what stands back for it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runLanes } from "../../support/run/lanes.ts";
import { tempDir, withoutTestRunner } from "../audit/support.ts";

test("beside a job that runs alone only jobs of the lanes that may, and they are told", async () => {
	const begun: string[] = [];
	const ends = new Map<string, () => void>();
	const job = (name: string, lane: string, length: number) => ({
		lane,
		length,
		run: (beside: boolean) => {
			begun.push(`${name}${beside ? " beside" : ""}`);
			return new Promise<void>((done) => ends.set(name, done));
		},
	});
	const end = async (name: string) => {
		ends.get(name)?.();
		await new Promise(setImmediate);
		return begun.splice(0);
	};
	const jobs = [
		job("window", "editors", 2),
		job("window two", "editors", 1),
		job("page", "browsers", 3),
		job("unit long", "nodes", 2),
		job("unit short", "nodes", 1),
	];
	const all = runLanes(jobs, 2, { editors: 1, browsers: 2 }, new Set(["editors"]), new Set(["nodes"]));
	assert.deepEqual(begun.splice(0), ["window", "unit long beside"]);
	assert.deepEqual(await end("window"), ["window two"], "no page, and what runs already goes on");
	assert.deepEqual(await end("unit long"), ["unit short beside"]);
	assert.deepEqual(await end("unit short"), [], "the page waits for the window");
	assert.deepEqual(await end("window two"), ["page"]);
	await end("page");
	await all;
});

test("a file's processes stand back as far as asked", { skip: process.platform === "win32" && "no niceness" }, (t) => {
	const dir = tempDir(t);
	const priority = `import { getPriority } from "node:os"; import { spawnSync } from "node:child_process";`;
	const child = `spawnSync(process.execPath, ["-p", "os.getPriority()"], { encoding: "utf8" }).stdout.trim()`;
	writeFileSync(
		join(dir, "a.test.mjs"),
		`${priority} import { test } from "node:test"; test("stands at " + getPriority() + " and " + ${child}, () => {});`,
	);
	const module = new URL("../../support/run/nodeFile.ts", import.meta.url);
	const script = `import { runFile } from ${JSON.stringify(module.href)};
		const { text, passed } = await runFile("a.test.mjs", 120_000, 60_000, 19); console.log(passed, text);`;
	writeFileSync(join(dir, "run.mjs"), script);
	const said = execFileSync(process.execPath, ["run.mjs"], {
		cwd: dir,
		encoding: "utf8",
		env: withoutTestRunner(),
	});
	assert.match(said, /^1 .*stands at 19 and 19/s);
});
