// Runs lines in the sandbox and says which of them changed something or started a program that the floor would ask about.
import { findEntry } from "../../../../src/policy/floor/table/index.ts";
import { Walk } from "../../../../src/policy/floor/walk.ts";
import type { Known } from "../../../../src/policy/floor/word.ts";
import type { Place, Ran, Sandbox } from "./sandbox.ts";

export interface Caught {
	line: string;
	did: string[];
}

const BATCH = 40;

/** Lines that did anything but read. A batch that changed files runs again, line by line, to find the one that did. */
export function caughtOf(sandbox: Sandbox, shell: string, lines: readonly string[], place: Place = "tree"): Caught[] {
	const batches = inBatches(lines, BATCH);
	const caught = new Map<string, Caught>();
	const add = (line: string, did: readonly string[]) => {
		const one = caught.get(line) ?? { line, did: [] };
		one.did.push(...did.filter((text) => !one.did.includes(text)));
		caught.set(line, one);
	};
	const again: string[] = [];
	for (const [index, ran] of sandbox.run(shell, batches, place).entries()) {
		const batch = batches[index] ?? [];
		for (const { line, did } of startsOf(ran, batch)) add(line, did);
		if (changesOf(ran).length > 0 || ran.unfinished) again.push(...batch);
	}
	for (const [index, ran] of again.length === 0 ? [] : sandbox.run(shell, inBatches(again, 1), place).entries()) {
		const changes = changesOf(ran);
		if (ran.unfinished) changes.push("does not end");
		if (changes.length > 0) add(again[index] ?? "", changes);
	}
	return [...caught.values()];
}

/** Shells keep a long here-document, and virtual machines of Java their counters, in the folder for passing files. */
const PASSING = /^(?:root\/)?tmp(?:\/hsperfdata_.*)?$/;

function changesOf({ changed }: Ran): string[] {
	return changed.filter((path) => !PASSING.test(path)).map((path) => `changes ${path}`);
}

function startsOf({ started }: Ran, batch: readonly string[]): Caught[] {
	return started.flatMap(({ line, words }) => {
		const text = batch[line];
		return text === undefined || mayStart(words) ? [] : [{ line: text, did: [`starts ${JSON.stringify(words)}`] }];
	});
}

/**
 * Whether the floor lets a program be started with exactly these words; or with any words, where the table says that no
 * word can do harm. What it starts in turn is looked at when it is started.
 */
export function mayStart(words: readonly string[]): boolean {
	const known = words.map((value): Known => {
		return {
			text: value,
			value,
			pattern: value,
			many: false,
			anchored: !value.startsWith("-"),
			dynamic: false,
			splits: false,
		};
	});
	const walk = new Walk();
	walk.command(known);
	const [first] = walk.finish().commands ?? [];
	if (first !== undefined && first.asked === undefined) return true;
	const found = findEntry(known);
	return found !== undefined && "rule" in found && found.rule.anyWords !== undefined;
}

function inBatches(lines: readonly string[], size: number): string[][] {
	const batches: string[][] = [];
	for (let at = 0; at < lines.length; at += size) batches.push(lines.slice(at, at + size));
	return batches;
}
