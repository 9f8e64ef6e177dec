// Secrets right in a folder that will be searched. Only the first level is looked at: enough for the `.env` at a project's
// root. What lies deeper is read unasked.
import { isUtf8 } from "node:buffer";
import { opendir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Message, message } from "../protocol/messages.ts";
import { clip } from "./finding.ts";
import { fits } from "./globs.ts";
import { isSensitive } from "./sensitive.ts";

/** A folder with more entries than this is not looked through for secrets before it is searched: it asks. */
const MAX_ENTRIES = 2000;
/** Larger ignore files and git configurations are not read. Bytes. */
const MAX_BYTES = 256 * 1024;
/** A pattern that every program reads alike: a name, with stars perhaps. */
const PLAIN = /^[A-Za-z0-9._*-]+$/;

/** What the searching program leaves out by itself. */
export interface Skips {
	hidden: boolean;
	/** What `.gitignore` names (ripgrep). */
	ignored: boolean;
	/** Filters by name, judged already: with any that brings in ("*.ts") only that is searched; "!x" leaves out x. */
	filters?: readonly string[];
}

/**
 * Why a search through these folders may come by a secret, or undefined.
 * @param folders real paths; files among them are nothing to look into
 */
export async function secretIn(folders: readonly string[], skips: Skips): Promise<Message | undefined> {
	// ripgrep takes blanks off, and heeds neither an empty filter nor one that begins with "#".
	const filters = (skips.filters ?? []).map((filter) => filter.trim()).filter((filter) => /^[^#]/.test(filter));
	if (filters.some((filter) => !filter.startsWith("!"))) return undefined;
	for (const folder of new Set(folders)) {
		const kind = await stat(folder).catch(missingIsNothing);
		if (kind === undefined || !kind.isDirectory()) continue;
		if (folder.split("/").includes(".git")) return message("why.sensitive", { path: clip(folder) });
		const found = await inFolder(folder, { ...skips, filters });
		if (found !== undefined) return found;
	}
	return undefined;
}

async function inFolder(folder: string, skips: Skips & { filters: readonly string[] }): Promise<Message | undefined> {
	let names: string[] = [];
	let count = 0;
	for await (const entry of await opendir(folder)) {
		count += 1;
		if (count > MAX_ENTRIES) return message("why.tooMany", { path: clip(folder) });
		// A link is no file here, and no program of the table follows it on its way down.
		if (!entry.isFile() && !entry.isDirectory()) continue;
		if (isSensitive(join(folder, entry.name))) names.push(entry.name);
		else if (entry.name === ".git" && !skips.ignored && (await holdsToken(join(folder, ".git", "config")))) {
			names.push(".git/config");
		}
	}
	const out = skips.filters.map((filter) => filter.slice(1)).filter((filter) => PLAIN.test(filter));
	names = names.filter((name) => !out.some((filter) => fits(filter, name)));
	if (names.length === 0) return undefined;
	if (skips.hidden || skips.ignored) {
		const ignores = await ignoresOf(folder);
		// An exception in any of them may bring in what is hidden or ignored.
		if (!ignores.exceptions) {
			names = names.filter((name) => !(skips.hidden && name.startsWith(".")));
			names = names.filter((name) => !(skips.ignored && ignores.patterns.some((pattern) => fits(pattern, name))));
		}
	}
	const [name] = names;
	return name === undefined ? undefined : message("why.sensitive", { path: clip(join(folder, name)) });
}

/** A password in the address of a remote, or a header with one. Unreadable counts as one. */
async function holdsToken(config: string): Promise<boolean> {
	const kind = await stat(config).catch(missingIsNothing);
	if (kind === undefined) return false;
	if (!kind.isFile() || kind.size > MAX_BYTES) return true;
	return /:\/\/[^/\s]*@|extraheader|password|token/i.test(await readFile(config, "utf8"));
}

interface Ignores {
	/** Something above or here is no list of plain names to leave out: it may bring files in, or cannot be read for sure. */
	exceptions: boolean;
	/** Names that `.gitignore` of a repository's own folder surely leaves out. */
	patterns: string[];
}

/** Where ripgrep looks for what to leave out, in a folder and all folders above it. A doubt is an exception. */
const IGNORE_FILES = [".gitignore", ".ignore", ".rgignore", ".git/info/exclude"];

async function ignoresOf(folder: string): Promise<Ignores> {
	const found: Ignores = { exceptions: false, patterns: [] };
	for (let at = folder; ; at = dirname(at)) {
		for (const name of IGNORE_FILES) {
			const lines = await linesOf(join(at, name));
			if (lines === undefined || lines.some((line) => line.trimStart().startsWith("!"))) found.exceptions = true;
			else if (at === folder && name === ".gitignore") found.patterns = lines;
		}
		if (dirname(at) === at) break;
	}
	const isRepository = (await stat(join(folder, ".git")).catch(missingIsNothing)) !== undefined;
	found.patterns = isRepository
		? found.patterns.map((line) => line.replace(/^\//, "")).filter((line) => PLAIN.test(line))
		: [];
	return found;
}

/** Lines of an ignore file, [] when there is none, undefined when it cannot be read as ripgrep reads it. */
async function linesOf(file: string): Promise<string[] | undefined> {
	const kind = await stat(file).catch(missingIsNothing);
	if (kind === undefined) return [];
	if (!kind.isFile() || kind.size > MAX_BYTES) return undefined;
	const bytes = await readFile(file);
	// ripgrep stops at a line that is no UTF-8.
	return isUtf8(bytes) ? bytes.toString("utf8").split(/\r?\n/) : undefined;
}

function missingIsNothing(error: unknown): undefined {
	// In a linked worktree and in a submodule ".git" is a file.
	if (error instanceof Error && "code" in error && ["ENOENT", "ENOTDIR"].includes(String(error.code))) return undefined;
	throw error;
}
