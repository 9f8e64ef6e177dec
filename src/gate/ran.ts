// Whether files hold what was approved, once the agent says that an edit is done; where it says that it failed, they may be
// as they were, too (DESIGN 2.5). Who made anything else of them cannot be seen: an entry says what is there. Contents are
// told by a keyed digest: a plain one, written beside a redacted content, would let anybody try out short secrets.
import { createHmac } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type FileSide, isChange, type Proposal } from "../actions/change.ts";
import { redact } from "../actions/redact.ts";
import { readTarget, sideOf, type Target } from "../actions/textFile.ts";
import { hashPieces } from "../audit/hashPieces.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { type Message, message } from "../protocol/messages.ts";
import { type EvidenceOptions, sideEvidence } from "./contents.ts";
import type { AfterEvent, GateContext } from "./context.ts";
import { sentences } from "./entries.ts";
import { actionNames } from "./keyed.ts";
import type { LedgerLine } from "./ledger.ts";
import type { Draft } from "./workspaces.ts";

/** A file as it is to be after an approved edit. */
export interface ApprovedFile {
	/** Absolute, as the agent named it. */
	path: string;
	/** Where it really lands. */
	real: string;
	op: "create" | "modify" | "delete";
	/** Hex HMAC-SHA-256 of its content under the home key; null: no file. */
	mac: string | null;
	/** Of its content before. */
	before: string | null;
}

export interface ApprovedFiles {
	/** Tells which of two approvals came later. */
	order: number;
	/** Never rejects. */
	files: Promise<readonly ApprovedFile[]>;
	/** The result that was held against it. After "done", what comes later is another action's. */
	checked?: "done" | "failed";
	/** The latest order there was then. */
	checkedAt?: number;
}

/** A file that is not what was approved. */
export interface FileMismatch {
	file: ApprovedFile;
	/** Digest of what is there; null when there is nothing, or it could not be read. */
	found: string | null;
	/** Where the path leads now, when that is another place than the approved one. */
	target?: string;
	side?: FileSide;
	/** Why it could not be read. */
	why?: Message;
	/** The agent says that the edit failed; the file is not as it was before either. */
	failed?: true;
}

/** Files of one action that are looked at again. */
const MAX_FILES = 200;
/** A file that is being written is looked at again, so often and after so many milliseconds. */
const TRIES = 4;
const PAUSE_MS = 50;

let approvals = 0;

/**
 * Remembers what the files of an allowed action are to be. To be called with the very proposal that the decision is
 * about, before the agent is told; the last call counts. Nothing is remembered where the change is not known.
 */
export function noteApproved(gate: GateContext, line: LedgerLine, proposal: Proposal): void {
	delete line.approved;
	if (!isChange(proposal)) return;
	const { homeKey } = gate.options;
	const macOf = (side: FileSide | undefined) => (side === undefined ? null : contentMac(side.bytes, homeKey));
	const files = proposal.files.slice(0, MAX_FILES).map(async ({ path, target, op, from, before, after }) => {
		const was = await macOf(before);
		const now = op === "delete" ? null : await macOf(after);
		const file: ApprovedFile = { path, real: target ?? path, op, mac: now, before: from === undefined ? was : null };
		// Where it moved away from, nothing is left.
		const left: ApprovedFile[] =
			from === undefined ? [] : [{ path: from, real: from, op: "delete", mac: null, before: was }];
		return [...left, file];
	});
	line.approved = { order: ++approvals, files: Promise.all(files).then((all) => all.flat()) };
}

/** The files of an edit that are not what its result leaves room for; none when nothing was approved of it. */
export async function filesNotAsApproved(
	gate: GateContext,
	line: LedgerLine | undefined,
	{ outcome }: AfterEvent,
): Promise<FileMismatch[]> {
	const approved = line?.approved;
	if (line === undefined || approved === undefined) return [];
	// An early report of a failure must not spare what is written after it.
	if (approved.checked === "done" || approved.checked === outcome) return [];
	approved.checked = outcome;
	approved.checkedAt = approvals;
	const found: FileMismatch[] = [];
	for (const file of await approved.files) {
		const mismatch = await lookAt(gate, file, outcome === "failed");
		if (mismatch !== undefined && !(await isAnothers(gate, approved, mismatch))) found.push(mismatch);
	}
	return found;
}

async function lookAt(gate: GateContext, file: ApprovedFile, hasFailed: boolean): Promise<FileMismatch | undefined> {
	let target: Target = await readTarget(file.path);
	for (let tries = 1; tries < TRIES && target.state === "unknown"; tries += 1) {
		if (target.why.code !== "proposal.changing") break;
		await delay(PAUSE_MS);
		target = await readTarget(file.path);
	}
	const failed = hasFailed ? { failed: true as const } : {};
	if (target.state === "unknown") return { file, found: null, why: target.why, ...failed };
	const found = target.state === "absent" ? null : await contentMac(target.bytes, gate.options.homeKey);
	// Where nothing is to be, it does not matter what would lie there.
	const mayBeNone = file.mac === null || (hasFailed && found === null && file.before === null);
	const elsewhere = target.real === file.real || mayBeNone ? {} : { target: target.real };
	const fits = found === file.mac || (hasFailed && found === file.before);
	if (fits && elsewhere.target === undefined) return undefined;
	return {
		file,
		found,
		...elsewhere,
		...failed,
		...(target.state === "absent" ? {} : { side: sideOf(target.bytes, target.mode) }),
	};
}

/**
 * Agents work side by side: the file may be what another action was allowed to make of it since. One that failed may have
 * done so because another, which was not over when it was allowed, was first.
 */
async function isAnothers(gate: GateContext, { order }: ApprovedFiles, mismatch: FileMismatch): Promise<boolean> {
	const { file, found, why, failed } = mismatch;
	if (why !== undefined) return false;
	for (const { approved } of gate.ledger.all("allowed", "delegated", "done")) {
		if (approved === undefined || approved.order === order) continue;
		const isBeside = approved.checkedAt === undefined || approved.checkedAt >= order;
		if (approved.order < order && !(failed && isBeside)) continue;
		for (const { path, mac } of await approved.files) if (path === file.path && mac === found) return true;
	}
	return false;
}

/** The entry that says which files are not what was approved, with what is in them. @throws JournalError */
export async function mismatchDraft(
	gate: GateContext,
	line: LedgerLine,
	event: AfterEvent,
	mismatches: readonly FileMismatch[],
	options: EvidenceOptions,
): Promise<Draft> {
	const journal = await gate.options.workspaces.journal(line.session.folder);
	const files: JsonObject[] = [];
	for (const { file, found, target, side, why } of mismatches) {
		files.push({
			path: redact(file.path).text,
			op: file.op,
			approved: file.mac,
			found,
			...(isUnwritten({ file, found }) ? { unwritten: true } : {}),
			...(target === undefined ? {} : { target: redact(target).text }),
			...(why === undefined ? {} : { why: sentences([why])[0] ?? null }),
			...(side === undefined ? {} : { after: await sideEvidence(journal, side, options) }),
		});
	}
	const ran = actionNames(event.action, gate.options.homeKey).mac;
	const failed: JsonObject = event.outcome === "failed" ? { failed: true } : {};
	return { type: "digest.mismatch", body: { request: line.request, decided: line.mac, ran, ...failed, files } };
}

/** What a person is told of one file. */
export function fileWarning(mismatch: FileMismatch, label: { agent: string; file: string }): Message {
	if (mismatch.failed === true) return message("gate.fileAfterFailed", label);
	return message(isUnwritten(mismatch) ? "gate.fileUnwritten" : "gate.fileMismatch", label);
}

/** The file is as it was before the edit, although the agent says that it is done. */
function isUnwritten({ file, found }: Pick<FileMismatch, "file" | "found">): boolean {
	return file.mac !== file.before && found === file.before;
}

/** Hex HMAC-SHA-256 of a file's content under the home key. Gives way to others on the way. */
async function contentMac(bytes: Buffer, homeKey: Buffer): Promise<string> {
	const hmac = createHmac("sha256", homeKey).update("gatepost file\n");
	await hashPieces(hmac, bytes);
	return hmac.digest("hex");
}
