// The steps of one undo: what the log and the disk hold, and the write itself, which is on record before it is done.
// When it fails after that, a second entry `change.undone` of the same `undo` says `outcome: "failed"`.
import { randomUUID } from "node:crypto";
import type { Plan } from "../actions/undo/plan.ts";
import type { Approver } from "../approvals/decision.ts";
import type { Undone } from "../gate/undone.ts";
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
	async prepare(place: LogPlace, path: string, first: FileOfRow, last: FileOfRow): Promise<Prepared> {
		const { lookAt, planUndo, undoableOf } = await import("./core.ts");
		const words = { before: say("auditHost.before"), after: say("auditHost.after") };
		const undoable = undoableOf(first, last, words);
		const file = await shownName(path);
		if ("why" in undoable) return refuse(file, undoable.why);
		const [before, after] = await Promise.all(
			(["before", "after"] as const).map(async (side): Promise<Buffer | undefined> => {
				const link = undoable[side];
				if (link === undefined) return undefined;
				const content = await contentOf(place, link);
				return "bytes" in content ? content.bytes : refuse(file, content.why);
			}),
		);
		const looked = await lookAt(undoable.path, undoable.real, this.#places(file));
		if ("why" in looked) return refuse(file, looked.why);
		if (await isUnsaved(undoable)) return refuse(file, message("undo.why.unsaved"));
		const plan = planUndo({ before, after, now: looked.now });
		if (plan.kind === "impossible") return refuse(file, plan.why);
		return { undoable, looked, plan, file };
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
			if (!(await writeBack(looked, to, this.#places(file)))) failed = message("undo.why.changedMeanwhile");
		} catch (error) {
			failed = message("undo.why.notWritten", { detail: detailOf(error) });
		}
		if (failed === undefined) return;
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

/** The reason without the file's name. */
export function whyOf(refusal: Refusal): string {
	return refusal instanceof NotUndone ? refusal.why : unlinked(text(refusal.said));
}

function detailOf(error: unknown): string {
	if (error instanceof Refusal) return text(error.said);
	return error instanceof Error ? error.message : String(error);
}
