// Whether a search pattern aims at files that may hold secrets. A broad pattern ("*.ts", "src/**") does not; ".en?", ".[e]nv"
// and "{.env,x}" do. Patterns are only ever widened here (a bracket counts as "*"), so a doubt asks.
import { isSensitive, SENSITIVE_FILES, SENSITIVE_FOLDERS } from "./sensitive.ts";

/** More alternatives in braces than this are not looked through. */
const MAX_ALTERNATIVES = 64;
const MAX_LENGTH = 1000;
const PLAIN_ENDING = /^[^.]*$|\.(?:json|ya?ml|toml|txt|db|conf|php|x)$/;

/**
 * Names that stand for their kind when a pattern has wildcards. `plain`: without a telling dot or ending, so that a
 * pattern for ordinary files ("*o*") does not mean it.
 */
const SAMPLES = [
	...SENSITIVE_FILES.filter((file) => !file.includes("/")).map((file) => file.replaceAll("*", "x")),
	...SENSITIVE_FOLDERS.flatMap((folder) => folder.split("/")).filter((name) => name.startsWith(".")),
	...[".env.local", ".env.production", ".bash_history", ".git", "terraform.tfstate", "prod.tfvars"],
	...["credentials.json", "secrets.yaml", "secrets.json", "secret.txt", "secrets.toml", ".credentials.json"],
].map((name) => ({ name, plain: PLAIN_ENDING.test(name) }));

/**
 * Whether a glob aims at sensitive files.
 * @param everything what a pattern of nothing but stars means: false where it lists what is searched anyhow, true where
 *   it also brings in hidden and ignored files (ripgrep's --glob does)
 */
export function aimsAtSecrets(glob: string, everything: boolean): boolean {
	if (glob.length > MAX_LENGTH) return true;
	const alternatives = expandBraces(glob);
	if (alternatives === undefined) return true;
	return alternatives.some((one) => {
		// A backslash may divide, or only guard the character behind it: both readings are looked at.
		const segments = [...one.split("/"), ...one.split(/[\\/]+/)].filter((segment) => segment !== "");
		if (segments.every((segment) => /^(?:\*+|\*\.\*|\.)$/.test(segment))) return everything;
		// Of a repository's own folder, a later filter may choose the configuration.
		return isSensitive(one) || segments.includes(".git") || segments.some(aims);
	});
}

/** The pattern up to its first segment with a wildcard: the folder (or file) it starts from. */
export function literalStart(glob: string): string {
	const segments = glob.split("/");
	const wild = segments.findIndex((segment) => /[*?[\]{}()!\\]/.test(segment));
	return wild === -1 ? glob : segments.slice(0, wild).join("/") || (glob.startsWith("/") ? "/" : "");
}

/** `{a,b}` written out; undefined when there is too much of it, or it does not close. */
export function expandBraces(glob: string): string[] | undefined {
	// In the order in which a shell writes them: the leftmost group changes slowest.
	const all = [glob];
	for (let at = 0; at < all.length; ) {
		const one = all[at] ?? "";
		const inner = /\{([^{}]*)\}/.exec(one);
		if (inner === null) {
			if (/[{}]/.test(one)) return undefined;
			at += 1;
			continue;
		}
		const before = one.slice(0, inner.index);
		const after = one.slice(inner.index + inner[0].length);
		all.splice(at, 1, ...(inner[1] ?? "").split(",").map((part) => before + part + after));
		if (all.length > MAX_ALTERNATIVES) return undefined;
	}
	return all;
}

function aims(segment: string): boolean {
	// A class may hold anything, "]" in the first place too: from the first bracket to the last is a "*". Blanks around a
	// pattern are taken off by some programs.
	const wide = segment
		.trim()
		.toLowerCase()
		.replace(/\[.*\]|\\.|[?@+!]?\([^)]*\)|[?[\]()\\!]/g, "*");
	if (!wide.includes("*") || /^(?:\*+|\*\.\*)$/.test(segment)) return false;
	const starts = !wide.startsWith("*");
	return SAMPLES.some(({ name, plain }) => (!plain || starts) && fits(wide, name));
}

/** `*` in the pattern is any run of characters. */
export function fits(pattern: string, name: string): boolean {
	return fitsRun(pattern, name, isStar, isSame);
}

const isStar = (char: string) => char === "*";
const isSame = (wanted: string, char: string) => wanted === char;

/**
 * Whether a pattern fits a row of things, where some of its parts stand for any run of them. One pass with one way back,
 * so no pattern is slow.
 * @param isRun whether a part of the pattern stands for any run
 * @param isOne whether another part stands for this one thing
 */
export function fitsRun(
	pattern: ArrayLike<string>,
	things: ArrayLike<string>,
	isRun: (part: string) => boolean,
	isOne: (part: string, thing: string) => boolean,
): boolean {
	let at = 0;
	let back = -1;
	let from = 0;
	let index = 0;
	const more = () => pattern[at] !== undefined;
	while (index < things.length) {
		const part = pattern[at];
		if (part !== undefined && isRun(part)) {
			back = at;
			from = index;
			at += 1;
		} else if (part !== undefined && isOne(part, things[index] ?? "")) {
			at += 1;
			index += 1;
		} else if (back !== -1) {
			at = back + 1;
			from += 1;
			index = from;
		} else return false;
	}
	while (more() && isRun(pattern[at] ?? "")) at += 1;
	return !more();
}
