import assert from "node:assert/strict";
import {
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { findNode, installLauncher, LauncherError, launcherText } from "../../../src/bin/launcher.ts";
import { hookBundle, removeBundle } from "./bundle.ts";
import { ALLOW, type Place, place, runHook, startGate } from "./support.ts";

after(removeBundle);

async function install(at: Place, options: Partial<Parameters<typeof installLauncher>[0]> = {}) {
	return installLauncher({
		home: at.home,
		node: process.execPath,
		hookSource: await hookBundle(),
		version: "1.2.3",
		...options,
	});
}

/** Runs a launcher against a gate that allows, and gives what the hook said and was. */
async function runAllowed(t: TestContext, at: Place, command: string[], env: NodeJS.ProcessEnv = {}) {
	const gate = await startGate(t, at);
	const hook = await runHook(t, at, { command, env });
	const call = await gate.nextCall();
	const environ = process.platform === "linux" ? readFileSync(`/proc/${call.submit.pid}/environ`, "utf8") : "";
	await call.reply({ stdout: ALLOW, stderr: "", exit: 0 });
	const result = await hook.done;
	await gate.server.close("stopped");
	return { result, submit: call.submit, child: hook.child, environ: environ.split("\0").filter((line) => line !== "") };
}

test("the launcher runs the hook as the agent's own child, and the reply comes through", async (t) => {
	const at = place(t);
	const { launcher } = await install(at);
	const { result, submit, child } = await runAllowed(t, at, [launcher, "claude-code", "--deadline", "60"]);
	assert.deepEqual(result, { code: 0, signal: null, stdout: ALLOW, stderr: "" });
	assert.deepEqual([submit.agent, submit.pid, submit.ppid], ["claude-code", child.pid, process.pid]);
	assert.ok(submit.deadlineMs <= 60_000);
});

test("installing again changes nothing, and what was changed is put right", async (t) => {
	const at = place(t);
	const first = await install(at);
	assert.equal(first.changed, true);
	assert.deepEqual(readdirSync(join(at.home, "bin")).sort(), ["gatepost-hook", "hook.cjs"]);
	assert.equal(statSync(first.launcher).mode & 0o777, 0o700);
	assert.equal(statSync(first.hook).mode & 0o777, 0o600);
	assert.equal(statSync(join(at.home, "bin")).mode & 0o777, 0o700);
	const before = statSync(first.launcher).ino;
	assert.equal((await install(at)).changed, false);
	assert.equal(statSync(first.launcher).ino, before);
	for (const spoil of [
		() => writeFileSync(first.hook, "process.exit(0)"),
		() => chmodSync(first.launcher, 0o755),
		() => rmSync(first.launcher),
	]) {
		spoil();
		assert.equal((await install(at)).changed, true);
		assert.equal((await install(at)).changed, false);
	}
});

test("a newer version that is in place is kept; an older, a broken, or one without its Node is replaced", async (t) => {
	const at = place(t);
	const { launcher, hook } = await install(at, { version: "2.0.0" });
	const kept = await install(at, { version: "1.9.9" });
	assert.deepEqual([kept.changed, kept.keptNewer], [false, true]);
	assert.match(readFileSync(launcher, "utf8"), /^# gatepost-hook 2\.0\.0 [0-9a-f]{64}$/m);
	assert.equal((await install(at, { version: "2.0.1" })).changed, true);
	writeFileSync(hook, "broken");
	assert.equal((await install(at, { version: "1.0.0" })).changed, true);
	const ownNode = join(at.dir, "node");
	symlinkSync(process.execPath, ownNode);
	await install(at, { version: "3.0.0", node: ownNode });
	rmSync(ownNode);
	assert.equal((await install(at, { version: "1.0.0" })).changed, true);
});

test("an older hook that waits is not disturbed by the installation of a newer one", async (t) => {
	const at = place(t);
	const { launcher } = await install(at);
	const gate = await startGate(t, at);
	const hook = await runHook(t, at, { command: [launcher, "claude-code"] });
	const call = await gate.nextCall();
	const other = join(at.dir, "newer.cjs");
	writeFileSync(other, "process.exit(1)");
	await install(at, { version: "9.0.0", hookSource: other });
	await call.reply({ stdout: ALLOW, stderr: "", exit: 0 });
	assert.equal((await hook.done).stdout, ALLOW);
});

test("nothing of the agent's environment but the named variables reaches Node", {
	skip: process.platform !== "linux",
}, async (t) => {
	const at = place(t);
	const { launcher } = await install(at);
	const mark = join(at.dir, "evil-ran");
	const evil = join(at.dir, "evil.cjs");
	writeFileSync(evil, `require("node:fs").writeFileSync(${JSON.stringify(mark)}, ""); process.exit(0);`);
	// Programs of the launcher's names, first in PATH.
	const bin = join(at.dir, "bin");
	mkdirSync(bin);
	for (const name of ["env", "sh", "node", "printf", "test", "[", "exec", "set", ":"]) {
		writeFileSync(join(bin, name), `#!/bin/sh\n: >'${mark}'\nexit 0\n`, { mode: 0o755 });
	}
	const script = join(at.dir, "evil.sh");
	writeFileSync(script, `: >'${mark}'; exit 0\n`);
	const functions = Object.fromEntries(
		["exec", "set", "[", "test", "printf", "env", "node", "x"].map((name) => [
			`BASH_FUNC_${name}%%`,
			`() { : >'${mark}'; exit 0; }`,
		]),
	);
	const env = {
		NODE_OPTIONS: `--require ${evil}`,
		NODE_PATH: at.dir,
		NODE_COMPILE_CACHE: join(at.dir, "evil-cache"),
		LD_LIBRARY_PATH: at.dir,
		NODE_REPL_EXTERNAL_MODULE: evil,
		ELECTRON_RUN_AS_NODE: "",
		BASH_ENV: script,
		ENV: script,
		PATH: `${bin}:.`,
		IFS: "/e",
		PS4: `$(: >'${mark}')`,
		SHELLOPTS: "xtrace",
		BASHOPTS: "extdebug",
		BASH_XTRACEFD: "1",
		...functions,
		ANTHROPIC_API_KEY: "secret",
		GATEPOST_HOME: at.dir,
		CLAUDE_PID: "12",
		CI: "",
		TERM_PROGRAM: "two words; $(exit 0) 'x' \"y\"",
		SSH_CONNECTION: "10.0.0.1 5 10.0.0.2 22",
	};
	const shells = ["/bin/sh", "/bin/bash", "/bin/dash", "/bin/zsh", "/usr/bin/ksh", "/bin/busybox"].filter(existsSync);
	for (const shell of shells) {
		// The shell under the name that the launcher calls it by.
		const sh = join(at.dir, `${shell.replaceAll("/", "-")}`, "sh");
		mkdirSync(join(sh, ".."));
		symlinkSync(realpathSync(shell), sh);
		for (const privileged of [true, false]) {
			// Without -p, bash takes options from the environment: that is why the installer asks for it.
			if (!privileged && realpathSync(shell).endsWith("bash")) continue;
			const own = join(at.home, "bin", "launcher-of-test");
			const parts = { home: at.home, hook: join(at.home, "bin", "hook.cjs"), node: process.execPath };
			writeFileSync(own, launcherText({ ...parts, version: "1.0.0", digest: "0".repeat(64), privileged, shell: sh }), {
				mode: 0o700,
			});
			const { result, submit, environ } = await runAllowed(t, at, [own, "claude-code"], env);
			const where = `${shell}${privileged ? " -p" : ""}`;
			assert.deepEqual(result, { code: 0, signal: null, stdout: ALLOW, stderr: "" }, where);
			assert.equal(existsSync(mark), false, where);
			assert.equal(existsSync(env.NODE_COMPILE_CACHE), false, where);
			assert.deepEqual(
				environ.sort(),
				[
					`HOME=${at.dir}`,
					"CLAUDE_PID=12",
					`CLAUDE_PROJECT_DIR=${at.folder}`,
					"CI=",
					`TERM_PROGRAM=${env.TERM_PROGRAM}`,
					"SSH_CONNECTION_PRESENT=1",
					`NODE_COMPILE_CACHE=${join(at.home, "bin", "cache")}`,
				].sort(),
				where,
			);
			assert.deepEqual(submit.env, {
				CLAUDE_PID: "12",
				CLAUDE_PROJECT_DIR: at.folder,
				CI: "",
				TERM_PROGRAM: env.TERM_PROGRAM,
				SSH_CONNECTION_PRESENT: "1",
			});
		}
	}
	assert.ok(shells.length >= 2, `only ${shells}`);
	void launcher;
});

test("without the hook or without a Node the launcher refuses, with the reason", async (t) => {
	const at = place(t);
	const node = join(at.dir, "node");
	symlinkSync(process.execPath, node);
	const { launcher, hook } = await install(at, { node });
	rmSync(node);
	const noNode = await (await runHook(t, at, { command: [launcher, "claude-code"] })).done;
	assert.deepEqual([noNode.code, noNode.stdout], [2, ""]);
	assert.match(noNode.stderr, /^Gatepost: There is no Node to run the hook with \(.*\/node\)\. Nothing was run\./);
	rmSync(hook);
	const noHook = await (await runHook(t, at, { command: [launcher, "claude-code"] })).done;
	assert.deepEqual([noHook.code, noHook.stdout], [2, ""]);
	assert.match(noHook.stderr, /^Gatepost: The hook is missing/);
});

test("without the user's Node the editor's binary runs the hook, as Node", {
	skip: process.platform !== "linux",
}, async (t) => {
	const at = place(t);
	const node = join(at.dir, "node");
	const electron = join(at.dir, "electron");
	symlinkSync(process.execPath, node);
	symlinkSync(process.execPath, electron);
	const { launcher } = await install(at, { node, electron });
	const withNode = await runAllowed(t, at, [launcher, "claude-code"]);
	assert.ok(!withNode.environ.some((line) => line.startsWith("ELECTRON")));
	rmSync(node);
	const without = await runAllowed(t, at, [launcher, "claude-code"]);
	assert.equal(without.result.stdout, ALLOW);
	assert.ok(without.environ.includes("ELECTRON_RUN_AS_NODE=1"));
});

test("a home with spaces, quotes and other signs of the shell works", async (t) => {
	const at = place(t);
	const home = join(at.dir, 'it\'s $(exit 3) "a" `b` \\ *;&|<>~#! home');
	mkdirSync(home, { mode: 0o700 });
	const odd = { ...at, home };
	const { launcher } = await install(odd);
	const { result } = await runAllowed(t, odd, [launcher, "claude-code"]);
	assert.deepEqual(result, { code: 0, signal: null, stdout: ALLOW, stderr: "" });
});

test("arguments cannot choose another home or other options of Node", async (t) => {
	const at = place(t);
	const { launcher } = await install(at);
	for (const args of [["claude-code", "--home", at.dir], ["--inspect"], [], ["claude-code", "-e", "0"], [""]]) {
		const { code, stdout } = await (await runHook(t, at, { command: [launcher, ...args] })).done;
		assert.deepEqual([code, stdout], [2, ""], args.join(" "));
	}
});

test("what could not run is not installed", async (t) => {
	const at = place(t);
	const directory = join(at.dir, "a=b");
	mkdirSync(directory);
	const odd = join(directory, "node");
	symlinkSync(process.execPath, odd);
	const plain = join(at.dir, "plain");
	writeFileSync(plain, "");
	for (const node of [join(at.dir, "absent"), plain, at.dir, "node", odd]) {
		await assert.rejects(install(at, { node }), LauncherError, node);
	}
	const hookSource = await hookBundle();
	await assert.rejects(installLauncher({ home: at.home, hookSource }), LauncherError);
	assert.equal(existsSync(join(at.home, "bin")), false);
});

test("the user's Node is found behind a shim, is new enough, and is never one of the workspace", async (t) => {
	const at = place(t);
	const write = (dir: string, text: string) => {
		mkdirSync(dir, { recursive: true });
		writeFileSync(join(dir, "node"), text, { mode: 0o755 });
		return dir;
	};
	const mark = join(at.dir, "workspace-ran");
	const evil = `#!/bin/sh\n: >'${mark}'\n`;
	const own = write(join(at.folder, "bin"), evil);
	const modules = write(join(at.dir, "node_modules", ".bin"), evil);
	const old = write(join(at.dir, "old"), `#!/bin/sh\necho '["/usr/bin/old","16.20.0"]'\n`);
	const broken = write(join(at.dir, "broken"), "#!/bin/sh\necho rubbish\n");
	const shim = write(join(at.dir, "shim"), `#!/bin/sh\nexec '${process.execPath}' "$@"\n`);
	const PATH = ["relative", "", own, modules, old, broken, join(at.dir, "absent"), shim].join(":");
	assert.equal(await findNode({ PATH, HOME: at.dir }, [at.folder]), process.execPath);
	assert.equal(existsSync(mark), false);
	assert.equal(await findNode({ PATH: [old, broken].join(":") }, []), undefined);
	assert.equal(await findNode({}, []), undefined);
});
