// Diffs of past actions in the native diff editor. A content that cannot be had is told in words, never drawn as an empty
// file.
import { basename } from "node:path";
import * as vscode from "vscode";
import type { DetailFile, EvidenceLink, FileMismatch, Omitted } from "../protocol/audit.ts";
import { type Message, message } from "../protocol/messages.ts";
import { NONE, named, sideUri } from "./auditDocuments.ts";
import { type Content, contentOf } from "./auditEvidence.ts";
import { type LogPlace, Refusal } from "./auditLog.ts";
import { hiddenDifferences } from "./auditSides.ts";
import { say, text } from "./text.ts";
import type { FileOfRow } from "./undoSides.ts";

/** A language for which our contribution turns on white space in the native diff, which it leaves out by default. */
const EXACT_LANGUAGE = "gatepost-exact";

/** One side of a file: its content's digest, no file at all, or why it cannot be shown. */
type Side = { digest: string; redacted: boolean; removedAt?: string } | { digest: typeof NONE } | { why: Message };

/** A file of an action and both its contents, or `found`: what was allowed of it, and what was found in its place. */
export type DiffOf = FileOfRow | { found: FileOfRow };

/** How the sides are called where one cannot be had. */
type Words = Record<"before" | "after", "before" | "after" | "allowed" | "found">;
const CHANGE: Words = { before: "before", after: "after" };
const MISMATCH: Words = { before: "allowed", after: "found" };

/** Tells why there is no diff. */
type Tell = (sentence: string) => void;
type Place = Pick<LogPlace, "dir">;

/** The native diff of a file of an action, as the person was shown it. @throws Refusal when it names no such file */
export async function openFileDiff(place: Place, of: DiffOf, tell: Tell): Promise<void> {
	if ("found" in of) return openFoundDiff(place, of.found, tell);
	const [detail, file] = of;
	const one = known(file);
	const code = detail.row.kind === "undo" ? "auditHost.diffUndone" : "auditHost.diffShown";
	const title = say(code, { file: await named(one.path), time: detail.row.time });
	await open(place, one.path, { before: sideOf(one, "before"), after: sideOf(one, "after") }, title, tell);
}

/** What was allowed on the left, what was found after the edit on the right. */
async function openFoundDiff(place: Place, [detail, file]: FileOfRow, tell: Tell): Promise<void> {
	const one = known(file);
	if (one.mismatch === undefined) throw new Refusal(message("auditHost.noFile"));
	const time = detail.result?.time ?? detail.row.time;
	const title = say("auditHost.diffFound", { file: await named(one.path), time });
	const sides = { before: sideOf(one, "after"), after: foundIn(one.mismatch) };
	await open(place, one.path, sides, title, tell, MISMATCH);
}

/** The native diff over a session: what was before its first change of a file, and after its last. */
export async function openSessionDiff(
	place: Place,
	[, first]: FileOfRow,
	[, last]: FileOfRow,
	tell: Tell,
): Promise<void> {
	const [from, to] = [known(first), known(last)];
	const title = say("auditHost.diffSession", { file: await named(to.path) });
	await open(place, to.path, { before: sideOf(from, "before"), after: sideOf(to, "after") }, title, tell);
}

async function open(
	place: Place,
	path: string,
	sides: Record<"before" | "after", Side>,
	shown: string,
	tell: Tell,
	words = CHANGE,
): Promise<void> {
	const workspace = basename(place.dir);
	const before = await contentOfSide(place, path, sides.before, words.before);
	const after = await contentOfSide(place, path, sides.after, words.after);
	if (!("bytes" in before) || !("bytes" in after)) {
		for (const one of [before, after]) if ("why" in one) tell(text(one.why));
		// What is left is shown by itself: there is nothing it could be wrongly compared with.
		const [name, side] = "bytes" in before ? (["before", sides.before] as const) : (["after", sides.after] as const);
		if (("bytes" in before || "bytes" in after) && "digest" in side && side.digest !== NONE) {
			const uri = sideUri(workspace, side.digest, name, path);
			await vscode.commands.executeCommand("vscode.open", uri, { preview: true });
		}
		return;
	}
	const { ends, blanks } = await hiddenDifferences(before.bytes, after.bytes);
	const uris = (["before", "after"] as const).map((name) => {
		const side = sides[name];
		return sideUri(workspace, "digest" in side ? side.digest : NONE, ends ? `${name}+ends` : name, path);
	});
	// One that is not text is compared by the editor in its own way.
	if (blanks && !before.bytes.includes(0) && !after.bytes.includes(0)) {
		for (const uri of uris) {
			const document = await vscode.workspace.openTextDocument(uri);
			await vscode.languages.setTextDocumentLanguage(document, EXACT_LANGUAGE);
		}
	}
	const masked = Object.values(sides).some((side) => "redacted" in side && side.redacted);
	let title = masked ? say("auditHost.diffMasked", { title: shown }) : shown;
	if (ends) title = say("auditHost.diffEnds", { title });
	await vscode.commands.executeCommand("vscode.diff", ...uris, title, { preview: true, preserveFocus: false });
}

async function contentOfSide(place: Place, path: string, side: Side, word: Words["after"]): Promise<Content> {
	const args = { file: await named(path), side: say(`auditHost.${word}`) };
	if ("why" in side) return { why: { ...side.why, args: { ...side.why.args, ...args } } };
	if (side.digest === NONE) return { bytes: Buffer.alloc(0) };
	return contentOf(place, side, "auditHost.side", args);
}

function known(file: DetailFile | undefined): DetailFile {
	if (file === undefined) throw new Refusal(message("auditHost.noFile"));
	return file;
}

function sideOf(file: DetailFile, name: "before" | "after"): Side {
	const link = file[name];
	if (link === undefined) {
		const isNone = file.op === (name === "before" ? "create" : "delete");
		return isNone ? { digest: NONE } : { why: message("auditHost.side.unknown") };
	}
	return keptSide(link);
}

function foundIn({ after, found, why }: FileMismatch): Side {
	if (why !== undefined) return { why };
	if (after !== undefined) return keptSide(after);
	return found === null ? { digest: NONE } : { why: message("auditHost.side.unknown") };
}

function keptSide(side: EvidenceLink | Omitted): Side {
	if ("omitted" in side) return { why: side.why ?? message("auditHost.side.omitted", { bytes: side.omitted }) };
	return side;
}
