// Writes a log, or a part of it, into one file of another format. Either the whole file is there under its name, or nothing
// of it: an export that fails, is cancelled or killed leaves an older file as it was.
import { resolve } from "node:path";
import type { ExportFormat } from "../../protocol/auditPanel.ts";
import { JournalError, systemCode } from "../errors.ts";
import { ExportError } from "./errors.ts";
import { PartFile, removeStaleParts } from "./partFile.ts";
import { LogSource } from "./source.ts";
import { demandTarget, placeError } from "./target.ts";
import type { Exported, ExportOptions, Sink } from "./types.ts";

export { ExportError, type ExportErrorCode } from "./errors.ts";

type Run = (source: LogSource, sink: Sink) => Promise<{ rows: number; entries: number }>;

interface Format {
	load: () => Promise<Run>;
	/** How often the log is read: with everything wanted, and with a part of it. For progress only. */
	passes: { all: number; some: number };
}

/** Loaded when asked for: most programs need none of them. */
const FORMATS: Record<ExportFormat, Format> = {
	jsonl: { load: async () => (await import("./jsonl.ts")).jsonl, passes: { all: 1, some: 2 } },
	csv: { load: async () => (await import("./csv.ts")).csv, passes: { all: 1, some: 1 } },
	html: { load: async () => (await import("./html.ts")).html, passes: { all: 2, some: 2 } },
	sqlite: { load: async () => (await import("./sqlite.ts")).sqlite, passes: { all: 2, some: 3 } },
	ocsf: { load: async () => (await import("./ocsf.ts")).ocsf, passes: { all: 1, some: 1 } },
	bundle: { load: async () => (await import("./bundle/bundle.ts")).bundle, passes: { all: 5, some: 3 } },
};

/** Formats that are text and can be written to a stream as they are made. */
export const TEXT_FORMATS: readonly ExportFormat[] = ["jsonl", "csv", "html", "ocsf"];

/**
 * Exports a log to a file.
 * @throws ExportError when it cannot be written; JournalError when the log cannot be read; the signal's reason
 */
export async function exportLog(options: ExportOptions): Promise<Exported> {
	const out = resolve(options.out);
	options.signal?.throwIfAborted();
	await demandTarget(options.dir, out);
	const run = await FORMATS[options.format].load();
	const { source, report } = await openSource(options);
	try {
		const part = await writing(out, async () => {
			await removeStaleParts(out);
			return PartFile.create(out);
		});
		try {
			const sink: Sink = { write: (bytes) => writing(out, () => part.write(bytes)) };
			const { rows, entries } = await run(source, sink);
			// It may read the log: before the file is there, so that one that fails leaves none.
			const leftOut = await leftOutOf(source);
			options.signal?.throwIfAborted();
			await writing(out, () => part.commit());
			report();
			return { out, bytes: part.bytes, rows, entries, ...leftOut };
		} finally {
			await part.discard();
		}
	} finally {
		await source.close();
	}
}

/** The same into a stream of the caller's, for formats that are text. @throws what `sink` throws, and the same */
export async function exportTo(
	sink: Sink,
	options: Omit<ExportOptions, "out">,
): Promise<Omit<Exported, "out" | "bytes">> {
	const run = await FORMATS[options.format].load();
	const { source, report } = await openSource(options);
	try {
		const made = await run(source, sink);
		const leftOut = await leftOutOf(source);
		options.signal?.throwIfAborted();
		report();
		return { ...made, ...leftOut };
	} finally {
		await source.close();
	}
}

async function leftOutOf(source: LogSource): Promise<Pick<Exported, "leftOut">> {
	const leftOut = await source.leftOut();
	return leftOut === undefined ? {} : { leftOut };
}

async function openSource(options: Omit<ExportOptions, "out">): Promise<{ source: LogSource; report: () => void }> {
	const { dir, version, scope, signal, bom = false, format, onProgress } = options;
	let done = 0;
	let total = 0;
	const source = await LogSource.open({
		dir,
		version,
		scope,
		bom,
		signal,
		read: (bytes) => {
			done += bytes;
			// Never all of it before it is all there.
			onProgress?.(Math.min(done, Math.max(0, total - 1)), total);
		},
	});
	const { passes } = FORMATS[format];
	total = source.bytes * (scope.of === "all" ? passes.all : passes.some);
	return { source, report: () => onProgress?.(total, total) };
}

const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
const PLACE = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM", "EROFS", "EISDIR", "ENAMETOOLONG", "ELOOP"]);

/** Only errors of writing are the place's fault: those of reading the log pass as they are. */
async function writing<T>(out: string, write: () => Promise<T>): Promise<T> {
	try {
		return await write();
	} catch (error) {
		const code = systemCode(error);
		if (code === "" || error instanceof JournalError) throw error;
		if (FULL.has(code))
			throw new ExportError(
				"full",
				`There is no room for the export (${code}, ${out}). Gatepost removed what it had written of it. Free some disk space or choose another place, then try again.`,
				{ cause: error },
			);
		if (PLACE.has(code)) throw placeError(error, out);
		throw new ExportError(
			"io",
			`The export could not be written (${code}, ${out}). Gatepost removed what it had written of it. Check the disk or choose another place, then try again.`,
			{ cause: error },
		);
	}
}
