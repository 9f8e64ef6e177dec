// Big test parts (a VS Code, pinned agents) live here, outside the checkout, and are installed once.
// A part is whole or absent: it is built in a private folder and renamed into place as the last step.
import { mkdir, open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** A holder refreshes its lock this often; one not refreshed for `lockDeadMs` belongs to a dead process. */
const lockBeatMs = 5_000;
const lockDeadMs = 45_000;
const pollMs = 250;
/** A build folder without a living owner is rubbish after this long. */
const rubbishMs = 60 * 60_000;

export type CacheOptions = {
	/** Where parts live; default `cacheRoot()`. */
	root?: string;
	/** Told once, before a part is built. */
	onInstall?: (part: string) => void;
};

/** The folder of all big test parts: `$XDG_CACHE_HOME/gatepost-test`, else `~/.cache/gatepost-test`. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
	const base = env.XDG_CACHE_HOME?.startsWith("/") ? env.XDG_CACHE_HOME : join(homedir(), ".cache");
	return join(base, "gatepost-test");
}

/**
 * The folder of the part `name` in `version`, built by `install(dir)` when it is not there yet.
 *
 * `install` gets an empty folder and must fill it completely or throw. Several processes may call this at once: a lock
 * lets one build while the others wait, and where the lock fails (a stolen or stale one) the final rename still lets
 * exactly one build win. Put whatever else decides the content (a trim list's revision) into `version`.
 *
 * @returns an absolute path; treat what is in it as read-only.
 */
export async function cached(
	name: string,
	version: string,
	install: (dir: string) => Promise<void>,
	options: CacheOptions = {},
): Promise<string> {
	const root = options.root ?? cacheRoot();
	const part = fileName(`${name}-${version}-${process.platform}-${process.arch}`);
	const target = join(root, part);
	await mkdir(root, { recursive: true });
	while (!(await exists(target))) {
		const lock = await takeLock(`${target}.lock`);
		if (!lock) {
			await delay(pollMs);
			continue;
		}
		try {
			// Somebody may have finished between our look and our lock.
			if (await exists(target)) break;
			await removeRubbish(root, part);
			options.onInstall?.(part);
			await build(root, part, install);
		} finally {
			await lock.release();
		}
	}
	return target;
}

async function build(root: string, part: string, install: (dir: string) => Promise<void>): Promise<void> {
	const dir = join(root, `${part}.tmp-${process.pid}-${Date.now()}`);
	await mkdir(dir);
	try {
		await install(dir);
		await rename(dir, join(root, part));
	} catch (error) {
		await rm(dir, { recursive: true, force: true });
		// Another build of the same part came first: theirs is as good as ours.
		if (isCode(error, "ENOTEMPTY", "EEXIST") && (await exists(join(root, part)))) return;
		throw error;
	}
}

type Lock = { release(): Promise<void> };

/** A lock file with its owner's pid, or undefined while a living process holds it. */
async function takeLock(path: string): Promise<Lock | undefined> {
	const owner = `${process.pid} ${hostname()} ${Date.now()}\n`;
	try {
		const file = await open(path, "wx");
		await file.writeFile(owner);
		await file.close();
	} catch (error) {
		if (!isCode(error, "EEXIST")) throw error;
		if (await isDead(path)) await rm(path, { force: true });
		return undefined;
	}
	const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), lockBeatMs);
	beat.unref();
	return {
		release: async () => {
			clearInterval(beat);
			if ((await readText(path)) === owner) await rm(path, { force: true });
		},
	};
}

async function isDead(path: string): Promise<boolean> {
	const age = await stat(path).then(
		(found) => Date.now() - found.mtimeMs,
		() => 0,
	);
	if (age > lockDeadMs) return true;
	const [pid, host] = (await readText(path)).split(" ");
	// An empty file is one whose owner has not written its name yet; a pid says something on its own machine only.
	if (!pid || host !== hostname()) return false;
	try {
		process.kill(Number(pid), 0);
		return false;
	} catch (error) {
		return isCode(error, "ESRCH");
	}
}

/** Build folders that killed processes left behind. */
async function removeRubbish(root: string, part: string): Promise<void> {
	for (const name of await readdir(root)) {
		if (!name.startsWith(`${part}.tmp-`)) continue;
		if (Date.now() - Number(name.split("-").at(-1)) > rubbishMs)
			await rm(join(root, name), { recursive: true, force: true });
	}
}

async function readText(path: string): Promise<string> {
	try {
		const file = await open(path, "r");
		try {
			return await file.readFile("utf8");
		} finally {
			await file.close();
		}
	} catch (error) {
		if (isCode(error, "ENOENT")) return "";
		throw error;
	}
}

async function exists(path: string): Promise<boolean> {
	return stat(path).then(
		() => true,
		(error) => {
			if (isCode(error, "ENOENT")) return false;
			throw error;
		},
	);
}

function fileName(text: string): string {
	return text.replaceAll("/", "+").replaceAll(/[^\w.+@-]/g, "_");
}

function isCode(error: unknown, ...codes: string[]): boolean {
	return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? "");
}
