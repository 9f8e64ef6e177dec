// What mv, cp and ln would put where, and what they would write over.
import type { Stats } from "node:fs";
import type { PreviewItem } from "../../protocol/card.ts";
import type { At, Effect } from "./effect.ts";
import { NotKnown, type Place } from "./ground.ts";
import { missing } from "./remove.ts";
import { say, sayCounted, sizeText } from "./say.ts";
import type { Term } from "./terms.ts";
import { type OptionTable, placesOf, type Read, readWords } from "./words.ts";

const MV: OptionTable = {
	flags: "-f -n -v -T --force --no-clobber --verbose --no-target-directory",
	values: "-t --target-directory",
	same: "--target-directory=-t",
};
const CP: OptionTable = {
	flags: `-r -R -a -p -f -n -v -d -L -P -H -T --recursive --archive --force --no-clobber --verbose --dereference
		--no-dereference --no-target-directory`,
	values: "-t --target-directory",
	same: "--target-directory=-t",
	glued: "--preserve --reflink --sparse",
};
const LN: OptionTable = {
	flags: "-s -f -n -v -T -r --symbolic --force --no-dereference --verbose --no-target-directory --relative",
	values: "-t --target-directory",
	same: "--target-directory=-t",
};

export const mv: Effect = async (words, at) => {
	const pairs = await pairsOf(words, MV, at);
	return [
		...sayCounted("effect.moves", "effect.movesMany", pairs.done.map(arrow)),
		...(await overwritten(pairs, at)),
		...rest(pairs),
	];
};

export const cp: Effect = async (words, at) => {
	const pairs = await pairsOf(words, CP, at);
	const { options } = pairs.read;
	const recursive = ["-r", "-R", "-a", "--recursive", "--archive"].some((option) => options.has(option));
	const folders = pairs.done.filter(({ about }) => about?.isDirectory());
	const files = pairs.done.filter(({ about }) => !about?.isDirectory());
	const merged = recursive ? folders.filter(({ over }) => over?.isDirectory()) : [];
	return [
		...sayCounted("effect.copies", "effect.copiesMany", (recursive ? pairs.done : files).map(arrow)),
		...(recursive
			? []
			: sayCounted(
					"effect.refusedFolder",
					"effect.refusedFolders",
					folders.map(({ from }) => from.shown),
				)),
		...(merged.length === 0
			? []
			: [
					say(
						"effect.merges",
						merged.map(({ to }) => to.shown),
					),
				]),
		...(await overwritten({ ...pairs, done: files }, at, true)),
		...rest(pairs),
	];
};

export const ln: Effect = async (words, at) => {
	const read = readWords(words, LN);
	const symbolic = read.options.has("-s") || read.options.has("--symbolic");
	const pairs = await pairsOf(words, LN, at, symbolic);
	const forced = read.options.has("-f") || read.options.has("--force");
	const there = pairs.done.filter(({ over }) => over !== undefined);
	const links = forced ? pairs.done : pairs.done.filter(({ over }) => over === undefined);
	return [
		...sayCounted(
			"effect.links",
			"effect.linksMany",
			links.map(({ from, to }) => `${to.shown} → ${from.shown}`),
		),
		...(forced
			? await overwritten(pairs, at)
			: sayCounted(
					"effect.refusedThere",
					"effect.refusedTheres",
					there.map(({ to }) => to.shown),
				)),
		...rest(pairs),
	];
};

interface Pair {
	from: Place;
	to: Place;
	/** What is at `from`; of a symbolic link that is of no matter. */
	about: Stats | undefined;
	/** What is at `to` already. */
	over: Stats | undefined;
}

interface Pairs {
	read: Read;
	done: Pair[];
	missing: Place[];
	notes: PreviewItem[];
}

/** @param textual sources are only text: they need not be there */
async function pairsOf(
	words: readonly Term[],
	table: OptionTable,
	{ cwd, ground }: At,
	textual = false,
): Promise<Pairs> {
	const read = readWords(words, table);
	const { options } = read;
	const { places, notes } = await placesOf(read.operands, cwd, ground);
	// Where things go depends on how many words there are.
	if (notes.length > 0) throw new NotKnown();
	const into = options.get("-t");
	if (into?.includes("\n")) throw new NotKnown();
	const exact = options.has("-T") || options.has("--no-target-directory");
	if (into === undefined && places.length === 1 && textual && !exact) places.push(await ground.place(cwd, "."));
	const last = into === undefined ? places.pop() : await ground.place(cwd, into);
	if (last === undefined || places.length === 0) throw new NotKnown();
	if (textual && read.operands.some(({ kind }) => kind !== "sure")) throw new NotKnown();
	const aside = options.has("-n") || options.has("--no-dereference");
	const kept = table === LN && aside && (await ground.seen(last.path))?.isSymbolicLink() === true;
	const folder = !exact && !kept && (await ground.followed(last.path))?.isDirectory() === true;
	// Refused, or a folder that an earlier part of the line makes.
	if (!folder && (places.length > 1 || into !== undefined || last.path.endsWith("/"))) throw new NotKnown();
	const pairs: Pairs = { read, done: [], missing: [], notes };
	for (const [index, named] of places.entries()) {
		const operand = read.operands[index];
		// A symbolic link holds its text as it is.
		const from = textual && operand?.kind === "sure" ? { ...named, shown: operand.value } : named;
		// "a/" is the folder to some systems and what is in it to others.
		if (from.path.endsWith("/") && process.platform !== "linux") throw new NotKnown();
		const about = textual ? undefined : await ground.seen(from.path.replace(/(?<=.)\/+$/, ""));
		if (about === undefined && !textual) {
			pairs.missing.push(from);
			continue;
		}
		const name = from.path.replace(/\/+$/, "").split("/").at(-1) ?? "";
		if (folder && (name === "" || name === "." || name === "..")) throw new NotKnown();
		const at = folder ? await ground.place(cwd, `${last.path.replace(/\/+$/, "")}/${name}`) : last;
		const over = await ground.seen(at.path);
		// A copy goes where a link leads; what moves and what links takes the link's place.
		const follows = table === CP && over?.isSymbolicLink() === true;
		if (follows && (await ground.followed(at.path)) === undefined) throw new NotKnown();
		pairs.done.push({ from, to: follows ? await ground.through(at) : at, about, over });
	}
	return pairs;
}

/** What is written over, a file by anything but a folder; files that stay because of -n are not. */
async function overwritten(
	{ read, done }: Pick<Pairs, "read" | "done">,
	{ ground }: At,
	copies = false,
): Promise<PreviewItem[]> {
	if (read.options.has("-n") || read.options.has("--no-clobber")) return [];
	const over: Pair[] = [];
	for (const pair of done) {
		if (pair.over === undefined || pair.over.isDirectory() || pair.about?.isDirectory()) continue;
		over.push(pair);
	}
	let bytes = 0;
	const files: string[] = [];
	const special: string[] = [];
	for (const { to } of over) {
		const about = copies ? await ground.followed(to.path) : await ground.seen(to.path);
		// A copy goes into a pipe or device; what moves takes its place.
		if (copies && about !== undefined && !about.isFile()) special.push(to.shown);
		else files.push(to.shown);
		if (about?.isFile()) bytes += about.size;
	}
	return [
		...sayCounted("effect.overwrites", "effect.overwritesMany", files, { size: sizeText(bytes) }),
		...(special.length === 0 ? [] : [say("effect.device", special)]),
	];
}

function rest(pairs: Pairs): PreviewItem[] {
	return [...missing(pairs.missing), ...pairs.notes];
}

function arrow({ from, to }: Pair): string {
	return `${from.shown} → ${to.shown}`;
}
