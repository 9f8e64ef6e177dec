// The audit log is verified by a command, and what is wrong with it opens as a document.
import { basename } from "node:path";
import * as vscode from "vscode";
import type { Found, Verify } from "./auditIntegrity.ts";
import type { LogPlace } from "./auditLog.ts";
import { pickPlace } from "./auditPicks.ts";
import { counted, say } from "./text.ts";
import type { TextDocuments } from "./textDocuments.ts";

export interface VerifyLogOptions {
	places: readonly LogPlace[];
	/** The log that the panel shows, if it is open. */
	shown: LogPlace | undefined;
	/** The panel's own: what it says and what the command says must be the same. */
	verify: Verify;
	documents: Pick<TextDocuments, "show">;
}

/** Verifies a log, which it asks for when there are several, and says what was found. */
export async function verifyLog({ places, shown, verify, documents }: VerifyLogOptions): Promise<void> {
	if (places.length === 0) {
		void vscode.window.showInformationMessage(say("editor.noFolder"));
		return;
	}
	const place = await pickPlace({ places, shown: { place: shown } }, say("auditHost.verifyWhich"));
	if (place === undefined) return;
	const found = await withProgress(place, verify);
	if (found === undefined) void vscode.window.showInformationMessage(say("auditHost.verifyCancelled"));
	else if (found.ok) void vscode.window.showInformationMessage(goodText(place, found));
	else await showProblems(place, found, documents);
}

/** Undefined when it was cancelled. */
async function withProgress({ dir }: LogPlace, verify: Verify): Promise<Found | undefined> {
	const stopped = new AbortController();
	const where = { location: vscode.ProgressLocation.Notification, cancellable: true };
	return vscode.window.withProgress({ ...where, title: say("editor.verifyTitle") }, async (progress, token) => {
		token.onCancellationRequested(() => stopped.abort());
		let before = 0;
		const onProgress = (done: number, total: number) => {
			const percent = total === 0 ? 0 : Math.min(100, Math.floor((100 * done) / total));
			if (percent > before) progress.report({ increment: percent - before });
			before = Math.max(before, percent);
		};
		try {
			return await verify(dir, { signal: stopped.signal, onProgress });
		} catch (error) {
			if (stopped.signal.aborted) return undefined;
			throw error;
		}
	});
}

function goodText({ label }: LogPlace, { entries, segments, own }: Found): string {
	const code = own?.all === true ? "auditHost.verifyOwn" : "auditHost.verifyGood";
	return counted(code, segments, { folder: label, entries });
}

async function showProblems(
	{ label }: LogPlace,
	{ problems, moreProblems }: Found,
	documents: VerifyLogOptions["documents"],
): Promise<void> {
	const lines = problems.map(({ kind, segment, line, detail }) => `${kind}: ${segment}:${line ?? "-"}: ${detail}`);
	const details = say("editor.showDetails");
	const first = lines[0] ?? "";
	const found = counted("auditHost.verifyBad", problems.length + moreProblems, { folder: label, first });
	const pressed = await vscode.window.showErrorMessage(found, details);
	if (pressed !== details) return;
	if (moreProblems > 0) lines.push(say("auditHost.problemMore", { folder: label, count: moreProblems }));
	await documents.show(`${basename(label)}.verify.txt`, `${lines.join("\n")}\n`);
}
