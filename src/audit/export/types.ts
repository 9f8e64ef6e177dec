// What exporters share. An exporter gets the rows and entries that are wanted, in the order of the log, and writes to a
// sink; where that ends up, and that nothing half-written stays, is export.ts's matter.
import type { ExportFormat, ExportScope } from "../../protocol/auditPanel.ts";
import type { FoldedRow, Place } from "../fold.ts";
import type { ReadLine } from "../read.ts";

export interface ExportOptions {
	/** Folder of the workspace's log: `<home>/workspaces/<id>`. */
	dir: string;
	format: ExportFormat;
	scope: ExportScope;
	/** The file to be made. It is there, whole and synced, when this resolves, and not there before. An older one is replaced then. */
	out: string;
	/** CSV: begin with a byte order mark, for Excel. */
	bom?: boolean;
	/** Of Gatepost, named in what is made. */
	version: string;
	/** Rejects with its reason, and leaves nothing behind. */
	signal?: AbortSignal;
	/** Bytes of the log that were read, and all of them. */
	onProgress?: (done: number, total: number) => void;
}

export interface Exported {
	out: string;
	bytes: number;
	rows: number;
	entries: number;
	/** What the log should hold and the export could not tell; absent when there is nothing of that. */
	leftOut?: LeftOut;
}

/** Names are the first of each, at most MAX_NAMED. */
export interface LeftOut {
	/** Names of segments that stand for no file (a link, folder, pipe or device): no gate wrote them, and nothing was read. */
	segments: { count: number; names: string[] };
	/**
	 * Evidence that was looked for and is altered, cannot be read, or is missing without a retention that took it: digests,
	 * and what is wrong with each of those named. The export says so in its place.
	 */
	evidence: { count: number; names: string[]; why?: ("missing" | "altered" | "unreadable")[] };
	/** Lines that hold no entry, in a format that is made of rows: "segment:line". Absent when there are none. */
	lines?: { count: number; names: string[] };
}

export const MAX_NAMED = 20;

/** Takes a part of the output; waits for the disk. */
export interface Sink {
	write(part: string | Uint8Array): Promise<void>;
}

export interface ExportSource {
	readonly dir: string;
	readonly version: string;
	readonly scope: ExportScope;
	readonly bom: boolean;
	readonly signal: AbortSignal | undefined;
	/** The wanted rows, each when it is over. May be called more than once: each call reads the log. */
	rows(): AsyncGenerator<FoldedRow>;
	/** The entries of the wanted rows in the order of the log, with the text of their lines (without the line break). */
	lines(): AsyncGenerator<ReadLine & { text: string }>;
	/** One line of the log again. */
	read(place: Place): Promise<ReadLine & { text: string }>;
	/**
	 * The content of a piece of evidence (redacted as it was kept); undefined when it was removed by retention or is missing.
	 * @throws JournalError "evidence-altered", or "unreadable" when this one piece cannot be read
	 */
	evidence(digest: string): Promise<Buffer | undefined>;
}

export type Exporter = (source: ExportSource, sink: Sink) => Promise<{ rows: number; entries: number }>;
