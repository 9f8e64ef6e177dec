// Segments that need not be looked at again when a gate starts: closed, and linked in their final state. After years there
// are thousands of them, and a start must stay quick. Each first entry names how many of the oldest segments are settled,
// with a digest of their names and sizes; where the folder still fits that, a start begins behind them.
//
// This only saves work. Nothing is proved by it: every link stays in the log, and the verifier reads all of it.
import { createHash, type Hash } from "node:crypto";
import { join } from "node:path";
import type { Link, Settled } from "./entry.ts";
import { firstEntry } from "./first.ts";
import type { WorkspacePaths } from "./home.ts";

/** So many of the newest segments are asked what is settled; more cannot be read, or the folder was changed. */
const ASKED = 10;

/** The settled segments that the newest readable first entry names, if the folder fits it. */
export async function settledBefore(paths: WorkspacePaths, segments: string[], sizes: number[]): Promise<Settled> {
	for (const segment of segments.slice(-ASKED).reverse()) {
		const settled = await claimIn(join(paths.journal, segment));
		if (settled !== undefined && settled.segments <= segments.length) {
			const hash = createHash("sha256");
			for (let i = 0; i < settled.segments; i++) add(hash, segments[i], sizes[i]);
			if (hash.digest("hex") === settled.digest) return settled;
		}
	}
	return { segments: 0, digest: createHash("sha256").digest("hex"), keys: [] };
}

async function claimIn(path: string): Promise<Settled | undefined> {
	try {
		return (await firstEntry(path))?.settled;
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
			add(hash, segment, bytes);
		} else add(hash, segment, sizes[count]);
	}
	return { segments: count, digest: hash.digest("hex"), keys };
}

function add(hash: Hash, segment: string | undefined, bytes: number | undefined): void {
	hash.update(`${segment} ${bytes}\n`);
}
