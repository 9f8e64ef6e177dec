// Options and operands of a command. Whatever is not known to belong to it ends the preview of that command.
import type { PreviewItem } from "../../protocol/card.ts";
import { type Ground, MAX_ENTRIES, NotKnown, type Place } from "./ground.ts";
import { fits } from "./pattern.ts";
import { say } from "./say.ts";
import type { Segment, Term } from "./terms.ts";

/** Options by their dashes; `values` take a word, glued or next; `glued` may have one glued or behind "=" only. */
export interface OptionTable {
	flags?: string;
	values?: string;
	glued?: string;
	/** Options with two names, as "--long=-l": they are known by the second one. */
	same?: string;
	/** Options may stand behind operands wherever it runs. */
	anywhere?: boolean;
}

export interface Read {
	options: Map<string, string>;
	/** How often each option is given. */
	times: Map<string, number>;
	operands: (Term & { kind: "sure" | "glob" | "inexact"; ended: boolean })[];
}

/** @throws NotKnown at the first word that does not fit */
export function readWords(words: readonly Term[], table: OptionTable): Read {
	const namesOf = (names: string | undefined) => new Set(names?.split(/\s+/).filter((name) => name !== ""));
	const options: Known = { flags: namesOf(table.flags), values: namesOf(table.values), glued: namesOf(table.glued) };
	const same = new Map(table.same?.split(/\s+/).map((pair) => pair.split("=") as [string, string]));
	const read: Read = { options: new Map(), times: new Map(), operands: [] };
	const given = (name: string, value?: string): void => {
		const known = same.get(name) ?? name;
		read.times.set(known, (read.times.get(known) ?? 0) + 1);
		const before = read.options.get(known);
		// An option that is given a value again adds a line.
		read.options.set(known, value === undefined ? "" : before === undefined ? value : `${before}\n${value}`);
	};
	let ended = false;
	for (let at = 0; at < words.length; at += 1) {
		const word = words[at];
		if (word === undefined) break;
		if (word.kind === "unknown") throw new NotKnown();
		const value = word.kind === "sure" ? word.value : undefined;
		if (ended || value === undefined || value === "-" || !value.startsWith("-")) {
			read.operands.push({ ...word, ended });
			continue;
		}
		if (value === "--") {
			ended = true;
			continue;
		}
		// Elsewhere than on Linux such a word is a file.
		if (read.operands.length > 0 && table.anywhere !== true && process.platform !== "linux") throw new NotKnown();
		const next = words[at + 1];
		const taken = value.startsWith("--")
			? takeLong(value, next, given, options)
			: takeShort(value, next, given, options);
		at += taken - 1;
	}
	return read;
}

type Given = (name: string, value?: string) => void;

/** Names of options: without a value, with one, and with one that must be glued on. */
interface Known {
	flags: Set<string>;
	values: Set<string>;
	glued: Set<string>;
}

function takeLong(text: string, next: Term | undefined, given: Given, { flags, values, glued }: Known): number {
	const equals = text.indexOf("=");
	const name = equals === -1 ? text : text.slice(0, equals);
	if (equals !== -1 && (values.has(name) || glued.has(name))) {
		given(name, text.slice(equals + 1));
		return 1;
	}
	if (equals === -1 && (flags.has(name) || glued.has(name))) {
		given(name);
		return 1;
	}
	if (equals === -1 && values.has(name)) return takeNext(name, next, given);
	throw new NotKnown();
}

function takeShort(text: string, next: Term | undefined, given: Given, { flags, values, glued }: Known): number {
	for (let at = 1; at < text.length; at += 1) {
		const name = `-${text[at]}`;
		const rest = text.slice(at + 1);
		if (glued.has(name)) {
			given(name, rest);
			return 1;
		}
		if (values.has(name)) {
			if (rest === "") return takeNext(name, next, given);
			given(name, rest);
			return 1;
		}
		if (!flags.has(name)) throw new NotKnown();
		given(name);
	}
	return 1;
}

function takeNext(name: string, next: Term | undefined, given: Given): number {
	if (next?.kind !== "sure") throw new NotKnown();
	given(name, next.value);
	return 2;
}

export interface Named {
	places: Place[];
	/** Patterns that match nothing, or whose files are not known. */
	notes: PreviewItem[];
}

/** The files that operands name, patterns written out. @throws NotKnown, TimeOver */
export async function placesOf(operands: Read["operands"], cwd: string, ground: Ground): Promise<Named> {
	const named: Named = { places: [], notes: [] };
	const inexact: string[] = [];
	const nothing: string[] = [];
	for (const operand of operands) {
		if (operand.kind === "inexact") inexact.push(operand.text);
		else if (operand.kind === "sure") named.places.push(await ground.place(cwd, operand.value));
		else {
			// Folders that are only looked through on the way are not what the command names.
			const strays = [...ground.strays];
			const found = await expand(operand.segments, cwd, ground);
			ground.strays.clear();
			for (const stray of strays) ground.strays.add(stray);
			if (found === undefined) inexact.push(operand.text);
			else if (found.length === 0) nothing.push(operand.text);
			else {
				// To the command a file of this name is an option.
				if (!operand.ended && found.some((name) => name.startsWith("-"))) throw new NotKnown();
				for (const name of found) named.places.push(await ground.place(cwd, name));
			}
		}
	}
	if (inexact.length > 0) named.notes.push(say("effect.globUnknown", inexact));
	if (nothing.length > 0) named.notes.push(say("effect.globNothing", nothing));
	return named;
}

/** The paths a pattern stands for, as the shell writes them; undefined when there is too much to look through. */
async function expand(segments: readonly Segment[], cwd: string, ground: Ground): Promise<string[] | undefined> {
	let room = MAX_ENTRIES;
	let paths = [""];
	for (const [at, segment] of segments.entries()) {
		const last = at === segments.length - 1;
		const next: string[] = [];
		for (const path of paths) {
			const base = at === 0 ? "" : `${path}/`;
			if (typeof segment === "string") {
				const whole = base + segment;
				const behindPattern = segments.slice(0, at).some((one) => typeof one !== "string");
				if (!behindPattern || (await ground.seen((await ground.place(cwd, whole || "/")).path)) !== undefined) {
					next.push(whole);
				}
				continue;
			}
			const entries = await ground.names((await ground.place(cwd, base || ".")).path, room);
			if (entries === undefined) return undefined;
			room -= entries.length;
			for (const entry of entries) {
				// A name that is no text cannot be asked for.
				if (entry.name.includes("\ufffd")) return undefined;
				if (!fits(segment.like, entry.name) || (entry.name.startsWith(".") && !segment.dots)) continue;
				const whole = base + entry.name;
				if (last || entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(cwd, whole, ground)))) {
					next.push(whole);
				}
			}
		}
		paths = next;
		if (paths.length === 0) return [];
	}
	return paths.sort();
}

async function isFolder(cwd: string, path: string, ground: Ground): Promise<boolean> {
	const about = await ground.followed((await ground.place(cwd, path)).path);
	return about?.isDirectory() === true;
}
