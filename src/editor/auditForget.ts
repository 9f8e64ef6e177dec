// A person gives up what this editor has seen of a log and misses there: they removed it, or put back an older copy. Asked in
// a dialog of the editor, because the panel draws agents' text; on record in the log before it counts. What is not missed
// stays remembered: one segment that somebody removed must not make a person give up all the others.
import { basename } from "node:path";
import * as vscode from "vscode";
import type { Approver } from "../approvals/decision.ts";
import type { OpenGate } from "../gate/open.ts";
import { message } from "../protocol/messages.ts";
import { type LogPlace, Refusal } from "./auditLog.ts";
import type { RememberedHead } from "./headNotes.ts";
import type { RememberedHeads } from "./rememberedHeads.ts";
import { counted, say } from "./text.ts";

export interface ForgetOptions {
	place: LogPlace;
	memory: Pick<RememberedHeads, "of" | "forget">;
	/** What the last verification of this log did not find. */
	missed: readonly RememberedHead[];
	/** The gate that can put it on record; undefined while there is none. */
	gate: Pick<OpenGate, "recordForgotten"> | undefined;
	approver: () => Promise<Approver>;
}

/** @returns whether it was forgotten. @throws Refusal when it could not be put on record, or not be forgotten then */
export async function forgetHeads({ place, memory, missed, gate, approver }: ForgetOptions): Promise<boolean> {
	const workspace = basename(place.dir);
	const remembered = new Set((await memory.of(workspace)).map(({ segment }) => segment));
	const known = missed.filter(({ segment }) => remembered.has(segment));
	if (known.length === 0) {
		void vscode.window.showInformationMessage(say("auditHost.forget.nothing"));
		return false;
	}
	const folder = place.label;
	const segments = known.length;
	const entries = known.reduce((sum, head) => sum + head.entries, 0);
	const named = await namedByLog(place.dir, known);
	const forget = say("auditHost.forget.do");
	const detail = [
		counted("auditHost.forget.detail", segments, { entries }),
		...(named === 0 ? [] : [counted("auditHost.forget.named", named)]),
	].join("\n\n");
	const pressed = await vscode.window.showWarningMessage(
		say("auditHost.forget.ask", { folder }),
		{ modal: true, detail },
		forget,
	);
	if (pressed !== forget) return false;
	await record();
	try {
		await memory.forget(workspace, known);
	} catch (error) {
		throw new Refusal(message("auditHost.forget.failed", { detail: detailOf(error) }));
	}
	void vscode.window.showInformationMessage(say("auditHost.forget.done", { folder }));
	return true;

	async function record(): Promise<void> {
		try {
			if (gate === undefined) throw new Error(say("auditHost.export.noGate"));
			const { osUser, claims, assurance } = await approver();
			const heads = known.map((head) => ({ segment: head.segment, entries: head.entries, hash: head.hash }));
			const by = { osUser, claims: { ...claims }, assurance };
			await gate.recordForgotten(place.root, { approver: by, segments, entries, heads });
		} catch (error) {
			throw new Refusal(message("auditHost.forget.notRecorded", { detail: detailOf(error) }));
		}
	}
}

/** Of these segments, how many the log itself says must be there as far: by a later first entry, or by a head file. */
async function namedByLog(dir: string, missed: readonly RememberedHead[]): Promise<number> {
	const { namedSegments } = await import("./core.ts");
	const named = await namedSegments(dir);
	return missed.filter(({ segment, entries }) => {
		const said = named.get(segment);
		return said !== undefined && (!said.isThere || said.entries >= entries);
	}).length;
}

function detailOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
