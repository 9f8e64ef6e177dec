// What the pages of our webviews have in common: our script and style only, nothing from anywhere else, no inline code.
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";

/** Scripts from our own folder, no forms, and no commands behind links. */
export function webviewOptions(extensionUri: vscode.Uri): vscode.WebviewOptions {
	return {
		enableScripts: true,
		enableForms: false,
		localResourceRoots: [vscode.Uri.joinPath(extensionUri, "dist", "webview")],
	};
}

/** The page of dist/webview/`name`.js and .css. */
export function html(webview: vscode.Webview, extensionUri: vscode.Uri, name: "pending" | "audit"): string {
	const nonce = randomBytes(24).toString("base64url");
	const file = (end: string) =>
		webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, "dist", "webview", `${name}.${end}`));
	const csp = [
		"default-src 'none'",
		`script-src 'nonce-${nonce}'`,
		`style-src ${webview.cspSource} 'nonce-${nonce}'`,
		"base-uri 'none'",
		"form-action 'none'",
	].join("; ");
	return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${csp}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${file("css")}">
<title>Gatepost</title>
</head>
<body>
<div id="root"></div>
<script nonce="${nonce}" src="${file("js")}"></script>
</body>
</html>`;
}

/** Translated templates, by their English text; empty in English. */
export function strings(): Record<string, string> {
	const bundle = vscode.l10n.bundle ?? {};
	const contents: Record<string, string> = {};
	for (const [key, value] of Object.entries(bundle)) contents[key] = typeof value === "string" ? value : value;
	return contents;
}
