// Where a line reads: every file it names must be one that may be read unasked. Names, sizes and times may be listed
// anywhere; content only inside the gate's folders and in places of the system that every program reads.
import { readdir, stat } from "node:fs/promises";
import { type Message, message } from "../../protocol/messages.ts";
import { clip } from "../finding.ts";
import { fits } from "../globs.ts";
import { MAX_PATH_LENGTH } from "../paths.ts";
import type { PolicyContext } from "../policy.ts";
import { checkPath } from "../reads.ts";
import { secretIn } from "../secretIn.ts";
import type { Line, Touched } from "./line.ts";

/** Installed software and settings of the machine: the same for every project, and not the person's. */
const SYSTEM_PLACES = [
	"/usr",
	"/bin",
	"/sbin",
	"/lib",
	"/lib64",
	"/etc",
	"/opt",
	"/System",
	"/nix/store",
	"/proc",
	"/sys",
	"/dev",
];

/** Entries of folders that a pattern is held against. More ask. */
const MAX_ENTRIES = 4000;
/** Paths of one line that are followed. More ask. */
const MAX_PATHS = 300;

export interface Places {
	/** Real paths whose content is read, and folders read all the way down. */
	reads: string[];
	searches: string[];
	/** Paths as written, made absolute, for the look at guards. */
	paths: string[];
	problem?: Message;
}

/** Follows everything a line touches. @param cwd where the agent says it stands */
export async function readPlaces(line: Line, cwd: string, context: PolicyContext): Promise<Places> {
	const places: Places = { reads: [], searches: [], paths: [] };
	const look: Look = { line, cwd, context, places };
	for (const touched of line.touched) {
		const problem = await follow(touched, look);
		if (problem !== undefined) return { ...places, problem };
		if (places.paths.length > MAX_PATHS) return { ...places, problem: message("why.tooDeep") };
	}
	const handed = line.handsOn ? await handedOn(look) : undefined;
	return handed === undefined ? places : { ...places, problem: handed };
}

/** One command reads what another one names: a file elsewhere that is named in the line may be that. */
async function handedOn({ line, cwd, context, places }: Look): Promise<Message | undefined> {
	for (const word of line.words.slice(0, MAX_PATHS)) {
		if (!/^[/~]|(?:^|\/)\.\.(?:\/|$)/.test(word) || word.length > MAX_PATH_LENGTH || SINKS.test(word)) continue;
		const path = word.startsWith("/")
			? word
			: word.startsWith("~/")
				? context.userHome + word.slice(1)
				: `${cwd}/${word}`;
		const there = await stat(path).catch(() => undefined);
		// Put behind the name of a folder, it leads somewhere else.
		const behind = word.includes("..") && line.touched.some((one) => one.dynamic && /\/\*/.test(one.path));
		if (there === undefined && behind) return message("why.unresolved", { path: clip(word) });
		if (there === undefined) continue;
		places.paths.push(path);
		const real = await checkPath(path, context, SYSTEM_PLACES);
		if (typeof real !== "string") return real;
	}
	return undefined;
}

const SINKS = /^\/dev\/(?:null|stdout|stderr|stdin)$/;

/** What a process substitution stands for (word.ts). */
const SUBSTITUTED = "/dev/fd/63";

interface Look {
	line: Line;
	cwd: string;
	context: PolicyContext;
	places: Places;
}

async function follow(touched: Touched, look: Look): Promise<Message | undefined> {
	const { gives } = touched;
	const { context, line, places } = look;
	// The output of a command of this line, which is looked at by itself.
	if (touched.path === SUBSTITUTED) return undefined;
	// What is listed or named here goes to a command that reads it.
	if ((gives === "names" || gives === "handed") && !line.handsOn) return undefined;
	if (gives === "names" && touched.dynamic && touched.path === "*") return undefined;
	if (touched.dynamic && touched.path === "*" && line.handsOn) {
		// Known only when it runs; what it can be is looked at where its name comes from. It stands where the agent does.
		return standsInside(look);
	}
	for (const path of pathsOf(touched, look)) {
		if (typeof path !== "string") return path;
		for (const one of touched.pattern ? await expandPattern(path) : [path]) {
			if (typeof one !== "string") return one;
			places.paths.push(one);
			const real = await checkPath(one, context, SYSTEM_PLACES);
			if (typeof real !== "string") return real;
			if (gives === "content" || gives === "handed") places.reads.push(real);
			else {
				places.searches.push(real);
				const skips = { hidden: touched.ignores === "ripgrep", ignored: touched.ignores !== undefined };
				const holds = await secretIn([real], { ...skips, filters: touched.filters ?? [] });
				if (holds !== undefined) return holds;
				// A searching program follows no links; who is handed a link's name does.
				const out = gives === "names" ? await linkOut(real, touched.filters ?? [], context) : undefined;
				if (out !== undefined) return out;
			}
		}
	}
	return undefined;
}

/** The first link below a folder, as far as a budget of entries reaches, that leads to what may not be read unasked. */
async function linkOut(
	folder: string,
	filters: readonly string[],
	context: PolicyContext,
): Promise<Message | undefined> {
	const todo = [folder];
	let left = MAX_ENTRIES / 2;
	for (const one of todo) {
		for (const entry of await readdir(one, { withFileTypes: true }).catch(() => [])) {
			left -= 1;
			if (left < 0) return undefined;
			const path = `${one}/${entry.name}`;
			if (entry.isDirectory() && entry.name !== "node_modules" && entry.name !== ".git") todo.push(path);
			const wanted = filters.length === 0 || filters.some((filter) => fits(filter, entry.name));
			if (!entry.isSymbolicLink() || !wanted) continue;
			const real = await checkPath(path, context, SYSTEM_PLACES);
			if (typeof real !== "string") return real;
		}
	}
	return undefined;
}

async function standsInside({ cwd, context }: Look): Promise<Message | undefined> {
	const real = await checkPath(cwd, context);
	// The agent says where its shell stands; only a folder of the gate is taken on its word.
	return typeof real === "string" ? undefined : message("why.cwd", { cwd: clip(cwd) });
}

/** Absolute paths a word may mean, from everywhere the line may stand. */
function pathsOf({ path, pattern, dynamic, from }: Touched, { cwd, context }: Look): (string | Message)[] {
	// A quoted tilde is a tilde.
	const home = pattern ? atHome(path, context) : undefined;
	if (home !== undefined) return [home];
	if (path.startsWith("/")) return [path];
	if (dynamic && path.startsWith("*")) return [message("why.unresolved", { path: clip(path) })];
	return from.map((folder) => {
		if (folder === "?") return message("why.cwdUnknown", { path: clip(path) });
		const base =
			atHome(folder, context) ?? (folder.startsWith("/") ? folder : folder === "" ? cwd : `${cwd}/${folder}`);
		return typeof base === "string" ? `${base}/${path}` : base;
	});
}

function atHome(path: string, { userHome }: PolicyContext): string | Message | undefined {
	if (!path.startsWith("~")) return undefined;
	if (path === "~" || path.startsWith("~/")) return userHome + path.slice(1);
	return message("why.unresolved", { path: clip(path) });
}

/** Files a pattern stands for now; the shell leaves a pattern that fits nothing as it is. */
export async function expandPattern(pattern: string): Promise<(string | Message)[]> {
	let found = [""];
	let left = MAX_ENTRIES;
	for (const segment of pattern.split("/").slice(1)) {
		if (!/[*?[]/.test(segment)) {
			found = found.map((folder) => `${folder}/${segment}`);
			continue;
		}
		const next: string[] = [];
		const wide = segment.replace(/\[.*\]|[?[]/g, "*");
		for (const folder of found) {
			const names = await readdir(folder === "" ? "/" : folder).catch(() => []);
			left -= names.length;
			if (left < 0) return [message("why.tooMany", { path: clip(pattern) })];
			for (const name of names) {
				// Names that begin with a dot are meant only by a pattern that says so, or by a shell that is told to.
				if (fits(wide, name) && (!name.startsWith(".") || segment.startsWith("."))) next.push(`${folder}/${name}`);
			}
		}
		found = next;
	}
	return found.length > MAX_PATHS ? [message("why.tooMany", { path: clip(pattern) })] : found;
}
