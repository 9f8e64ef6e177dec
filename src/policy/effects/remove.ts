// What rm, rmdir, unlink and shred would take away.
import type { PreviewItem } from "../../protocol/card.ts";
import type { Effect } from "./effect.ts";
import { type Ground, NotKnown, type Place } from "./ground.ts";
import { say, sayCounted, sizeText } from "./say.ts";
import { placesOf, readWords } from "./words.ts";

const RM = {
	flags:
		"-r -R -f -i -I -v -d --recursive --force --verbose --dir --one-file-system --preserve-root --no-preserve-root",
};

export const rm: Effect = async (words, { cwd, ground }) => {
	const { options, operands } = readWords(words, RM);
	const { places, notes } = await placesOf(operands, cwd, ground);
	const recursive = ["-r", "-R", "--recursive"].some((option) => options.has(option));
	const emptyFolders = options.has("-d") || options.has("--dir");
	const found = await sorted(places, ground);
	const items = [...deletedFiles(found.files), ...notes];
	if (recursive) items.push(...(await trees(found.folders, ground)));
	else if (emptyFolders) items.push(...(await emptied(found.folders, ground)));
	else items.push(...sayCounted("effect.refusedFolder", "effect.refusedFolders", shown(found.folders)));
	return [...items, ...missing(found.missing)];
};

export const unlink: Effect = async (words, { cwd, ground }) => {
	const { operands } = readWords(words, {});
	const { places, notes } = await placesOf(operands, cwd, ground);
	if (places.length > 1) throw new NotKnown();
	const found = await sorted(places, ground);
	return [
		...deletedFiles(found.files),
		...sayCounted("effect.refusedFolder", "effect.refusedFolders", shown(found.folders)),
		...missing(found.missing),
		...notes,
	];
};

export const rmdir: Effect = async (words, { cwd, ground }) => {
	// With -p the folders above would go as well.
	const { operands } = readWords(words, { flags: "-v --verbose" });
	const { places, notes } = await placesOf(operands, cwd, ground);
	const found = await sorted(places, ground);
	return [
		...(await emptied(found.folders, ground)),
		...sayCounted("effect.refusedFile", "effect.refusedFiles", shown(found.files)),
		...missing(found.missing),
		...notes,
	];
};

const SHRED = {
	flags: "-f -u -v -x -z --force --verbose --exact --zero",
	values: "-n --iterations -s --size --random-source",
	glued: "--remove",
};

export const shred: Effect = async (words, { cwd, ground }) => {
	const { options, operands } = readWords(words, SHRED);
	const { places, notes } = await placesOf(operands, cwd, ground);
	const found = await sorted(places, ground);
	const removes = options.has("-u") || options.has("--remove");
	const size = sizeText(bytesOf(found.files));
	const items = removes
		? deletedFiles(found.files)
		: sayCounted("effect.destroysFile", "effect.destroysFiles", shown(found.files), { size });
	return [
		...items,
		...sayCounted("effect.refusedFolder", "effect.refusedFolders", shown(found.folders)),
		...missing(found.missing),
		...notes,
	];
};

interface Sorted {
	files: (Place & { bytes: number })[];
	folders: Place[];
	missing: Place[];
}

/** Each place once, by what is there. A link is a file, whatever it leads to. */
async function sorted(places: readonly Place[], ground: Ground): Promise<Sorted> {
	const sorted: Sorted = { files: [], folders: [], missing: [] };
	for (const place of new Map(places.map((one) => [one.path, one])).values()) {
		// "link/" means what the link leads to, to some systems.
		const about = await ground.seen(place.path);
		if (place.path.endsWith("/") && (await ground.seen(place.path.replace(/\/+$/, "")))?.isSymbolicLink()) {
			throw new NotKnown();
		}
		if (/(?:^|\/)\.{1,2}\/*$/.test(place.path)) throw new NotKnown();
		if (about === undefined) sorted.missing.push(place);
		else if (about.isDirectory()) sorted.folders.push(place);
		else sorted.files.push({ ...place, bytes: about.isFile() ? about.size : 0 });
	}
	return sorted;
}

function deletedFiles(files: Sorted["files"]): PreviewItem[] {
	const size = sizeText(bytesOf(files));
	return sayCounted("effect.deletesFile", "effect.deletesFiles", shown(files), { size });
}

async function trees(folders: readonly Place[], ground: Ground): Promise<PreviewItem[]> {
	if (folders.length === 0) return [];
	const all = await ground.weighAll(folders.map(({ path }) => path));
	const args = { files: all.files, folders: all.folders, size: sizeText(all.bytes) };
	return [say(all.whole ? "effect.deletesFolders" : "effect.deletesFoldersAtLeast", shown(folders), args)];
}

async function emptied(folders: readonly Place[], ground: Ground): Promise<PreviewItem[]> {
	const empty: Place[] = [];
	const full: Place[] = [];
	for (const folder of folders) ((await isEmpty(folder.path, ground)) ? empty : full).push(folder);
	return [
		...sayCounted("effect.deletesEmptyFolder", "effect.deletesEmptyFolders", shown(empty)),
		...sayCounted("effect.refusedFull", "effect.refusedFulls", shown(full)),
	];
}

async function isEmpty(folder: string, ground: Ground): Promise<boolean> {
	return (await ground.names(folder, 0)) !== undefined;
}

/** What a command names and is not there. */
export function missing(places: readonly Place[]): PreviewItem[] {
	return places.length === 0 ? [] : [say("effect.missing", shown(places))];
}

function shown(places: readonly Place[]): string[] {
	return places.map((place) => place.shown);
}

function bytesOf(files: Sorted["files"]): number {
	return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
