// A past action held against today's policy: explained, and made into a rule that nobody has saved or accepted.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import type { AuditLog } from "../../src/editor/auditLog.ts";
import { explainRow, makeRule } from "../../src/editor/auditPolicy.ts";
import type { GateHost } from "../../src/editor/gateHost.ts";
import type { TextDocuments } from "../../src/editor/textDocuments.ts";
import { Acceptance } from "../../src/policy/rules/accepted.ts";
import { until } from "../support/until.ts";
import { auditLog, rowOf, sample } from "./auditStage.ts";
import { gatepost } from "./stage.ts";

const file = join(gatepost, "policy.jsonc");
const USER = '{\n\t// mine\n\t"rules": [\n\t\t{ "id": "own", "effect": "deny", "command": "npm publish *" }\n\t]\n}\n';

describe("a past action held against today's policy", function () {
	this.timeout(60_000);
	let made: Awaited<ReturnType<typeof sample>>;
	let log: AuditLog;
	const host = {
		acceptance: async () => new Acceptance(gatepost, undefined),
		get open() {
			return { folders: () => [made.root] } as unknown as GateHost["open"];
		},
	};
	const row = async (request: string) => (await rowOf(log, request)).id;

	/** The editor may have kept what the file held for an earlier test. */
	async function putFile(text: string): Promise<void> {
		await writeFile(file, text);
		await until("the editor has the file", async () => {
			const document = await vscode.workspace.openTextDocument(file);
			return document.getText() === text;
		});
	}

	before(async () => {
		made = await sample("audit-policy");
		await writeFile(join(made.root, "package.json"), '{ "scripts": { "test": "node --test", "lint": "true" } }\n');
		log = auditLog(() => [made.root]);
		await log.sync();
	});
	after(async () => {
		await log.close();
		await made.journal.close();
	});
	afterEach(async () => {
		await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
		await vscode.commands.executeCommand("workbench.action.closeAllEditors");
		await vscode.commands.executeCommand("notifications.clearAll");
		await rm(file, { force: true });
	});

	it("is explained step by step, with every character visible", async () => {
		const texts: string[] = [];
		const documents = { show: async (_: string, text: string) => void texts.push(text) } as unknown as TextDocuments;
		await explainRow(log, host, documents, await row(made.requests.test));
		assert.match(texts[0] ?? "", /npm test -- --reporter=dot/);
		assert.match(texts[0] ?? "", /Asks a person/);
		await explainRow(log, host, documents, await row(made.requests.hostile));
		assert.doesNotMatch(texts[1] ?? "", /[^\P{Cc}\n]|\p{Cf}/u);
	});

	it("becomes a rule in a new document that is not saved, and counts for nothing", async () => {
		await makeRule(log, host, await row(made.requests.test));
		const editor = vscode.window.activeTextEditor ?? assert.fail("no document was opened");
		const { document, selection } = editor;
		assert(document.isDirty || document.isUntitled);
		assert.equal(existsSync(file), false, "the file was written");
		assert.match(document.getText(), /"command": \[\s*"npm test -- --reporter=dot"\s*\]/);
		assert.match(document.lineAt(selection.active.line).text, /allow-npm-test/);
		assert.equal(existsSync(join(gatepost, "policy-accepted.json")), false);
	});

	it("becomes a rule behind the ones of the file, as an edit that is not saved", async () => {
		await putFile(USER);
		await makeRule(log, host, await row(made.requests.test));
		const { document } = vscode.window.activeTextEditor ?? assert.fail("no document was opened");
		assert.equal(document.uri.fsPath, file);
		assert(document.isDirty);
		assert.equal(await readFile(file, "utf8"), USER, "the file was written");
		assert(document.getText().startsWith(USER.slice(0, USER.indexOf("]")).trimEnd()));
		assert(document.getText().includes(`"folder": ${JSON.stringify(made.root)}`), document.getText());
		assert.match(document.getText(), /"id": "allow-npm-test-reporter-dot"/);
	});

	const refused: Record<string, [keyof typeof made.requests, string, string?]> = {
		"it passes already": ["read", "auditHost.rule.passes"],
		"no rule is narrow enough": ["denied", "auditHost.rule.none"],
		"the file has an error": ["test", "auditHost.rule.broken", '{ "rules": [ { "id": '],
	};
	for (const [why, [request, code, text]] of Object.entries(refused)) {
		it(`becomes no rule when ${why}`, async () => {
			if (text !== undefined) await putFile(text);
			await assert.rejects(makeRule(log, host, await row(made.requests[request])), { message: code });
			if (text === undefined) assert.equal(existsSync(file), false);
			else assert.equal(await readFile(file, "utf8"), text);
		});
	}

	it("is neither explained nor made a rule where the log does not hold it", async () => {
		const { rows } = await log.ask("rows", { filter: { kinds: ["prompt"] }, order: "oldest", offset: 0, limit: 1 });
		const documents = { show: async () => assert.fail("opened") } as unknown as TextDocuments;
		await assert.rejects(explainRow(log, host, documents, rows[0]?.id ?? 0), { message: "auditHost.noAction" });
		await assert.rejects(makeRule(log, host, 99_999), { message: "auditHost.noRow" });
	});
});
