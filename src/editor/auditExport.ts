// Exports of a log from the editor: where to, then the work in the log's thread with progress that can be cancelled, and a
// note of it in the log itself. What fails or is cancelled leaves no file.
import { createHash } from "node:crypto";
import { createReadStream, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, sep } from "node:path";
import * as vscode from "vscode";
import type { Approver } from "../approvals/decision.ts";
import type { Exported, ExportOptions, LeftOut } from "../audit/export/types.ts";
import type { ExportFormat, ExportScope } from "../protocol/auditPanel.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { message } from "../protocol/messages.ts";
import { type LogPlace, Refusal } from "./auditLog.ts";
import { counted, say } from "./text.ts";

/** Files up to here are hashed for the note in the log. Bytes. */
const HASHED = 64 * 1024 * 1024;

const ENDINGS: Record<ExportFormat, string> = {
	jsonl: "jsonl",
	csv: "csv",
	html: "html",
	sqlite: "sqlite",
	ocsf: "ocsf.jsonl",
	bundle: "zip",
};

export type RunExport = (options: ExportOptions) => Promise<Exported>;

export interface AuditExportsOptions {
	/** Folder of the Gatepost home: no export goes there. */
	home: string;
	version: string;
	approver: () => Promise<Approver>;
	/** Puts a note of an export into the log of a folder. @throws when it cannot be written */
	record: (place: LogPlace, body: JsonObject) => Promise<void>;
	/** Asks for the file; undefined when the person wants none. */
	choose?: (name: string, format: ExportFormat) => Thenable<vscode.Uri | undefined>;
	/** By default in the log's thread. */
	run?: RunExport;
}

const inThread: RunExport = async ({ signal, onProgress, ...takes }) =>
	(await import("./core.ts")).exportInThread(takes, { signal, onProgress });

export class AuditExports {
	readonly #options: AuditExportsOptions;
	#running = false;

	constructor(options: AuditExportsOptions) {
		this.#options = options;
	}

	/** Asks where to, exports, and says what came of it. @throws Refusal when it was not done */
	async export(place: LogPlace, format: ExportFormat, scope: ExportScope): Promise<void> {
		if (this.#running) throw new Refusal(message("auditHost.export.running"));
		this.#running = true;
		try {
			await this.#export(place, format, scope);
		} finally {
			this.#running = false;
		}
	}

	async #export(place: LogPlace, format: ExportFormat, scope: ExportScope): Promise<void> {
		const choose = this.#options.choose ?? chooseFile;
		const target = await choose(exportName(place, format, scope, new Date()), format);
		if (target === undefined) return;
		const out = this.#fileOf(target);
		const exported = await this.#run({
			dir: place.dir,
			format,
			scope,
			out,
			version: this.#options.version,
			// A spreadsheet takes a file without it for another encoding.
			...(format === "csv" ? { bom: true } : {}),
		});
		if (exported === undefined) {
			void vscode.window.showInformationMessage(say("auditHost.export.cancelled"));
			return;
		}
		const missing = await this.#record(place, format, scope, exported).then(
			() => undefined,
			(error) => detailOf(error),
		);
		// It stays on screen until somebody has seen it.
		void this.#tell(exported, format, missing).catch((error) => vscode.window.showErrorMessage(detailOf(error)));
	}

	/** @throws Refusal for a place where no export may go */
	#fileOf(target: vscode.Uri): string {
		if (target.scheme !== "file") throw new Refusal(message("auditHost.export.onlyFiles"));
		const out = target.fsPath;
		const { home } = this.#options;
		const into = realpathOr(dirname(out));
		for (const ours of [home, realpathOr(home)]) {
			if (into === ours || into.startsWith(ours + sep)) {
				throw new Refusal(message("auditHost.export.inHome", { folder: home }));
			}
		}
		return out;
	}

	/** Undefined when it was cancelled. @throws Refusal when it failed */
	async #run(options: ExportOptions): Promise<Exported | undefined> {
		const run = this.#options.run ?? inThread;
		const cancelled = new AbortController();
		const where = { location: vscode.ProgressLocation.Notification, cancellable: true };
		return vscode.window.withProgress({ ...where, title: say("auditHost.export.title") }, async (progress, token) => {
			token.onCancellationRequested(() => cancelled.abort());
			let before = 0;
			const onProgress = (done: number, total: number) => {
				const percent = total === 0 ? 0 : Math.min(100, Math.floor((100 * done) / total));
				if (percent <= before) return;
				progress.report({ increment: percent - before, message: say("auditHost.export.percent", { percent }) });
				before = percent;
			};
			try {
				return await run({ ...options, signal: cancelled.signal, onProgress });
			} catch (error) {
				if (cancelled.signal.aborted) return undefined;
				throw new Refusal(message("auditHost.export.failed", { detail: detailOf(error) }));
			}
		});
	}

	async #record(place: LogPlace, format: ExportFormat, scope: ExportScope, exported: Exported): Promise<void> {
		const { out, bytes, rows, entries } = exported;
		const sha256 = bytes <= HASHED ? await hashOf(out) : undefined;
		const approver = await this.#options.approver();
		await this.#options.record(place, {
			format,
			scope: JSON.parse(JSON.stringify(scope)) as JsonObject,
			file: out,
			bytes,
			rows,
			entries,
			...(sha256 === undefined ? {} : { sha256 }),
			osUser: approver.osUser,
			approver: JSON.parse(JSON.stringify(approver)) as JsonObject,
		});
	}

	async #tell(
		{ out, rows, entries, leftOut }: Exported,
		format: ExportFormat,
		missing: string | undefined,
	): Promise<void> {
		const [reveal, open] = [say("auditHost.export.reveal"), say("auditHost.export.open")];
		const file = vscode.Uri.file(out);
		// Of another machine's files, or in a browser, nothing can be shown outside of the editor.
		const here = vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
		const inEditor = format === "jsonl" || format === "csv" || format === "ocsf";
		const buttons = [...(here ? [reveal] : []), ...(here || inEditor ? [open] : [])];
		const done = say("auditHost.export.done", { rows, entries, file: out });
		const troubles = [
			...(missing === undefined ? [] : [say("auditHost.export.notRecorded", { file: out, detail: missing })]),
			...(leftOut === undefined ? [] : leftOutTexts(leftOut)),
		];
		const pressed = await (troubles.length === 0
			? vscode.window.showInformationMessage(done, ...buttons)
			: vscode.window.showWarningMessage([done, ...troubles].join(" "), ...buttons));
		if (pressed === reveal) await vscode.commands.executeCommand("revealFileInOS", file);
		else if (pressed === open && inEditor) await vscode.commands.executeCommand("vscode.open", file);
		else if (pressed === open) await vscode.env.openExternal(file);
	}
}

function leftOutTexts({ segments, evidence, lines = { count: 0, names: [] } }: LeftOut): string[] {
	const names = (some: readonly string[], count: number) => [...some, ...(count > some.length ? ["…"] : [])].join(", ");
	// A sentence on screen is no place for whole digests: the file and a verification have them.
	const pieces = evidence.names.slice(0, 3).map((digest) => digest.slice(0, 12));
	const sentences = [
		{ code: "auditHost.export.noFile", count: segments.count, names: names(segments.names, segments.count) },
		{ code: "auditHost.export.noEvidence", count: evidence.count, names: names(pieces, evidence.count) },
		{ code: "auditHost.export.noEntry", count: lines.count, names: names(lines.names.slice(0, 3), lines.count) },
	] as const;
	return sentences.filter(({ count }) => count > 0).map(({ code, count, names }) => counted(code, count, { names }));
}

/** E.g. "gatepost-shop-all-2026-01-31.csv". */
export function exportName({ label }: LogPlace, format: ExportFormat, scope: ExportScope, now: Date): string {
	const part = (text: string) =>
		text
			.replace(/[^A-Za-z0-9._-]+/g, "-")
			.replace(/^[-.]+|[-.]+$/g, "")
			.slice(0, 40);
	const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()]
		.map((one) => String(one).padStart(2, "0"))
		.join("-");
	const what = scope.of === "session" ? `session-${part(scope.session.slice(0, 8))}` : scope.of;
	return `${["gatepost", part(basename(label)), what, day].filter((one) => one !== "").join("-")}.${ENDINGS[format]}`;
}

function chooseFile(name: string, format: ExportFormat): Thenable<vscode.Uri | undefined> {
	const ending = ENDINGS[format].split(".").at(-1) ?? "";
	return vscode.window.showSaveDialog({
		// Not the folder that is open: an export of its log is not part of it.
		defaultUri: vscode.Uri.file(join(homedir(), name)),
		saveLabel: say("auditHost.export.save"),
		title: say("auditHost.export.title"),
		filters: { [say(`auditHost.export.${format}`)]: [ending] },
	});
}

async function hashOf(file: string): Promise<string> {
	const hash = createHash("sha256");
	for await (const part of createReadStream(file)) hash.update(part as Buffer);
	return hash.digest("hex");
}

function realpathOr(path: string): string {
	try {
		return realpathSync(path);
	} catch {
		return path;
	}
}

function detailOf(error: unknown): string {
	if (error instanceof Refusal) return say(error.said.code, error.said.args);
	return error instanceof Error ? error.message : String(error);
}
