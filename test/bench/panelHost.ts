// The host of the audit panel as it is built, outside of the editor: dist/core.cjs and dist/log.cjs as the extension has
// them, and the part of it that serves a panel, over the little of the editor that this part uses.
import { copyFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type BuildOptions, build, type Plugin } from "esbuild";
import type { AuditShownOptions, AuditShown as Shown } from "../../src/editor/auditShown.ts";
import type * as Core from "../../src/editor/core.ts";
import type { AuditHostMessage } from "../../src/protocol/auditPanel.ts";
import { checkout } from "../support/host/install.ts";

/** What of the editor is used: sentences in English, and paths. */
const EDITOR = `
	exports.l10n = { t: (sentence) => sentence };
	exports.env = { language: "en" };
	exports.Uri = { joinPath: (base, ...more) => [base, ...more].join("/") };
	exports.window = { showErrorMessage: (sentence) => { throw new Error(sentence); } };
`;

const editor: Plugin = {
	name: "editor",
	setup(plugin) {
		plugin.onResolve({ filter: /^vscode$/ }, () => ({ path: "vscode", namespace: "editor" }));
		plugin.onLoad({ filter: /.*/, namespace: "editor" }, () => ({ contents: EDITOR, loader: "js" }));
		plugin.onResolve({ filter: /\/core\.ts$/ }, () => ({ path: "./core.cjs", external: true }));
	},
};

type Panel = ConstructorParameters<typeof Shown>[0];

export type { AuditShownOptions };

export interface BuiltHost {
	LogIndex: typeof Core.LogIndex;
	AuditShown: typeof Shown;
}

/** Builds it into a folder as the build does, and loads it: an editor that runs has done so. */
export async function buildHost(outdir: string): Promise<BuiltHost> {
	const options: BuildOptions = {
		absWorkingDir: checkout,
		bundle: true,
		minify: true,
		platform: "node",
		format: "cjs",
		target: "node22",
		mainFields: ["module", "main"],
		external: ["bufferutil", "utf-8-validate"],
		supported: { "dynamic-import": false },
		logOverride: { "empty-import-meta": "silent" },
		logLevel: "warning",
		outdir,
		outExtension: { ".js": ".cjs" },
		define: {
			GATEPOST_VERSION: '"bench"',
			GATEPOST_WORKER: '"worker.cjs"',
			GATEPOST_LOG_WORKER: '"log.cjs"',
			GATEPOST_WASM: '"sql-wasm.wasm"',
			GATEPOST_VERIFY_PAGE: '"verify.html"',
		},
	};
	await Promise.all([
		build({ ...options, entryPoints: { shown: "src/editor/auditShown.ts" }, plugins: [editor] }),
		build({ ...options, entryPoints: { core: "src/editor/core.ts" } }),
		build({ ...options, entryPoints: { log: "src/audit/worker.ts" } }),
	]);
	const require = createRequire(import.meta.url);
	copyFileSync(require.resolve("sql.js/dist/sql-wasm.wasm"), join(outdir, "sql-wasm.wasm"));
	const { LogIndex } = require(join(outdir, "core.cjs")) as typeof Core;
	const { AuditShown } = require(join(outdir, "shown.cjs")) as { AuditShown: typeof Shown };
	return { LogIndex, AuditShown };
}

/** The editor's side of a panel's page. */
export interface PageSide {
	/** The host has set the page: show it. */
	load(): void;
	/** From the host to the page. */
	take(message: AuditHostMessage): void;
}

/** A panel of the editor whose page is somewhere else. */
export class PanelAt {
	readonly panel: Panel;
	#listener: (message: unknown) => void = () => {};

	constructor(page: PageSide) {
		const none = { dispose: () => undefined };
		const webview = {
			options: {},
			cspSource: "",
			asWebviewUri: (uri: unknown) => uri,
			onDidReceiveMessage: (listener: (message: unknown) => void) => {
				this.#listener = listener;
				return none;
			},
			postMessage: async (message: AuditHostMessage) => {
				page.take(message);
				return true;
			},
			set html(_: string) {
				page.load();
			},
		};
		const panel = { webview, visible: true, onDidChangeViewState: () => none, onDidDispose: () => none };
		this.panel = panel as unknown as Panel;
	}

	/** From the page to the host. */
	post(message: unknown): void {
		this.#listener(message);
	}
}
