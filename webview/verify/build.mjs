// Builds verify.html: one file that needs nothing else, with a place for a bundle's data. What may run in it is named by
// hash in its policy, so that nothing that comes with the data can.
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));

/** Where the exporter puts the data: a zip in base64. It stands in the page once. */
export const PLACE = "@@GATEPOST_BUNDLE@@";

/**
 * The page without data.
 * @param {{ production: boolean }} options production: minified
 * @returns {Promise<string>} HTML with PLACE in it once
 */
export async function buildVerifyPage({ production }) {
	const { outputFiles } = await build({
		absWorkingDir: join(here, "../.."),
		entryPoints: [join(here, "main.tsx")],
		outdir: "out/verify",
		bundle: true,
		minify: production,
		write: false,
		platform: "browser",
		format: "iife",
		target: ["chrome110", "firefox113", "safari16.4"],
		charset: "ascii",
		legalComments: "none",
		jsx: "automatic",
		jsxImportSource: "preact",
		logLevel: "warning",
	});
	const text = (ending) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? "";
	return page(text(".js"), text(".css"));
}

function page(script, style) {
	for (const [what, code] of [
		["script", script],
		["style", style],
	])
		if (code === "" || /<\/(script|style)|<!--/i.test(code) || code.includes(PLACE))
			throw new Error(`The ${what} of verify.html is empty or cannot stand in a page. Look at what is bundled.`);
	const hash = (code) => `'sha256-${createHash("sha256").update(code).digest("base64")}'`;
	const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`;
	const made = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>Receipt of an audit log</title>
<style>${style}</style>
</head>
<body>
<noscript><main><h1>Receipt of an audit log</h1><p>This page checks the receipt with a script, and scripts are off here. Read README.txt and VERIFY.md beside it instead: they need no browser.</p></main></noscript>
<div id="root"></div>
<script type="text/plain" id="bundle">${PLACE}</script>
<script>${script}</script>
</body>
</html>
`;
	if (made.split(PLACE).length !== 2) throw new Error("verify.html must have one place for its data.");
	return made;
}
