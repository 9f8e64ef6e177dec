// Which contents of policy files a person accepted. An entry counts only under a MAC whose key programs of the user cannot
// read (the editor's SecretStorage), so neither a repository nor an approved script can accept for the person.
//
// What this cannot hold: the file can be put back to an older state of itself, with what had been accepted then.
import { createHmac, timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import * as z from "zod/mini";
import { canonical } from "../../protocol/canonical.ts";
import { look, readPlain, writePrivate } from "./files.ts";
import { LAYERS, type Layer } from "./schema.ts";

const hex = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const short = z.string().check(z.maxLength(300));

const Entry = z.strictObject({
	layer: z.enum(LAYERS),
	/** Absolute path of the policy file. */
	file: z.string().check(z.maxLength(4096)),
	/** Of the exact content that was accepted. */
	sha256: hex,
	/** ISO time. */
	acceptedAt: z.string().check(z.maxLength(40)),
	approver: z.strictObject({ osUser: short, name: z.optional(short) }),
	mac: hex,
});
export type AcceptedEntry = z.infer<typeof Entry>;
export type AcceptedBy = AcceptedEntry["approver"];

const Stored = z.strictObject({ version: z.literal(1), entries: z.array(z.unknown()) });

/** Entries under other keys (another editor's, of the same home) that are kept. */
const MAX_FOREIGN = 200;
const PURPOSE = "gatepost policy acceptance 1";

export class Acceptance {
	readonly #path: string;
	readonly #key: Buffer | undefined;
	/** `layer`, `file`, `sha256` in one text. */
	#stored = new Map<string, AcceptedEntry>();
	readonly #here = new Set<string>();
	#foreign: AcceptedEntry[] = [];
	/** Of the file when it was last read; undefined when that may not tell the next change. */
	#identity: string | undefined;
	#version = 0;

	/**
	 * @param home Gatepost home
	 * @param key at least 16 bytes from a store that programs of the user cannot read; without one nothing stored counts
	 */
	constructor(home: string, key: Buffer | undefined) {
		this.#path = join(home, "policy-accepted.json");
		this.#key = key === undefined || key.length < 16 ? undefined : key;
	}

	/** Counted up when what is accepted may have changed. */
	get version(): number {
		return this.#version;
	}

	/** Reads the file again when it changed: another window may have accepted something. */
	refresh(): void {
		const seen = look(this.#path, "refuse");
		const identity = "identity" in seen ? seen.identity : "none";
		if (identity === this.#identity) return;
		// What was written a moment ago may be written again without showing.
		this.#identity = "identity" in seen && Date.now() - seen.changedMs < 2000 ? undefined : identity;
		this.#take(this.#read());
	}

	isAccepted(layer: Layer, file: string, sha256: string): boolean {
		const name = nameOf({ layer, file, sha256 });
		return this.#here.has(name) || this.#stored.has(name);
	}

	/** Entries that count, for people to look at. */
	entries(): AcceptedEntry[] {
		return [...this.#stored.values()];
	}

	/**
	 * Accepts exactly this content, in place of what was accepted of the same file before.
	 * @throws Error when there is no key, or the file cannot be written
	 */
	accept(what: { layer: Layer; file: string; sha256: string }, approver: AcceptedBy, at = new Date()): void {
		const key = this.#key;
		if (key === undefined) throw new Error("There is no key to accept a policy with.");
		const { layer, file, sha256 } = what;
		const entry = { layer, file, sha256, acceptedAt: at.toISOString(), approver };
		const signed = Entry.parse({ ...entry, mac: macOf(entry, key) });
		this.#replace(what, [signed]);
	}

	/** Accepts for as long as this process lives: what a person typed into the terminal of `serve`. */
	acceptHere(layer: Layer, file: string, sha256: string): void {
		this.#here.add(nameOf({ layer, file, sha256 }));
		this.#version += 1;
	}

	/** Takes back what was accepted of a file. @throws Error when the file cannot be written */
	forget(layer: Layer, file: string): void {
		for (const name of this.#here) if (name.startsWith(nameOf({ layer, file, sha256: "" }))) this.#here.delete(name);
		this.#version += 1;
		const stored = this.#read().some((entry) => entry.layer === layer && entry.file === file);
		if (stored) this.#replace({ layer, file }, []);
	}

	#replace({ layer, file }: { layer: Layer; file: string }, by: AcceptedEntry[]): void {
		// Between reading and writing another window may write; then its entry is the last one, and ours is put in again.
		for (let attempt = 0; attempt < 5; attempt += 1) {
			this.#take(this.#read());
			const others = [...this.#stored.values()].filter((entry) => entry.layer !== layer || entry.file !== file);
			const entries = [...this.#foreign.slice(-MAX_FOREIGN), ...others, ...by];
			writePrivate(this.#path, `${JSON.stringify({ version: 1, entries }, undefined, "\t")}\n`);
			const now = this.#read();
			this.#take(now);
			if (by.every(({ mac }) => now.some((entry) => entry.mac === mac))) break;
		}
		this.#identity = undefined;
	}

	/** What is in the file, whoever wrote it. */
	#read(): AcceptedEntry[] {
		const read = readPlain(this.#path, "refuse");
		if (!("text" in read)) return [];
		try {
			const stored = Stored.safeParse(JSON.parse(read.text));
			const entries = stored.data?.entries ?? [];
			return entries.flatMap((one) => Entry.safeParse(one).data ?? []);
		} catch {
			return [];
		}
	}

	#take(entries: readonly AcceptedEntry[]): void {
		const stored = new Map<string, AcceptedEntry>();
		const foreign: AcceptedEntry[] = [];
		for (const entry of entries) {
			if (this.#key !== undefined && isSigned(entry, this.#key)) stored.set(nameOf(entry), entry);
			else foreign.push(entry);
		}
		const same = stored.size === this.#stored.size && [...stored.keys()].every((name) => this.#stored.has(name));
		this.#stored = stored;
		this.#foreign = foreign;
		if (!same) this.#version += 1;
	}
}

function nameOf({ layer, file, sha256 }: { layer: Layer; file: string; sha256: string }): string {
	return `${layer}\0${file}\0${sha256}`;
}

function macOf(entry: Omit<AcceptedEntry, "mac">, key: Buffer): string {
	// The purpose keeps this MAC from standing for anything else under the same key.
	return createHmac("sha256", key)
		.update(canonical({ ...entry, purpose: PURPOSE }))
		.digest("hex");
}

function isSigned({ mac, ...entry }: AcceptedEntry, key: Buffer): boolean {
	try {
		return timingSafeEqual(Buffer.from(mac, "hex"), Buffer.from(macOf(entry, key), "hex"));
	} catch {
		// Text that has no canonical form.
		return false;
	}
}
