// Finds the gate of a project root in <home>/gates (DESIGN 6). Everything in there is hostile until checked.
import {
	closeSync,
	constants,
	fstatSync,
	openSync,
	readdirSync,
	readFileSync,
	realpathSync,
	statSync,
	unlinkSync,
} from "node:fs";
import { join } from "node:path";
import { RESTART_GRACE_MS } from "../../protocol/hookWire.ts";
import type { GateAddress } from "./websocket.ts";

const MAX_ENTRY_BYTES = 256 * 1024;

export interface GateEntry extends GateAddress {
	file: string;
	id: string;
	pid: number;
	folders: string[];
	editor: string;
	startedAt: string;
	restarting: boolean;
}

export interface Found {
	/** Open gates of this root, the one to ask first in front. */
	live: GateEntry[];
	/** A gate of this root said that it comes back, less than RESTART_GRACE_MS ago. */
	restarting: boolean;
	/** Entries left out, and why, for the refusal. */
	problems: string[];
}

/** Reads all entries and picks those whose folder holds `root` (a real path): longest folder, editors, oldest first. */
export function findGates(home: string, root: string, now: number = Date.now()): Found {
	const found: Found = { live: [], restarting: false, problems: [] };
	const ranked: { entry: GateEntry; depth: number }[] = [];
	for (const file of entryFiles(join(home, "gates"), found.problems)) {
		const entry = readEntry(file, now, found.problems);
		if (entry === undefined) continue;
		const depth = Math.max(-1, ...entry.folders.map((folder) => depthOf(folder, root)));
		if (depth < 0) continue;
		if (entry.restarting) found.restarting = true;
		else ranked.push({ entry, depth });
	}
	ranked.sort(
		(a, b) =>
			// A program that was allowed once could start a deeper `serve` and answer it itself: an editor's gate is first.
			Number(a.entry.editor === "serve") - Number(b.entry.editor === "serve") ||
			b.depth - a.depth ||
			compare(a.entry.startedAt, b.entry.startedAt) ||
			compare(a.entry.id, b.entry.id),
	);
	found.live = ranked.map(({ entry }) => entry);
	return found;
}

/** Takes away the entry of a gate that is gone. A living gate puts its own back. */
export function removeEntry(entry: { file: string }): void {
	try {
		unlinkSync(entry.file);
	} catch {
		// Somebody else was first, or may and we may not: either way the entry only costs time.
	}
}

/** The real path of `path`; as it stands when it does not exist. */
export function realpathOr(path: string): string {
	try {
		return realpathSync.native(path);
	} catch {
		return path;
	}
}

function entryFiles(dir: string, problems: string[]): string[] {
	let names: string[];
	try {
		const stat = statSync(dir);
		if (!stat.isDirectory() || !isOurs(stat)) {
			problems.push(`${dir} could be changed by another user; its entries are not used`);
			return [];
		}
		names = readdirSync(dir);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") problems.push(`${dir}: ${(error as Error).message}`);
		return [];
	}
	return names.filter((name) => name.endsWith(".json")).map((name) => join(dir, name));
}

function readEntry(file: string, now: number, problems: string[]): GateEntry | undefined {
	let text: string;
	try {
		// O_NOFOLLOW: a link could point at a file of ours that somebody else filled; O_NONBLOCK: a pipe must not hold us.
		const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
		try {
			const stat = fstatSync(fd);
			if (!stat.isFile() || !isOurs(stat) || stat.size > MAX_ENTRY_BYTES) {
				problems.push(`${file} is not a private file of this user; it is not used`);
				return undefined;
			}
			text = readFileSync(fd, "utf8");
		} finally {
			closeSync(fd);
		}
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code;
		if (code !== "ENOENT") problems.push(`${file} cannot be read (${code}); it is not used`);
		return undefined;
	}
	const entry = parseEntry(file, text, now);
	if (entry === undefined) {
		problems.push(`${file} is not a whole registry entry; it is not used`);
		return undefined;
	}
	if (entry === "dead" || entry === "late") {
		if (entry === "dead") removeEntry({ file });
		return undefined;
	}
	return entry;
}

function parseEntry(file: string, text: string, now: number): GateEntry | "dead" | "late" | undefined {
	let value: Partial<Record<string, unknown>>;
	try {
		value = JSON.parse(text);
	} catch {
		return undefined;
	}
	if (typeof value !== "object" || value === null) return undefined;
	const { version, id, pid, port, token, proofKey, folders, editor, startedAt, state, stateAt } = value;
	const whole =
		version === 1 &&
		isHex(id, 16) &&
		isHex(token, 64) &&
		isHex(proofKey, 64) &&
		isNumber(pid, 2 ** 31) &&
		isNumber(port, 65_535) &&
		Array.isArray(folders) &&
		folders.every((folder) => typeof folder === "string" && folder.startsWith("/")) &&
		typeof editor === "string" &&
		typeof startedAt === "string" &&
		typeof stateAt === "string" &&
		(state === "open" || state === "restarting");
	if (!whole) return undefined;
	const restarting = state === "restarting";
	if (restarting) {
		const age = now - Date.parse(stateAt);
		// A time from the future would make hooks wait for ever.
		if (!(age >= -1000 && age < RESTART_GRACE_MS)) return isAlive(pid) ? "late" : "dead";
	} else if (!isAlive(pid)) return "dead";
	return { file, id, pid, port, token, proofKey, folders, editor, startedAt, restarting };
}

/** How deep `folder` is when `root` is in it, else -1. Real paths on both sides: a folder may be opened through a link. */
function depthOf(folder: string, root: string): number {
	const real = realpathOr(folder);
	const inside = real === root || root.startsWith(real.endsWith("/") ? real : `${real}/`);
	return inside ? real.length : -1;
}

function isOurs(stat: { uid: number; mode: number }): boolean {
	const uid = process.getuid?.();
	return (uid === undefined || stat.uid === uid) && (stat.mode & 0o022) === 0;
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// EPERM: it lives and is not ours.
		return (error as NodeJS.ErrnoException).code !== "ESRCH";
	}
}

function isHex(value: unknown, length: number): value is string {
	return typeof value === "string" && value.length === length && /^[0-9a-f]+$/.test(value);
}

function isNumber(value: unknown, max: number): value is number {
	return Number.isInteger(value) && (value as number) > 0 && (value as number) <= max;
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
