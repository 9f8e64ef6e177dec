// Whether the lines of a segment follow each other, as far as that shows while they are read once. The verifier says what is
// wrong with a log; here it is enough to know that something is, and at which rows.
import { GENESIS } from "../chain.ts";
import type { ReadLine } from "../read.ts";

/** What the next line of a segment has to follow: the last line that is what was written. */
export interface Link {
	hash: string;
	/** Its number. */
	seq: number;
	/** Nothing else stands between. */
	near: boolean;
}

/** What the first line of a segment follows. */
export const FIRST: Link = { hash: GENESIS, seq: 0, near: true };

/** Whether a line is by itself what a journal writes. */
export function isSound({ entry, problem }: ReadLine): boolean {
	return entry?.body !== undefined && problem === undefined;
}

/**
 * Whether a line can follow. Behind one that was altered any line is taken at its word: that one is the one to be told of.
 * @param link undefined behind a line that was altered
 */
export function follows(link: Link | undefined, { entry, problem }: ReadLine): boolean {
	if (link === undefined || entry === undefined || problem !== undefined || entry.prev === link.hash) return true;
	return !link.near && entry.head.seq !== link.seq + 1;
}

/** What the line after this one has to follow. */
export function linkBehind(link: Link | undefined, { entry, problem }: ReadLine): Link | undefined {
	if (entry === undefined) return link === undefined ? undefined : { ...link, near: false };
	return problem === undefined ? { hash: entry.hash, seq: entry.head.seq, near: true } : undefined;
}
