// What the audit panel's page says, and what it is answered. The page draws agents' text, so every message is checked by its
// schema, and a message names things only by what the host has told it: a log by one of `log.folders`, a row by its number.
import type { LogOutputChannel } from "vscode";
import {
	type AuditFilter,
	type FilePlace,
	fileAt,
	type RowDetail,
	type SessionDetail,
	type SessionFile,
} from "../protocol/audit.ts";
import type { AuditHostMessage, AuditPanelMessage, ExportFormat, ExportScope } from "../protocol/auditPanel.ts";
import { type Message, message } from "../protocol/messages.ts";
import type { DiffOf } from "./auditDiffs.ts";
import { type AuditLog, type LogPlace, Refusal } from "./auditLog.ts";
import { text } from "./text.ts";
import type { SessionChange } from "./undo.ts";
import type { FileOfRow } from "./undoSides.ts";

type Taken<Type extends AuditPanelMessage["type"]> = Extract<AuditPanelMessage, { type: Type }>;
type Question = Extract<AuditPanelMessage, { n: number }>;
type Request = Exclude<AuditPanelMessage, Question>;

/** What opens outside of the panel. Nothing of it answers, grants or accepts. */
export interface AuditOpeners {
	diff(place: LogPlace, of: DiffOf): Promise<void>;
	/** @param first before the session, @param last after it */
	sessionDiff(place: LogPlace, first: FileOfRow, last: FileOfRow): Promise<void>;
	text(place: LogPlace, row: number, what: Taken<"openText">["what"]): Promise<void>;
	explain(row: number): Promise<void>;
	makeRule(row: number): Promise<void>;
	copy(text: string): Promise<void>;
	export(place: LogPlace, format: ExportFormat, scope: ExportScope): Promise<void>;
	/** Asks the person first, as `undoAll` does. @param changes of one file, oldest first */
	undo(place: LogPlace, changes: readonly FileOfRow[]): Promise<void>;
	undoAll(place: LogPlace, changes: readonly SessionChange[]): Promise<void>;
	/** Asks the person first. */
	forget(place: LogPlace): Promise<void>;
}

export interface AuditMessagesOptions {
	log: AuditLog;
	post: (msg: AuditHostMessage) => void;
	strings: () => Record<string, string>;
	openers: AuditOpeners;
	output: Pick<LogOutputChannel, "warn" | "error">;
	/** Trouble with something that opens outside of the panel. */
	tell: (sentence: string) => void;
	/** The page is there and has its sentences. */
	onReady: () => void;
}

export class AuditMessages {
	readonly #options: AuditMessagesOptions;
	#filter: AuditFilter | undefined;

	constructor(options: AuditMessagesOptions) {
		this.#options = options;
	}

	/** The filter in view; undefined while nothing was asked, or all is shown. */
	get filter(): AuditFilter | undefined {
		return this.#filter;
	}

	/** Takes a message of the page. Never throws. */
	async take(raw: unknown): Promise<void> {
		try {
			const { AuditPanelMessage } = await import("./core.ts");
			const parsed = AuditPanelMessage.safeParse(raw);
			if (!parsed.success) {
				this.#options.output.warn("A message of the audit log's page was not understood and was dropped.");
			} else if ("n" in parsed.data) await this.#question(parsed.data);
			else await this.#request(parsed.data);
		} catch (error) {
			const sentence = text(saidOf(error));
			this.#options.output.error(sentence);
			this.#options.tell(sentence);
		}
	}

	async #question(msg: Question): Promise<void> {
		try {
			this.#options.post(await this.#answer(msg));
		} catch (error) {
			if (!(error instanceof Refusal)) this.#options.output.error(text(saidOf(error)));
			this.#options.post({ type: "refused", n: msg.n, message: saidOf(error) });
		}
	}

	async #answer(msg: Question): Promise<AuditHostMessage> {
		const { log } = this.#options;
		const { n } = msg;
		switch (msg.type) {
			case "rows": {
				const { filter, order, offset, limit } = msg;
				this.#filter = Object.keys(filter).length === 0 ? undefined : filter;
				return { type: "rows", n, offset, ...(await log.ask("rows", { filter, order, offset, limit })) };
			}
			case "detail":
				return { type: "detail", n, detail: await this.#detail(msg.row) };
			case "facets":
				return { type: "facets", n, facets: await log.ask("facets", {}) };
			case "sessions": {
				const { filter, offset, limit } = msg;
				return { type: "sessions", n, offset, ...(await log.ask("sessions", { filter, offset, limit })) };
			}
			case "session": {
				const { agent, session, offset, limit } = msg;
				const detail = await log.ask("session", { agent, session, offset, limit });
				if (detail === undefined) throw new Refusal(message("auditHost.noSession"));
				return { type: "session", n, detail };
			}
			case "overview":
				return { type: "overview", n, overview: await log.ask("overview", { filter: msg.filter }) };
		}
	}

	async #request(msg: Request): Promise<void> {
		const { log, openers, post, onReady } = this.#options;
		switch (msg.type) {
			case "ready":
				post({ type: "strings", contents: this.#options.strings() });
				// After the strings, which the picture needs.
				post({ type: "log", log: log.state() });
				onReady();
				return;
			case "choose":
				return log.choose(msg.folder);
			case "verify":
				return log.verify();
			case "forget":
				return openers.forget(this.#place());
			case "rebuild":
				return log.rebuild();
			case "openDiff":
				return this.#diff(msg);
			case "openSessionDiff":
				return this.#sessionDiff(msg);
			case "undo":
				return openers.undo(this.#place(), [await this.#fileOf(msg)]);
			case "undoSessionFile": {
				const place = this.#place();
				const file = (await this.#session(msg)).files.find(({ path }) => path === msg.path);
				if (file === undefined) throw new Refusal(message("auditHost.noSession"));
				return openers.undo(place, await this.#changesOf(file));
			}
			case "undoSession": {
				const place = this.#place();
				const changes = (await this.#session(msg)).files.map((file) => ({
					path: file.path,
					row: file.last.row,
					changes: () => this.#changesOf(file),
				}));
				return openers.undoAll(place, changes);
			}
			case "openText":
				return openers.text(this.#place(), msg.row, msg.what);
			case "explain":
				return openers.explain(msg.row);
			case "makeRule":
				return openers.makeRule(msg.row);
			case "copy":
				return openers.copy(msg.text);
			case "export":
				return openers.export(this.#place(), msg.format, msg.scope);
		}
	}

	async #diff({ row, file, actual, edited, mismatch }: Taken<"openDiff">): Promise<void> {
		const place = this.#place();
		const detail = await this.#detail(row);
		const one =
			edited === true ? detail.edited?.files?.[file] : fileAt(detail, actual === true ? { file, actual } : { file });
		const of: FileOfRow = [detail, one];
		await this.#options.openers.diff(place, mismatch === true ? { found: of } : of);
	}

	async #sessionDiff({ agent, session, path }: Taken<"openSessionDiff">): Promise<void> {
		const place = this.#place();
		const file = (await this.#session({ agent, session })).files.find((one) => one.path === path);
		if (file === undefined) throw new Refusal(message("auditHost.noSession"));
		await this.#options.openers.sessionDiff(place, ...(await this.#endsOf(file)));
	}

	async #session({ agent, session }: { agent: string; session: string }): Promise<SessionDetail> {
		const detail = await this.#options.log.ask("session", { agent, session, offset: 0, limit: 1 });
		if (detail === undefined) throw new Refusal(message("auditHost.noSession"));
		return detail;
	}

	/** The first and the last change of a file; two of the same are one and the same. */
	async #endsOf({ first, last }: SessionFile): Promise<readonly [FileOfRow, FileOfRow]> {
		const from = await this.#fileOf(first);
		const isOne = last.row === first.row && last.file === first.file && last.actual === first.actual;
		return [from, isOne ? from : await this.#fileOf(last)];
	}

	/** All changes of a file, oldest first. */
	async #changesOf({ path, changes, places }: SessionFile): Promise<FileOfRow[]> {
		if (places.length < changes) throw new Refusal(message("undo.tooMany", { count: changes }));
		const files: FileOfRow[] = [];
		for (const place of places) {
			const detail = await this.#detail(place.row);
			const edited = place.actual === true ? undefined : detail.edited?.files;
			if (edited === undefined || edited.length === 0) files.push([detail, fileAt(detail, place)]);
			else {
				// One that the person left out was not changed.
				const file = edited.find((one) => one.path === path);
				if (file !== undefined) files.push([detail, file]);
			}
		}
		return files;
	}

	/** What was done is what a person made of an action, where they changed it. */
	async #fileOf(place: FilePlace): Promise<FileOfRow> {
		const detail = await this.#detail(place.row);
		const edited = place.actual === true ? undefined : detail.edited?.files;
		const isEdited = edited !== undefined && edited.length > 0;
		return [detail, isEdited ? edited[place.file] : fileAt(detail, place)];
	}

	async #detail(row: number): Promise<RowDetail> {
		const detail = await this.#options.log.ask("detail", { row });
		if (detail === undefined) throw new Refusal(message("auditHost.noRow"));
		return detail;
	}

	#place(): LogPlace {
		const { place } = this.#options.log;
		if (place === undefined) throw new Refusal(message("auditHost.noLog"));
		return place;
	}
}

/** What a person is told of an error. */
export function saidOf(error: unknown): Message {
	if (error instanceof Refusal) return error.said;
	return message("auditHost.failed", { detail: error instanceof Error ? error.message : String(error) });
}
