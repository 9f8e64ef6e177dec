// `npm start` with a desktop editor, played by a script: which program is taken, and that it gets a profile, a home and an
// extension folder of its own.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { findDesktop, startEditor } from "../../tryout/editor.ts";
import { readOptions } from "../../tryout/options.ts";
import { makeThrowaway } from "../../tryout/throwaway.ts";

const dir = mkdtempSync(join(tmpdir(), "gatepost-desktop-"));
after(() => rmSync(dir, { recursive: true, force: true }));

/** An editor's command: notes how it was called; started with a folder it "opens a window" and stays. */
function fakeEditor(name: string): string {
	const folder = join(dir, name);
	mkdirSync(folder, { recursive: true });
	const program = join(folder, name);
	const script = `#!/bin/sh
{ echo "HOME=$HOME"; for word in "$@"; do echo "$word"; done; echo "."; } >> '${folder}/calls'
case " $* " in
*" --wait "*) echo $$ > "$2/code.lock"; exec sleep 600 ;;
esac
`;
	writeFileSync(program, script);
	chmodSync(program, 0o755);
	return folder;
}

test("a desktop editor is taken only where it opens a window of its own on a display", () => {
	const code = fakeEditor("code");
	const env = { PATH: `/nowhere:${code}`, DISPLAY: ":0" };
	assert.equal(findDesktop(env, "linux"), join(code, "code"));
	assert.equal(findDesktop({ PATH: env.PATH, WAYLAND_DISPLAY: "wayland-0" }, "linux"), join(code, "code"));
	assert.equal(findDesktop({ PATH: env.PATH }, "darwin"), join(code, "code"));
	assert.equal(findDesktop({ PATH: env.PATH }, "linux"), undefined, "no display");
	assert.equal(findDesktop({ ...env, VSCODE_IPC_HOOK_CLI: "/run/x.sock" }, "linux"), undefined, "a remote terminal");
	assert.equal(findDesktop({ ...env, PATH: `${dir}/x/remote-cli` }, "linux"), undefined);
	assert.equal(findDesktop({ ...env, PATH: "relative" }, "linux"), undefined);
});

test("a desktop editor gets its own profile, extensions and home, and is ended with the try-out", async (t) => {
	const folder = fakeEditor("cursor");
	const before = { PATH: process.env.PATH, DISPLAY: process.env.DISPLAY, ipc: process.env.VSCODE_IPC_HOOK_CLI };
	process.env.PATH = `${folder}:${before.PATH}`;
	process.env.DISPLAY = ":0";
	delete process.env.VSCODE_IPC_HOOK_CLI;
	const throwaway = await makeThrowaway(undefined);
	t.after(async () => {
		process.env.PATH = before.PATH;
		if (before.DISPLAY === undefined) delete process.env.DISPLAY;
		else process.env.DISPLAY = before.DISPLAY;
		if (before.ipc !== undefined) process.env.VSCODE_IPC_HOOK_CLI = before.ipc;
		await throwaway.remove();
	});
	const options = readOptions(["--desktop"], "/");
	assert.ok(options);
	const editor = await startEditor(options, throwaway, "/some/gatepost.vsix");
	const lock = join(throwaway.dirs.userData, "code.lock");
	while (!existsSync(lock) || readFileSync(lock, "utf8") === "") await delay(20);
	const [install = [], open = []] = calls(folder);
	const { userData, extensions, home } = throwaway.dirs;
	for (const call of [install, open]) {
		assert.equal(call[0], `HOME=${home}`);
		assert.deepEqual(call.slice(1, 5), ["--user-data-dir", userData, "--extensions-dir", extensions]);
	}
	assert.ok(install.join(" ").includes("--install-extension /some/gatepost.vsix"));
	assert.equal(open.at(-1), throwaway.project);
	assert.equal(
		JSON.parse(readFileSync(join(userData, "User/settings.json"), "utf8"))["telemetry.telemetryLevel"],
		"off",
	);
	assert.match(editor.name, /^cursor /);
	const pid = Number(readFileSync(lock, "utf8"));
	await editor.stop();
	assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
});

test("--desktop without a desktop editor is an error that says what to do", async (t) => {
	const before = process.env.PATH;
	process.env.PATH = "/nowhere";
	t.after(() => {
		process.env.PATH = before;
	});
	const throwaway = await makeThrowaway(undefined);
	t.after(() => throwaway.remove());
	const options = readOptions(["--desktop"], "/");
	assert.ok(options);
	await assert.rejects(startEditor(options, throwaway, "x.vsix"), /No desktop editor.*Leave --desktop out/);
});

function calls(folder: string): string[][] {
	return readFileSync(join(folder, "calls"), "utf8")
		.split("\n.\n")
		.filter((call) => call !== "")
		.map((call) => call.split("\n"));
}
