// The Gatepost home, ~/.gatepost: who may touch it, what is in it, and its keys. A home that others own or may write could
// hold a forged policy, log or key, so it is refused rather than repaired.
import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { JournalError, systemCode } from "./errors.ts";
import { makePrivateDir } from "./files.ts";
import { loadFileSigner, loadMacKey, type Signer } from "./keys.ts";

export interface Home {
	/** Real path. All that follow are inside it. */
	readonly dir: string;
	readonly gates: string;
	readonly workspaces: string;
	readonly bin: string;
	readonly keys: string;
	readonly outbox: string;
	readonly policyFile: string;
	/** 32 bytes, the same for every gate of this home. */
	macKey(): Buffer;
	/** The file signer, for gates without an editor; its key is made at first use. */
	signer(): Signer;
}

/** Where the log of one workspace lies. */
export interface WorkspacePaths {
	readonly id: string;
	readonly dir: string;
	/** Segments, and side files of repairs. */
	readonly journal: string;
	/** Outside heads: not among the segments, so that cutting one needs two hands. */
	readonly heads: string;
	readonly evidence: string;
	/** Evidence that is still being written. */
	readonly evidenceNew: string;
}

/** The id under which actions outside all roots are logged. */
export const OUTSIDE = "_outside";

/**
 * Opens the home, making what is missing: folders 0700, files 0600.
 * Synchronous, because it runs once, before anything is served.
 * @throws JournalError "unsafe-home" when others own or may write it, or a key is exposed or damaged
 */
export function openHome(dir: string): Home {
	mkdirSync(resolve(dir), { recursive: true, mode: 0o700 });
	const real = realpathSync.native(resolve(dir));
	demandPrivate(real);
	demandSafeParents(real);
	const folder = (name: string) => {
		const path = join(real, name);
		makePrivateDir(path);
		demandPrivate(path);
		return path;
	};
	const keys = folder("keys");
	const macKey = loadMacKey(join(keys, "home.key"));
	let signer: Signer | undefined;
	return {
		dir: real,
		gates: folder("gates"),
		workspaces: folder("workspaces"),
		bin: folder("bin"),
		keys,
		outbox: folder("outbox"),
		policyFile: join(real, "policy.jsonc"),
		macKey: () => macKey,
		signer: () => {
			signer ??= loadFileSigner(join(keys, "signing.pem"));
			return signer;
		},
	};
}

/**
 * The id of a root's log: the first 16 hex digits of SHA-256 of its real path; `_outside` without a root.
 * @throws JournalError "no-root"
 */
export function workspaceId(root: string | undefined): string {
	if (root === undefined) return OUTSIDE;
	let real: string;
	try {
		real = realpathSync.native(root);
	} catch (error) {
		throw new JournalError(
			"no-root",
			`The folder ${root} cannot be found (${systemCode(error)}), so it has no audit log. Gatepost did nothing. Check the path.`,
			{ cause: error },
		);
	}
	return createHash("sha256").update(real).digest("hex").slice(0, 16);
}

/** Where the log of a workspace lies. `home` is the home's folder; nothing is made. */
export function workspacePaths(home: string, id: string): WorkspacePaths {
	return pathsIn(join(home, "workspaces", id), id);
}

/** The same for the folder of a workspace's log itself, e.g. a copy of one. */
export function pathsIn(dir: string, id: string): WorkspacePaths {
	return {
		id,
		dir,
		journal: join(dir, "journal"),
		heads: join(dir, "heads"),
		evidence: join(dir, "evidence"),
		evidenceNew: join(dir, "evidence-new"),
	};
}

/** Makes the folders of a workspace's log. @throws JournalError "unsafe-home" */
export function makeWorkspaceDirs(paths: WorkspacePaths): void {
	for (const dir of [paths.dir, paths.journal, paths.heads, paths.evidence, paths.evidenceNew]) {
		makePrivateDir(dir);
		demandPrivate(dir);
	}
}

function demandPrivate(path: string): void {
	const found = lstatSync(path);
	if (!found.isDirectory()) throw unsafe(path, "is not a plain folder", `Move it away.`);
	const uid = process.getuid?.();
	// Windows: no owner or mode bits to look at; the profile folder's own rights hold.
	if (uid === undefined) return;
	if (found.uid !== uid)
		throw unsafe(
			path,
			`belongs to another user (uid ${found.uid}, not ${uid})`,
			`Choose another home with --home, or make it yours: sudo chown -R ${uid} '${path}'`,
		);
	if ((found.mode & 0o022) !== 0)
		throw unsafe(path, "may be written by others", `Look at what is in it; if all of it is yours: chmod 700 '${path}'`);
	if ((found.mode & 0o077) !== 0) chmodSync(path, 0o700);
}

/** A folder above the home that anybody may write lets anybody put another home in its place. */
function demandSafeParents(home: string): void {
	if (process.getuid === undefined) return;
	for (let dir = dirname(home); ; dir = dirname(dir)) {
		const { mode } = statSync(dir);
		const sticky = (mode & 0o1000) !== 0;
		if ((mode & 0o002) !== 0 && !sticky)
			throw unsafe(
				home,
				`lies in ${dir}, which everybody may write`,
				`Choose another home with --home, or: chmod o-w '${dir}'`,
			);
		if (dir === dirname(dir)) return;
	}
}

function unsafe(path: string, what: string, remedy: string): JournalError {
	return new JournalError("unsafe-home", `The Gatepost folder ${path} ${what}. Gatepost did not use it. ${remedy}`);
}
