// What a file's tests come to, also when its process ends early or not at all.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { tempDir, withoutTestRunner } from "../audit/support.ts";

const FILES = {
	mixed: `test("good", () => {}); test("bad", () => { throw new Error("no"); });
		test("later", { skip: "because" }, () => {}); describe("two", () => { test("inner", () => {}); });`,
	silent: `test("silent", { skip: true }, () => {});`,
	early: `test("fine", () => {}); test("ends", () => process.exit(0));`,
	empty: "",
	broken: "this is no program",
	endless: `test("goes on", () => new Promise(() => setInterval(() => {}, 1000)));`,
};
type Name = keyof typeof FILES;

test("each test counts once; what is empty, broken, ends early or never ends has failed", (t) => {
	const dir = tempDir(t);
	for (const [name, text] of Object.entries(FILES))
		writeFileSync(join(dir, `${name}.test.mjs`), `import { describe, test } from "node:test";\n${text}\n`);
	const module = new URL("../../support/run/nodeFile.ts", import.meta.url);
	// What never ends needs a limit that the others do not come near to.
	const script = `import { runFile } from ${JSON.stringify(module.href)};
		const found = {};
		await Promise.all(${JSON.stringify(Object.keys(FILES))}.map(async (name) => {
			found[name] = await runFile(name + ".test.mjs", name === "endless" ? 4000 : 120_000, 2000);
		}));
		console.log(JSON.stringify(found));`;
	writeFileSync(join(dir, "run.mjs"), script);
	const out = execFileSync(process.execPath, ["run.mjs"], {
		cwd: dir,
		encoding: "utf8",
		env: withoutTestRunner(),
	});
	const found: Record<Name, { passed: number; failed: number; skipped: number; skips: string[]; text: string }> =
		JSON.parse(out);
	const { passed, failed, skipped, skips, text } = found.mixed;
	assert.deepEqual([passed, failed, skipped, skips], [2, 1, 1, ["later: because"]]);
	assert.match(text, /bad/);
	assert.doesNotMatch(text, /duration_ms/);
	assert.deepEqual(found.silent.skips, ["silent: NO REASON GIVEN"]);
	for (const name of ["silent", "early", "empty", "broken", "endless"] as const)
		assert.ok(found[name].failed > 0, `${name}: ${JSON.stringify(found[name])}`);
	assert.match(found.endless.text, /did not end/);
	assert.match(found.empty.text, /has no tests/);
});
