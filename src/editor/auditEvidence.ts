// Contents that the log names by digest: read from the evidence store, checked, and where one cannot be had, why.
import type { EvidenceLink } from "../protocol/audit.ts";
import { type Message, message } from "../protocol/messages.ts";
import type { LogPlace } from "./auditLog.ts";

/** A content, or a sentence in its place. */
export type Content = { bytes: Buffer } | { why: Message };

type Trouble = "removed" | "missing" | "altered" | "unreadable";

/**
 * Reads one piece of evidence. Small ones take no time; large ones are unpacked and hashed off this thread.
 * @param code of the sentence for each trouble, without its last word; `args` are its other arguments
 */
export async function contentOf(
	place: Pick<LogPlace, "dir">,
	{ digest, removedAt }: Pick<EvidenceLink, "digest" | "removedAt">,
	code: "auditHost.side" | "auditHost.evidence" = "auditHost.evidence",
	args: Record<string, string> = {},
): Promise<Content> {
	const why = (trouble: Trouble, more: Record<string, string> = {}): Content => ({
		why: message(`${code}.${trouble}`, { ...args, ...more }),
	});
	const { JournalError, pathsIn, readEvidence } = await import("./core.ts");
	try {
		return { bytes: await readEvidence(pathsIn(place.dir, "").evidence, digest) };
	} catch (error) {
		if (error instanceof JournalError && error.code === "evidence-missing") {
			return removedAt === undefined ? why("missing") : why("removed", { time: removedAt });
		}
		if (error instanceof JournalError && error.code === "evidence-altered") return why("altered");
		return why("unreadable", { detail: error instanceof Error ? error.message : String(error) });
	}
}
