// Whether files hold what was approved, once the agent says that an edit is done (DESIGN 2.5). Contents are told by a
// keyed digest: a plain one, written beside a redacted content, would let anybody try out short secrets.
import { createHmac } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type FileSide, isChange, type Proposal } from "../actions/change.ts";
import { redact } from "../actions/redact.ts";
import { readTarget, sideOf, type Target } from "../actions/textFile.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import type { Message } from "../protocol/messages.ts";
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
	/** A result was held against it: what comes later is another action's. */
	checked: boolean;
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
}

/** Files of one action that are looked at again. */
const MAX_FILES = 200;
/** What is digested before others get their turn. Bytes. */
const PIECE = 1024 * 1024;
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
	line.approved = { order: ++approvals, files: Promise.all(files).then((all) => all.flat()), checked: false };
}

/** The files of a done edit that are not what was approved; none when nothing was approved of it. */
export async function filesNotAsApproved(
	gate: GateContext,
	line: LedgerLine | undefined,
	{ outcome }: AfterEvent,
): Promise<FileMismatch[]> {
	const approved = line?.approved;
	if (line === undefined || approved === undefined || approved.checked || outcome !== "done") return [];
	approved.checked = true;
	const found: FileMismatch[] = [];
	for (const file of await approved.files) {
		const mismatch = await lookAt(gate, file);
		if (mismatch !== undefined && !(await isApprovedLater(gate, approved.order, mismatch))) found.push(mismatch);
	}
	return found;
}

async function lookAt(gate: GateContext, file: ApprovedFile): Promise<FileMismatch | undefined> {
	let target: Target = await readTarget(file.path);
	for (let tries = 1; tries < TRIES && target.state === "unknown"; tries += 1) {
		if (target.why.code !== "proposal.changing") break;
		await delay(PAUSE_MS);
		target = await readTarget(file.path);
	}
	if (target.state === "unknown") return { file, found: null, why: target.why };
	const found = target.state === "absent" ? null : await contentMac(target.bytes, gate.options.homeKey);
	const elsewhere = target.real === file.real || file.mac === null ? {} : { target: target.real };
	if (found === file.mac && elsewhere.target === undefined) return undefined;
	return {
		file,
		found,
		...elsewhere,
		...(target.state === "absent" ? {} : { side: sideOf(target.bytes, target.mode) }),
	};
}

/** Agents work side by side: the file may be what another action was allowed to make of it since. */
async function isApprovedLater(gate: GateContext, order: number, { file, found, why }: FileMismatch): Promise<boolean> {
	if (why !== undefined) return false;
	for (const { approved } of gate.ledger.all("allowed", "delegated", "done")) {
		if (approved === undefined || approved.order <= order) continue;
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
	return { type: "digest.mismatch", body: { request: line.request, decided: line.mac, ran, files } };
}

/** The file is as it was before the edit, although the agent says that it is done. */
export function isUnwritten({ file, found }: Pick<FileMismatch, "file" | "found">): boolean {
	return file.mac !== file.before && found === file.before;
}

/** Hex HMAC-SHA-256 of a file's content under the home key. Gives way to others on the way. */
async function contentMac(bytes: Buffer, homeKey: Buffer): Promise<string> {
	const hmac = createHmac("sha256", homeKey).update("gatepost file\n");
	for (let at = 0; at < bytes.length; at += PIECE) {
		if (at > 0) await new Promise((resolve) => setImmediate(resolve));
		hmac.update(bytes.subarray(at, at + PIECE));
	}
	return hmac.digest("hex");
}
