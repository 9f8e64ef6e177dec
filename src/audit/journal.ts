// The journal of one workspace and one gate run. Its invariants:
//
// 1. What was acknowledged stays. An append resolves after its lines were written whole and fdatasync said so; the name of
//    the file was durable before its first line. kill -9, a full disk or a crash of the machine takes nothing away of it.
// 2. The first failed write or sync ends the segment. That batch, what waits behind it and every later append are refused;
//    nothing is tried again on that file (a sync that fails may lose the data and succeed the next time). The caller
//    denies, and may open a new segment, which is a new file.
// 3. One bad entry costs only itself: what has no canonical form or is too large is refused before it gets a place in the
//    chain.
// 4. Every line is chained to the one before. The first line, gate.started, names its segment and workspace, so no file can
//    stand in for another, and links the heads of earlier segments, so nothing can be cut from them unseen.
// 5. Nobody waits for a lock: every gate run writes a file of its own, created exclusively. Files of other gates are
//    only read, except the torn tail of a gate that is surely dead (recovery.ts).
// 6. The outside head (head.ts) is never ahead of the segment, so a crash is no false alarm, and is written before
//    anybody is told, so a tail that was cut off is noticed.
// 7. Checkpoints (checkpoint.ts) are signed right after the start, every 100 entries, when a session ends and after
//    gate.stopped. What stands after the last one is chained but not signed.
// 8. What a person decided is signed in the batch that holds it, so nobody can add a person's word to a segment whose gate
//    is dead: without the key it stands behind the last checkpoint, which the verifier names.
// 9. Time is only written down. Order is given by seq; a clock that jumps changes nothing.
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { BatchWriter, type Sealed } from "./batch.ts";
import { type EntryHead, GENESIS, saltedBody, seal } from "./chain.ts";
import { originOf, signCheckpoint } from "./checkpoint.ts";
import { type Append, type EntryBody, type EntryType, isPersonal } from "./entry.ts";
import { JournalError, systemCode, writeError } from "./errors.ts";
import { EvidenceStore } from "./evidence.ts";
import { type Head, HeadFile, headPath } from "./head.ts";
import { type Home, makeWorkspaceDirs, workspaceId, workspacePaths } from "./home.ts";
import { publicKeyHex, type Signer } from "./keys.ts";
import { releaseSegment, thisOwner } from "./owner.ts";
import { prepare } from "./prepare.ts";
import { cut, setAsideAll } from "./recovery.ts";
import { claimedRepository } from "./repository.ts";
import { createSegmentFile, segmentName } from "./segment.ts";
import { surveySegments } from "./survey.ts";

export type { Signer } from "./keys.ts";

/** Who writes, as gate.started names it. */
export interface Writer {
	osUser: string;
	host: string;
	/** Editor product, or "serve". */
	editor: string;
	/** Of Gatepost. */
	version: string;
}

export interface Clock {
	/** Milliseconds since the epoch. */
	now(): number;
	/** Milliseconds that only go forward. */
	mono(): number;
}

/** How far a segment is durable, for who notes it elsewhere. */
export interface DurableHead {
	/** Id of the workspace. */
	workspace: string;
	segment: string;
	entries: number;
	/** Hash of the last of them, hex. */
	hash: string;
}

export interface JournalOptions {
	home: Home;
	/** The workspace root; undefined for what happens outside all roots. */
	root: string | undefined;
	/** Id of the gate run: letters, digits, "-" and "_". */
	gateId: string;
	writer: Writer;
	signer: Signer;
	clock?: Clock;
	/** Called with each batch that became durable, before anybody is told. Must be quick and must not throw. */
	onHead?: ((head: DurableHead) => void) | undefined;
}

/** An entry that is durable. */
export interface Acknowledged {
	seq: number;
	hash: string;
}

const CHECKPOINT_EVERY = 100;

const machineClock: Clock = {
	now: Date.now,
	mono: () => {
		const [seconds, nanos] = process.hrtime();
		return seconds * 1000 + Math.floor(nanos / 1e6);
	},
};

/**
 * Opens a new segment of a workspace's journal and writes its first entries; repairs torn tails of dead gates.
 * Several may be open for one root at once, in one process or many.
 * @throws JournalError "full" | "io" | "signer" | "no-root" | "unsafe-home"
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
	const { home, root, gateId, writer, signer, clock = machineClock, onHead } = options;
	const paths = workspacePaths(home.dir, workspaceId(root));
	try {
		makeWorkspaceDirs(paths);
		const evidence = new EvidenceStore(paths, home.macKey());
		await evidence.removeAbandoned();
		const publicKey = publicKeyHex(signer.publicKey);
		const survey = await surveySegments(paths, publicKey);
		const repairs = await setAsideAll(paths.journal, survey);

		const journal = await Journal.create({ paths, gateId, signer, clock, evidence, onHead });
		const started: EntryBody<"gate.started"> = {
			segment: journal.segment,
			workspace: paths.id,
			root: root ?? null,
			gate: gateId,
			pid: process.pid,
			writer: { ...writer },
			signer: { publicKey, storage: signer.storage },
			links: survey.links,
			settled: survey.settled,
			...(survey.unreadable.length > 0 ? { unreadable: survey.unreadable } : {}),
			...(await claimedRepository(root)),
		};
		const first: Append[] = [{ type: "gate.started", body: started }];
		if (!survey.keys.includes(publicKey)) {
			const body = { publicKey, previous: survey.lastKey ?? null, storage: signer.storage };
			first.push({ type: "key.created", body });
		}
		for (const { body } of repairs) first.push({ type: "repair", body });
		try {
			await Promise.all([journal.appendAll(first), journal.checkpoint()]);
			for (const { tail } of repairs) await cut(paths.journal, tail);
		} catch (error) {
			await journal.abandon(error);
			throw error;
		}
		return journal;
	} catch (error) {
		throw writeError(error, paths.journal);
	}
}

interface Parts {
	paths: ReturnType<typeof workspacePaths>;
	gateId: string;
	signer: Signer;
	clock: Clock;
	evidence: EvidenceStore;
	onHead: JournalOptions["onHead"];
}

export class Journal {
	/** File name of the segment. */
	readonly segment: string;
	/** Path of the segment. */
	readonly path: string;
	/** Id of the workspace. */
	readonly workspace: string;
	/** Folder of the workspace's log. */
	readonly dir: string;
	readonly evidence: EvidenceStore;
	readonly #signer: Signer;
	readonly #clock: Clock;
	readonly #headFile: HeadFile;
	readonly #writer: BatchWriter;
	readonly #onHead: JournalOptions["onHead"];
	#seq = 0;
	#prev = GENESIS;
	#checkpointAt = 0;
	/** The batch at hand holds what a person decided. */
	#personal = false;
	#durable: Head = { entries: 0, bytes: 0, hash: GENESIS };
	#closing: Promise<void> | undefined;

	private constructor(
		parts: Parts,
		segment: string,
		headFile: HeadFile,
		makeWriter: (journal: Journal) => BatchWriter,
	) {
		this.segment = segment;
		this.path = join(parts.paths.journal, segment);
		this.workspace = parts.paths.id;
		this.dir = parts.paths.dir;
		this.evidence = parts.evidence;
		this.#signer = parts.signer;
		this.#clock = parts.clock;
		this.#headFile = headFile;
		this.#onHead = parts.onHead;
		this.#writer = makeWriter(this);
	}

	/** Creates head file and segment; `openJournal` writes the first entries. */
	static async create(parts: Parts): Promise<Journal> {
		for (let startMs = parts.clock.now(); ; startMs++) {
			const segment = segmentName(startMs, parts.gateId);
			const path = join(parts.paths.journal, segment);
			let headFile: HeadFile;
			try {
				headFile = HeadFile.create(headPath(parts.paths.heads, segment), thisOwner());
			} catch (error) {
				// This gate opened one in the same millisecond, or the clock came by here before.
				if (systemCode(error) === "EEXIST") continue;
				throw error;
			}
			try {
				const file = await createSegmentFile(path);
				const makeWriter = (journal: Journal) =>
					new BatchWriter(
						file,
						path,
						() => journal.#sealBatch(),
						(head) => journal.#becameDurable(head),
						() => journal.#ended(),
					);
				return new Journal(parts, segment, headFile, makeWriter);
			} catch (error) {
				headFile.close();
				await rm(headFile.path, { force: true });
				throw error;
			}
		}
	}

	/** How far the segment is durable. */
	get head(): Head {
		return this.#durable;
	}

	/** Why the segment was closed for good, if it was. Errors that cost only one entry do not show here. */
	get failure(): JournalError | undefined {
		return this.#writer.failure;
	}

	/** Appends one entry; resolves when it is durable. @throws JournalError */
	async append(type: EntryType, body: object, options: { session?: string | undefined } = {}): Promise<Acknowledged> {
		const [done] = await this.appendAll([{ type, body, session: options.session }]);
		return done as Acknowledged;
	}

	/**
	 * Appends entries in order in one batch; resolves when all are durable. All or none get a place in the chain; bodies
	 * are read before this returns, so they may be changed afterwards.
	 * @throws JournalError "io" | "full" | "closed" | "signer" when the segment cannot be written: deny, open a new one;
	 *   "bad-entry" | "too-large" | "overloaded" when only this is refused
	 */
	appendAll(entries: readonly Append[]): Promise<Acknowledged[]> {
		if (this.#closing) return Promise.reject(this.#closedNow());
		return this.#append(entries);
	}

	/** Signs what was appended so far; resolves when the signature is durable. @throws JournalError */
	async checkpoint(): Promise<void> {
		if (this.#closing) throw this.#closedNow();
		await this.#commit(() => this.#sealCheckpoint());
	}

	/** Writes gate.stopped and a last checkpoint, after all that was appended. A journal that failed has nothing to say. */
	close(reason = "stopped"): Promise<void> {
		this.#closing ??= this.#close(reason);
		return this.#closing;
	}

	/** For a segment whose first entries could not be written: leaves nothing open, and no file that holds nothing. */
	async abandon(cause: unknown): Promise<void> {
		await this.#writer.fail(writeError(cause, this.path));
		// Once a byte is in it another gate may have linked it: then it stays.
		if ((await stat(this.path)).size > 0) return;
		await rm(this.path, { force: true });
		await rm(this.#headFile.path, { force: true });
	}

	async #append(entries: readonly Append[]): Promise<Acknowledged[]> {
		const prepared = entries.map((entry) => prepare(entry));
		this.#writer.demandRoom(prepared.reduce((size, entry) => size + entry.bodyJson.length, 0));
		const done: Acknowledged[] = [];
		await this.#commit(() => {
			let text = "";
			for (const { type, session, bodyJson } of prepared) {
				text += this.#seal(type, bodyJson, session);
				done.push({ seq: this.#seq, hash: this.#prev });
				this.#personal ||= isPersonal(type, bodyJson);
				if (type === "session.ended" || this.#seq - this.#checkpointAt >= CHECKPOINT_EVERY)
					text += this.#sealCheckpoint();
			}
			return text;
		});
		return done;
	}

	#commit(sealing: () => string): Promise<void> {
		if (this.#writer.failure) return Promise.reject(this.#writer.closedError(this.#writer.failure));
		let text: string;
		try {
			text = sealing();
		} catch (error) {
			// Places in the chain were given away for lines that will not come: the segment ends here.
			const failure = notSigned(error);
			return this.#writer.fail(failure).then(() => Promise.reject(failure));
		}
		return this.#writer.push(text, this.#seq, this.#prev);
	}

	#seal(type: EntryType, bodyJson: string, session?: string): string {
		const { now, mono } = this.#clock;
		const head: EntryHead = { v: 1, seq: ++this.#seq, time: isoTime(now()), mono: mono(), type };
		if (session) head.session = session;
		const { line, hash } = seal(this.#prev, head, bodyJson);
		this.#prev = hash;
		return line;
	}

	/** One signature serves all that is in a batch. @throws JournalError "signer" */
	#sealBatch(): Sealed | undefined {
		if (!this.#personal) return undefined;
		this.#personal = false;
		if (this.#checkpointAt === this.#seq) return undefined;
		try {
			const text = this.#sealCheckpoint();
			return { text, entries: this.#seq, hash: this.#prev };
		} catch (error) {
			throw notSigned(error);
		}
	}

	#sealCheckpoint(): string {
		const origin = originOf(this.workspace, this.segment);
		const note = signCheckpoint({ origin, entries: this.#seq, hash: this.#prev }, this.#signer);
		const line = this.#seal("checkpoint", saltedBody({ note }));
		this.#checkpointAt = this.#seq;
		return line;
	}

	async #close(reason: string): Promise<void> {
		if (this.#writer.failure) return;
		const stopped = prepare({ type: "gate.stopped", body: { reason } });
		await this.#commit(() => this.#seal(stopped.type, stopped.bodyJson) + this.#sealCheckpoint());
		await this.#writer.close();
		this.#ended();
	}

	#becameDurable(head: Head): void {
		this.#headFile.write(head);
		this.#durable = head;
		const { entries, hash } = head;
		this.#onHead?.({ workspace: this.workspace, segment: this.segment, entries, hash });
	}

	#ended(): void {
		releaseSegment(this.path);
		this.#headFile.close();
	}

	#closedNow(): JournalError {
		return new JournalError(
			"closed",
			"The audit log of this folder was closed because the gate stops. Gatepost refused the action. Start the gate again.",
		);
	}
}

let lastMs = Number.NaN;
let lastIso = "";

/** Many entries are of one millisecond. */
function isoTime(ms: number): string {
	if (ms !== lastMs) {
		lastIso = new Date(ms).toISOString();
		lastMs = ms;
	}
	return lastIso;
}

function notSigned(error: unknown): JournalError {
	return new JournalError(
		"signer",
		`The audit log could not be signed (${error instanceof Error ? error.message : String(error)}). Gatepost refuses what it cannot record and closed this part of the log. Check the key in the Gatepost home or the editor's secret storage.`,
		{ cause: error },
	);
}
