// How agents' tools turn old bytes into new ones, by name. A dialect (src/agents) registers its own when its module is
// loaded: in the host, and in the thread (src/agents/worker.ts), where large files are worked out.
import type { Json } from "../protocol/canonical.ts";
import type { Message } from "../protocol/messages.ts";

/**
 * What a tool makes of a file: its new bytes, or why that cannot be told. Pure: it runs in a thread.
 * @param before the bytes on disk, undefined where there is no file
 */
export type Rewrite<Call> = (before: Buffer | undefined, call: Call) => Buffer | Message;

/** A rewrite that can be named in another thread. */
export interface Rewriter<Call> {
	name: string;
	/**
	 * Bytes that the rewrite works on besides the file, at most: what it may write and what it reads of the call. Decides
	 * where it runs, so a low answer stalls the host.
	 */
	most(before: number, call: Call): number;
}

/** What a tool is told. Texts of megabytes are to be members of the object itself, to travel without a stall. */
export type RewriteCall = { readonly [member: string]: Json | undefined };

const rewrites = new Map<string, Rewrite<never>>();

/** Registers a rewrite. @throws Error when the name is taken */
export function rewriter<Call extends RewriteCall>(
	name: string,
	rewrite: Rewrite<Call>,
	most: Rewriter<Call>["most"],
): Rewriter<Call> {
	if (rewrites.has(name)) throw new Error(`two rewriters are named ${name}`);
	rewrites.set(name, rewrite);
	return { name, most };
}

/** @throws Error when no loaded module has registered the name */
export function rewriteNamed(name: string): Rewrite<RewriteCall> {
	const found = rewrites.get(name);
	if (found === undefined) throw new Error(`no rewriter is named ${name}`);
	return found as Rewrite<RewriteCall>;
}
