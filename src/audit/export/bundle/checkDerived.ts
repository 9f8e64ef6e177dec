// What stands beside the entries for tools and readers follows from the entries, byte for byte: manifest, heads, keys,
// checkpoints. So none of it can say anything else.
import { canonical } from "../../../protocol/canonical.ts";
import { publicKeyFromHex } from "../../keys.ts";
import type { Problems } from "../../problems.ts";
import { type BundleFiles, wholeFile } from "./bundleFiles.ts";
import type { CheckedSegment, Gathered } from "./checkSegment.ts";
import { checkpointStem, FORMAT, type HeadSaid, kindOfFile, type Manifest, signerFile } from "./layout.ts";

const MAX_SMALL = 64 * 1024 * 1024;

/** @param signed entries that signatures cover, by segment */
export async function checkDerived(
	files: BundleFiles,
	segments: readonly CheckedSegment[],
	signed: ReadonlyMap<string, number>,
	{ scope, named, removed }: Gathered,
	problems: Problems,
): Promise<{ heads: HeadSaid[] }> {
	const here = new Set(segments.map(({ segment }) => segment));
	const heads = segments.flatMap(({ segment: by, started }) =>
		(started?.links ?? []).map(({ segment, entries, head, final }): HeadSaid => {
			return { by, segment, entries, head, final, here: here.has(segment) };
		}),
	);
	const manifest: Manifest = {
		format: FORMAT,
		scope,
		segments: segments.map(({ segment, entries, head, started }) => ({
			name: segment,
			entries,
			head,
			signed: signed.get(segment) ?? 0,
			signer: started?.signer.publicKey ?? "",
		})),
		removed: [...named.keys()].filter((digest) => removed.has(digest)).sort(),
	};
	const keys = [...new Set(manifest.segments.map(({ signer }) => signer))].filter((key) => key !== "");
	const pem = (key: string) => signerFile(keys.indexOf(key), keys.length);
	const expected = new Map<string, Buffer>([
		["manifest.json", Buffer.from(`${canonical(manifest)}\n`)],
		["heads.json", Buffer.from(`${canonical(heads)}\n`)],
	]);
	for (const key of keys)
		expected.set(pem(key), Buffer.from(publicKeyFromHex(key).export({ type: "spki", format: "pem" })));
	let list = "";
	for (const { segment, checkpoint, started } of segments) {
		if (checkpoint === undefined || started === undefined) continue;
		const stem = checkpointStem(segment, checkpoint.entries);
		list += `${pem(started.signer.publicKey)} ${stem}\n`;
		expected.set(`${stem}.txt`, checkpoint.text);
		expected.set(`${stem}.sig`, checkpoint.signature);
	}
	expected.set("signatures.txt", Buffer.from(list));
	for (const [name, content] of expected) {
		if (!files.sizes.has(name)) problems.add(name, undefined, "removed", "this file is missing");
		else if (!(await wholeFile(files, name, MAX_SMALL))?.equals(content)) {
			const kind = name.startsWith("signer")
				? "wrong-key"
				: kindOfFile(name) === "checkpoint"
					? "bad-checkpoint"
					: "edited";
			problems.add(name, undefined, kind, "it does not say what the entries say, or entries were cut off or added");
		}
	}
	for (const name of files.sizes.keys()) {
		const kind = kindOfFile(name);
		if ((kind === "signer" || kind === "checkpoint") && !expected.has(name))
			problems.add(name, undefined, "inserted", "no entry here belongs to it");
	}
	return { heads };
}
