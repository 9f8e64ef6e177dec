// Files that a command writes to: redirections, tee, touch, mkdir, chmod, chown, sed -i.
import type { PreviewItem } from "../../protocol/card.ts";
import { checkSed } from "../floor/scripts/sed.ts";
import type { At, Effect } from "./effect.ts";
import { type Ground, NotKnown, type Place } from "./ground.ts";
import { missing } from "./remove.ts";
import { say, sayCounted, sizeText } from "./say.ts";
import { placesOf, readWords } from "./words.ts";

/** They keep nothing. */
const SINKS = /^\/dev\/(?:null|stdout|stderr|tty|fd\/\d+)$/;

/** What writing to files does: it begins them anew, or adds to them. @throws NotKnown, TimeOver */
export async function written(places: readonly Place[], adds: boolean, { ground }: At): Promise<PreviewItem[]> {
	const fresh: string[] = [];
	const there: { name: string; bytes: number }[] = [];
	const special: string[] = [];
	for (const place of places) {
		if (SINKS.test(place.path)) continue;
		const { path, shown } = await ground.through(place);
		const about = await ground.followed(path);
		if (about?.isDirectory() || path.endsWith("/")) throw new NotKnown();
		if (about === undefined) fresh.push(shown);
		else if (about.isFile()) there.push({ name: shown, bytes: about.size });
		else special.push(shown);
	}
	const names = there.map(({ name }) => name);
	const size = sizeText(there.reduce((sum, { bytes }) => sum + bytes, 0));
	return [
		...sayCounted("effect.creates", "effect.createsMany", fresh),
		...(adds
			? sayCounted("effect.appends", "effect.appendsMany", names, { size })
			: sayCounted("effect.truncates", "effect.truncatesMany", names, { size })),
		...(special.length === 0 ? [] : [say("effect.device", special)]),
	];
}

export const tee: Effect = async (words, at) => {
	const { options, operands } = readWords(words, { flags: "-a -i -p --append --ignore-interrupts" });
	const { places, notes } = await placesOf(operands, at.cwd, at.ground);
	const adds = options.has("-a") || options.has("--append");
	return [...(await written(places, adds, at)), ...notes];
};

export const touch: Effect = async (words, { cwd, ground }) => {
	const { options, operands } = readWords(words, {
		flags: "-a -c -m -h --no-create --no-dereference",
		values: "-d -t -r --date --reference --time",
	});
	const { places, notes } = await placesOf(operands, cwd, ground);
	const fresh: string[] = [];
	const there: string[] = [];
	const itself = options.has("-h") || options.has("--no-dereference");
	for (const place of places) {
		const { path, shown } = itself ? place : await ground.through(place);
		((await ground.followed(path)) === undefined ? fresh : there).push(shown);
	}
	const creates = !options.has("-c") && !options.has("--no-create");
	return [
		...(creates ? sayCounted("effect.creates", "effect.createsMany", fresh) : []),
		...sayCounted("effect.times", "effect.timesMany", there),
		...notes,
	];
};

export const mkdir: Effect = async (words, { cwd, ground }) => {
	const { options, operands } = readWords(words, { flags: "-p -v --parents --verbose", values: "-m --mode" });
	const { places, notes } = await placesOf(operands, cwd, ground);
	const fresh: string[] = [];
	const there: string[] = [];
	const blocked: string[] = [];
	const parents = options.has("-p") || options.has("--parents");
	for (const { path, shown } of places) {
		const about = await ground.followed(path);
		// A link to nothing is in the way too.
		if (about === undefined && (await ground.seen(path)) === undefined) fresh.push(shown);
		else (about?.isDirectory() && parents ? there : blocked).push(shown);
	}
	return [
		...sayCounted("effect.makesFolder", "effect.makesFolders", fresh),
		...(there.length === 0 ? [] : [say("effect.foldersThere", there)]),
		...sayCounted("effect.refusedThere", "effect.refusedTheres", blocked),
		...notes,
	];
};

const CHANGE_FLAGS = "-R -f -v -c --recursive --silent --quiet --verbose --changes";

export const chmod: Effect = async (words, at) => {
	const [first] = words;
	// "-x" takes a right away; it is no option.
	const [mode, rest] =
		first?.kind === "sure" && /^-[rwxXst]+$/.test(first.value) ? [first.value, words.slice(1)] : [undefined, words];
	const { options, operands } = readWords(rest, { flags: CHANGE_FLAGS });
	const said = mode === undefined ? operands.shift() : undefined;
	const value = mode ?? (said?.kind === "sure" ? said.value : undefined);
	if (value === undefined || !/^(?:[0-7]{1,5}|[-+=ugoarwxXst,]+)$/.test(value)) throw new NotKnown();
	return changes("effect.mode", operands, options, { mode: value }, at);
};

export const chown: Effect = async (words, at) => {
	const { options, operands } = readWords(words, { flags: `${CHANGE_FLAGS} -h --no-dereference` });
	const owner = operands.shift();
	if (owner?.kind !== "sure") throw new NotKnown();
	return changes("effect.owner", operands, options, { owner: owner.value }, at);
};

async function changes(
	code: "effect.mode" | "effect.owner",
	operands: Parameters<typeof placesOf>[0],
	options: ReadonlyMap<string, string>,
	args: Record<string, string>,
	{ cwd, ground }: At,
): Promise<PreviewItem[]> {
	const { places, notes } = await placesOf(operands, cwd, ground);
	const recursive = options.has("-R") || options.has("--recursive");
	const there: Place[] = [];
	const gone: Place[] = [];
	let below = 0;
	let whole = true;
	const itself = options.has("-h") || options.has("--no-dereference");
	for (const named of places) {
		const about = await ground.seen(named.path);
		const isLink = about?.isSymbolicLink() === true;
		// Which links are followed on the way down depends on the program.
		if (recursive && isLink) throw new NotKnown();
		const place = isLink && !itself ? await ground.through(named) : named;
		if (about === undefined || (isLink && !itself && (await ground.followed(named.path)) === undefined))
			gone.push(place);
		else there.push(place);
		if (!recursive || about?.isDirectory() !== true) continue;
		const weight = await ground.weigh(place.path);
		below += weight.files + weight.folders - 1;
		whole &&= weight.whole;
	}
	const names = there.map(({ shown }) => shown);
	const items = names.length === 0 ? [] : [say(code, names, args)];
	if (below > 0) items.push(say(whole ? "effect.below" : "effect.belowAtLeast", [], { count: below }));
	return [...items, ...missing(gone), ...notes];
}

export const sed: Effect = async (words, { cwd, ground }) => {
	const mac = process.platform === "darwin";
	const { options, operands } = readWords(words, {
		flags: "-n -E -r -s -z -u --quiet --silent --regexp-extended --separate --null-data",
		values: `-e --expression${mac ? " -i" : ""}`,
		glued: mac ? "" : "-i --in-place",
		same: "--expression=-e --in-place=-i",
	});
	const suffix = options.get("-i");
	// With these it is not just added to the name.
	if (suffix === undefined || /[*/\n]/.test(suffix)) throw new NotKnown();
	const given = options.get("-e");
	const first = given === undefined ? operands.shift() : undefined;
	const script = given ?? (first?.kind === "sure" ? first.value : undefined);
	// A script may itself write to files, or run commands.
	if (script === undefined || checkSed(script) !== undefined) throw new NotKnown();
	const { places, notes } = await placesOf(operands, cwd, ground);
	const there: { shown: string; bytes: number }[] = [];
	const gone: Place[] = [];
	const folders: string[] = [];
	const kept: Place[] = [];
	for (const place of places) {
		const about = await ground.followed(place.path);
		if (about === undefined) gone.push(place);
		else if (about.isFile()) there.push({ shown: place.shown, bytes: about.size });
		else folders.push(place.shown);
		// Some write through a link, some put a file in its place, some refuse.
		if ((await ground.seen(place.path))?.isSymbolicLink()) throw new NotKnown();
		if (suffix !== "" && about?.isFile()) kept.push(await ground.place(cwd, place.path + suffix));
	}
	const size = sizeText(there.reduce((sum, { bytes }) => sum + bytes, 0));
	const names = there.map(({ shown }) => shown);
	return [
		...sayCounted("effect.edits", "effect.editsMany", names, { size }),
		...(await copiesKept(kept, ground)),
		...sayCounted("effect.refusedFolder", "effect.refusedFolders", folders),
		...missing(gone),
		...notes,
	];
};

/** Copies of what was there, which take the place of earlier ones. @throws NotKnown */
async function copiesKept(places: readonly Place[], ground: Ground): Promise<PreviewItem[]> {
	const fresh: string[] = [];
	const over: string[] = [];
	let bytes = 0;
	for (const { path, shown } of places) {
		const about = await ground.seen(path);
		if (about?.isDirectory()) throw new NotKnown();
		if (about === undefined) fresh.push(shown);
		else over.push(shown);
		bytes += about?.isFile() ? about.size : 0;
	}
	return [
		...sayCounted("effect.creates", "effect.createsMany", fresh),
		...sayCounted("effect.overwrites", "effect.overwritesMany", over, { size: sizeText(bytes) }),
	];
}
