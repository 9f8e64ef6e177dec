// The change one tool call would make, computed from the disk before anybody decides. How an agent's tool turns old bytes
// into new ones is its dialect (src/agents); finding the file and describing both sides is the same for all.
import type { Message } from "../protocol/messages.ts";
import type { FileChange, Proposal } from "./change.ts";
import { readTarget, sideOf } from "./textFile.ts";

/**
 * What a tool makes of a file: its new bytes, or why that cannot be told.
 * @param before the bytes on disk, undefined where there is no file
 */
export type Rewrite = (before: Buffer | undefined) => Buffer | Message;

/** The change of rewriting the file at an absolute path; unknown with a reason where it cannot be computed exactly. */
export async function proposeRewrite(path: string, rewrite: Rewrite): Promise<Proposal> {
	const target = await readTarget(path);
	if (target.state === "unknown") return { unknown: target.why };
	const before = target.state === "file" ? target.bytes : undefined;
	const after = rewrite(before);
	if (!Buffer.isBuffer(after)) return { unknown: after };
	const mode = target.state === "file" ? target.mode : undefined;
	const change: FileChange = {
		path,
		...landing(path, target.real),
		op: before === undefined ? "create" : "modify",
		...(before === undefined ? {} : { before: sideOf(before, mode) }),
		after: sideOf(after, mode),
	};
	return { files: [change] };
}

/** The change of deleting the file at an absolute path. A link goes, not what it points to. */
export async function proposeDelete(path: string): Promise<Proposal> {
	const target = await readTarget(path);
	if (target.state === "unknown") return { unknown: target.why };
	if (target.state === "absent") return { files: [{ path, ...landing(path, target.real), op: "delete" }] };
	return { files: [{ path, ...landing(path, target.real), op: "delete", before: sideOf(target.bytes, target.mode) }] };
}

function landing(path: string, real: string): { target?: string } {
	return real === path ? {} : { target: real };
}
