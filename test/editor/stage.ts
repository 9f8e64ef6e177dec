// What the tests in the extension host see of Gatepost: what any other extension and any program of the user sees.
import assert from "node:assert/strict";
import { readFileSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import { WebSocket } from "ws";
import { readEntries as readLog } from "../../src/audit/read.ts";
import { logDir } from "../../src/bin/log.ts";
import { readEntries } from "../../src/gate/registry.ts";
import { Counts, GATES_PATH, type RegistryEntry } from "../../src/protocol/hook.ts";
import type { HookCall } from "../support/hookCall.ts";
import { until } from "../support/until.ts";

export const home = homedir();
export const gatepost = join(home, ".gatepost");

export function extension(): vscode.Extension<unknown> {
	const found = vscode.extensions.getExtension("gatepost.gatepost");
	assert(found, "Gatepost is not among the extensions");
	return found;
}

/** Real path of the n-th folder of the window. */
export function folder(n: 0 | 1): string {
	const found = vscode.workspace.workspaceFolders?.[n];
	assert(found, `the window has no folder ${n}`);
	return realpathSync(found.uri.fsPath);
}

/** The registry entry of this window's gate, and its file. Waits until there is one. */
export async function gate(): Promise<{ file: string; entry: RegistryEntry }> {
	let entry: RegistryEntry | undefined;
	await until("this window's gate is in the registry", () => {
		entry = readEntries(gatepost).entries.find(({ pid, state }) => pid === process.pid && state === "open");
		return entry !== undefined;
	});
	assert(entry);
	const file = join(gatepost, "gates", `${entry.id}.json`);
	return { file, entry: { ...entry, ...JSON.parse(readFileSync(file, "utf8")) } };
}

/** How many requests wait in this window, as its gate tells other windows. */
export async function waiting(): Promise<number> {
	const { port, token } = (await gate()).entry;
	const ws = new WebSocket(`ws://127.0.0.1:${port}${GATES_PATH}`, { headers: { Authorization: `Bearer ${token}` } });
	try {
		const text = await new Promise((resolve, reject) => {
			ws.once("message", resolve).once("error", reject);
		});
		return Counts.parse(JSON.parse(String(text))).waiting;
	} finally {
		ws.close();
	}
}

export interface Logged {
	type: string;
	session?: string | undefined;
	// biome-ignore lint/suspicious/noExplicitAny: bodies differ by type, and a test names what it expects
	body: any;
}

/** The audit log of a folder as it is on disk now, oldest first. */
export async function log(of: string): Promise<Logged[]> {
	const entries: Logged[] = [];
	for await (const { entry, problem } of readLog(logDir(gatepost, of))) {
		// The last line may be growing.
		if (entry === undefined || problem !== undefined) continue;
		entries.push({ type: entry.head.type, session: entry.head.session, body: entry.body });
	}
	return entries;
}

/** What the log says about one call. */
export async function story(call: HookCall, of: string): Promise<Logged[]> {
	const request = await requestOf(call, of);
	return request === undefined ? [] : (await log(of)).filter(({ body }) => body?.request === request);
}

async function requestOf({ toolUseId }: HookCall, of: string): Promise<string | undefined> {
	const entries = await log(of);
	return entries.find(({ type, body }) => type === "action.requested" && body.toolUseId === toolUseId)?.body.request;
}

/** Waits until a call is on record and its card is up. Resolves with the id of its request. */
export async function held(call: HookCall, of: string): Promise<string> {
	let request: string | undefined;
	await until("the request is on record", async () => {
		if (!call.isWaiting()) assert.fail(`not held: ${JSON.stringify(await call.ended)}`);
		request = await requestOf(call, of);
		return request !== undefined;
	});
	assert(request);
	await until("its card is up", async () => (await waiting()) > 0);
	return request;
}

/** One side of a file of a request, as the native diff gets it. */
export function side(request: string, which: string, path: string): vscode.Uri {
	return vscode.Uri.from({ scheme: "gatepost", path, query: `${request}/${which}` });
}

/** Whether this promise is settled within a moment. */
export async function settlesSoon(promise: Thenable<unknown>, ms = 1500): Promise<boolean> {
	const { promise: late, resolve } = Promise.withResolvers<boolean>();
	const timer = setTimeout(() => resolve(false), ms);
	const settled = Promise.resolve(promise).then(
		() => true,
		() => true,
	);
	return Promise.race([settled, late]).finally(() => clearTimeout(timer));
}

export function tabs(): vscode.Tab[] {
	return vscode.window.tabGroups.all.flatMap((group) => group.tabs);
}

/** Tabs that show something of Gatepost's own schemes. */
export function tabsOf(scheme: string): vscode.Tab[] {
	return tabs().filter(({ input }) => {
		if (input instanceof vscode.TabInputTextDiff) return input.modified.scheme === scheme;
		return input instanceof vscode.TabInputText && input.uri.scheme === scheme;
	});
}

/** Whether Gatepost may show its progress notification. */
export function setNotifying(on: boolean): Thenable<void> {
	const settings = vscode.workspace.getConfiguration("gatepost");
	return settings.update("notifyWhenHidden", on ? undefined : false, vscode.ConfigurationTarget.Global);
}
