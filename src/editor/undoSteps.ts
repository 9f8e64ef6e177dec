// The steps of one undo: what the log and the disk hold, and the write itself, which is on record before it is done.
// When it fails after that, a second entry `change.undone` of the same `undo` says `outcome: "failed"`; when the editor ends
// before either is known, the mark that `record` has left says so to the next gate (gate/undone.ts).
import { randomUUID } from "node:crypto";
import type { Plan } from "../actions/undo/plan.ts";
import type { Approver } from "../approvals/decision.ts";
import { unmarkUndo } from "../gate/undoMarks.ts";
import type { Undone } from "../gate/undone.ts";
import type { EvidenceLink } from "../protocol/audit.ts";
import { type Message, message } from "../protocol/messages.ts";
import { named } from "./auditDocuments.ts";
import { contentOf } from "./auditEvidence.ts";
import { type LogPlace, Refusal } from "./auditLog.ts";
import { say, text } from "./text.ts";
import type { Looked, WritablePlaces } from "./undoFiles.ts";
import type { FileOfRow, Undoable } from "./undoSides.ts";
import { isUnsaved } from "./undoUnsaved.ts";

export interface UndoStepsOptions {
	/** Folder of the Gatepost home. */
	home: string;
	/** Folders of this window's gate by real path; undefined while there is no gate. */
	folders: () => readonly string[] | undefined;
	approver: () => Promise<Approver>;
	/** Puts an undo on record in the log of a folder. @throws when it cannot be */
	record: (place: LogPlace, undone: Undone) => Promise<void>;
}

export interface Prepared {
	undoable: Undoable;
	looked: Looked;
	plan: Plan;
	/** For sentences. */
	file: string;
}

export class UndoSteps {
	readonly #options: UndoStepsOptions;

	constructor(options: UndoStepsOptions) {
		this.#options = options;
	}

	/** @throws Refusal where an undo cannot be planned */
	async prepare(place: LogPlace, path: string, changes: readonly FileOfRow[]): Promise<Prepared> {
		const { lookAt, undoableOf } = await import("./core.ts");
		const words = { before: say("auditHost.before"), after: say("auditHost.after") };
		const undoable = undoableOf(changes, words);
		const file = await shownName(path);
		if ("why" in undoable) return refuse(file, undoable.why);
		const found = await lookAt(undoable.path, undoable.real, this.#places(file));
		if ("why" in found) return refuse(file, found.why);
		if (await isUnsaved(undoable)) return refuse(file, message("undo.why.unsaved"));
		const plan = await this.#plan(place, file, undoable, found.now);
		if (plan.kind === "impossible") return refuse(file, plan.why);
		const { mode } = undoable;
		const looked = found.now === undefined && mode !== undefined ? { ...found, mode: mode & 0o777 } : found;
		return { undoable, looked, plan, file };
	}

	async #plan(place: LogPlace, file: string, { runs }: Undoable, now: Buffer | undefined): Promise<Plan> {
		const { planChanges, planInThread } = await import("./core.ts");
		const read = async (link: EvidenceLink | undefined): Promise<Buffer | undefined> => {
			if (link === undefined) return undefined;
			const content = await contentOf(place, link);
			return "bytes" in content ? content.bytes : refuse(file, content.why);
		};
		const changes = runs.map((run) => async () => ({ before: await read(run.before), after: await read(run.after) }));
		try {
			return await planChanges(now, changes, planInThread);
		} catch (error) {
			if (error instanceof Refusal) throw error;
			return refuse(file, message("undo.why.notPlanned", { detail: detailOf(error) }));
		}
	}

	#places(file: string): WritablePlaces {
		const folders = this.#options.folders();
		if (folders === undefined) return refuse(file, message("undo.why.noGate"));
		return { folders, home: this.#options.home };
	}

	/** On record, then on disk. @throws Refusal */
	async write(place: LogPlace, prepared: Prepared): Promise<void> {
		const { looked, plan, file } = prepared;
		if (plan.kind !== "restore" && plan.kind !== "remove" && plan.kind !== "merged") return;
		await this.mustBeSame(prepared);
		const to = plan.kind === "remove" ? undefined : plan.bytes;
		const undo = randomUUID();
		await this.record(place, prepared, undo, plan.kind, to);
		const { writeBack } = await import("./core.ts");
		let failed: Message | undefined;
		try {
			if (!(await writeBack(looked, to, this.#places(file), undo))) failed = message("undo.why.changedMeanwhile");
		} catch (error) {
			failed = message("undo.why.notWritten", { detail: detailOf(error) });
		}
		if (failed === undefined) {
			// One that stays is held against the disk by the next gate, which finds that it was done.
			await unmarkUndo(place.dir, undo).catch(() => undefined);
			return;
		}
		const detail = String(failed.args?.detail ?? "changed meanwhile");
		try {
			await this.#options.record(place, { ...(await this.#entry(prepared, undo, plan.kind)), failed: detail });
		} catch (error) {
			failed = message("undo.why.notWrittenNorRecorded", { detail, log: detailOf(error) });
		}
		refuse(file, failed);
	}

	/** @throws Refusal: a file that became another one while the question was open is asked about anew */
	async mustBeSame({ undoable, looked, file }: Prepared): Promise<void> {
		const { isSame } = await import("./core.ts");
		if (await isUnsaved(undoable)) refuse(file, message("undo.why.unsaved"));
		if (!(await isSame(looked, this.#places(file)))) refuse(file, message("undo.why.changedMeanwhile"));
	}

	/** @throws Refusal */
	async record(
		place: LogPlace,
		prepared: Prepared,
		undo: string,
		how: Undone["how"],
		to: Buffer | undefined,
	): Promise<void> {
		try {
			const entry = await this.#entry(prepared, undo, how);
			await this.#options.record(place, { ...entry, from: prepared.looked.now, to });
		} catch (error) {
			refuse(prepared.file, message("undo.why.notRecorded", { detail: detailOf(error) }));
		}
	}

	async #entry({ undoable }: Prepared, undo: string, how: Undone["how"]): Promise<Undone> {
		const { path, request, since, session } = undoable;
		const { osUser, claims, assurance } = await this.#options.approver();
		return {
			undo,
			request,
			...(since === undefined ? {} : { since }),
			...(session === undefined ? {} : { session }),
			path,
			how,
			approver: { osUser, claims: { ...claims }, assurance },
		};
	}
}

/** A file's name for a sentence. An agent chose it, and a notification would make a link of `[words](command:name)`. */
export async function shownName(path: string): Promise<string> {
	return unlinked(await named(path));
}

function unlinked(words: string): string {
	return words.replaceAll("](", "] (");
}

/** Says why a file is not undone. @param file its name, as `shownName` gives it */
export function refuse(file: string, why: Message): never {
	throw new NotUndone(file, why);
}

class NotUndone extends Refusal {
	readonly why: string;

	constructor(file: string, why: Message) {
		const words = unlinked(text(why));
		super(message("undo.refused", { file, why: words }));
		this.why = words;
	}
}

/** Why a file was not undone, without its name. */
export function whyOf(error: unknown): string {
	if (error instanceof NotUndone) return error.why;
	const said = error instanceof Refusal ? error.said : message("auditHost.failed", { detail: detailOf(error) });
	return unlinked(text(said));
}

function detailOf(error: unknown): string {
	if (error instanceof Refusal) return text(error.said);
	return error instanceof Error ? error.message : String(error);
}
