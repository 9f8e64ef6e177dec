// usage: node test/support/bootstrap.mjs <script.ts, from the top of the checkout> [arguments]
// Runs a script of this project on the Node it is written for, on a fresh clone with nothing done before: installs the
// packages when they are missing or not those of package-lock.json, then starts the script with node_modules/.bin/node.
// Plain JavaScript without packages, for Node 18 and later.
import { spawn, spawnSync } from "node:child_process";
import {
	appendFileSync,
	existsSync,
	linkSync,
	lstatSync,
	mkdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const checkout = join(dirname(fileURLToPath(import.meta.url)), "../..");
const modules = join(checkout, "node_modules");
const ownNode = join(modules, "node/bin/node");
const windows = process.platform === "win32";

const [script, ...args] = process.argv.slice(2);
if (!script) {
	console.error("usage: node test/support/bootstrap.mjs <script.ts> [arguments]");
	process.exit(2);
}
if (Number(process.versions.node.split(".")[0]) < 18) {
	console.error(`Node ${process.version} is too old to begin with. Install Node 18 or later.`);
	process.exit(1);
}

try {
	if (!packagesAreThere()) await underLock(installPackages);
	if (!runs(ownNode)) await underLock(installNode);
	const node = runs(ownNode) ? ownNode : currentNodeOr24();
	leave(await run(node, [script, ...args]));
} catch (error) {
	console.error(error.message);
	process.exitCode = 1;
}

/** Whether what npm says it installed is what package-lock.json asks for (packages for other systems apart). */
function packagesAreThere() {
	const installed = readLock(join(modules, ".package-lock.json"));
	if (!installed || !existsSync(join(modules, "node/package.json"))) return false;
	const wanted = readLock(join(checkout, "package-lock.json"));
	if (!wanted) fail("package-lock.json is missing or not JSON. Restore it: `git checkout package-lock.json`.");
	return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
		if (path === "") return true;
		const found = installed[path];
		if (!found) return optional === true;
		return found.version === version && (!integrity || !found.integrity || found.integrity === integrity);
	});
}

function readLock(path) {
	try {
		return JSON.parse(readFileSync(path, "utf8")).packages;
	} catch {
		return undefined; // missing, or cut off by a killed install
	}
}

async function installPackages(onStart) {
	if (packagesAreThere()) return; // another run did it while we waited
	console.log("Gatepost: installing the packages of package-lock.json (npm ci) ...");
	const { code } = await run(...npm("ci", "--include=dev", "--no-audit", "--no-fund"), { onStart });
	if (code !== 0) fail(`\`npm ci\` failed (${code}). What it printed above says why; nothing else was started.`);
}

/** npm can be told to run no install scripts; the package "node" gets its program in one. */
async function installNode(onStart) {
	if (runs(ownNode)) return;
	const folder = join(modules, "node");
	console.log('Gatepost: the install script of the package "node" has not run (npm may block scripts); running it ...');
	await run(process.execPath, ["installArchSpecificPackage.js"], { cwd: folder, onStart });
	const link = join(modules, ".bin/node");
	if (runs(ownNode) && !windows && !isThere(link)) symlinkSync("../node/bin/node", link);
}

function currentNodeOr24() {
	if (Number(process.versions.node.split(".")[0]) >= 24) {
		console.log(`Gatepost: ${ownNode} does not run here; using this Node, ${process.version}.`);
		return process.execPath;
	}
	return fail(
		`Gatepost's scripts need Node 24, and its copy from npm is not there: ${ownNode} does not run. ` +
			"Nothing was started. Allow the install script once (`npm rebuild node --ignore-scripts=false`), " +
			"or install Node 24 or later yourself and run the command again with it.",
	);
}

/** Whether this program is there and made for this system. */
function runs(program) {
	return spawnSync(program, ["--version"]).status === 0;
}

/** npm's own program when npm started us (PATH may hold another), else the npm on PATH. */
function npm(...npmArgs) {
	const own = process.env.npm_execpath;
	if (own?.endsWith("npm-cli.js")) return [process.execPath, [own, ...npmArgs]];
	return [windows ? "npm.cmd" : "npm", npmArgs];
}

/** Two commands at once on a fresh clone must not install into one folder at the same time. */
async function underLock(job) {
	const lock = join(checkout, "out/.installing");
	mkdirSync(dirname(lock), { recursive: true });
	let told = false;
	while (!take(lock)) {
		const owners = ownersOf(lock);
		if (owners && !owners.some(isAlive)) rmSync(lock, { force: true });
		else if (!told) console.log(`Gatepost: process ${owners} is installing here (${lock}); waiting for it ...`);
		told = true;
		await delay(500);
	}
	try {
		// npm outlives us when we are killed, and goes on with its work: then it is the owner.
		await job((pid) => appendFileSync(lock, `${pid}\n`));
	} finally {
		rmSync(lock, { force: true });
	}
}

function take(lock) {
	// Linked into place, so that a lock never exists without its owner's number in it.
	const own = `${lock}-${process.pid}`;
	writeFileSync(own, `${process.pid}\n`);
	try {
		linkSync(own, lock);
		return true;
	} catch (error) {
		if (error.code === "EEXIST") return false;
		throw error;
	} finally {
		rmSync(own);
	}
}

/** Processes that hold the lock; undefined when it is just gone. */
function ownersOf(lock) {
	try {
		return readFileSync(lock, "utf8").trim().split("\n").map(Number);
	} catch (error) {
		if (error.code === "ENOENT") return undefined;
		throw error;
	}
}

function isAlive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error.code === "EPERM";
	}
}

function isThere(path) {
	return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Runs a program as if it were us: same input and output, our signals, node_modules/.bin first on PATH. */
function run(program, programArgs, { cwd = checkout, onStart } = {}) {
	const bin = join(modules, ".bin");
	const others = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder && folder !== bin);
	const env = { ...process.env, PATH: [bin, ...others].join(delimiter) };
	const child = spawn(program, programArgs, { cwd, env, stdio: "inherit", shell: windows && program.endsWith(".cmd") });
	if (child.pid) onStart?.(child.pid);
	// A Ctrl-C in a terminal reaches the child by itself; sent twice it would end what it is tidying up.
	const forward = (signal) => {
		if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
	};
	const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
	for (const signal of signals) process.on(signal, forward);
	// npm that is ended takes the shell between us with it and tells nobody else.
	const parent = process.ppid;
	const watch = setInterval(() => {
		if (process.ppid !== parent) child.kill("SIGTERM");
	}, 500);
	return new Promise((done) => {
		const end = (result) => {
			clearInterval(watch);
			for (const signal of signals) process.off(signal, forward);
			done(result);
		};
		child.on("error", (error) => {
			console.error(`${program} could not be started: ${error.message}`);
			end({ code: 127 });
		});
		child.on("exit", (code, signal) => end({ code: code ?? 1, signal }));
	});
}

/** Ends as the script ended. */
function leave({ code, signal }) {
	if (signal) process.kill(process.pid, signal);
	process.exitCode = code;
}

function fail(message) {
	throw new Error(message);
}
