// How agents' tools are told what a person wants in a file, by name: as rewriters.ts, for the way back. A dialect registers
// its own when its module is loaded, in the host and in the thread.
import type { JsonObject } from "../protocol/canonical.ts";
import type { Message } from "../protocol/messages.ts";

/** What a tool was told, and the bytes that a person wants in its file instead. */
export interface WantedInput {
	tool: string;
	input: JsonObject;
	/** Absolute, as the agent named it. */
	path: string;
	/** The bytes on disk, undefined where there is no file. */
	before: Buffer | undefined;
	bytes: Buffer;
}

/** The whole input with which the tool leaves exactly these bytes, or why there is none. Pure: it runs in a thread. */
export type FindInput = (wanted: WantedInput) => { input: JsonObject } | Message;

const finders = new Map<string, FindInput>();

/** Registers a finder. @returns its name. @throws Error when the name is taken */
export function inputFinder(name: string, find: FindInput): string {
	if (finders.has(name)) throw new Error(`two input finders are named ${name}`);
	finders.set(name, find);
	return name;
}

/** @throws Error when no loaded module has registered the name */
export function finderNamed(name: string): FindInput {
	const found = finders.get(name);
	if (found === undefined) throw new Error(`no input finder is named ${name}`);
	return found;
}
