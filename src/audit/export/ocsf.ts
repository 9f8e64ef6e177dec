// OCSF: one event a row of the log, one JSON object a line, in the words of the Open Cybersecurity Schema Framework 1.9.0.
// Each event says where its original stands (segment, line, hash, prev) and carries the record_integrity profile: an
// attestation over the event itself, chained to the event before it. The mapping is in docs/EXPORTS.md.
import { hash as digest, randomUUID } from "node:crypto";
import { basename } from "node:path";
import { canonical, type JsonObject } from "../../protocol/canonical.ts";
import { readLong } from "./csv.ts";
import { eventOf } from "./ocsfEvent.ts";
import { fingerprint } from "./ocsfParts.ts";
import type { LogSource } from "./source.ts";
import type { Sink } from "./types.ts";

const BLOCK = 64 * 1024;

/** Writes the wanted rows as events. @returns both counts; `entries` are those folded into the rows */
export async function ocsf(source: LogSource, sink: Sink): Promise<{ rows: number; entries: number }> {
	const made = { rows: 0, entries: 0 };
	const chain = new Attestations(`Gatepost ${source.version}`, randomUUID());
	const log = basename(source.dir);
	let text = "";
	for await (const batch of source.told({ search: false, places: true })) {
		for (const told of batch) {
			await readLong(source, told);
			const [first] = told.row.places;
			if (first === undefined) continue;
			const event = clean(eventOf(told, await source.read(first), { log, version: source.version })) as JsonObject;
			text += `${JSON.stringify(chain.attest(event))}\n`;
			made.rows++;
			made.entries += told.row.entries;
			if (text.length < BLOCK) continue;
			await sink.write(text);
			text = "";
		}
	}
	await sink.write(text);
	return made;
}

/** Chains the events of one export. */
class Attestations {
	readonly #authority: string;
	readonly #chain: string;
	#previous: { uid: string; type_uid: number; fingerprint: JsonObject } | undefined;

	constructor(authority: string, chain: string) {
		this.#authority = authority;
		this.#chain = chain;
	}

	/** The event with its attestation: over its canonical JSON with everything but the attestation's own fingerprint. */
	attest(event: JsonObject): JsonObject {
		const { uid } = event.metadata as { uid: string };
		const attestation: JsonObject = {
			uid: `${this.#chain}:${uid}`,
			authority_uid: this.#authority,
			chain_uid: this.#chain,
			...(this.#previous === undefined ? {} : { prev_event: this.#previous }),
		};
		const signed = { ...event, attestation_list: [attestation] };
		attestation.fingerprint = fingerprint(digest("sha256", canonical(signed), "hex"), "JCS");
		this.#previous = { uid, type_uid: event.type_uid as number, fingerprint: attestation.fingerprint };
		return signed;
	}
}

/** Without what JSON or its canonical form cannot hold, and without members that say nothing. */
function clean(value: unknown): unknown {
	if (typeof value === "string") return value.toWellFormed();
	if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
	if (Array.isArray(value)) return value.map((one) => clean(one) ?? null);
	if (typeof value !== "object" || value === null) return value;
	const members = Object.entries(value)
		.map(([name, one]) => [name.toWellFormed(), clean(one)] as const)
		.filter(([, one]) => one !== undefined && one !== "" && !(Array.isArray(one) && one.length === 0));
	// No prototype: a member may be called __proto__.
	return Object.assign(Object.create(null), Object.fromEntries(members));
}
