// Evidence that entries name, and what repairs set aside: there, and as it was; or taken away by a retention that says so.
import { basename, join } from "node:path";
import { bodyOf } from "./entry.ts";
import { JournalError, systemCode } from "./errors.ts";
import { readEvidence } from "./evidence.ts";
import { hashFile } from "./files.ts";
import type { WorkspacePaths } from "./home.ts";
import type { Problems } from "./problems.ts";
import type { GoodLine } from "./verifyLine.ts";
import { addPlace, type Missing, Removals } from "./verifyRemovals.ts";

interface Named {
	segment: string;
	line: number;
	seq: number;
	time: string;
	digest: string;
	size: number;
}

interface Repaired {
	segment: string;
	line: number;
	side: string;
	sha256: string;
}

/** Pieces that are read at the same time: most are small, and waiting for the disk is most of the work. */
const AT_ONCE = 4;
/** What is known of a piece that is not there as it should be, in place of its size. */
const ALTERED = -1;
const MISSING = -2;

/**
 * Feed it every entry in its place, call `settle` from time to time, and `end` at the end.
 * Memory: about two hundred bytes for each piece that is named or was removed.
 */
export class EvidenceCheck {
	readonly #paths: WorkspacePaths;
	readonly #problems: Problems;
	/** Each piece is read once, and an altered one is reported at the first entry that names it. Sizes by digest. */
	readonly #known = new Map<string, number>();
	readonly #missing = new Map<string, Missing[]>();
	readonly removals = new Removals();
	#named: Named[] = [];
	#repairs: Repaired[] = [];

	constructor(paths: WorkspacePaths, problems: Problems) {
		this.#paths = paths;
		this.#problems = problems;
	}

	take(segment: string, line: number, entry: GoodLine): void {
		const { type } = entry.head;
		if (type === "evidence.removed") this.removals.take(segment, entry);
		if (type === "repair") {
			const repair = bodyOf("repair", entry.body());
			if (repair !== undefined) this.#repairs.push({ segment, line, side: repair.side, sha256: repair.sha256 });
		}
		if (!entry.mayNameEvidence) return;
		const { seq, time } = entry.head;
		for (const { digest, size } of evidenceRefs(entry.body()))
			this.#named.push({ segment, line, seq, time, digest, size });
	}

	/** Looks at what was named so far. */
	async settle(): Promise<void> {
		const named = this.#named;
		const repairs = this.#repairs;
		this.#named = [];
		this.#repairs = [];
		for (const one of repairs) await this.#checkTorn(one);
		const unread = new Map<string, Named>();
		for (const one of named) if (!this.#known.has(one.digest) && !unread.has(one.digest)) unread.set(one.digest, one);
		const queue = unread.values();
		const next = async () => {
			for (const one of queue) this.#known.set(one.digest, await this.#look(one));
		};
		await Promise.all(Array.from({ length: AT_ONCE }, next));
		for (const one of named) this.#compare(one);
	}

	/** Pieces that are missing, and where they are named. */
	get missing(): ReadonlyMap<string, Missing[]> {
		return this.#missing;
	}

	/** Tells what is missing without a retention that took it away. `settle` must have been called. */
	end(): void {
		for (const [digest, missing] of this.#missing) {
			const at = this.removals.unexplained(digest, missing);
			if (at === undefined) continue;
			const { segment, line, tombstone } = at;
			const why = tombstone ? " A retention took it away before this entry named it again." : "";
			this.#problems.add(
				segment,
				line,
				"evidence-missing",
				`The evidence ${digest} is not in the store. It was removed.${why}`,
			);
		}
	}

	/** @returns its size, or what is wrong with it */
	async #look({ segment, line, digest }: Named): Promise<number> {
		try {
			return (await readEvidence(this.#paths.evidence, digest)).length;
		} catch (error) {
			if (error instanceof JournalError && error.code === "evidence-missing") return MISSING;
			const why =
				error instanceof JournalError
					? error.message
					: `The evidence ${digest} cannot be read (${readErrorCode(error)}), so nobody can tell whether it was altered. Check the disk and the file's rights.`;
			this.#problems.add(segment, line, "evidence-altered", why);
			return ALTERED;
		}
	}

	#compare({ segment, line, seq, time, digest, size }: Named): void {
		const known = this.#known.get(digest) ?? ALTERED;
		if (known >= 0 && known !== size)
			this.#problems.add(segment, line, "edited", `evidence ${digest} has ${known} bytes, the entry says ${size}`);
		if (known !== MISSING) return;
		const places = this.#missing.get(digest) ?? [];
		addPlace(places, { segment, line, seq, time });
		this.#missing.set(digest, places);
	}

	async #checkTorn({ segment, line, side, sha256 }: Repaired): Promise<void> {
		// What is said behind it must not be what is cut.
		const shown = side.length <= 300 ? side : `${side.slice(0, 300).toWellFormed()}…`;
		const tell = (kind: "evidence-altered" | "evidence-missing", what: string) =>
			this.#problems.add(segment, line, kind, `${shown}, cut out by a repair, ${what}`);
		// The name is from the log: it must not lead out of the folder, and may be none that a file can have.
		const name = basename(side);
		if (name.includes("\0")) return tell("evidence-missing", "is gone");
		try {
			if ((await hashFile(join(this.#paths.journal, name))) !== sha256) tell("evidence-altered", "was altered");
		} catch (error) {
			if (systemCode(error) === "ENOENT") tell("evidence-missing", "is gone");
			else if (error instanceof JournalError) tell("evidence-altered", "is no plain file, so it was altered");
			else
				tell("evidence-altered", `cannot be read (${readErrorCode(error)}), so nobody can tell whether it was altered`);
		}
	}
}

/** Of what the system says of a file that cannot be read: one piece that cannot ends no verification. @throws anything else */
function readErrorCode(error: unknown): string {
	const code = systemCode(error);
	// Errors of our own making have codes as well: ERR_INVALID_ARG_TYPE and the like.
	if (!/^E[A-Z0-9]+$/.test(code)) throw error;
	return code;
}

/**
 * The pieces of evidence a body names: every object with a `digest` and a `size`, except under `claimed`, where an agent
 * could name what never was to raise a false alarm. In the order of the text, however deep.
 */
export function* evidenceRefs(value: unknown): Generator<{ digest: string; size: number }> {
	const rest: unknown[] = [value];
	while (rest.length > 0) {
		const one = rest.pop();
		if (typeof one !== "object" || one === null) continue;
		const { digest, size } = one as { digest?: unknown; size?: unknown };
		if (typeof digest === "string" && /^[0-9a-f]{64}$/.test(digest) && typeof size === "number") yield { digest, size };
		const members = Object.entries(one);
		for (let at = members.length - 1; at >= 0; at--) {
			const [key, member] = members[at] as [string, unknown];
			if (key !== "claimed") rest.push(member);
		}
	}
}
