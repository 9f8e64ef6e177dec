// Whether the log that is shown is whole: verified in the log's thread, with progress, and said exactly where it is not.
import { basename } from "node:path";
import type { KnownHead, Verification } from "../audit/verify.ts";
import type { Integrity } from "../protocol/auditPanel.ts";
import { message } from "../protocol/messages.ts";
import type { LogPlace } from "./auditLog.ts";
import { learnable, type RememberedHead } from "./headNotes.ts";
import { ownOf } from "./secrets.ts";
import { say } from "./text.ts";

/** Logs up to here are verified as soon as they are shown. Bytes; a quarter of a second at 200 MB/s. */
const CHEAP = 50 * 1024 * 1024;
/** A larger one, so long after its index was there: whoever looks for a moment only need not wait for the disk. Milliseconds. */
const IDLE_MS = 20_000;
/** Problems the panel lists. */
const LISTED = 200;
/** Problems that are also written to Gatepost's own output. */
const TOLD = 20;

/** What a verification found, compared with what the editor knows from outside of the log. */
export type Found = Pick<
	Verification,
	"ok" | "entries" | "segments" | "signer" | "problems" | "moreProblems" | "heads"
> &
	Pick<Integrity, "own"> & {
		/** Of what this editor has seen, what is not there as it saw it; `gone`: no segment that it has seen is there at all. */
		missed?: { heads: readonly RememberedHead[]; gone: boolean };
	};

/** @param dir folder of the log */
export type Verify = (
	dir: string,
	options: { signal: AbortSignal; onProgress: (done: number, total: number) => void },
) => Promise<Found>;

export interface AuditIntegrityOptions {
	onChange: () => void;
	onProblem: (sentence: string) => void;
	verify?: Verify;
}

const inThread = async (
	dir: string,
	options: Parameters<Verify>[1] & { heads?: readonly KnownHead[]; snapshotKey?: Buffer | undefined },
): Promise<Verification> => (await import("./core.ts")).verifyInThread(dir, options);

/** What this editor knows from outside of the log. Nothing of it fails: what is not known is just not compared. */
export interface FromOutside {
	/** Its public key, hex. */
	ownKey(): Promise<string | undefined>;
	/** Key of the index's snapshot. */
	snapshotKey?: (() => Promise<Buffer | undefined>) | undefined;
	/** What it has seen of each log, by workspace id. */
	memory?:
		| {
				of(workspace: string): Promise<RememberedHead[]>;
				learn(workspace: string, heads: readonly RememberedHead[]): Promise<void>;
		  }
		| undefined;
}

/**
 * Verifies in the log's thread and compares with what this editor knows from outside the log: its key, and how far it has
 * seen each segment. The key is not given to the verifier: other keys (`gatepost serve`, another editor) may have signed as
 * well, and that is no problem but a thing to say. Keys and heads noted where any program of the user can write would prove
 * nothing, so there are only these. What is found whole and signed is what it has seen from
 * now on.
 */
export function comparing({ ownKey, snapshotKey, memory }: FromOutside): Verify {
	return async (dir, options) => {
		const workspace = basename(dir);
		const seen = (await memory?.of(workspace)) ?? [];
		const heads = seen.map(({ segment, entries, hash }) => ({ segment, entries, hash, by: SEEN_BY }));
		const given = { ...options, heads, snapshotKey: await snapshotKey?.() };
		const [found, key] = await Promise.all([inThread(dir, given), ownKey()]);
		await memory?.learn(workspace, learnable(found));
		return { ...found, ...(key === undefined ? {} : { own: ownOf(found, key) }), missed: missedOf(found, seen) };
	};
}

/** In the words of the verifier, which are English. */
const SEEN_BY = "this editor";

/** What of the heads that were seen is not in the log. */
function missedOf({ heads, anchored }: Verification, seen: readonly RememberedHead[]): Required<Found>["missed"] {
	const found = new Set(
		anchored.filter(({ by }) => by === "given head").map(({ segment, entry }) => `${segment} ${entry}`),
	);
	return {
		heads: seen.filter(({ segment, entries }) => !found.has(`${segment} ${entries}`)),
		gone: !seen.some(({ segment }) => heads.some((head) => head.segment === segment)),
	};
}

export class AuditIntegrity {
	readonly #options: AuditIntegrityOptions;
	#state: Integrity = { state: "unknown" };
	#missed: readonly RememberedHead[] = [];
	#running: AbortController | undefined;
	#later: NodeJS.Timeout | undefined;

	constructor(options: AuditIntegrityOptions) {
		this.#options = options;
	}

	get state(): Integrity {
		return this.#state;
	}

	/** What this editor has seen and the last verification did not find. */
	get missed(): readonly RememberedHead[] {
		return this.#missed;
	}

	/** The index of a log is there. A small log is verified now, a larger one a little later. @param bytes of the log */
	loaded(place: LogPlace | undefined, bytes: number): void {
		if (place === undefined || this.#state.state !== "unknown" || this.#later !== undefined) return;
		this.#later = setTimeout(() => this.verify(place), bytes <= CHEAP ? 0 : IDLE_MS);
		this.#later.unref();
	}

	/** Verifies a log from its first entry on. What was being verified is given up. */
	verify(place: LogPlace): void {
		this.#stop();
		const running = new AbortController();
		this.#running = running;
		this.#state = { ...this.#state, state: "checking", done: 0, total: 0 };
		this.#options.onChange();
		const verify = this.#options.verify ?? inThread;
		const onProgress = (done: number, total: number) => {
			if (this.#running !== running) return;
			this.#state = { ...this.#state, done, total };
			this.#options.onChange();
		};
		verify(place.dir, { signal: running.signal, onProgress })
			.then(
				(found) => this.#over(running, () => this.#found(place, found)),
				(error) => this.#over(running, () => this.#failed(error)),
			)
			.catch((error) => this.#options.onProblem(String(error)));
	}

	/** It is about another log from now on. */
	forget(): void {
		this.#stop();
		this.#state = { state: "unknown" };
		this.#missed = [];
	}

	#stop(): void {
		clearTimeout(this.#later);
		this.#later = undefined;
		const running = this.#running;
		this.#running = undefined;
		running?.abort();
	}

	#over(running: AbortController, take: () => void): void {
		if (this.#running !== running) return;
		this.#running = undefined;
		take();
		this.#options.onChange();
	}

	#found({ label }: LogPlace, found: Found): void {
		this.#state = integrityOf(found, new Date());
		this.#missed = found.missed?.heads ?? [];
		for (const { kind, segment, line, detail } of found.problems.slice(0, TOLD)) {
			const where = line === undefined ? segment : `${segment}:${line}`;
			this.#options.onProblem(say("auditHost.problem", { folder: label, kind, where, detail }));
		}
		const count = found.problems.length + found.moreProblems - TOLD;
		if (count > 0) this.#options.onProblem(say("auditHost.problemMore", { folder: label, count }));
	}

	#failed(error: unknown): void {
		const detail = error instanceof Error ? error.message : String(error);
		const said = message("auditHost.verifyFailed", { detail });
		this.#state = { state: "failed", at: new Date().toISOString(), message: said };
		this.#missed = [];
		this.#options.onProblem(say("auditHost.verifyFailed", { detail }));
	}
}

/** What the badge says of a verification that has ended. */
export function integrityOf(found: Found, at: Date): Integrity {
	const { ok, entries, segments, signer, own, missed, heads, problems, moreProblems } = found;
	const head = ok ? lastHead(heads) : undefined;
	const listed = problems.slice(0, LISTED);
	return {
		state: ok ? "good" : "bad",
		at: at.toISOString(),
		entries,
		segments,
		keys: signer.keys.map((key) => ({ publicKey: key.publicKey, storage: key.storage, segments: key.segments })),
		...(head === undefined ? {} : { head }),
		...(own === undefined ? {} : { own }),
		...(missed === undefined || missed.heads.length === 0 ? {} : { missed: inNumbers(missed) }),
		problems: listed.map(({ segment, line, kind, detail }) => ({
			segment,
			...(line === undefined ? {} : { line }),
			kind,
			detail,
		})),
		moreProblems: moreProblems + problems.length - listed.length,
	};
}

function inNumbers({ heads, gone }: Required<Found>["missed"]): Integrity["missed"] {
	return { entries: heads.reduce((sum, { entries }) => sum + entries, 0), segments: heads.length, gone };
}

/** The last entry of the newest segment that has one. */
function lastHead(heads: Found["heads"]): Integrity["head"] {
	const last = heads.findLast(({ entries, hash }) => entries > 0 && hash !== undefined);
	return last?.hash === undefined ? undefined : { segment: last.segment, entries: last.entries, hash: last.hash };
}
