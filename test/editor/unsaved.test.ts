// What an editor holds and did not save, while a request waits: of the file that an agent wants to change, and of the diff's
// right side, which a person may change. Real documents and events of the editor, a real gate, and the Requests view's host
// with a page that only keeps what it is sent.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import { cardDigest } from "../../src/actions/card.ts";
import { isChange } from "../../src/actions/change.ts";
import type { DiffDocuments } from "../../src/editor/diffDocuments.ts";
import { EDIT_SCHEME, EditDocuments } from "../../src/editor/editDocuments.ts";
import { PendingView, type PendingViewOptions } from "../../src/editor/pendingView.ts";
import { isUnsaved } from "../../src/editor/unsaved.ts";
import type { CardModel } from "../../src/protocol/card.ts";
import type { PendingHostMessage } from "../../src/protocol/pendingView.ts";
import { type gatePlace, type HookCall, said, type TestGate, testGate } from "../support/gateClient.ts";
import { until } from "../support/until.ts";

const BEFORE = "one\ntwo\nthree\n";
const AFTER = "one\n2\nthree\n";

type End = () => unknown;
type Ends = Parameters<typeof gatePlace>[0];

/** Changes without a word of a person: neither may run in the middle of a test. */
const SETTINGS = { "files.autoSave": "off", "editor.formatOnSave": false };

describe("unsaved changes while a request waits", function () {
	this.timeout(60_000);
	const ends: End[] = [];
	const t = { after: (end: End) => void ends.push(end) } as unknown as Ends;
	let gate: TestGate;
	let file: string;

	const configure = async (on: boolean) => {
		const settings = vscode.workspace.getConfiguration();
		for (const [name, value] of Object.entries(SETTINGS))
			await settings.update(name, on ? value : undefined, vscode.ConfigurationTarget.Global);
	};
	before(() => configure(true));
	after(() => configure(false));
	beforeEach(async () => {
		gate = await testGate(t, { unsaved: isUnsaved });
		file = join(gate.place.folder, "a.txt");
		await writeFile(file, BEFORE);
	});
	afterEach(async () => {
		await closeAll();
		for (const end of ends.splice(0).reverse()) await end();
	});

	async function closeAll(): Promise<void> {
		for (const tab of vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(({ isDirty }) => isDirty)) {
			const { uri, modified } = tab.input as { uri?: vscode.Uri; modified?: vscode.Uri };
			const shown = uri ?? modified;
			if (shown === undefined) continue;
			await vscode.window.showTextDocument(shown);
			await vscode.commands.executeCommand("workbench.action.files.revert");
		}
		await vscode.commands.executeCommand("workbench.action.closeAllEditors");
	}

	let calls = 0;
	/** An Edit that waits, and its card. */
	async function asked(old_string = "two", new_string = "2"): Promise<{ call: HookCall; card: CardModel }> {
		const tool_input = { file_path: file, old_string, new_string, replace_all: false };
		const toolUseId = `t${++calls}`;
		const call = await gate.call("PreToolUse-Edit", { toolUseId, members: { tool_name: "Edit", tool_input } });
		return { call, card: await gate.card() };
	}

	const warnings = (card: CardModel) => (card.files[0]?.warnings ?? []).map(({ code }) => code);
	const now = (id: string) => gate.gate.cards().find((card) => card.id === id) ?? assert.fail("the card is gone");

	async function type(uri: vscode.Uri, text: string): Promise<vscode.TextDocument> {
		const editor = await vscode.window.showTextDocument(uri, { preview: false });
		await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), text));
		assert.ok(editor.document.isDirty);
		// What is known of unsaved files is known for one turn of the loop.
		await new Promise(setImmediate);
		return editor.document;
	}

	async function revert(document: vscode.TextDocument): Promise<void> {
		await vscode.window.showTextDocument(document);
		await vscode.commands.executeCommand("workbench.action.files.revert");
		await until("it is as it is on disk", () => !document.isDirty);
		await new Promise(setImmediate);
	}

	describe("in the file itself", () => {
		it("are a warning at that file; the change shown is that of the disk", async () => {
			await type(vscode.Uri.file(file), "mine ");
			const { card } = await asked();
			assert.deepEqual(warnings(card), ["warning.unsaved"]);
			const proposal = gate.gate.proposal(card.id);
			assert.ok(isChange(proposal));
			assert.equal(String(proposal.files[0]?.before?.bytes), BEFORE);
			assert.equal(String(proposal.files[0]?.after?.bytes), AFTER);
		});

		it("do not keep a person from allowing what the card shows: the agent changes the disk, not the editor", async () => {
			const document = await type(vscode.Uri.file(file), "mine ");
			const { card, call } = await asked();
			assert.deepEqual(gate.answer(card, "allow"), { result: "taken" });
			assert.equal(said(await call.reply()).decision, "allow");
			assert.equal(document.getText(), `mine ${BEFORE}`);
		});

		it("that are saved make another file of it: what was shown cannot be allowed, and the next card shows the new one", async () => {
			const document = await type(vscode.Uri.file(file), "mine ");
			const first = await asked();
			assert.ok(await document.save());
			assert.equal(await readFile(file, "utf8"), `mine ${BEFORE}`);
			gate.answer(first.card, "allow");
			const { decision, reason } = said(await first.call.reply());
			assert.equal(decision, "deny");
			assert.match(reason, /a\.txt/);
			const { body } = await gate.entry(
				(entry) => entry.type === "action.decided" && entry.body.request === first.card.id,
			);
			assert.deepEqual([body.decision.by, body.decision.verdict], ["failure", "deny"]);

			const second = await asked();
			assert.deepEqual(warnings(second.card), []);
			const proposal = gate.gate.proposal(second.card.id);
			assert.ok(isChange(proposal));
			assert.equal(String(proposal.files[0]?.after?.bytes), `mine ${AFTER}`);
			assert.deepEqual(gate.answer(second.card, "allow"), { result: "taken" });
			assert.equal(said(await second.call.reply()).decision, "allow");
		});

		it("that are reverted change nothing: what was shown can be allowed, and the next card has no warning", async () => {
			const document = await type(vscode.Uri.file(file), "mine ");
			const first = await asked();
			assert.deepEqual(warnings(first.card), ["warning.unsaved"]);
			await revert(document);
			assert.deepEqual(gate.answer(first.card, "allow"), { result: "taken" });
			assert.equal(said(await first.call.reply()).decision, "allow");
			assert.deepEqual(warnings((await asked()).card), []);
		});

		it("of another file are no warning", async () => {
			const other = join(gate.place.folder, "b.txt");
			await writeFile(other, BEFORE);
			await type(vscode.Uri.file(other), "mine ");
			assert.deepEqual(warnings((await asked()).card), []);
		});
	});

	describe("in the diff that a person may change", () => {
		let edits: EditDocuments;
		let posted: PendingHostMessage[];
		let receive: (message: unknown) => void;
		let changed: string[];

		beforeEach(() => {
			posted = [];
			changed = [];
			const end = underAnotherScheme();
			ends.push(end);
			edits = new EditDocuments(
				() => gate.gate,
				(request) => void changed.push(request),
			);
			ends.push(() => edits.dispose());
			const view = new PendingView(options(gate, edits));
			ends.push(() => view.dispose());
			gate.gate.on("changed", () => view.update());
			view.resolveWebviewView(page());
			receive({ type: "ready" });
		});

		/** A view's page that draws nothing and keeps what it is sent. */
		function page(): vscode.WebviewView {
			const none = () => new vscode.Disposable(() => {});
			const webview = {
				options: {},
				html: "",
				cspSource: "none",
				asWebviewUri: (uri: vscode.Uri) => uri,
				onDidReceiveMessage: (listener: typeof receive) => {
					receive = listener;
					return none();
				},
				postMessage: async (message: PendingHostMessage) => posted.push(message) > 0,
			};
			return {
				webview,
				visible: true,
				onDidChangeVisibility: none,
				onDidDispose: none,
			} as unknown as vscode.WebviewView;
		}

		const unsaved = () => posted.findLast((message) => message.type === "state")?.unsaved ?? [];
		const refusals = () =>
			posted.flatMap((message) => (message.type === "refused" ? [[message.id, message.message.code]] : []));

		/** As the view does it for a person's gesture, after all of the card was shown. */
		function allow(card: CardModel): void {
			const shown = { digest: cardDigest(card), extent: "whole", ms: 1200 };
			receive({ type: "answer", id: card.id, verdict: "allow", shown, gesture: "pointer" });
		}

		/** The right side of a card's file, typed in. */
		function typed({ id }: CardModel, text: string): Promise<vscode.TextDocument> {
			return type(edits.allow(id, 0, file).with({ scheme: OWN_SCHEME }), text);
		}

		it("are told to the view, and nothing can be allowed until they are saved: then what would run is worked out anew", async () => {
			const { card, call } = await asked();
			const document = await typed(card, "mine ");
			assert.equal(document.getText(), `mine ${AFTER}`);
			await until("the view knows", () => unsaved().length > 0);
			assert.deepEqual(unsaved(), [card.id]);
			allow(card);
			await until("it is refused", () => refusals().length > 0);
			assert.deepEqual(refusals(), [[card.id, "ui.edit.unsaved"]]);
			assert.equal(call.answered, false);
			assert.equal(now(card.id).actionMac, card.actionMac, "what is not saved is not what would run");

			assert.ok(await document.save());
			await until("the view knows that it is saved", () => unsaved().length === 0);
			assert.deepEqual(changed, [card.id]);
			const fresh = now(card.id);
			assert.notEqual(fresh.actionMac, card.actionMac);
			assert.equal(fresh.edited?.through, "document");
			const proposal = gate.gate.proposal(card.id);
			assert.ok(isChange(proposal));
			assert.equal(String(proposal.files[0]?.after?.bytes), `mine ${AFTER}`);
			// Of what was shown before nothing can be allowed any more.
			allow(card);
			await until("the old card is refused", () => refusals().length === 2);
			assert.deepEqual(refusals()[1], [card.id, "desk.otherCard"]);
			allow(fresh);
			const reply = await call.reply();
			assert.equal(said(reply).decision, "allow");
			const { updatedInput } = JSON.parse(reply.stdout).hookSpecificOutput;
			assert.equal(
				BEFORE.replace(updatedInput.old_string, () => updatedInput.new_string),
				`mine ${AFTER}`,
			);
			assert.equal(await readFile(file, "utf8"), BEFORE, "Gatepost writes no file of an agent's edit");
		});

		it("that are reverted leave what the agent asked for, which can be allowed then", async () => {
			const { card, call } = await asked();
			const document = await typed(card, "mine ");
			await until("the view knows", () => unsaved().length > 0);
			await revert(document);
			await until("the view knows that it is reverted", () => unsaved().length === 0);
			assert.deepEqual(changed, []);
			assert.deepEqual(now(card.id), card);
			allow(card);
			const reply = await call.reply();
			assert.equal(said(reply).decision, "allow");
			assert.equal(JSON.parse(reply.stdout).hookSpecificOutput.updatedInput, undefined);
			assert.deepEqual(refusals(), []);
		});

		it("that cannot be taken stay unsaved, and keep the request from being allowed", async () => {
			const { card, call } = await asked();
			const document = await typed(card, "mine ");
			// It is not the file of the diff any more.
			await writeFile(file, `${BEFORE}four\n`);
			assert.equal(await document.save().then(undefined, () => false), false);
			assert.ok(document.isDirty);
			assert.deepEqual(changed, []);
			await until("the view knows", () => unsaved().length > 0);
			allow(card);
			await until("it is refused", () => refusals().length > 0);
			assert.deepEqual(refusals(), [[card.id, "ui.edit.unsaved"]]);
			assert.equal(call.answered, false);
		});

		it("hold back their own request only", async () => {
			const first = await asked();
			const second = await asked("three", "3");
			await typed(first.card, "mine ");
			await until("the view knows", () => unsaved().length > 0);
			allow(second.card);
			assert.equal(said(await second.call.reply()).decision, "allow");
			assert.deepEqual(unsaved(), [first.card.id]);
			assert.equal(first.call.answered, false);
		});

		it("do not keep a person from denying", async () => {
			const { card, call } = await asked();
			await typed(card, "mine ");
			await until("the view knows", () => unsaved().length > 0);
			const shown = { digest: cardDigest(card), extent: "partial", ms: 1 };
			receive({ type: "answer", id: card.id, verdict: "deny", shown, gesture: "pointer" });
			assert.equal(said(await call.reply()).decision, "deny");
		});
	});
});

/** The extension that runs beside these tests has our scheme; its documents would be that one's. */
const OWN_SCHEME = `${EDIT_SCHEME}-test`;

/** What is made from now on gets documents of another scheme from the editor under our name for them. @returns the end of it */
function underAnotherScheme(): End {
	const { workspace, window } = vscode;
	const named = (uri: vscode.Uri) => (uri.scheme === OWN_SCHEME ? uri.with({ scheme: EDIT_SCHEME }) : uri);
	const document = <T extends { uri: vscode.Uri; isDirty: boolean }>(one: T) =>
		one.uri.scheme === OWN_SCHEME ? ({ uri: named(one.uri), isDirty: one.isDirty } as T) : one;
	const { registerFileSystemProvider, onDidSaveTextDocument, onDidCloseTextDocument, onDidChangeTextDocument } =
		workspace;
	const textDocuments = Object.getOwnPropertyDescriptor(workspace, "textDocuments");
	assert.ok(textDocuments);
	const listening =
		(event: vscode.Event<vscode.TextDocument>): vscode.Event<vscode.TextDocument> =>
		(listener) =>
			event((one) => listener(document(one)));
	const own = {
		registerFileSystemProvider: (_: string, provider: vscode.FileSystemProvider, more: object) =>
			registerFileSystemProvider.call(workspace, OWN_SCHEME, renamed(provider, named), more),
		onDidSaveTextDocument: listening(onDidSaveTextDocument),
		onDidCloseTextDocument: listening(onDidCloseTextDocument),
		onDidChangeTextDocument: (listener: (event: vscode.TextDocumentChangeEvent) => unknown) =>
			onDidChangeTextDocument((event) => listener({ ...event, document: document(event.document) })),
	};
	const { registerWebviewViewProvider } = window;
	Object.assign(workspace, own);
	Object.defineProperty(workspace, "textDocuments", {
		configurable: true,
		enumerable: true,
		get: () => (Reflect.apply(textDocuments.get ?? assert.fail, workspace, []) as vscode.TextDocument[]).map(document),
	});
	// Its view is that of the extension, too.
	Object.assign(window, { registerWebviewViewProvider: () => new vscode.Disposable(() => {}) });
	return () => {
		Object.assign(workspace, {
			registerFileSystemProvider,
			onDidSaveTextDocument,
			onDidCloseTextDocument,
			onDidChangeTextDocument,
		});
		Object.defineProperty(workspace, "textDocuments", textDocuments);
		Object.assign(window, { registerWebviewViewProvider });
	};
}

function renamed(
	provider: vscode.FileSystemProvider,
	named: (uri: vscode.Uri) => vscode.Uri,
): vscode.FileSystemProvider {
	const back = (uri: vscode.Uri) => uri.with({ scheme: OWN_SCHEME });
	return {
		onDidChangeFile: (listener) =>
			provider.onDidChangeFile((events) => listener(events.map(({ type, uri }) => ({ type, uri: back(uri) })))),
		stat: (uri) => provider.stat(named(uri)),
		readFile: (uri) => provider.readFile(named(uri)),
		writeFile: (uri, content, more) => provider.writeFile(named(uri), content, more),
		readDirectory: (uri) => provider.readDirectory(named(uri)),
		createDirectory: (uri) => provider.createDirectory(named(uri)),
		delete: (uri, more) => provider.delete(named(uri), more),
		rename: (uri, to, more) => provider.rename(named(uri), named(to), more),
		watch: (uri, more) => provider.watch(named(uri), more),
	};
}

function options(gate: TestGate, edits: EditDocuments): PendingViewOptions {
	const diffs = {
		unsaved: () => edits.unsaved(),
		onUnsaved: edits.onUnsaved,
		changed: (request: string) => edits.changed(request),
	};
	return {
		extensionUri: vscode.Uri.file(gate.place.folder),
		gate: () => gate.gate,
		diffs: diffs as unknown as DiffDocuments,
		approver: async () => ({ osUser: "ann", claims: {}, assurance: 1 }),
		state: () => ({
			pending: gate.gate.cards(),
			activity: [],
			warnings: [],
			paused: false,
			gate: { state: "open", folders: [], agents: [] },
			elsewhere: 0,
			grants: [],
			policy: [],
		}),
		setPaused: async () => assert.fail("nobody pauses"),
		installAgent: () => assert.fail("nobody installs"),
		explain: async () => assert.fail("nobody asks why"),
		acceptPolicy: async () => assert.fail("nobody accepts"),
		openPolicy: async () => assert.fail("nobody opens a policy"),
		log: { error: (text: string) => assert.fail(text), warn: (text: string) => assert.fail(text) } as never,
		onVisibility: () => {},
	};
}
