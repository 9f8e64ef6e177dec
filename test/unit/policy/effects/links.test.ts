// Names that lead elsewhere than they say: links in the way, and links that are written through.
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { previewOf } from "../../../../src/policy/effects/preview.ts";
import { NO_HURRY, stage } from "./support.ts";

const linux = process.platform === "win32" ? { skip: "lines of shell are not read on Windows" } : {};

test("what is written or taken away behind a link is named by its real place", linux, async (t) => {
	const { file, said, ws, outside } = stage(t);
	file("a", "12");
	file("in/x", "1");
	file(join(outside, "secret"), "123");
	file(join(outside, "precious", "p"), "1");
	for (const [name, target] of [
		["notes", "../outside/secret"],
		["dangling", "../outside/new"],
		["build", "../outside"],
		["near", "in"],
		["loop", "loop"],
	] as const) {
		symlinkSync(target, join(ws, name));
	}
	const notes = `notes → ${outside}/secret`;
	const fresh = `dangling → ${outside}/new`;
	const precious = `build/precious → ${outside}/precious`;
	const out = (name: string) => `leadsOutside: ${name}`;
	assert.deepEqual(await said("echo x > notes"), [`truncates: ${notes}`, out(notes)]);
	assert.deepEqual(await said("echo x >> notes"), [`appends: ${notes}`, out(notes)]);
	assert.deepEqual(await said("echo x > dangling"), [`creates: ${fresh}`, out(fresh)]);
	assert.deepEqual(await said("echo x | tee notes"), [`truncates: ${notes}`, out(notes)]);
	assert.deepEqual(await said("touch notes"), [`times: ${notes}`, out(notes)]);
	assert.deepEqual(await said("chmod 600 notes"), [`mode: ${notes}`, out(notes)]);
	assert.deepEqual(await said("curl -o notes https://h/x"), [`downloads: ${notes}`, `truncates: ${notes}`, out(notes)]);
	assert.deepEqual(await said("rm -rf build/precious"), [`deletesFolders: ${precious}`, out(precious)]);
	assert.deepEqual(await said("cd build && rm -rf precious"), [`deletesFolders: ${precious}`, out(precious)]);
	assert.deepEqual(await said("rm -rf build/pre*"), [`deletesFolders: ${precious}`, out(precious)]);
	assert.deepEqual(await said("chmod -R 700 build/precious"), [`mode: ${precious}`, "below:", out(precious)]);
	assert.deepEqual(await said("cp a notes"), [`copies: a → ${notes}`, `overwrites: ${notes}`, out(notes)]);
	const into = `build/a → ${outside}/a`;
	assert.deepEqual(await said("cp a build"), [`copies: a → ${into}`, out(into)]);
	assert.deepEqual(await said("mv a build"), [`moves: a → ${into}`, out(into)]);
	// Links within the folders lead nowhere else, and a link that is itself taken away or replaced is not followed.
	assert.deepEqual(await said("rm near/x"), ["deletesFile: near/x → in/x"]);
	assert.deepEqual(await said("rm -rf build notes"), ["deletesFiles: build, notes"]);
	assert.deepEqual(await said("mv a notes"), ["moves: a → notes", "overwrites: notes"]);
	assert.deepEqual(await said("ln -sf a notes"), ["links: notes → a", "overwrites: notes"]);
	assert.deepEqual(await said("mkdir dangling"), ["refusedThere: dangling"]);
	for (const unsure of [
		"echo x > loop",
		"rm loop/x",
		"cp a dangling",
		"sed -i s/a/b/ notes",
		"chmod -R 700 build",
		"chown -R me build",
	]) {
		assert.deepEqual(await said(unsure), [], unsure);
	}
});

test("a root that is itself reached through a link is no news", linux, async (t) => {
	const { file, ws, outside, home } = stage(t);
	file("d/a", "1");
	const root = join(outside, "alias");
	symlinkSync(ws, root);
	const action = (command: string) =>
		({ v: 1, kind: "shell", tool: "Bash", root, cwd: root, input: { command }, paths: [] }) as const;
	for (const command of ["rm d/a", "cd d && rm a", `rm ${root}/d/a`]) {
		const items = await previewOf({ ...action(command), paths: [] }, { folders: [ws], root, home, ms: NO_HURRY });
		assert.deepEqual(
			items.map(({ message: { code }, names }) => [code, names]),
			[["effect.deletesFile", ["d/a"]]],
		);
	}
});

test("sed -i: every script counts, and the copy it keeps is named", linux, async (t) => {
	const { file, said, ws } = stage(t);
	file("a", "12");
	file("a.bak", "123");
	file("b", "1");
	mkdirSync(join(ws, "b.bak"));
	assert.deepEqual(await said("sed -i -e s/a/b/ --expression=s/c/d/ a"), ["edits: a"]);
	assert.deepEqual(await said("sed -i.old s/a/b/ a"), ["edits: a", "creates: a.old"]);
	assert.deepEqual(await said("sed --in-place=.bak s/a/b/ a"), ["edits: a", "overwrites: a.bak"]);
	for (const unsure of [
		"sed -i -e s/a/b/ --expression='w /x' a",
		"sed -i --expression=s/a/b/ -e 'w /x' a",
		"sed -i --expression=s/a/b/e -e s/a/b/ a",
		"sed -i'*.b' s/a/b/ a",
		"sed -i../x s/a/b/ a",
		"sed -i.bak s/a/b/ b",
	]) {
		assert.deepEqual(await said(unsure), [], unsure);
	}
});

test("options by two names, or given twice", linux, async (t) => {
	const { file, said } = stage(t);
	file("a", "1");
	file("d/x", "1");
	file("e/x", "1");
	assert.deepEqual(await said("wget --output-document=o https://h/x"), ["downloads: o", "creates: o"]);
	assert.deepEqual(await said("curl --output o https://h/x"), ["downloads: o", "creates: o"]);
	assert.deepEqual(await said("mv --target-directory=d a"), ["moves: a → d/a"]);
	for (const unsure of [
		"wget -O o --output-document=p https://h/x",
		"wget -O o -O p https://h/x",
		"wget -P d --directory-prefix e https://h/x",
		"curl -o o -o p https://h/x",
		"curl -o o --output p https://h/x",
		"curl --output-dir d --output-dir e -o o https://h/x",
		"mv -t d --target-directory e a",
		"cp -t d -t e a",
	]) {
		assert.deepEqual(await said(unsure), [], unsure);
	}
});
