// A loopback page that holds a webview's real bundle the way VS Code does: strict CSP, nonce, theme variables set on the
// root element, `acquireVsCodeApi`. What it stands for in the editor is said beside each part.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { build } from "esbuild";
import { checkout } from "../host/install.ts";

export interface HarnessServer {
	url: string;
	close(): Promise<void>;
}

/** The content security policy of the editor's own page (`cspSource` there, this server here). */
function policy(nonce: string, source: string): string {
	return `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${source} 'nonce-${nonce}'`;
}

/**
 * Bundles `webview/<name>/main.tsx` as the build does and serves it; also axe as `/axe.js`.
 * @param name "pending", ...
 */
export async function serveWebview(name: string): Promise<HarnessServer> {
	const files = await bundle(name);
	files.set("/axe.js", readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js")));
	const server = createServer((request, response) => {
		const path = new URL(request.url ?? "/", "http://harness").pathname;
		const source = `http://${request.headers.host}`;
		const file = files.get(path);
		if (file) {
			const type = path.endsWith(".css") ? "text/css" : "text/javascript";
			response.writeHead(200, { "content-type": type, "cache-control": "max-age=3600" }).end(file);
		} else if (path === "/") {
			const nonce = randomBytes(16).toString("base64url");
			const headers = { "content-type": "text/html", "content-security-policy": policy(nonce, source) };
			response.writeHead(200, headers).end(html(name, nonce));
		} else response.writeHead(404).end();
	});
	await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
		close: () =>
			new Promise((done) => {
				server.close(() => done());
				server.closeAllConnections();
			}),
	};
}

async function bundle(name: string): Promise<Map<string, Uint8Array>> {
	const { outputFiles } = await build({
		absWorkingDir: checkout,
		entryPoints: { [name]: `webview/${name}/main.tsx` },
		outdir: "out/harness",
		bundle: true,
		minify: true,
		format: "iife",
		platform: "browser",
		target: "es2022",
		jsx: "automatic",
		jsxImportSource: "preact",
		write: false,
		logLevel: "silent",
	});
	return new Map(outputFiles.map((file) => [`/${file.path.split(/[\\/]/).at(-1)}`, file.contents]));
}

function html(name: string, nonce: string): string {
	return `<!DOCTYPE html>
<html lang="en">
<head>
	<meta charset="utf-8">
	<title>Gatepost</title>
	<script nonce="${nonce}">${HOST}</script>
	<link rel="stylesheet" href="/${name}.css">
</head>
<body>
	<div id="root"></div>
	<script nonce="${nonce}">applyTheme()</script>
	<script nonce="${nonce}" src="/${name}.js"></script>
</body>
</html>`;
}

// VS Code's frame gives every webview an API object, some default styles, and the theme. State outlives a reload there,
// so it is kept in sessionStorage here.
const HOST = `
globalThis.posted = [];
globalThis.violations = [];
document.addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective + " " + event.blockedURI + " " + event.sourceFile + ":" + event.lineNumber));
globalThis.acquireVsCodeApi = () => ({
	postMessage: (message) => { posted.push(JSON.parse(JSON.stringify(message))); },
	getState: () => JSON.parse(sessionStorage.getItem("state") ?? "null") ?? undefined,
	setState: (state) => { sessionStorage.setItem("state", JSON.stringify(state)); return state; },
});
globalThis.applyTheme = () => {
	const theme = JSON.parse(sessionStorage.getItem("theme") ?? "null");
	if (!theme) return;
	for (const name of [...document.documentElement.style]) document.documentElement.style.removeProperty(name);
	for (const [name, value] of Object.entries(theme.variables)) document.documentElement.style.setProperty(name, value);
	document.documentElement.style.background = "var(--vscode-sideBar-background)";
	document.body.className = theme.bodyClass;
	document.body.dataset.vscodeThemeKind = theme.kind;
};
const defaults = new CSSStyleSheet();
defaults.replaceSync("@layer vscode-default { body { color: var(--vscode-editor-foreground); font-family: var(--vscode-font-family); font-size: var(--vscode-font-size); margin: 0; padding: 0 20px } code { color: red } a:focus, input:focus, select:focus, textarea:focus { outline: 1px solid -webkit-focus-ring-color; outline-offset: -1px } ::-webkit-scrollbar { width: 10px; height: 10px } ::-webkit-scrollbar-thumb { background-color: var(--vscode-scrollbarSlider-background) } }");
document.adoptedStyleSheets = [defaults];
`;
