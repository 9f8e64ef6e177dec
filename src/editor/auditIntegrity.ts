// Whether the log that is shown is whole: verified in the log's thread, with progress, and said exactly where it is not.
import type { Verification } from "../audit/verify.ts";
import type { Integrity } from "../protocol/auditPanel.ts";
import { message } from "../protocol/messages.ts";
import type { LogPlace } from "./auditLog.ts";
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

type Found = Pick<Verification, "ok" | "entries" | "segments" | "signer" | "problems" | "moreProblems"> &
	Pick<Integrity, "own">;

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

const inThread = async (dir: string, options: Parameters<Verify>[1]): Promise<Verification> =>
	(await import("./core.ts")).verifyInThread(dir, options);

/**
 * Verifies in the log's thread and compares with this editor's key, which is from outside the log. Not given to the
 * verifier: other keys (`gatepost serve`, another editor) may have signed as well, and that is no problem but a thing to
 * say. Keys noted where any program of the user can write would prove nothing, so there is only this one.
 */
export function comparing(ownKey: () => Promise<string | undefined>): Verify {
	return async (dir, options) => {
		const [found, key] = await Promise.all([inThread(dir, options), ownKey()]);
		return key === undefined ? found : { ...found, own: ownOf(found, key) };
	};
}

export class AuditIntegrity {
	readonly #options: AuditIntegrityOptions;
	#state: Integrity = { state: "unknown" };
	#running: AbortController | undefined;
	#later: NodeJS.Timeout | undefined;

	constructor(options: AuditIntegrityOptions) {
		this.#options = options;
	}

	get state(): Integrity {
		return this.#state;
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
		this.#options.onProblem(say("auditHost.verifyFailed", { detail }));
	}
}

/** What the badge says of a verification that has ended. */
export function integrityOf(found: Found, at: Date): Integrity {
	const { ok, entries, segments, signer, own, problems, moreProblems } = found;
	const listed = problems.slice(0, LISTED);
	return {
		state: ok ? "good" : "bad",
		at: at.toISOString(),
		entries,
		segments,
		keys: signer.keys.map((key) => ({ publicKey: key.publicKey, storage: key.storage, segments: key.segments })),
		...(own === undefined ? {} : { own }),
		problems: listed.map(({ segment, line, kind, detail }) => ({
			segment,
			...(line === undefined ? {} : { line }),
			kind,
			detail,
		})),
		moreProblems: moreProblems + problems.length - listed.length,
	};
}
