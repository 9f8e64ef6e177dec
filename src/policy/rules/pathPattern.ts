// Path patterns of rules: "src/**" in the folder, "/srv/**", "~/notes/*.md". `**` is any number of folders, `*` any run of
// characters in one name, `?` one character. Nothing else has a meaning: "[id]" is a name in many frameworks.
import type { MessageCode } from "../../protocol/messages.ts";
import { fitsRun } from "../globs.ts";
import { MAX_PATH_LENGTH } from "../paths.ts";

export interface PathPattern {
	readonly text: string;
	/** What the names are counted from. */
	readonly from: "folder" | "root" | "home";
	readonly names: readonly string[];
	/** How rules that ask or deny read them: any of these. */
	readonly loose: readonly (readonly string[])[];
	/** One name without "/": rules that ask or deny take it at any depth. */
	readonly anyDepth: boolean;
}

export interface WrongPath {
	wrong: MessageCode;
}

/** What patterns are measured from: real paths, without a slash at the end. */
export interface PathGround {
	folders: readonly string[];
	userHome: string;
}

const insensitive = process.platform === "win32" || process.platform === "darwin";

/** Reads a pattern. Never throws. */
export function parsePathPattern(text: string): PathPattern | WrongPath {
	if (text.includes("\\")) return { wrong: "policyFile.pathBackslash" };
	if (/[{}]|^!/.test(text)) return { wrong: "policyFile.pathBraces" };
	let from: PathPattern["from"] = "folder";
	let rest = text;
	if (text.startsWith("/")) {
		from = "root";
		rest = text.slice(1);
	} else if (/^[A-Za-z]:(?:\/|$)/.test(text)) from = "root";
	else if (text === "~" || text.startsWith("~/")) {
		from = "home";
		rest = text.slice(2);
	} else if (text.startsWith("~")) return { wrong: "policyFile.pathHome" };
	const names = rest
		.normalize("NFC")
		.split("/")
		.filter((name) => name !== "" && name !== ".");
	// "build/" is what is in it.
	if (rest.endsWith("/") && names.at(-1) !== "**") names.push("**");
	if (names.includes("..")) return { wrong: "policyFile.pathClimbs" };
	if (names.some((name) => name.includes("**") && name !== "**")) return { wrong: "policyFile.pathStars" };
	if (names.length === 0) return { wrong: "policyFile.pathEmpty" };
	const anyDepth = from === "folder" && names.length === 1;
	const exact = [...(anyDepth ? ["**"] : []), ...names, "**"];
	const choices = exact.map((name) => name.replaceAll(/\[[^\]]*\]/g, "?"));
	const loose = choices.every((name, index) => name === exact[index]) ? [exact] : [exact, choices];
	return { text, from, names, loose, anyDepth };
}

/** Whether a rule that allows covers this file. @param real its real path: links and ".." followed */
export function pathAllowed(pattern: PathPattern, real: string, ground: PathGround): boolean {
	const parts = split(real);
	if (parts === undefined || parts.includes("..")) return false;
	const fold = process.platform === "win32";
	// "src/**" is what is in src, not src itself, which could be deleted or replaced whole.
	const names = pattern.names.at(-1) === "**" ? [...pattern.names, "*"] : pattern.names;
	return starts(pattern, ground).some((start) => {
		const below = under(parts, start, fold);
		return below !== undefined && fitsNames(names, below, fold);
	});
}

/**
 * Whether a rule that asks or denies covers this path: itself, or a folder it lies in. A pattern without "/" is a name at
 * any depth. "[...]" may be the characters themselves or a choice of one.
 * @param path absolute, as written or real
 */
export function pathTightened(pattern: PathPattern, path: string, ground: PathGround): boolean {
	const parts = split(path);
	if (parts === undefined) return false;
	let inside = false;
	for (const start of starts(pattern, ground)) {
		const below = under(parts, start, insensitive);
		if (below === undefined) continue;
		inside = true;
		if (pattern.loose.some((names) => fitsNames(names, below, insensitive))) return true;
	}
	return pattern.anyDepth && !inside && pattern.loose.some((names) => fitsNames(names, parts, insensitive));
}

function starts(pattern: PathPattern, ground: PathGround): readonly string[] {
	if (pattern.from === "root") return ["/"];
	return pattern.from === "home" ? [ground.userHome] : ground.folders;
}

/** Paths of an action are held against every rule, so what was split last is kept. */
const known = new Map<string, readonly string[] | undefined>();
const MAX_KNOWN = 500;

/** The names of an absolute path; undefined for what is none. */
function split(path: string): readonly string[] | undefined {
	if (known.has(path)) return known.get(path);
	const slashed = process.platform === "win32" ? path.replaceAll("\\", "/") : path;
	const absolute = slashed.startsWith("/") || /^[A-Za-z]:\//.test(slashed);
	const all = slashed.normalize("NFC").split("/");
	const names = absolute ? all.filter((name) => name !== "" && name !== ".") : undefined;
	if (known.size >= MAX_KNOWN) known.clear();
	if (path.length <= MAX_PATH_LENGTH) known.set(path, names);
	return names;
}

/** The names behind a folder; undefined when the path is not in it. */
function under(parts: readonly string[], folder: string, fold: boolean): string[] | undefined {
	const start = folder === "/" ? [] : split(folder);
	if (start === undefined || start.length > parts.length) return undefined;
	for (let index = 0; index < start.length; index += 1) {
		if (!same(start[index] ?? "", parts[index] ?? "", fold)) return undefined;
	}
	return parts.slice(start.length);
}

function same(a: string, b: string, fold: boolean): boolean {
	return a === b || (fold && a.toLowerCase() === b.toLowerCase());
}

/** `**` in a list of names is as `*` in a name. */
function fitsNames(names: readonly string[], parts: readonly string[], fold: boolean): boolean {
	return fitsRun(
		names,
		parts,
		(name) => name === "**",
		(name, part) => fitsName(name, part, fold),
	);
}

function fitsName(pattern: string, name: string, fold: boolean): boolean {
	if (!/[*?]/.test(pattern)) return same(pattern, name, fold);
	const [wanted, found] = fold ? [pattern.toLowerCase(), name.toLowerCase()] : [pattern, name];
	return fitsRun(
		wanted,
		found,
		(char) => char === "*",
		(char, one) => char === "?" || char === one,
	);
}
