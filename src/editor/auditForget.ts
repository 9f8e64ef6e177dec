// A person gives up what this editor has seen of a log: they removed the log, or put back an older copy of it. Asked in a
// dialog of the editor, because the panel draws agents' text; on record in the log before it counts.
import { basename } from "node:path";
import * as vscode from "vscode";
import type { Approver } from "../approvals/decision.ts";
import type { OpenGate } from "../gate/open.ts";
import { message } from "../protocol/messages.ts";
import { type LogPlace, Refusal } from "./auditLog.ts";
import type { RememberedHeads } from "./rememberedHeads.ts";
import { say } from "./text.ts";

export interface ForgetOptions {
	place: LogPlace;
	memory: Pick<RememberedHeads, "of" | "forget">;
	/** The gate that can put it on record; undefined while there is none. */
	gate: Pick<OpenGate, "recordForgotten"> | undefined;
	approver: () => Promise<Approver>;
}

/** @returns whether it was forgotten. @throws Refusal when it could not be put on record, or not be forgotten then */
export async function forgetHeads({ place, memory, gate, approver }: ForgetOptions): Promise<boolean> {
	const workspace = basename(place.dir);
	const known = await memory.of(workspace);
	if (known.length === 0) {
		void vscode.window.showInformationMessage(say("auditHost.forget.nothing"));
		return false;
	}
	const folder = place.label;
	const segments = known.length;
	const entries = known.reduce((sum, head) => sum + head.entries, 0);
	const forget = say("auditHost.forget.do");
	const detail = say("auditHost.forget.detail", { entries, segments });
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

function detailOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
