// Logs for the tests of the audit panel's host, in the home of the window under test, and what stands in for its page.
import assert from "node:assert/strict";
import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import { openHome } from "../../src/audit/home.ts";
import { AuditLog, type LogPlace, type LogSource } from "../../src/editor/auditLog.ts";
import { AuditMessages, type AuditOpeners } from "../../src/editor/auditMessages.ts";
import type { AuditRow, RowDetail } from "../../src/protocol/audit.ts";
import type { AuditHostMessage, AuditPanelMessage } from "../../src/protocol/auditPanel.ts";
import { type SampleLog, sampleLog } from "../support/auditLog.ts";
import { until } from "../support/until.ts";
import { gatepost, home } from "./stage.ts";

/** A log with everything in it, of a folder of its own, written by the real journal. */
export async function sample(name: string): Promise<SampleLog & { root: string }> {
	const root = join(await realpath(home), name);
	await mkdir(root, { recursive: true });
	const log = await sampleLog(openHome(gatepost), root, name);
	return { ...log, root };
}

/** The log of these folders, as the panel has it. Close it after the test. */
export function auditLog(
	folders: () => readonly string[],
	more: Partial<ConstructorParameters<typeof AuditLog>[0]> = {},
): AuditLog {
	const source: LogSource = { home: gatepost, folders, homeKey: () => openHome(gatepost).macKey() };
	return new AuditLog({ source, onChange: () => undefined, onProblem: () => undefined, ...more });
}

export interface Page {
	messages: AuditMessages;
	/** What was posted to the page, in order. */
	posted: AuditHostMessage[];
	/** What was opened, by name, with what it was given. */
	opened: [keyof AuditOpeners, ...unknown[]][];
	/** What was told to the person, and written to Gatepost's own output. */
	told: string[];
	warned: string[];
	ask<T extends AuditHostMessage["type"]>(
		msg: AuditPanelMessage,
		answer: T,
	): Promise<Extract<AuditHostMessage, { type: T }>>;
}

/** A page that is not there: what it says goes in by `messages.take`, as from the real one. */
export function page(log: AuditLog): Page {
	const posted: AuditHostMessage[] = [];
	const opened: Page["opened"] = [];
	const told: string[] = [];
	const warned: string[] = [];
	const opener =
		(name: keyof AuditOpeners) =>
		async (...given: unknown[]) => {
			opened.push([name, ...given]);
		};
	const messages = new AuditMessages({
		log,
		post: (msg) => posted.push(msg),
		strings: () => ({}),
		openers: {
			diff: opener("diff"),
			sessionDiff: opener("sessionDiff"),
			text: opener("text"),
			explain: opener("explain"),
			makeRule: opener("makeRule"),
			copy: opener("copy"),
			export: opener("export"),
			forget: opener("forget"),
			undo: opener("undo"),
			undoAll: opener("undoAll"),
		},
		output: { warn: (text: string) => warned.push(text), error: (text: string | Error) => warned.push(String(text)) },
		tell: (sentence) => told.push(sentence),
		onReady: () => undefined,
	});
	return {
		messages,
		posted,
		opened,
		told,
		warned,
		async ask(msg, type) {
			const before = posted.length;
			await messages.take(msg);
			const answer = posted.slice(before).find((one) => one.type === type);
			assert(answer, `no ${type} but ${JSON.stringify(posted.slice(before)).slice(0, 500)}, ${told}`);
			return answer as Extract<AuditHostMessage, { type: typeof type }>;
		},
	};
}

/** The row of a request. */
export async function rowOf(log: AuditLog, request: string): Promise<AuditRow> {
	let row: AuditRow | undefined;
	await until("the request is in the index", async () => {
		log.refresh();
		const { rows } = await log.ask("rows", { filter: { text: request }, order: "oldest", offset: 0, limit: 10 });
		row = rows.find((one) => one.request === request);
		return row !== undefined;
	});
	assert(row);
	return row;
}

export async function detailOf(log: AuditLog, request: string): Promise<RowDetail> {
	const { id } = await rowOf(log, request);
	const detail = await log.ask("detail", { row: id });
	assert(detail);
	return detail;
}

/** The log that is shown. */
export function placeOf(log: AuditLog): LogPlace {
	assert(log.place);
	return log.place;
}

type Window = typeof vscode.window;

/** Puts functions of the tests in the place of the editor's, for one run. */
export async function answering<T>(answers: { [K in keyof Window]?: unknown }, run: () => Thenable<T>): Promise<T> {
	const names = Object.keys(answers) as (keyof Window)[];
	const real = Object.fromEntries(names.map((name) => [name, vscode.window[name]]));
	Object.assign(vscode.window, answers);
	try {
		return await run();
	} finally {
		Object.assign(vscode.window, real);
	}
}
