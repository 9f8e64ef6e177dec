// Undo of approved changes, by a person's gesture in the audit panel and by nothing else: no command comes here. Also in a
// workspace that is not trusted: it is the person who writes, and no code of the workspace runs.
//
// Order: the contents are read and the file is looked at; the person is asked; the file must still be what the question was
// about; the undo is on record with both contents; only then is the file written. When that fails, a second entry
// `change.undone` of the same `undo` says `outcome: "failed"`; one alone means that it was done.
import { createHash, randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { message } from "../protocol/messages.ts";
import { type LogPlace, Refusal } from "./auditLog.ts";
import { say } from "./text.ts";
import { hasMergeEditor, openDifference, openMerge, type UndoDocuments } from "./undoMerge.ts";
import { askAll, askOne, type Planned, type Question, type Skipped, tellAll } from "./undoQuestions.ts";
import type { FileOfRow } from "./undoSides.ts";
import { type Prepared, refuse, shownName, UndoSteps, type UndoStepsOptions, whyOf } from "./undoSteps.ts";

/** A file that a session changed: its row numbers say in which order. */
export interface SessionChange {
	path: string;
	/** Number of the row with the last change of it. */
	row: number;
	/** All changes of it, oldest first. @throws Refusal when they are too many */
	changes: () => Promise<readonly FileOfRow[]>;
}

export class Undos {
	readonly #steps: UndoSteps;
	readonly #documents: UndoDocuments;
	#running = false;

	constructor(options: UndoStepsOptions, documents: UndoDocuments) {
		this.#steps = new UndoSteps(options);
		this.#documents = documents;
	}

	/** Undoes changes of one file, given oldest first, after a question. @throws Refusal when it was not done */
	one(place: LogPlace, changes: readonly FileOfRow[]): Promise<void> {
		return this.#alone(async () => {
			const { isDone } = await import("./core.ts");
			const [last, ...others] = [...changes].reverse();
			const path = last?.[1]?.path ?? "";
			if (last !== undefined && others.length === 0 && !isDone(last[0]))
				return refuse(await shownName(path), message("undo.why.notAllowed"));
			const prepared = await this.#steps.prepare(place, path, changes);
			const { plan, file, looked } = prepared;
			if (plan.kind === "nothing") {
				void vscode.window.showInformationMessage(say("undo.nothing", { file }));
			} else if (plan.kind === "conflict") {
				await this.#conflict(place, prepared);
			} else if (await askOne(await question(prepared))) {
				await this.#steps.write(place, prepared);
				const done = plan.kind === "restore" || plan.kind === "remove" ? plan.kind : "merged";
				void vscode.window.showInformationMessage(say(`undo.done.${done}`, { file }));
				if (plan.kind === "merged")
					await vscode.window.showTextDocument(vscode.Uri.file(looked.real), { preview: true });
			}
		});
	}

	/**
	 * Undoes all changes of a session after one question, the file that was changed last first. What cannot be undone, or not
	 * without the person, is left as it is, and said with its reason in the question and at the end. Never throws for it.
	 */
	all(place: LogPlace, changes: readonly SessionChange[]): Promise<void> {
		return this.#alone(async () => {
			const planned: (Planned & { change: SessionChange; hash: string })[] = [];
			const skipped: Skipped[] = [];
			for (const change of [...changes].sort((a, b) => b.row - a.row)) {
				const file = await shownName(change.path);
				try {
					const { plan, looked } = await this.#steps.prepare(place, change.path, await change.changes());
					if (plan.kind === "conflict") refuse(file, message("undo.why.conflict"));
					const noMode = plan.kind === "restore" && looked.now === undefined && looked.mode === undefined;
					if (plan.kind !== "nothing")
						planned.push({ change, file, kind: plan.kind, noMode, hash: hashOf(looked.now) });
				} catch (error) {
					skipped.push({ file, why: whyOf(error) });
				}
			}
			if (planned.length === 0) {
				if (skipped.length > 0) await tellAll([], skipped);
				else void vscode.window.showInformationMessage(say("undo.all.nothing"));
				return;
			}
			if (!(await askAll(planned, skipped))) return;
			const done: string[] = [];
			for (const { change, file, hash } of planned) {
				try {
					const prepared = await this.#steps.prepare(place, change.path, await change.changes());
					// What the person was asked about is what is done.
					if (hashOf(prepared.looked.now) !== hash) refuse(file, message("undo.why.changedMeanwhile"));
					await this.#steps.write(place, prepared);
					done.push(file);
				} catch (error) {
					skipped.push({ file, why: whyOf(error) });
				}
			}
			await tellAll(done, skipped);
		});
	}

	async #alone(run: () => Promise<void>): Promise<void> {
		if (this.#running) throw new Refusal(message("undo.running"));
		this.#running = true;
		try {
			await run();
		} finally {
			this.#running = false;
		}
	}

	async #conflict(place: LogPlace, prepared: Prepared): Promise<void> {
		const { undoable, looked, file } = prepared;
		if (!(await hasMergeEditor())) {
			await openDifference(place, undoable);
			return refuse(file, message("undo.why.noMergeEditor"));
		}
		if (!(await askOne(await question(prepared)))) return;
		await this.#steps.mustBeSame(prepared);
		await this.#steps.record(place, prepared, randomUUID(), "conflict", undefined);
		await openMerge(this.#documents, place, undoable, looked.now ?? Buffer.alloc(0));
	}
}

async function question({ undoable, looked, plan, file }: Prepared): Promise<Question> {
	const { countInThread } = await import("./core.ts");
	if (plan.kind === "nothing" || plan.kind === "impossible") throw new Error("There is nothing to ask.");
	const to = "bytes" in plan ? plan.bytes : undefined;
	return {
		kind: plan.kind,
		isNew: looked.now === undefined,
		hasMode: looked.mode !== undefined,
		file,
		path: undoable.real,
		places: plan.kind === "conflict" ? plan.places : 0,
		lines: plan.kind === "conflict" ? undefined : await countInThread(looked.now, to),
	};
}

function hashOf(bytes: Buffer | undefined): string {
	return bytes === undefined ? "" : createHash("sha256").update(bytes).digest("hex");
}
