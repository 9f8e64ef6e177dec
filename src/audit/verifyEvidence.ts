// Evidence that entries name, and what repairs set aside: there, and as it was.
import { basename, join } from "node:path";
import type { Entry } from "./chain.ts";
import { bodyOf } from "./entry.ts";
import { JournalError, systemCode } from "./errors.ts";
import { readEvidence } from "./evidence.ts";
import { hashFile } from "./files.ts";
import type { WorkspacePaths } from "./home.ts";
import type { Problems } from "./problems.ts";

export class EvidenceCheck {
	readonly #paths: WorkspacePaths;
	readonly #problems: Problems;
	/** Each piece is read once, and a bad one is reported at the first entry that names it. */
	readonly #checked = new Set<string>();

	constructor(paths: WorkspacePaths, problems: Problems) {
		this.#paths = paths;
		this.#problems = problems;
	}

	async take(segment: string, line: number, entry: Entry): Promise<void> {
		for (const { digest, size } of evidenceRefs(entry.body)) {
			if (this.#checked.has(digest)) continue;
			this.#checked.add(digest);
			await this.#check(segment, line, digest, size);
		}
		if (entry.head.type === "repair") await this.#checkTorn(segment, line, entry);
	}

	async #check(segment: string, line: number, digest: string, size: number): Promise<void> {
		try {
			const bytes = await readEvidence(this.#paths.evidence, digest);
			if (bytes.length === size) return;
			this.#problems.add(
				segment,
				line,
				"edited",
				`evidence ${digest} has ${bytes.length} bytes, the entry says ${size}`,
			);
		} catch (error) {
			if (!(error instanceof JournalError)) throw error;
			const kind = error.code === "evidence-missing" ? "evidence-missing" : "evidence-altered";
			this.#problems.add(segment, line, kind, error.message);
		}
	}

	async #checkTorn(segment: string, line: number, entry: Entry): Promise<void> {
		const repair = bodyOf("repair", entry.body);
		if (repair === undefined) return;
		const { side, sha256 } = repair;
		try {
			// The name is from the log: it must not lead out of the folder.
			if ((await hashFile(join(this.#paths.journal, basename(side)))) !== sha256)
				this.#problems.add(segment, line, "evidence-altered", `${side}, cut out by a repair, was altered`);
		} catch (error) {
			if (systemCode(error) !== "ENOENT") throw error;
			this.#problems.add(segment, line, "evidence-missing", `${side}, cut out by a repair, is gone`);
		}
	}
}

/**
 * The pieces of evidence a body names: every object with a `digest` and a `size`, except under `claimed`, where an agent
 * could name what never was to raise a false alarm.
 */
export function* evidenceRefs(value: unknown): Generator<{ digest: string; size: number }> {
	if (typeof value !== "object" || value === null) return;
	const { digest, size } = value as { digest?: unknown; size?: unknown };
	if (typeof digest === "string" && /^[0-9a-f]{64}$/.test(digest) && typeof size === "number") yield { digest, size };
	for (const [key, member] of Object.entries(value)) if (key !== "claimed") yield* evidenceRefs(member);
}
