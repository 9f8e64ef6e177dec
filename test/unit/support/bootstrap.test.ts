import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const bootstrap = fileURLToPath(new URL("../../support/bootstrap.mjs", import.meta.url));
const lock = JSON.stringify({
	packages: {
		"": {},
		"node_modules/node": { version: "24.9.0", integrity: "sha512-a" },
		"node_modules/elsewhere": { version: "1.0.0", optional: true },
	},
});
/** Stands in for npm: says what it was asked, and "installs" what the lock says. */
const npm = `
	const { appendFileSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } = require("node:fs");
	appendFileSync("npm.log", process.argv.slice(2).join(" ") + "\\n");
	if (process.env.NPM_FAILS) process.exit(3);
	mkdirSync("node_modules/node/bin", { recursive: true });
	writeFileSync("node_modules/node/package.json", "{}");
	setTimeout(() => {
		symlinkSync(process.execPath, "node_modules/node/bin/node");
		copyFileSync("package-lock.json", "node_modules/.package-lock.json");
	}, 200);`;

describe("starting a script on a clone", () => {
	let clone = "";
	beforeEach(async () => {
		clone = await mkdtemp(join(tmpdir(), "gatepost-clone-"));
		await mkdir(join(clone, "test/support"), { recursive: true });
		await copyFile(bootstrap, join(clone, "test/support/bootstrap.mjs"));
		await writeFile(join(clone, "package-lock.json"), lock);
		await writeFile(join(clone, "npm-cli.js"), npm);
	});
	afterEach(() => rm(clone, { recursive: true, force: true }));

	/** node_modules as npm leaves it when it has installed what `installed` says. */
	async function install(installed: string): Promise<void> {
		await mkdir(join(clone, "node_modules/node/bin"), { recursive: true });
		await writeFile(join(clone, "node_modules/node/package.json"), "{}");
		await symlink(process.execPath, join(clone, "node_modules/node/bin/node"));
		await writeFile(join(clone, "node_modules/.package-lock.json"), installed);
	}

	function start(script: string, env: Record<string, string> = {}): ChildProcess {
		const args = [join(clone, "test/support/bootstrap.mjs"), "script.mjs", "an argument"];
		return spawn(process.execPath, args, {
			env: { ...process.env, npm_execpath: join(clone, "npm-cli.js"), SCRIPT: script, ...env },
			stdio: ["ignore", "pipe", "pipe"],
		});
	}

	async function run(script: string, env: Record<string, string> = {}): Promise<{ code: number; output: string }> {
		await writeFile(join(clone, "script.mjs"), script);
		const child = start(script, env);
		let output = "";
		for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text) => (output += text));
		const [code] = await once(child, "close");
		return { code: code as number, output };
	}

	const npmRuns = async () => (await readFile(join(clone, "npm.log"), "utf8").catch(() => "")).split("\n").slice(0, -1);

	it("installs nothing when the packages are those of the lock, packages for other systems apart", async () => {
		await install(lock.replace(/,"node_modules\/elsewhere":\{[^}]*\}/, ""));
		const { code, output } = await run(
			`console.log(process.argv[2], process.env.PATH.split(":")[0], process.cwd()); process.exitCode = 7`,
		);
		assert.equal(output, `an argument ${clone}/node_modules/.bin ${clone}\n`);
		assert.equal(code, 7);
		assert.deepEqual(await npmRuns(), []);
	});

	for (const [what, installed] of [
		["another version", lock.replace("24.9.0", "24.8.0")],
		["another hash", lock.replace("sha512-a", "sha512-b")],
		["a list that a killed install cut off", lock.slice(0, 40)],
		["a package less", '{"packages":{"":{}}}'],
	] as const) {
		it(`installs the packages when npm's own list has ${what}`, async () => {
			await install(installed);
			await rm(join(clone, "node_modules/node"), { recursive: true });
			const { code, output } = await run("console.log('script ran')");
			assert.deepEqual(await npmRuns(), ["ci --include=dev --no-audit --no-fund"]);
			assert.match(output, /installing the packages.*script ran/s);
			assert.equal(code, 0);
		});
	}

	it("says so and starts nothing when npm fails", async () => {
		const { code, output } = await run("console.log('script ran')", { NPM_FAILS: "1" });
		assert.match(output, /`npm ci` failed \(3\).*nothing else was started/s);
		assert.doesNotMatch(output, /script ran/);
		assert.equal(code, 1);
		assert.deepEqual(await readdir(join(clone, "out")), []);
	});

	it("installs once when two commands start on a fresh clone", async () => {
		const results = await Promise.all([run("console.log('script ran')"), run("console.log('script ran')")]);
		assert.deepEqual(await npmRuns(), ["ci --include=dev --no-audit --no-fund"]);
		for (const { code, output } of results) {
			assert.equal(code, 0);
			assert.match(output, /script ran/);
		}
	});

	it("takes over the lock of an installation that died", async () => {
		const dead = spawn(process.execPath, ["-e", ""]);
		await once(dead, "exit");
		await mkdir(join(clone, "out"));
		await writeFile(join(clone, "out/.installing"), `${dead.pid}\n`);
		assert.equal((await run("console.log('script ran')")).code, 0);
	});

	it("runs the install script of Node's package when npm has not, and links the program", async () => {
		await install(lock);
		const folder = join(clone, "node_modules/node");
		await mkdir(join(clone, "node_modules/.bin"));
		await rm(join(folder, "bin/node"));
		await writeFile(
			join(folder, "installArchSpecificPackage.js"),
			`require("node:fs").symlinkSync(process.execPath, "bin/node")`,
		);
		const { code, output } = await run("console.log('script ran')");
		assert.match(output, /install script of the package "node" has not run.*script ran/s);
		assert.equal(code, 0);
		assert((await readdir(join(clone, "node_modules/.bin"))).includes("node"));
	});

	for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
		it(`passes ${signal} on and ends as the script ends`, async () => {
			await install(lock);
			await writeFile(
				join(clone, "script.mjs"),
				`process.on("${signal}", () => process.exit(42)); setInterval(() => {}, 1000); console.log("ready");`,
			);
			const child = start("");
			assert(child.stdout);
			await once(child.stdout, "data");
			child.kill(signal);
			assert.deepEqual(await once(child, "exit"), [42, null]);
		});
	}

	it("ends the script when what started it is gone, as npm and its shell are after a signal", async () => {
		await install(lock);
		await writeFile(
			join(clone, "script.mjs"),
			`process.on("SIGTERM", () => { console.log("told to end"); process.exit(); }); setInterval(() => {}, 1000); console.log("ready");`,
		);
		const line = `'${process.execPath}' '${join(clone, "test/support/bootstrap.mjs")}' script.mjs; true`;
		const shell = spawn("/bin/sh", ["-c", line], { stdio: ["ignore", "pipe", "inherit"] });
		let output = "";
		const { stdout } = shell;
		await new Promise<void>((ready) => {
			stdout.on("data", (text) => {
				output += text;
				if (output.includes("ready")) ready();
			});
		});
		shell.kill("SIGKILL");
		// The script holds the pipe open as long as it lives.
		await once(stdout, "end");
		assert.match(output, /told to end/);
	});

	it("ends by the signal that ended the script", async () => {
		await install(lock);
		await writeFile(join(clone, "script.mjs"), `process.kill(process.pid, "SIGKILL")`);
		assert.deepEqual(await once(start(""), "exit"), [null, "SIGKILL"]);
	});
});
