// Logs to export, and exports of them.
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { exportLog } from "../../../../src/audit/export/export.ts";
import { LogSource } from "../../../../src/audit/export/source.ts";
import type { Exported } from "../../../../src/audit/export/types.ts";
import type { ExportFormat, ExportScope } from "../../../../src/protocol/auditPanel.ts";
import { type SampleLog, sampleLog } from "../../../support/auditLog.ts";
import { type Place, placeIn, tempDir } from "../support.ts";

export const ALL: ExportScope = { of: "all" };

export interface Sample extends Place {
	log: SampleLog;
	/** Folder of the workspace's log. */
	logDir: string;
	/** Where exports go: nothing else is in it. */
	outDir: string;
}

/** A log that holds everything once, closed. */
export async function sample(t: TestContext): Promise<Sample> {
	const here = placeIn(tempDir(t));
	const log = await sampleLog(here.home, here.root);
	await log.journal.close();
	const outDir = join(here.dir, "out");
	mkdirSync(outDir);
	return { ...here, log, logDir: log.dir, outDir };
}

/** The file of an export, and what was said of it. */
export async function exported(
	{ logDir, outDir }: Pick<Sample, "logDir" | "outDir">,
	format: ExportFormat,
	options: { scope?: ExportScope; bom?: boolean } = {},
): Promise<{ made: Exported; bytes: Buffer; text: string }> {
	const made = await exportLog({
		dir: logDir,
		format,
		scope: ALL,
		out: join(outDir, `log.${format}`),
		version: "9.9.9",
		...options,
	});
	const bytes = readFileSync(made.out);
	return { made, bytes, text: bytes.toString("utf8") };
}

/** The segments of a log, as they are, one after the other. */
export function rawLog(logDir: string): Buffer {
	const journal = join(logDir, "journal");
	return Buffer.concat(
		readdirSync(journal)
			.filter((name) => name.endsWith(".jsonl"))
			.sort()
			.map((name) => readFileSync(join(journal, name))),
	);
}

/** A source over a log, closed after the test. */
export async function sourceOf(t: TestContext, dir: string, scope: ExportScope = ALL): Promise<LogSource> {
	const source = await LogSource.open({ dir, version: "9.9.9", scope, bom: false });
	t.after(() => source.close());
	return source;
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
	const found: T[] = [];
	for await (const one of items) found.push(one);
	return found;
}
