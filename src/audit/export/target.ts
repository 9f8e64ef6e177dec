// Where an export may go: not into the log it is made of, and not among Gatepost's own files, whatever the path looks like.
import { lstat, realpath } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { JournalError, systemCode } from "../errors.ts";
import { ExportError } from "./errors.ts";

/** Name of the folder of a home that holds the logs. */
const WORKSPACES = "workspaces";

/**
 * Refuses what cannot or must not become a file, before anything is read.
 * @param dir folder of the log: `<home>/workspaces/<id>`
 * @param out absolute
 * @throws ExportError "place" | "inside-log" | "inside-home"; JournalError when there is no log
 */
export async function demandTarget(dir: string, out: string): Promise<void> {
	const log = await realpath(dir).catch((error) => {
		throw new JournalError(
			"unreadable",
			`There is no audit log at ${dir} (${systemCode(error)}). Nothing was exported. Check the path.`,
			{ cause: error },
		);
	});
	const place = join(await realFolder(dirname(out), out), basename(out));
	if (isInside(place, log))
		throw new ExportError(
			"inside-log",
			`${out} is inside the audit log itself. Nothing was exported. Choose a place outside of it.`,
		);
	for (const home of await homesOf(dir, log))
		if (isInside(place, home))
			throw new ExportError(
				"inside-home",
				`${out} is inside ${home}, where Gatepost keeps its own files. Nothing was exported. Choose a place outside of it.`,
			);
	const found = await lstat(out).catch((error) => {
		if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
		throw placeError(error, out);
	});
	// A link is replaced; what it points to is not touched.
	if (found !== undefined && !found.isFile() && !found.isSymbolicLink())
		throw new ExportError("place", `${out} is not a plain file. Nothing was exported. Choose another name.`);
	await realpath(dirname(out)).catch((error) => {
		throw placeError(error, out);
	});
}

/** An error of the file system that is the place's fault. */
export function placeError(error: unknown, out: string): ExportError {
	const code = systemCode(error) || String(error);
	return new ExportError(
		"place",
		`${out} cannot be written (${code}). Nothing was exported. Check that its folder is there and may be written.`,
		{ cause: error },
	);
}

/** Homes that a log lies in: as its path says, and as links say. */
async function homesOf(dir: string, log: string): Promise<Set<string>> {
	const homes = new Set<string>();
	for (const path of [resolve(dir), log]) {
		const above = dirname(path);
		if (basename(above) === WORKSPACES) homes.add(await realpath(dirname(above)));
	}
	return homes;
}

/** The real path of a folder; of one that is not there, that of what is there of it, and the rest. */
async function realFolder(folder: string, out: string): Promise<string> {
	try {
		return await realpath(folder);
	} catch (error) {
		const above = dirname(folder);
		if (above === folder || systemCode(error) !== "ENOENT") throw placeError(error, out);
		return join(await realFolder(above, out), basename(folder));
	}
}

function isInside(path: string, folder: string): boolean {
	return `${path}${sep}`.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}
