// A workspace can be a folder inside a repository; then the .gitignore files above it count too.

import { keyOf, lookQuietly } from "./readFile.ts";
import { type Chain, chained, ignoredBy, type RulesBook } from "./rulesBook.ts";

/** A repository is looked for in so many folders above. */
const MAX_UP = 32;

/** The folder that holds a ".git", at `root` or above it, with a slash at the end. One byte a character. */
export function repositoryOf(root: string): string | undefined {
	let folder = root;
	for (let up = 0; up < MAX_UP; up += 1) {
		if (lookQuietly(`${folder}.git`) !== undefined) return folder;
		if (folder.length < 2) return undefined;
		folder = folder.slice(0, folder.lastIndexOf("/", folder.length - 2) + 1);
		if (folder === "") return undefined;
	}
	return undefined;
}

/**
 * The rules of the folders above a root, up to its repository. Where they leave out the root itself, none: somebody works
 * in there all the same.
 * @param root absolute, with a slash at the end, one byte a character
 */
export function chainAbove(root: string, book: RulesBook): Chain | undefined {
	const repository = repositoryOf(root);
	if (repository === undefined || repository === root) return undefined;
	const inside = root.slice(repository.length);
	let chain: Chain | undefined;
	for (let at = 0; at < inside.length; at = inside.indexOf("/", at) + 1) {
		// What the rules so far say of the next folder on the way down.
		const path = `${repository}${inside.slice(0, at)}.gitignore`;
		const info = lookQuietly(path);
		const rules = info?.isFile() === true ? book.read(path, keyOf(info)) : undefined;
		if (rules !== undefined) chain = chained(rules, "", inside.slice(at), chain) ?? chain;
		const name = inside.slice(at, inside.indexOf("/", at));
		if (leavesOut(chain, at, inside, name)) return undefined;
	}
	return chain;
}

/** Whether rules above leave out a folder on the way to the root. */
function leavesOut(chain: Chain | undefined, at: number, inside: string, name: string): boolean {
	const shorter = (link: Chain | undefined): Chain | undefined =>
		link && { ...link, above: link.above.slice(0, link.above.length - (inside.length - at)), next: shorter(link.next) };
	return ignoredBy(shorter(chain), { folder: "", name, isFolder: true });
}
