// The receipt: a session's entries with everything they rest on, in a zip that anybody can check with sha256sum, openssl and
// Python, or with the page in it, without any software of ours. docs/RECEIPT.md says what is in it and what it proves.
//
// The log is read three times: to find what is wanted, to find what goes with it, and to write it. So memory does not grow
// with the log, and what is said of the entries is said before they come.
import { canonical } from "../../../protocol/canonical.ts";
import { publicKeyFromHex } from "../../keys.ts";
import type { Exporter, Sink } from "../types.ts";
import { evidenceWithSalt } from "./evidenceFile.ts";
import { checkpointStem, entriesFile, evidenceFile, signerFile } from "./layout.ts";
import { outLines } from "./leaveOut.ts";
import { loadPage, NOT_EMBEDDED, writePage } from "./page.ts";
import { type Plan, planBundle } from "./plan.ts";
import { type BundleSource, Progress } from "./progress.ts";
import { lostOf, readmeText } from "./readme.ts";
import { scanLog } from "./scan.ts";
import { verifyText } from "./verifyText.ts";
import { ZipWriter } from "./zip.ts";

export interface BundleOptions {
	/** The page without data; by default that of this program. */
	page?: () => Promise<string>;
	/** What the page holds at most. Bytes. */
	embed?: { entries: number; evidence: number };
}

/** What is comfortable to open in a browser. The bundle itself holds all of it either way. */
const EMBED = { entries: 32 * 1024 * 1024, evidence: 20 * 1024 * 1024 };

/** @throws JournalError "unreadable" when there is nothing to export, "too-large" for more than a zip can hold */
export const bundle: Exporter = (source, sink) => writeBundle(source, sink);

/** The exporter, with its page and limits as they are given. */
export async function writeBundle(
	source: BundleSource,
	sink: Sink,
	{ page = loadPage, embed = EMBED }: BundleOptions = {},
): Promise<{ rows: number; entries: number }> {
	const html = await page();
	const scan = await scanLog(source);
	const plan = await planBundle(source, scan);
	const zip = new ZipWriter((part) => sink.write(part));
	await writeSmall(zip, plan);
	await writeEntries(zip, source, plan);
	await writeCheckpoints(zip, plan);
	const absent = await writeAllEvidence(zip, source, plan);
	await zip.put("VERIFY.md", verifyText(plan));
	await zip.put("README.txt", readmeText(source, plan, absent));
	await zip.add("verify.html", (file) =>
		writePage(file, html, async (data) => {
			await writeSmall(data, plan);
			if (plan.segments.reduce((sum, { bytes }) => sum + bytes, 0) > embed.entries) return;
			await writeEntries(data, source, plan);
			await writeCheckpoints(data, plan);
			await writeSomeEvidence(data, source, plan, absent, embed.evidence);
		}),
	);
	await zip.put("SHA256SUMS", zip.sumsText());
	await zip.end();
	// Of a piece that is gone the bundle's own entries must say that a retention took it, or nobody can verify it.
	source.lacks?.(lostOf(plan, absent));
	const rows = (await source.countRows?.()) ?? (await counted(source.rows()));
	return { rows, entries: plan.segments.reduce((sum, { whole }) => sum + whole, 0) };
}

async function counted(rows: AsyncIterable<unknown>): Promise<number> {
	let count = 0;
	for await (const _ of rows) count++;
	return count;
}

async function writeSmall(zip: ZipWriter, plan: Plan): Promise<void> {
	await zip.put("manifest.json", `${canonical(plan.manifest)}\n`);
	await zip.put("heads.json", `${canonical(plan.heads)}\n`);
	const signer = (key: string) => signerFile(plan.signers.indexOf(key), plan.signers.length);
	const lines = plan.segments.map(({ seen, signer: key, checkpoint }) =>
		checkpoint === undefined ? "" : `${signer(key)} ${checkpointStem(seen.segment, checkpoint.entries)}\n`,
	);
	await zip.put("signatures.txt", lines.join(""));
	for (const key of plan.signers)
		await zip.put(signer(key), publicKeyFromHex(key).export({ type: "spki", format: "pem" }));
}

async function writeEntries(zip: ZipWriter, source: BundleSource, plan: Plan): Promise<void> {
	const progress = new Progress(source);
	for (const { seen, entries } of plan.segments) {
		await zip.add(entriesFile(seen.segment), async (file) => {
			let text = "";
			for await (const line of outLines(seen, entries, plan.isWhole(seen.segment), progress)) {
				text += `${line.text}\n`;
				if (text.length < 256 * 1024) continue;
				source.signal?.throwIfAborted();
				await file.write(text);
				text = "";
			}
			await file.write(text);
		});
	}
}

async function writeCheckpoints(zip: ZipWriter, plan: Plan): Promise<void> {
	for (const { seen, checkpoint } of plan.segments) {
		if (checkpoint === undefined) continue;
		const stem = checkpointStem(seen.segment, checkpoint.entries);
		await zip.put(`${stem}.sig`, checkpoint.signature);
		await zip.put(`${stem}.txt`, checkpoint.text);
	}
}

/** @returns digests of what is not in the store, or not as it was */
async function writeAllEvidence(zip: ZipWriter, source: BundleSource, plan: Plan): Promise<Set<string>> {
	const absent = new Set<string>();
	for (const digest of [...plan.evidence.keys()].sort()) {
		source.signal?.throwIfAborted();
		const content = await evidenceWithSalt(source, digest);
		if (content === undefined) absent.add(digest);
		else await zip.put(evidenceFile(digest), content);
	}
	return absent;
}

async function writeSomeEvidence(
	zip: ZipWriter,
	source: BundleSource,
	{ evidence }: Plan,
	absent: Set<string>,
	limit: number,
): Promise<void> {
	let total = 0;
	const without: string[] = [];
	for (const [digest, size] of evidence) {
		if (absent.has(digest)) continue;
		source.signal?.throwIfAborted();
		const content = total + size > limit ? undefined : await evidenceWithSalt(source, digest);
		if (content === undefined || total + content.length > limit) without.push(digest);
		else {
			total += content.length;
			await zip.put(evidenceFile(digest), content);
		}
	}
	await zip.put(NOT_EMBEDDED, without.map((digest) => `${digest}\n`).join(""));
}
