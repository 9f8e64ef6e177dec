// The checkpoints of one segment: that each signs the head before it, and that there are enough of them.
//
// Each is looked at but for its signature at once. Signatures are checked from the last one backwards until one fits: what
// comes before is chained to what that one signs, so nobody without the key can have written it, a signature that does not
// fit included. A signature costs as much as twenty entries.
import { isSigned, NOT_SIGNED, originOf, parseCheckpoint, type UnprovenCheckpoint } from "./checkpoint.ts";
import { bodyOf, type EntryBody } from "./entry.ts";
import type { Problems } from "./problems.ts";
import type { GoodLine } from "./verifyLine.ts";

/** A journal signs at the latest after this many entries; more without a signature were put there by somebody else. */
const MAX_UNSIGNED = 100;
/** What a gate writes before its first checkpoint. */
const OPENING = new Set(["gate.started", "key.created", "repair"]);

/** More are not kept: then those that are there are checked. */
const MAX_OPEN = 2000;

interface Open {
	parsed: UnprovenCheckpoint;
	seq: number;
	line: number;
}

/** Feed it every entry in its place, call `settle` from time to time, and `end` at the end. */
export class Signatures {
	readonly #segment: string;
	readonly #started: EntryBody<"gate.started"> | undefined;
	readonly #problems: Problems;
	/** Checkpoints whose signatures were not looked at yet, and that no later one covers. */
	#open: Open[] = [];
	/** Entry number of the last checkpoint, good or not. */
	#last = 0;
	/** Line of the first entry that must be signed. */
	#needed: number | undefined;
	#reported = false;
	/** The last entry that a good checkpoint covers, which is the checkpoint itself, and its line. */
	signed = 0;
	signedLine = 0;

	constructor(segment: string, started: EntryBody<"gate.started"> | undefined, problems: Problems) {
		this.#segment = segment;
		this.#started = started;
		this.#problems = problems;
	}

	take(entry: GoodLine, line: number): void {
		const { seq, type } = entry.head;
		const body = type === "checkpoint" && this.#started !== undefined ? entry.body() : undefined;
		if (body !== undefined) {
			this.#last = seq;
			this.#checkpoint(bodyOf("checkpoint", body)?.note ?? "", entry, line);
			return;
		}
		if (this.#needed === undefined && !OPENING.has(type)) this.#needed = line;
		if (seq - this.#last > MAX_UNSIGNED && !this.#reported) {
			this.#reported = true;
			this.#bad(line, `more than ${MAX_UNSIGNED} entries without a checkpoint`);
		}
	}

	/** Looks at signatures when many wait. */
	async settle(): Promise<void> {
		if (this.#open.length >= MAX_OPEN) await this.#prove();
	}

	/** @param acknowledged entries that somebody was told are durable; the first checkpoint is among the first of them */
	async end(acknowledged: number): Promise<void> {
		await this.#prove();
		if (this.signed > 0 || this.#started === undefined) return;
		if (this.#needed !== undefined || acknowledged > 0) this.#bad(this.#needed, "no checkpoint signs this segment");
	}

	#checkpoint(note: string, entry: GoodLine, line: number): void {
		const parsed = this.#parse(note, entry);
		if ("why" in parsed) {
			this.#bad(line, parsed.why);
			return;
		}
		this.#open.push({ parsed, seq: entry.head.seq, line });
	}

	async #prove(): Promise<void> {
		for (let one = this.#open.pop(); one !== undefined; one = this.#open.pop()) {
			if (await isSigned(one.parsed)) {
				this.signed = one.seq;
				this.signedLine = one.line;
				this.#open = [];
			} else this.#bad(one.line, NOT_SIGNED);
		}
	}

	#parse(note: string, { head: { seq }, prev }: GoodLine): UnprovenCheckpoint | { why: string } {
		const { signer, workspace, segment } = this.#started as EntryBody<"gate.started">;
		const parsed = parseCheckpoint(note, signer.publicKey);
		if ("why" in parsed) return parsed;
		const { origin, entries, hash } = parsed.checkpoint;
		if (origin !== originOf(workspace, segment)) return { why: `it is for ${origin}` };
		if (entries !== seq - 1 || hash !== prev) return { why: "it signs another head than the one before it" };
		return parsed;
	}

	#bad(line: number | undefined, why: string): void {
		this.#problems.add(this.#segment, line, "bad-checkpoint", why);
	}
}
