// Path patterns of rules: "src/**" in the folder, "/srv/**", "~/notes/*.md". `**` is any number of folders, `*` any run of
// characters in one name, `?` one character. Nothing else has a meaning: "[id]" is a name in many frameworks.
import type { MessageCode } from "../../protocol/messages.ts";

export interface PathPattern {
	readonly text: string;
	/** What the names are counted from. */
	readonly from: "folder" | "root" | "home";
	readonly names: readonly string[];
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
	const names = rest.split("/").filter((name) => name !== "" && name !== ".");
	// "build/" is what is in it.
	if (rest.endsWith("/") && names.at(-1) !== "**") names.push("**");
	if (names.includes("..")) return { wrong: "policyFile.pathClimbs" };
	if (names.some((name) => name.includes("**") && name !== "**")) return { wrong: "policyFile.pathStars" };
	if (names.length === 0) return { wrong: "policyFile.pathEmpty" };
	return { text, from, names };
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
	const name = pattern.from === "folder" && pattern.names.length === 1;
	const names = [...(name ? ["**"] : []), ...pattern.names, "**"];
	const choices = names.map((one) => one.replaceAll(/\[[^\]]*\]/g, "?"));
	const all = choices.some((one, index) => one !== names[index]) ? [names, choices] : [names];
	let inside = false;
	for (const start of starts(pattern, ground)) {
		const below = under(parts, start, insensitive);
		if (below === undefined) continue;
		inside = true;
		if (all.some((one) => fitsNames(one, below, insensitive))) return true;
	}
	return name && !inside && all.some((one) => fitsNames(one, parts, insensitive));
}

function starts(pattern: PathPattern, ground: PathGround): readonly string[] {
	if (pattern.from === "root") return ["/"];
	return pattern.from === "home" ? [ground.userHome] : ground.folders;
}

/** The names of an absolute path; undefined for what is none. */
function split(path: string): string[] | undefined {
	const slashed = process.platform === "win32" ? path.replaceAll("\\", "/") : path;
	if (!slashed.startsWith("/") && !/^[A-Za-z]:\//.test(slashed)) return undefined;
	return slashed
		.normalize("NFC")
		.split("/")
		.filter((name) => name !== "" && name !== ".");
}

/** The names behind a folder; undefined when the path is not in it. */
function under(parts: readonly string[], folder: string, fold: boolean): string[] | undefined {
	const start = folder === "/" ? [] : split(folder);
	if (start === undefined || start.length > parts.length) return undefined;
	return start.every((name, index) => same(name, parts[index] ?? "", fold)) ? parts.slice(start.length) : undefined;
}

function same(a: string, b: string, fold: boolean): boolean {
	return a === b || (fold && a.toLowerCase() === b.toLowerCase());
}

/** `**` in a list of names as `*` in a name: one pass with one way back, so no pattern is slow. */
function fitsNames(names: readonly string[], parts: readonly string[], fold: boolean): boolean {
	let at = 0;
	let back = -1;
	let from = 0;
	let index = 0;
	while (index < parts.length) {
		const name = names[at];
		if (name === "**") {
			back = at;
			from = index;
			at += 1;
		} else if (name !== undefined && fitsName(name.normalize("NFC"), parts[index] ?? "", fold)) {
			at += 1;
			index += 1;
		} else if (back !== -1) {
			at = back + 1;
			from += 1;
			index = from;
		} else return false;
	}
	while (names[at] === "**") at += 1;
	return at === names.length;
}

function fitsName(pattern: string, name: string, fold: boolean): boolean {
	if (!/[*?]/.test(pattern)) return same(pattern, name, fold);
	const wanted = fold ? pattern.toLowerCase() : pattern;
	const found = fold ? name.toLowerCase() : name;
	let at = 0;
	let back = -1;
	let from = 0;
	let index = 0;
	while (index < found.length) {
		if (wanted[at] === "*") {
			back = at;
			from = index;
			at += 1;
		} else if (wanted[at] === "?" || wanted[at] === found[index]) {
			at += 1;
			index += 1;
		} else if (back !== -1) {
			at = back + 1;
			from += 1;
			index = from;
		} else return false;
	}
	while (wanted[at] === "*") at += 1;
	return at === wanted.length;
}
