// An action as rules are held against it: its commands, files and addresses.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Action } from "../actions/action.ts";
import type { Line } from "./floor/line.ts";
import { expandPattern } from "./floor/places.ts";
import type { Judged } from "./floor.ts";
import { fits } from "./globs.ts";
import { runsWhatItReads } from "./grants/handed.ts";
import { isInside, MAX_PATH_LENGTH, resolveReal } from "./paths.ts";
import type { PolicyContext } from "./policy.ts";
import type { Subject } from "./rules/match.ts";

/** More paths than this are not followed; a rule that allows then does not fit, because one has no real path. */
const MAX_PATHS = 100;
/** Words of a line, and files below a folder that is searched, that are held against rules that ask or deny. */
const MAX_NAMES = 2000;

/** @param line of an action of kind "shell" that could be told; undefined for one that could not */
export async function subjectOf(action: Action, line: Line | undefined, context: PolicyContext): Promise<Subject> {
	const { command, url } = action.input;
	return {
		agent: context.agent ?? "",
		kind: action.kind,
		tool: action.tool,
		commands: line?.commands?.map(({ words }) => words),
		commandText: typeof command === "string" ? command : undefined,
		unwalked: line !== undefined && holdsUnwalked(line),
		paths: await followed(action.paths),
		urls: typeof url === "string" ? [url] : undefined,
		folder: innermost(context.folders.filter((folder) => isInside(action.root, [folder]))),
		folders: context.folders,
		userHome: context.userHome,
	};
}

/** Builtins that keep or run a text as a command. */
const RUNS_TEXT = /^(?:alias|trap|eval|source|\.|export|declare|typeset|local|readonly|let)$/;

/** Whether a line may run commands that are not among its parts: in what was refused unread, or handed to a shell as text. */
function holdsUnwalked({ structure, commands = [] }: Line): boolean {
	if (structure !== undefined && !/^why\.(?:redirect|background|environment)$/.test(structure.code)) return true;
	return commands.some(({ words, fed, asked }) => {
		if (asked === undefined) return false;
		const known = words.filter((word) => word !== undefined);
		return (
			RUNS_TEXT.test(words[0] ?? "") || asked.code === "why.expansion" || (fed !== undefined && runsWhatItReads(known))
		);
	});
}

/**
 * The same for rules that ask or deny: any word of a shell line may be a file or an address, and so is what the floor found
 * to be read, written to or searched.
 * @param subject of the action, as it is for rules that allow
 */
export async function tightSubject(subject: Subject, action: Action, { finding, line }: Judged): Promise<Subject> {
	const allowed = finding.effect === "allow" ? finding : { reads: [], searches: [] };
	const filters = filtersIn(action, line);
	const known = [...allowed.reads, ...(await below(allowed.searches, filters))].map((path) => ({
		written: path,
		real: path,
	}));
	if (action.kind !== "shell") return { ...subject, paths: [...subject.paths, ...known] };
	const names = namesIn(line);
	const files = [
		...new Set([
			...names.flatMap((name) => placed(name, action.cwd, subject)),
			...(await touched(line, action.cwd, subject)),
		]),
	];
	const addresses = names.flatMap((name) => {
		if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name)) return [name];
		return /^(?:[\w.-]+@)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d+)?(?:\/.*)?$/.test(name) ? [`https://${name}`] : [];
	});
	return { ...subject, paths: [...(await followed(files)), ...known], urls: addresses };
}

/** Words that may name something: "--file=x", "-fx" and "@x" name x. */
function namesIn(line: Line | undefined): string[] {
	const words = (line?.commands ?? []).flatMap((one) => one.words).filter((word) => word !== undefined);
	const all = [...new Set([...words, ...(line?.words ?? []), ...(line?.writes ?? [])])];
	const named = all.flatMap((word) => [
		word,
		...(/^-|=|^@/.test(word) ? [word.replace(/^[^=]*=|^@|^-+[A-Za-z]?/, "")] : []),
		// A path in a revision of git's.
		...(word.includes(":") ? [word.slice(word.indexOf(":") + 1)] : []),
	]);
	return named
		.filter((name) => name !== "" && name.length <= MAX_PATH_LENGTH && !/[\n\0]/.test(name))
		.slice(0, MAX_NAMES);
}

function placed(name: string, cwd: string, { userHome }: Pick<Subject, "userHome">): string[] {
	if (name.startsWith("/")) return [name];
	return [name.startsWith("~/") ? userHome + name.slice(1) : join(cwd, name)];
}

/** What the line would read, from every folder it may stand in, patterns written out. */
async function touched(line: Line | undefined, cwd: string, subject: Subject): Promise<string[]> {
	const found: string[] = [];
	for (const { path, pattern, dynamic, from } of line?.touched ?? []) {
		// Any name: where it comes from is looked at.
		if (dynamic && path.startsWith("*")) continue;
		for (const folder of from) {
			const [base = cwd] = folder === "" || folder === "?" ? [cwd] : placed(folder, cwd, subject);
			const [full = base] = placed(path, base, subject);
			if (!pattern) found.push(full);
			else for (const one of await expandPattern(full)) if (typeof one === "string") found.push(one);
			if (found.length > MAX_NAMES) return found;
		}
	}
	return found;
}

/** What a search is narrowed to: one of these patterns fits every name that is read. None: any name. */
function filtersIn({ input }: Action, line: Line | undefined): readonly string[] {
	const searches = (line?.touched ?? []).filter(({ gives }) => gives === "tree" || gives === "names");
	const narrowing = searches.map(({ filters = [] }) => filters.filter((filter) => !filter.startsWith("!")));
	if (narrowing.length > 0) return narrowing.every((filters) => filters.length > 0) ? narrowing.flat() : [];
	const { glob } = input;
	return typeof glob === "string" && /^[\w.*-]+$/.test(glob) ? [glob] : [];
}

/** Files below folders that are searched, the nearest first, as far as the budget reaches. */
async function below(folders: readonly string[], filters: readonly string[]): Promise<string[]> {
	const found: string[] = [];
	const todo = [...folders];
	let left = MAX_NAMES;
	for (const folder of todo) {
		for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
			left -= 1;
			if (left < 0) return found;
			const path = join(folder, entry.name);
			if (!entry.isDirectory()) {
				if (filters.length === 0 || filters.some((filter) => fits(filter, entry.name))) found.push(path);
			} else if (entry.name !== "node_modules" && entry.name !== ".git") todo.push(path);
		}
	}
	return found;
}

/** Folders that are served may lie in one another. */
function innermost(folders: readonly string[]): string | undefined {
	return folders.toSorted((a, b) => b.length - a.length)[0];
}

function followed(paths: readonly string[]): Promise<Subject["paths"]> {
	return Promise.all(
		paths.map(async (written, index) => ({
			written,
			real: index < MAX_PATHS ? await resolveReal(written) : undefined,
		})),
	);
}
