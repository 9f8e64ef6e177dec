// The policy files as a terminal can see them. Whether a person accepted a file is checked by the editor, under a key that
// no other program has: here it is taken from the file as it says, and only ever shown.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Layers } from "../policy/rules/layers.ts";

/** Layers of a home and a folder, for showing what they would decide. Never for deciding. */
export function shownLayers(home: string): Layers {
	const claimed = claimedAcceptances(home);
	return new Layers({
		home,
		keepCopies: false,
		acceptance: {
			version: 0,
			refresh: () => {},
			isAccepted: (layer, file, sha256) => claimed.has(JSON.stringify([layer, file, sha256])),
		},
	});
}

function claimedAcceptances(home: string): Set<string> {
	try {
		const stored: unknown = JSON.parse(readFileSync(join(home, "policy-accepted.json"), "utf8"));
		const entries = typeof stored === "object" && stored !== null && "entries" in stored ? stored.entries : [];
		if (!Array.isArray(entries)) return new Set();
		return new Set(entries.map(({ layer, file, sha256 }) => JSON.stringify([layer, file, sha256])));
	} catch {
		// No file, or none that can be read: nothing shows as accepted.
		return new Set();
	}
}
