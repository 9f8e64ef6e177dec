// A past action held against today's policy: why it would pass, ask or be denied, and a rule for it. Both only open a text;
// a rule is an unsaved edit that counts after the person has saved the file and accepted it in the Requests view.
import { homedir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import type { Action } from "../actions/action.ts";
import type { PolicyContext } from "../policy/policy.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { message } from "../protocol/messages.ts";
import { type AuditLog, Refusal } from "./auditLog.ts";
import { explanationText } from "./explain.ts";
import type { GateHost } from "./gateHost.ts";
import { gatepostHome } from "./gateHost.ts";
import { say } from "./text.ts";
import type { TextDocuments } from "./textDocuments.ts";

interface Past {
	action: Action;
	agent: string;
	time: string;
	/** Secrets of it are masked. */
	masked: boolean;
}

type Log = Pick<AuditLog, "ask">;
type Policies = Pick<GateHost, "acceptance" | "open">;

/** Opens what policy would decide about the action of a row today, step by step. @throws Refusal */
export async function explainRow(log: Log, host: Policies, documents: TextDocuments, row: number): Promise<void> {
	const past = await pastAction(log, row);
	const { terminalText } = await import("./core.ts");
	const { policy, context } = await judge(host, past);
	const explanation = await policy.explain(past.action, context);
	const { command, url } = past.action.input;
	const target = typeof command === "string" ? command : (past.action.paths[0] ?? (typeof url === "string" ? url : ""));
	const lines = [past.action.tool, ...target.slice(0, 20_000).split("\n")].map((line) => `    ${terminalText(line)}`);
	const head = [say("auditHost.explainHead", { time: terminalText(past.time) })];
	if (past.masked) head.push(say("auditHost.explainMasked"));
	await documents.show("explain.txt", [...head, "", ...lines, "", await explanationText(explanation)].join("\n"));
}

/** Puts the narrowest rule that would let the action of a row pass into the person's own policy file, unsaved. @throws Refusal */
export async function makeRule(log: Log, host: Policies, row: number): Promise<void> {
	const past = await pastAction(log, row);
	if (past.masked) throw new Refusal(message("auditHost.rule.masked"));
	const { addRule, freeId, groundOf, parsePolicy, proposalsThatCover, ruleOf } = await import("./core.ts");
	const { policy, context } = await judge(host, past);
	const verdict = await policy.evaluate(past.action, context);
	const rule = verdict.ruleId;
	if (verdict.guard) throw new Refusal(message("auditHost.rule.guard"));
	if (verdict.effect === "allow") throw new Refusal(message("auditHost.rule.passes", { rule }));
	if (verdict.effect === "deny") throw new Refusal(message("auditHost.rule.denied", { rule }));
	const ground = await groundOf(past.action, context);
	const [narrowest] = await proposalsThatCover(ground);
	if (narrowest === undefined) throw new Refusal(message("auditHost.rule.none"));
	const document = await policyDocument(join(gatepostHome(), "policy.jsonc"));
	const text = document.getText();
	const id = freeId(parsePolicy(text).file, idFor(narrowest.rule.patterns[0] ?? ""));
	const edited = addRule(text, ruleOf(ground, narrowest.rule, id));
	if ("problems" in edited) {
		const [problem] = edited.problems;
		const line = problem?.line ?? 1;
		await vscode.window.showTextDocument(document, { selection: new vscode.Range(line - 1, 0, line - 1, 0) });
		const detail = problem === undefined ? "" : say(problem.message.code, problem.message.args);
		throw new Refusal(message("auditHost.rule.broken", { line, detail }));
	}
	const edit = new vscode.WorkspaceEdit();
	for (const { offset, length, content } of edited.edits) {
		const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
		edit.replace(document.uri, range, content);
	}
	if (!(await vscode.workspace.applyEdit(edit))) {
		throw new Refusal(message("auditHost.rule.notEdited", { file: document.uri.fsPath }));
	}
	const at = document.positionAt(Math.max(0, document.getText().indexOf(JSON.stringify(id))));
	await vscode.window.showTextDocument(document, { preview: false, selection: new vscode.Range(at, at) });
	void vscode.window.showInformationMessage(say("auditHost.rule.made", { rule: id }));
}

/** An id that says what is allowed: "allow-npm-test". */
function idFor(pattern: string): string {
	const words = pattern.toLowerCase().split(/[^a-z0-9]+/);
	return ["allow", ...words.filter((word) => word !== "").slice(0, 5)].join("-");
}

/** The person's policy file; one that is not there yet is a new document of that name, which only saving makes a file. */
async function policyDocument(file: string): Promise<vscode.TextDocument> {
	const uri = vscode.Uri.file(file);
	try {
		await vscode.workspace.fs.stat(uri);
	} catch (error) {
		if (!(error instanceof vscode.FileSystemError) || error.code !== "FileNotFound") throw error;
		const document = await vscode.workspace.openTextDocument(uri.with({ scheme: "untitled" }));
		return vscode.languages.setTextDocumentLanguage(document, "jsonc");
	}
	return vscode.workspace.openTextDocument(uri);
}

async function judge(host: Policies, { action, agent }: Past) {
	const { contextOf, Layers, openPolicy } = await import("./core.ts");
	const home = gatepostHome();
	const layers = new Layers({ home, acceptance: await host.acceptance(), keepCopies: false });
	const folders = [...(host.open?.folders() ?? [])];
	const context: PolicyContext = {
		...contextOf({ home, root: action.root, agent }),
		folders: folders.includes(action.root) ? folders : [...folders, action.root],
		userHome: homedir(),
		trusted: vscode.workspace.isTrusted,
	};
	return { policy: openPolicy({ layers }), context };
}

/** The action of a row as the log holds it. @throws Refusal when it is not whole there */
async function pastAction(log: Log, row: number): Promise<Past> {
	const entries = await log.ask("entries", { row });
	if (entries.length === 0) throw new Refusal(message("auditHost.noRow"));
	const requested = entries.find(({ entry }) => entry?.head.type === "action.requested");
	// What was altered since is not what anybody asked for.
	const entry = requested?.problem === undefined ? requested?.entry : undefined;
	const past = entry?.body === undefined ? undefined : await actionOf(entry.body);
	if (past === undefined || entry === undefined) throw new Refusal(message("auditHost.noAction"));
	return { ...past, time: entry.head.time, masked: entry.body?.redacted === true };
}

async function actionOf(body: JsonObject): Promise<Pick<Past, "action" | "agent"> | undefined> {
	const { claimed, tool, root, agent } = body;
	if (!isObject(claimed) || !isObject(claimed.input)) return undefined;
	const { cwd, input } = claimed;
	if (typeof cwd !== "string" || typeof root !== "string" || typeof tool !== "string") return undefined;
	const { actionFrom } = await import("./core.ts");
	try {
		return { action: actionFrom({ agent: String(agent), tool, root, cwd, input }), agent: String(agent) };
	} catch {
		// A path that was none then: it was denied, and is now.
		return undefined;
	}
}

function isObject(value: unknown): value is JsonObject {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
