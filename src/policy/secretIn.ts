// Secrets in a folder that will be searched: at its first level, and below as far as a budget of entries reaches. What
// lies beyond is read unasked.
import { isUtf8 } from "node:buffer";
import { opendir, readdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Message, message } from "../protocol/messages.ts";
import { clip } from "./finding.ts";
import { fits } from "./globs.ts";
import { isSensitive } from "./sensitive.ts";

/** A folder with more entries than this is not looked through for secrets before it is searched: it asks. */
const MAX_ENTRIES = 2000;
/** Entries of the levels below that are looked through as well, and folders that hold other people's code or output. */
const MAX_BELOW = 1500;
const SKIPPED = new Set(
	"node_modules .git dist build out target vendor coverage .venv venv __pycache__ .next .nuxt .cache .gradle .tox Pods".split(
		" ",
	),
);
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
	// One of stars alone brings everything in again.
	if (filters.some((filter) => !filter.startsWith("!") && !/^[*.]+$/.test(filter))) return undefined;
	for (const folder of new Set(folders)) {
		const kind = await stat(folder).catch(missingIsNothing);
		if (kind === undefined || !kind.isDirectory()) continue;
		if (folder.split("/").includes(".git")) return message("why.sensitive", { path: clip(folder) });
		const found = (await atTop(folder, { ...skips, filters })) ?? (await below(folder, { ...skips, filters }));
		if (found !== undefined) return found;
	}
	return undefined;
}

type Narrowed = Skips & { filters: readonly string[] };

async function atTop(folder: string, skips: Narrowed): Promise<Message | undefined> {
	const names: string[] = [];
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
	return firstReached(folder, names, skips);
}

/** The levels below the first, the nearest first. */
async function below(top: string, skips: Narrowed): Promise<Message | undefined> {
	let left = MAX_BELOW;
	const todo = [top];
	for (const folder of todo) {
		const names: string[] = [];
		// A folder that cannot be listed cannot be searched either.
		for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
			left -= 1;
			if (left < 0) return undefined;
			const isFolder = entry.isDirectory();
			if (isFolder && !SKIPPED.has(entry.name) && !(skips.hidden && entry.name.startsWith("."))) {
				todo.push(join(folder, entry.name));
			}
			if (folder !== top && (isFolder || entry.isFile()) && isSensitive(join(folder, entry.name)))
				names.push(entry.name);
		}
		const found = await firstReached(folder, names, skips);
		if (found !== undefined) return found;
	}
	return undefined;
}

/** The first of these secrets that the searching program does not leave out. */
async function firstReached(folder: string, secrets: readonly string[], skips: Narrowed): Promise<Message | undefined> {
	const out = skips.filters.map((filter) => filter.slice(1)).filter((filter) => PLAIN.test(filter));
	let names = secrets.filter((name) => !out.some((filter) => fits(filter, name)));
	if (names.length === 0) return undefined;
	if (skips.hidden || skips.ignored) {
		const { broughtIn, leftOut } = await ignoresOf(folder);
		names = names.filter((name) => {
			if (broughtIn === undefined || broughtIn.some((pattern) => !PLAIN.test(pattern) || fits(pattern, name)))
				return true;
			return (
				!(skips.hidden && name.startsWith(".")) && !(skips.ignored && leftOut.some((pattern) => fits(pattern, name)))
			);
		});
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
	/** Last names of what some file above or here brings in again; undefined: one of them cannot be read for sure. */
	broughtIn: string[] | undefined;
	/** Names that the `.gitignore` files of the folder's repository surely leave out. */
	leftOut: string[];
}

/** Where ripgrep looks for what to leave out, in a folder and all folders above it. A doubt brings in. */
const IGNORE_FILES = [".gitignore", ".ignore", ".rgignore", ".git/info/exclude"];

async function ignoresOf(folder: string): Promise<Ignores> {
	const broughtIn: string[] = [];
	const leftOut: string[] = [];
	let sure = true;
	let inRepository = true;
	let isRepository = false;
	for (let at = folder; ; at = dirname(at)) {
		for (const name of IGNORE_FILES) {
			const lines = await linesOf(join(at, name));
			if (lines === undefined) sure = false;
			for (const line of lines ?? []) {
				const [, again] = /^\s*!(.*)$/.exec(line) ?? [];
				if (again !== undefined) broughtIn.push(again.trim().replace(/\/+$/, "").split("/").at(-1) ?? "");
				// "/x" means x of that folder alone.
				else if (name === ".gitignore" && inRepository) leftOut.push(at === folder ? line.replace(/^\//, "") : line);
			}
		}
		if (inRepository && (await stat(join(at, ".git")).catch(missingIsNothing)) !== undefined) {
			isRepository = true;
			inRepository = false;
		}
		if (dirname(at) === at) break;
	}
	return {
		broughtIn: sure ? broughtIn : undefined,
		// Outside a repository ripgrep does not heed .gitignore.
		leftOut: isRepository ? leftOut.filter((line) => PLAIN.test(line)) : [],
	};
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
