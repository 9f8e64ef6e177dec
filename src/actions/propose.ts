// The change one tool call would make, computed from the disk before anybody decides. How an agent's tool turns old bytes
// into new ones is its dialect (src/agents); finding the file and describing both sides is the same for all. The file is
// read here; what is worked out from many bytes is worked out in the thread.
import type { FileChange, FileSide, Proposal } from "./change.ts";
import { type JobOptions, jobQueue, SMALL } from "./jobQueue.ts";
import { asBuffer } from "./jobs.ts";
import type { RewriteCall, Rewriter } from "./rewriters.ts";
import { readTarget } from "./textFile.ts";

export interface ProposeOptions extends JobOptions {
	/** A card will be drawn of it, so the thread that has the bytes works out the diff, too. */
	draw?: boolean;
}

/**
 * The change of rewriting the file at an absolute path; unknown with a reason where it cannot be computed exactly.
 * @throws Error when the thread could not work it out, or the reason of the signal
 */
export async function proposeRewrite<Call extends RewriteCall>(
	path: string,
	{ name, most }: Rewriter<Call>,
	call: Call,
	options: ProposeOptions = {},
): Promise<Proposal> {
	const target = await readTarget(path, (size) => jobQueue.run("room", { size }, size, options));
	if (target.state === "unknown") return { unknown: target.why };
	const file = target.state === "file" ? { before: target.bytes, mode: target.mode } : {};
	const size = file.before?.length ?? 0;
	const bytes = size + most(size, call);
	// What is small is drawn with its card: a diff can take far longer than the change.
	const draw = options.draw === true && bytes > SMALL.rewrite;
	const made = await jobQueue.run("rewrite", { name, call, ...file, draw }, bytes, options);
	if ("unknown" in made) return made;
	const change: FileChange = {
		path,
		...landing(path, target.real),
		op: made.before === undefined ? "create" : "modify",
		...(made.before === undefined ? {} : { before: whole(made.before) }),
		after: whole(made.after),
		...(made.drawn === undefined ? {} : { drawn: made.drawn }),
	};
	return { files: [change] };
}

/** The change of deleting the file at an absolute path. A link goes, not what it points to. */
export async function proposeDelete(path: string, options?: JobOptions): Promise<Proposal> {
	const target = await readTarget(path, (size) => jobQueue.run("room", { size }, size, options));
	if (target.state === "unknown") return { unknown: target.why };
	if (target.state === "absent") return { files: [{ path, ...landing(path, target.real), op: "delete" }] };
	const { bytes, mode, real } = target;
	const before = await jobQueue.run("look", { bytes, mode }, bytes.length, options);
	return { files: [{ path, ...landing(path, real), op: "delete", before: whole(before) }] };
}

function whole(side: FileSide): FileSide {
	return { ...side, bytes: asBuffer(side.bytes) };
}

function landing(path: string, real: string): { target?: string } {
	return real === path ? {} : { target: real };
}
