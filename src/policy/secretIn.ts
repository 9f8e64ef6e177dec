// Secrets right in a folder that will be searched. Only the first level is looked at: enough for the `.env` at a project's
// root. What lies deeper is read unasked.
import { opendir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Message, message } from "../protocol/messages.ts";
import { clip } from "./finding.ts";
import { fits } from "./globs.ts";
import { isSensitive } from "./sensitive.ts";

/** A folder with more entries than this is not looked through for secrets before it is searched: it asks. */
const MAX_ENTRIES = 2000;
/** Larger ignore files and git configurations are not read. Bytes. */
const MAX_BYTES = 256 * 1024;
/** In a pattern that is not taken for granted: only names and stars are. */
const ODD = /[#?[\]{}()\\/!]/;

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
	if (skips.filters?.some((filter) => !filter.startsWith("!")) === true) return undefined;
	for (const folder of new Set(folders)) {
		const kind = await stat(folder).catch(missingIsNothing);
		if (kind === undefined || !kind.isDirectory()) continue;
		if (folder.split("/").includes(".git")) return message("why.sensitive", { path: clip(folder) });
		const found = await inFolder(folder, skips);
		if (found !== undefined) return found;
	}
	return undefined;
}

async function inFolder(folder: string, skips: Skips): Promise<Message | undefined> {
	const names: string[] = [];
	let count = 0;
	for await (const entry of await opendir(folder)) {
		count += 1;
		if (count > MAX_ENTRIES) return message("why.tooMany", { path: clip(folder) });
		if (skips.hidden && entry.name.startsWith(".")) continue;
		// A link is no file here, and no program of the table follows it on its way down.
		if (!entry.isFile() && !entry.isDirectory()) continue;
		if (isSensitive(join(folder, entry.name))) names.push(entry.name);
		else if (entry.name === ".git" && !skips.ignored && (await holdsToken(join(folder, ".git", "config")))) {
			names.push(".git/config");
		}
	}
	if (names.length === 0) return undefined;
	const ignored = skips.ignored ? await ignoredNames(folder) : () => false;
	const out = (skips.filters ?? []).map((filter) => filter.slice(1)).filter((filter) => !ODD.test(filter));
	const name = names.find((one) => !ignored(one) && !out.some((filter) => fits(filter, one)));
	return name === undefined ? undefined : message("why.sensitive", { path: clip(join(folder, name)) });
}

/** A password in the address of a remote, or a header with one. Unreadable counts as one. */
async function holdsToken(config: string): Promise<boolean> {
	const kind = await stat(config).catch(missingIsNothing);
	if (kind === undefined) return false;
	if (!kind.isFile() || kind.size > MAX_BYTES) return true;
	return /:\/\/[^/\s]*@|extraheader|password|token/i.test(await readFile(config, "utf8"));
}

/**
 * Names that `.gitignore` in this folder surely keeps out of a search: plain patterns without exceptions, in a repository,
 * and nothing beside it that could bring them in again. A doubt is a no.
 */
async function ignoredNames(folder: string): Promise<(name: string) => boolean> {
	const there = async (name: string) => (await stat(join(folder, name)).catch(missingIsNothing)) !== undefined;
	if (!(await there(".git")) || (await there(".ignore")) || (await there(".rgignore"))) return () => false;
	const kind = await stat(join(folder, ".gitignore")).catch(missingIsNothing);
	if (kind === undefined || !kind.isFile() || kind.size > MAX_BYTES) return () => false;
	const lines = (await readFile(join(folder, ".gitignore"), "utf8")).split(/\r?\n/).map((line) => line.trimEnd());
	if (lines.some((line) => line.startsWith("!"))) return () => false;
	const patterns = lines.map((line) => line.replace(/^\//, "")).filter((line) => line !== "" && !ODD.test(line));
	return (name) => patterns.some((pattern) => fits(pattern, name));
}

function missingIsNothing(error: unknown): undefined {
	if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
	throw error;
}
