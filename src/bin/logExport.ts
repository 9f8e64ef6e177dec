// `gatepost log export`: a folder's log, or a part of it, as a file in another format.
// Exit codes: 0 made, 1 made, but nothing matched or something of the log was left out, 2 not made (or made and not
// recorded). The file is whole or not there.
import { once } from "node:events";
import { realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { redactJson } from "../actions/redact.ts";
import { JournalError, systemCode } from "../audit/errors.ts";
import { countOf } from "../audit/export/countOf.ts";
import { exportTo, TEXT_FORMATS } from "../audit/export/export.ts";
import type { Exported, ExportOptions, LeftOut } from "../audit/export/types.ts";
import { workspaceId, workspacePaths } from "../audit/home.ts";
import { readEntries } from "../audit/read.ts";
import type { AuditFilter } from "../protocol/audit.ts";
import { ExportFormat, type ExportScope } from "../protocol/auditPanel.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { type ExitCode, logDir, type Output } from "./log.ts";
import { type FilterFlags, filterOf, isEmptyFilter } from "./logFilter.ts";
import { UsageError, wholeSessions } from "./logSessions.ts";
import { jsonLine } from "./logText.ts";
import { recordAgent } from "./recordAgent.ts";
import { terminalText } from "./terminalText.ts";

export interface ExportFlags extends FilterFlags {
	home: string;
	/** A folder whose log is meant, or one inside it; undefined for what was logged outside all roots. */
	folder: string | undefined;
	format: string;
	/** The file to be made; "-" writes formats that are text to standard output. */
	to: string;
	/** CSV: with a byte order mark. */
	bom?: boolean | undefined;
	/** Says what was made as a JSON object. */
	json: boolean;
	version: string;
	out: Output;
	/** Takes the export itself for "-"; standard output by default. */
	bytes?: (part: Uint8Array) => void | Promise<void>;
	/** Where trouble and progress are told; standard error by default. */
	err?: Output;
	/** Progress is shown. By default only when standard error is a terminal. */
	progress?: boolean | undefined;
	/** Cancels; SIGINT does as well. */
	signal?: AbortSignal | undefined;
	/** Makes a file; by default in a thread of its own, whose memory has limits that this process does not have. */
	run?: (options: ExportOptions) => Promise<Exported>;
}

const inThread = async ({ signal, onProgress, ...takes }: ExportOptions): Promise<Exported> =>
	(await import("../audit/index/jobs.ts")).exportInThread(takes, { signal, onProgress });

/** Thrown inside for Ctrl+C. */
class Cancelled extends Error {}

/** Exports, says what was made, and records it. */
export async function logExport(options: ExportFlags): Promise<ExitCode> {
	const say = options.err ?? ((text: string) => void process.stderr.write(text));
	const cancel = new AbortController();
	const onInterrupt = () => cancel.abort(new Cancelled());
	process.once("SIGINT", onInterrupt);
	const onAbort = () => cancel.abort(options.signal?.reason);
	options.signal?.addEventListener("abort", onAbort, { once: true });
	if (options.signal?.aborted === true) onAbort();
	const progress = new Progress(options.progress ?? (options.err === undefined && process.stderr.isTTY), say);
	try {
		return await run(options, cancel.signal, progress, say);
	} catch (error) {
		await progress.end();
		if (cancel.signal.aborted && error === cancel.signal.reason) {
			await say("Cancelled. Nothing was exported.\n");
			return 2;
		}
		const text = sentence(error);
		if (text === undefined) throw error;
		await say(`${text}\n`);
		return 2;
	} finally {
		process.off("SIGINT", onInterrupt);
		options.signal?.removeEventListener("abort", onAbort);
	}
}

/** What a person is told of an error; undefined for one that is ours. */
function sentence(error: unknown): string | undefined {
	if (!(error instanceof Error)) return undefined;
	if (error instanceof UsageError) return error.message;
	// Those of a thread come by their names.
	if (error instanceof JournalError || error.name === "ExportError") return terminalText(error.message);
	if (systemCode(error) === "" || systemCode(error).startsWith("ERR_")) return undefined;
	return terminalText(
		`The audit log cannot be read: ${error.message}. Nothing was exported. Check the disk and the rights of the log.`,
	);
}

async function run(options: ExportFlags, signal: AbortSignal, progress: Progress, say: Output): Promise<ExitCode> {
	const { home, folder, version, bom = false } = options;
	const format = formatOf(options.format);
	const dir = logDir(home, folder);
	const scope = await scopeOf(options, dir, signal);
	const common = { dir, format, scope, bom, version, signal, onProgress: progress.tell };
	if (options.to === "-") {
		if (!TEXT_FORMATS.includes(format))
			throw new UsageError(`${format} is not text and cannot go to standard output. Name a file with --out.`);
		const bytes = options.bytes ?? toStdout;
		const made = await exportTo({ write: async (part) => bytes(Buffer.from(part as Uint8Array)) }, common);
		await progress.end();
		return finish(options, { ...made, format, scope, file: "-", dir }, say);
	}
	const made = await (options.run ?? inThread)({ ...common, out: resolve(options.to) });
	await progress.end();
	const { rows, entries, bytes, out: file, leftOut } = made;
	await options.out(
		options.json
			? jsonLine({ file, format, bytes, rows, entries, ...(leftOut === undefined ? {} : { leftOut }) })
			: `${terminalText(file)}: ${countOf(entries, "entry", "entries")}, ${countOf(bytes, "byte")}\n`,
	);
	return finish(options, { ...made, format, scope, file, dir }, say);
}

/** An export is on record: who has it, and how much. */
async function finish(
	{ home, folder, version }: ExportFlags,
	made: Omit<Exported, "out" | "bytes"> & { format: string; scope: ExportScope; file: string; dir: string },
	say: Output,
): Promise<ExitCode> {
	const { rows, entries, format, scope, file, dir, leftOut } = made;
	if (leftOut !== undefined) await say(leftOutText(leftOut));
	try {
		// A filter may hold a secret that was looked for, and so may a path.
		const { value } = redactJson({ file, scope: JSON.parse(JSON.stringify(scope)) as JsonObject });
		await recordAgent({ home, root: rootOf(home, folder, dir), version }, "export.made", {
			format,
			...value,
			rows,
			entries,
		});
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		await say(`The export was made, but it could not be recorded in the log: ${terminalText(why)}\n`);
		return 2;
	}
	if (rows === 0) await say("Nothing matched.\n");
	return rows > 0 && leftOut === undefined ? 0 : 1;
}

function leftOutText({ segments, evidence, lines }: LeftOut): string {
	const names = ({ names, count, why }: LeftOut["evidence"]) =>
		`${names.map((name, at) => `  ${terminalText(name)}${why?.[at] === undefined ? "" : ` (${why[at]})`}\n`).join("")}${count > names.length ? `  and ${count - names.length} more\n` : ""}`;
	return [
		segments.count === 0
			? ""
			: `Left out, because it is no file and no gate made it (look at it and move it away from the log):\n${names(segments)}`,
		evidence.count === 0
			? ""
			: `Pieces of evidence that are missing, altered or cannot be read; the export was made without them. Verify the log (gatepost log verify), and check the disk and the rights:\n${names(evidence)}`,
		lines === undefined
			? ""
			: `Lines of the log that hold no entry, so what happened there is not told. Verify the log (gatepost log verify):\n${names(lines)}`,
	].join("");
}

function formatOf(text: string): ExportFormat {
	const format = ExportFormat.safeParse(text);
	if (!format.success) throw new UsageError(`--format is one of: ${ExportFormat.options.join(", ")}.`);
	return format.data;
}

/** One session and nothing else is a scope of its own: what a receipt is made of. */
async function scopeOf(flags: FilterFlags, dir: string, signal: AbortSignal): Promise<ExportScope> {
	let filter: AuditFilter;
	try {
		filter = filterOf(flags);
	} catch (error) {
		throw new UsageError(terminalText(error instanceof Error ? error.message : String(error)));
	}
	filter = await wholeSessions(dir, filter, signal);
	if (isEmptyFilter(filter)) return { of: "all" };
	const { sessions, agents, ...rest } = filter;
	const [session] = sessions ?? [];
	if (session === undefined || sessions?.length !== 1 || (agents?.length ?? 0) > 1 || !isEmptyFilter(rest))
		return { of: "filter", filter };
	const agent = agents?.[0] ?? (await agentOf(dir, session));
	return agent === undefined ? { of: "filter", filter } : { of: "session", agent, session };
}

/** The agent of a session, as the first of its entries that names one says. */
async function agentOf(dir: string, session: string): Promise<string | undefined> {
	for await (const { entry } of readEntries(dir)) {
		if (entry?.head.session === session && typeof entry.body?.agent === "string") return entry.body.agent;
	}
	return undefined;
}

/** The folder whose log lies in `dir`: the given one or one above it. */
function rootOf(home: string, folder: string | undefined, dir: string): string | undefined {
	if (folder === undefined) return undefined;
	for (let at = realpathSync.native(folder); ; at = dirname(at)) {
		if (workspacePaths(home, workspaceId(at)).dir === dir || at === dirname(at)) return at;
	}
}

async function toStdout(part: Uint8Array): Promise<void> {
	if (!process.stdout.write(part)) await once(process.stdout, "drain");
}

/** One line that is written over, at most once a percent. */
class Progress {
	readonly #shown: boolean;
	readonly #say: Output;
	#last = -1;

	constructor(shown: boolean, say: Output) {
		this.#shown = shown;
		this.#say = say;
	}

	readonly tell = (done: number, total: number): void => {
		const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
		if (!this.#shown || percent === this.#last) return;
		this.#last = percent;
		void this.#say(`\rExporting ${String(percent).padStart(3)} %`);
	};

	/** Wipes the line. */
	async end(): Promise<void> {
		if (this.#last >= 0) await this.#say("\r\u001b[K");
		this.#last = -1;
	}
}
