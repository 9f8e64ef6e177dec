// Bundles the tests that run inside the extension host: each test/editor/*.test.ts and their entry, as CommonJS.
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import { checkout } from "./install.ts";

/**
 * Builds the entry and the tests of one folder; mocha is found from `to`, so that lies in the checkout.
 * @returns the path of the entry, for `extensionTestsPath`.
 */
export async function buildEditorTests(
	from = join(checkout, "test/editor"),
	to = join(checkout, "out/test/editor"),
): Promise<string> {
	const files = (await readdir(from)).filter((file) => file.endsWith(".test.ts"));
	const entry = join(checkout, "test/editor/index.ts");
	await rm(to, { recursive: true, force: true });
	await build({
		absWorkingDir: checkout,
		entryPoints: { index: entry, ...Object.fromEntries(files.map((file) => [file.slice(0, -3), join(from, file)])) },
		outdir: to,
		outExtension: { ".js": ".cjs" },
		bundle: true,
		platform: "node",
		format: "cjs",
		target: "node22",
		// As in esbuild.mjs: jsonc-parser's CommonJS file hides its requires from a bundler.
		mainFields: ["module", "main"],
		sourcemap: "inline",
		external: ["vscode", "mocha", "bufferutil", "utf-8-validate"],
		plugins: [ownAddresses],
		logLevel: "warning",
	});
	return join(to, "index.cjs");
}

/** `import.meta.url` stays the address of the source file, so that tests find fixtures and programs beside it. */
const ownAddresses: Plugin = {
	name: "own addresses",
	setup({ onLoad }) {
		onLoad({ filter: /\.ts$/ }, async ({ path }) => {
			if (path.includes("/node_modules/")) return undefined;
			const source = await readFile(path, "utf8");
			const address = JSON.stringify(pathToFileURL(path).href);
			return { contents: source.replaceAll("import.meta.url", address), loader: "ts" };
		});
	},
};
