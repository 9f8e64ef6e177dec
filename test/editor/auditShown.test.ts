// The panel from its opening to its end, on a panel of the editor that is not there.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { openHome } from "../../src/audit/home.ts";
import { AuditPanel } from "../../src/editor/auditPanel.ts";
import type { GateHost } from "../../src/editor/gateHost.ts";
import type { TextDocuments } from "../../src/editor/textDocuments.ts";
import type { AuditHostMessage } from "../../src/protocol/auditPanel.ts";
import { until } from "../support/until.ts";
import { sample } from "./auditStage.ts";
import { extension, gatepost } from "./stage.ts";

interface FakePanel {
	panel: vscode.WebviewPanel;
	posted: AuditHostMessage[];
	revealed: number;
	disposed: boolean;
	say(raw: unknown): void;
	setVisible(visible: boolean): void;
	close(): void;
}

function fakePanel(): FakePanel {
	const received = new vscode.EventEmitter<unknown>();
	const changed = new vscode.EventEmitter<unknown>();
	const ended = new vscode.EventEmitter<void>();
	const webview = {
		options: {},
		html: "",
		cspSource: "https://csp.example",
		asWebviewUri: (uri: vscode.Uri) => uri,
		onDidReceiveMessage: received.event,
		postMessage: async (msg: AuditHostMessage) => {
			if (!panel.visible) return false;
			fake.posted.push(msg);
			return true;
		},
	};
	const panel = {
		webview,
		visible: true,
		onDidChangeViewState: changed.event,
		onDidDispose: ended.event,
		reveal: () => {
			fake.revealed += 1;
		},
		dispose: () => {
			fake.disposed = true;
			ended.fire();
		},
	};
	const fake: FakePanel = {
		panel: panel as unknown as vscode.WebviewPanel,
		posted: [],
		revealed: 0,
		disposed: false,
		say: (raw) => received.fire(raw),
		setVisible: (visible) => {
			panel.visible = visible;
			changed.fire(undefined);
		},
		close: () => panel.dispose(),
	};
	return fake;
}

describe("a panel that shows the audit log", function () {
	this.timeout(60_000);
	let made: Awaited<ReturnType<typeof sample>>;
	const changes = new vscode.EventEmitter<void>();
	const host = { state: "open", folders: [] as string[] };
	const warned: string[] = [];
	/** How often it was looked whether files of the logs are missing. */
	let looked = 0;
	let audit: AuditPanel;

	before(async () => {
		made = await sample("audit-shown");
		host.folders = [made.root];
		const opened = { folders: () => host.folders, home: openHome(gatepost), recordExport: async () => undefined };
		const gateHost = {
			get open() {
				return host.state === "open" ? opened : undefined;
			},
			get state() {
				return host.state;
			},
			onChanged: changes.event,
			lookAtLogs: async () => {
				looked += 1;
			},
		};
		// Those of the extension are registered already.
		const { registerFileSystemProvider } = vscode.workspace;
		const { registerWebviewPanelSerializer } = vscode.window;
		const none = () => new vscode.Disposable(() => undefined);
		Object.assign(vscode.workspace, { registerFileSystemProvider: none });
		Object.assign(vscode.window, { registerWebviewPanelSerializer: none });
		try {
			const { extensionUri, packageJSON } = extension();
			audit = new AuditPanel({
				context: { extensionUri, extension: { packageJSON } as unknown as vscode.Extension<unknown> },
				host: gateHost as unknown as GateHost,
				documents: {} as TextDocuments,
				approver: async () => assert.fail("nobody is asked who they are"),
				output: {
					warn: (text: string) => warned.push(text),
					error: (text: string) => warned.push(text),
				} as unknown as vscode.LogOutputChannel,
			});
		} finally {
			Object.assign(vscode.workspace, { registerFileSystemProvider });
			Object.assign(vscode.window, { registerWebviewPanelSerializer });
		}
	});
	after(async () => {
		audit.dispose();
		await made.journal.close();
	});
	afterEach(() => {
		host.state = "open";
	});

	const lastLog = ({ posted }: FakePanel) => {
		const found = posted.findLast(({ type }) => type === "log");
		return found?.type === "log" ? found.log : undefined;
	};
	const isReady = (fake: FakePanel) => lastLog(fake)?.index.state === "ready";

	it("comes back with our script and style only, and shows the log", async () => {
		const fake = fakePanel();
		await audit.deserializeWebviewPanel(fake.panel);
		const { html, options } = fake.panel.webview;
		const [, nonce] = /script-src 'nonce-([\w-]{32})'/.exec(html) ?? [];
		assert(nonce);
		assert.match(html, /default-src 'none'/);
		assert(html.includes(`<script nonce="${nonce}" src="`));
		assert.match(html, /dist\/webview\/audit\.js/);
		assert.doesNotMatch(html, /unsafe-inline|unsafe-eval/);
		assert.deepEqual(
			options.localResourceRoots?.map(({ path }) => path),
			[vscode.Uri.joinPath(extension().extensionUri, "dist/webview").path],
		);
		assert.equal(options.enableCommandUris, undefined);
		assert.equal(fake.posted.length, 0, "something is sent to a page that has not asked");
		fake.say({ type: "ready" });
		await until("the index is ready", () => isReady(fake));
		assert.equal(fake.posted[0]?.type, "strings");
		assert.equal(lastLog(fake)?.folder, made.root);
		await until("the log is verified", () => lastLog(fake)?.integrity.state === "good");
		assert.equal(looked, 1, "a warning of a missing log stays");
		fake.close();
	});

	it("is one in a window: the other that comes back is closed, and opening shows the first", async () => {
		const [first, second] = [fakePanel(), fakePanel()];
		await audit.deserializeWebviewPanel(first.panel);
		await audit.deserializeWebviewPanel(second.panel);
		assert.deepEqual([first.disposed, second.disposed], [false, true]);
		await audit.open();
		assert.equal(first.revealed, 1);
		first.close();
	});

	it("opens at a session, as soon as its page can show it", async () => {
		const fake = fakePanel();
		await audit.deserializeWebviewPanel(fake.panel);
		const session = made.sessions.good;
		await audit.open({ folder: made.root, agent: "claude-code", session });
		assert.deepEqual(fake.posted, []);
		fake.say({ type: "ready" });
		const shows = () => fake.posted.filter(({ type }) => type === "show");
		await until("the session is shown", () => shows().length > 0);
		assert.deepEqual(shows(), [{ type: "show", view: "sessions", session: { agent: "claude-code", session } }]);
		await audit.open({ folder: made.root, agent: "claude-code", session: made.sessions.bad });
		await until("the other is shown", () => shows().length === 2);
		fake.close();
	});

	it("looks at nothing while it is hidden, and catches up when it is seen again", async () => {
		const fake = fakePanel();
		await audit.deserializeWebviewPanel(fake.panel);
		fake.say({ type: "ready" });
		await until("the index is ready", () => isReady(fake));
		const before = lastLog(fake)?.index.entries ?? 0;
		fake.setVisible(false);
		fake.posted.length = 0;
		await made.journal.append("prompt", { agent: "claude-code", claimed: { text: "while hidden" } }, { session: "s" });
		audit.grown();
		// Longer than a change needs to arrive where somebody looks.
		await new Promise((resolve) => setTimeout(resolve, 1500));
		assert.deepEqual(fake.posted, []);
		fake.setVisible(true);
		fake.say({ type: "ready" });
		await until("what came meanwhile is there", () => (lastLog(fake)?.index.entries ?? 0) > before);
		fake.close();
	});

	it("takes in what is written while somebody looks, without being told", async () => {
		const fake = fakePanel();
		await audit.deserializeWebviewPanel(fake.panel);
		fake.say({ type: "ready" });
		await until("the index is ready", () => isReady(fake));
		const before = lastLog(fake)?.index.entries ?? 0;
		await made.journal.append("prompt", { agent: "claude-code", claimed: { text: "seen" } }, { session: "s" });
		await until("it is there", () => (lastLog(fake)?.index.entries ?? 0) > before);
		fake.close();
	});

	it("waits for the gate, whose key it needs, and says that it is loading", async () => {
		host.state = "starting";
		const fake = fakePanel();
		await audit.deserializeWebviewPanel(fake.panel);
		fake.say({ type: "ready" });
		await until("it is drawn", () => lastLog(fake) !== undefined);
		assert.deepEqual(lastLog(fake)?.folders, []);
		assert.equal(lastLog(fake)?.index.state, "loading");
		host.state = "open";
		changes.fire();
		await until("the index is ready", () => isReady(fake));
		fake.close();
	});

	it("drops what its page should not say, and goes on", async () => {
		const fake = fakePanel();
		await audit.deserializeWebviewPanel(fake.panel);
		warned.length = 0;
		fake.say({ type: "answer", id: "x", verdict: "allow" });
		fake.say({ type: "choose", folder: "/etc", extra: 1 });
		fake.say({ type: "ready" });
		await until("the index is ready", () => isReady(fake));
		assert.equal(warned.length, 2);
		fake.close();
	});
});
