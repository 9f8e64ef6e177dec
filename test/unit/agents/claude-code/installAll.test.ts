import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { noteEditor, readEditors } from "../../../../src/agents/claude-code/editors.ts";
import { applyPlan, planInstall } from "../../../../src/agents/claude-code/install.ts";
import { uninstallAll } from "../../../../src/agents/claude-code/uninstallAll.ts";
import { newEntry, writeEntry } from "../../../../src/gate/registry.ts";

async function machine() {
	const dir = mkdtempSync(join(tmpdir(), "gp-all-"));
	const [userHome, home, project] = [join(dir, "user"), join(dir, "user", ".gatepost"), join(dir, "project")];
	const extensions = (editor: string) => join(dir, editor, "extensions");
	const put = (editor: string, version = "0.1.0") =>
		mkdirSync(join(extensions(editor), `gatepost.gatepost-${version}`), { recursive: true });
	const remove = (editor: string, version = "0.1.0") =>
		writeFileSync(join(extensions(editor), ".obsolete"), JSON.stringify({ [`gatepost.gatepost-${version}`]: true }));
	mkdirSync(join(userHome, ".claude"), { recursive: true });
	mkdirSync(project);
	const file = join(userHome, ".claude", "settings.json");
	writeFileSync(file, "{}\n");
	await applyPlan(await planInstall({ scope: "user", home, userHome }));
	await applyPlan(await planInstall({ scope: "project", projectDir: project, home, userHome }));
	for (const [editor, product] of [
		["code", "Visual Studio Code"],
		["cursor", "Cursor"],
	] as const) {
		put(editor);
		await noteEditor(home, { product, extensionsDir: extensions(editor) });
	}
	const all = (editor: string) => uninstallAll({ home, userHome, extensionsDir: extensions(editor) });
	return {
		...{ dir, home, userHome, project, file, extensions, put, remove, all },
		connected: () => readFileSync(file, "utf8") !== "{}\n",
		[Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
	};
}

test("the last editor that goes takes our entries out of every file; an earlier one leaves them", async () => {
	using at = await machine();
	at.remove("code");
	assert.equal((await at.all("code")).kept, "other-editor");
	assert.equal(at.connected(), true);
	assert.deepEqual(
		(await readEditors(at.home)).map(({ product }) => product),
		["Cursor"],
	);
	at.remove("cursor");
	const { kept, changed, failed } = await at.all("cursor");
	assert.deepEqual([kept, failed], [undefined, []]);
	assert.deepEqual(changed.sort(), [join(at.project, ".claude", "settings.local.json"), at.file].sort());
	assert.equal(at.connected(), false);
	assert.throws(() => statSync(join(at.project, ".claude")), /ENOENT/);
	assert.deepEqual(await readEditors(at.home), []);
	assert.deepEqual((await at.all("cursor")).changed, [], "a second time there is nothing to do");
});

test("nothing is done while Gatepost is installed there, whoever starts it", async () => {
	using at = await machine();
	assert.equal((await at.all("code")).kept, "installed");
	at.put("code", "0.2.0");
	at.remove("code", "0.1.0");
	assert.equal((await at.all("code")).kept, "installed", "an update");
	assert.equal((await readEditors(at.home)).length, 2);
});

test("an editor that is gone altogether does not keep the entries", async () => {
	using at = await machine();
	rmSync(join(at.dir, "cursor"), { recursive: true });
	at.remove("code");
	assert.equal((await at.all("code")).kept, undefined);
	assert.equal(at.connected(), false);
});

test("what only says that it is a gate keeps nothing: no serve, no forged entry", async () => {
	using at = await machine();
	at.remove("code");
	at.remove("cursor");
	mkdirSync(join(at.home, "gates"));
	const gate = (name: string, entry: unknown) => writeFileSync(join(at.home, "gates", name), JSON.stringify(entry));
	gate("a.json", { pid: process.pid, editor: "serve" });
	gate("b.json", { pid: process.pid, editor: "Cursor" });
	assert.equal((await at.all("code")).kept, undefined);
	assert.equal(at.connected(), false);
});

test("an open gate of another editor keeps the entries, also when the note of the editors is damaged", async () => {
	using at = await machine();
	at.remove("code");
	at.remove("cursor");
	writeFileSync(join(at.home, "editors.json"), "{");
	await noteEditor(at.home, { product: "Visual Studio Code", extensionsDir: at.extensions("code") });
	const entry = newEntry({ folders: [], editor: "Cursor" });
	writeEntry(at.home, entry);
	assert.equal((await at.all("code")).kept, "open-gate");
	assert.equal(at.connected(), true);
	await noteEditor(at.home, { product: "Visual Studio Code", extensionsDir: at.extensions("code") });
	for (const gone of [
		{ ...entry, editor: "serve" },
		{ ...entry, pid: 2 ** 30 },
		{ ...entry, editor: "Visual Studio Code" },
	]) {
		writeEntry(at.home, gone);
		assert.equal((await at.all("code")).kept, undefined, JSON.stringify(gone.editor));
		await noteEditor(at.home, { product: "Visual Studio Code", extensionsDir: at.extensions("code") });
	}
});

test("a file that cannot be changed is named, and the others are done", async () => {
	using at = await machine();
	writeFileSync(at.file, "{,}");
	at.remove("code");
	at.remove("cursor");
	const { changed, failed } = await at.all("code");
	assert.deepEqual(changed, [join(at.project, ".claude", "settings.local.json")]);
	assert.deepEqual(
		failed.map(({ file, problem }) => `${file} ${problem.code}`),
		[`${at.file} install.syntax`],
	);
});

test("a damaged note of the editors is written anew", async () => {
	using at = await machine();
	writeFileSync(join(at.home, "editors.json"), "{");
	assert.deepEqual(await readEditors(at.home), []);
	await noteEditor(at.home, { product: "Cursor", extensionsDir: at.extensions("cursor") });
	assert.equal((await readEditors(at.home)).length, 1);
	assert.equal(statSync(join(at.home, "editors.json")).mode & 0o777, 0o600);
});
