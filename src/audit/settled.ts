// Segments that need not be looked at again when a gate starts: closed, and linked in their final state. After years there
// are thousands of them, and a start must stay quick. Each first entry names how many of the oldest segments are settled,
// with a digest of their names and sizes; where the folder still fits that, a start begins behind them.
//
// What is settled is not linked again, so a false word here would leave segments that nothing holds. It counts only from a
// first entry that the key of the starting gate has signed: with keys of their own, an editor and `serve` each settle for
// themselves. The verifier looks whether what is said to be settled is linked (verifySettled.ts).
import { createHash, type Hash } from "node:crypto";
import { join } from "node:path";
import type { Link, Settled } from "./entry.ts";
import type { WorkspacePaths } from "./home.ts";
import { signedFirst } from "./signedFirst.ts";

/** So many of the newest segments are asked what is settled: between two of one key there may be some of others. */
const ASKED = 100;

/**
 * The settled segments that the newest first entry signed by `publicKey` (hex) names, if the folder fits it.
 * @param sizes of the segments, bytes
 */
export async function settledBefore(
	paths: WorkspacePaths,
	segments: readonly string[],
	sizes: readonly number[],
	publicKey: string,
): Promise<Settled> {
	for (const segment of segments.slice(-ASKED).reverse()) {
		const settled = await claimIn(paths, segment, publicKey);
		if (settled !== undefined && settled.segments <= segments.length) {
			const hash = createHash("sha256");
			for (let i = 0; i < settled.segments; i++) addSettled(hash, segments[i], sizes[i]);
			if (hash.digest("hex") === settled.digest) return settled;
		}
	}
	return { segments: 0, digest: createHash("sha256").digest("hex"), keys: [] };
}

async function claimIn(paths: WorkspacePaths, segment: string, publicKey: string): Promise<Settled | undefined> {
	try {
		return (await signedFirst(join(paths.journal, segment), paths.id, segment, publicKey))?.settled;
	} catch {
		// One that cannot be read settles nothing; the survey that follows names it.
		return undefined;
	}
}

/** Goes on from what was settled before over all that is covered by a final link now. */
export function settledNow(
	before: Settled,
	segments: string[],
	sizes: number[],
	covered: Map<string, Link>,
	{ torn, keys }: { torn: { segment: string }[]; keys: string[] },
): Settled {
	const hash = createHash("sha256");
	let count = 0;
	for (; count < segments.length; count++) {
		const segment = segments[count];
		if (count >= before.segments) {
			const bytes = covered.get(segment ?? "")?.bytes;
			// A torn tail is about to be cut: then the segment ends where the link does.
			if (bytes === undefined || (bytes !== sizes[count] && !torn.some((tail) => tail.segment === segment))) break;
			addSettled(hash, segment, bytes);
		} else addSettled(hash, segment, sizes[count]);
	}
	return { segments: count, digest: hash.digest("hex"), keys };
}

/** Adds one segment to the digest of those that are settled. */
export function addSettled(hash: Hash, segment: string | undefined, bytes: number | undefined): void {
	hash.update(`${segment} ${bytes}\n`);
}
