// Builds dist/: the extension host, the hook, the CLI and the webviews. `--production` minifies and checks for test seams.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildVerifyPage } from "./webview/verify/build.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const production = process.argv.includes("--production");
const dist = join(here, "dist");
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

const { version } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
const shared = {
	absWorkingDir: here,
	bundle: true,
	minify: production,
	sourcemap: production ? false : "linked",
	legalComments: "none",
	metafile: true,
	logLevel: "warning",
	define: {
		GATEPOST_VERSION: JSON.stringify(version),
		GATEPOST_WORKER: '"worker.cjs"',
		GATEPOST_LOG_WORKER: '"log.cjs"',
		GATEPOST_SNAPSHOT_WORKER: '"snapshot.cjs"',
		GATEPOST_WASM: '"sql-wasm.wasm"',
		GATEPOST_VERIFY_PAGE: '"verify.html"',
	},
	// Sources find the thread through import.meta, which a built program never comes to.
	logOverride: { "empty-import-meta": "silent" },
};
const host = {
	...shared,
	platform: "node",
	format: "cjs",
	target: "node22",
	// jsonc-parser's CommonJS file hides its requires from a bundler; the built program would not find them.
	mainFields: ["module", "main"],
	// ws asks for these two native helpers in a try block and does without them.
	external: ["vscode", "bufferutil", "utf-8-validate"],
};

/** What the editor loads after activation stays a file of its own. */
const coreApart = {
	name: "core-apart",
	setup(pluginBuild) {
		pluginBuild.onResolve({ filter: /\/core\.ts$/ }, ({ kind }) => {
			if (kind !== "dynamic-import") return { errors: [{ text: "core.ts is loaded on demand: use import()" }] };
			return { path: "./core.cjs", external: true };
		});
	},
};

const results = await Promise.all([
	build({
		...host,
		entryPoints: { extension: "src/extension.ts" },
		outdir: "dist",
		outExtension: { ".js": ".cjs" },
		plugins: [coreApart],
		supported: { "dynamic-import": false },
	}),
	build({ ...host, entryPoints: { core: "src/editor/core.ts" }, outdir: "dist", outExtension: { ".js": ".cjs" } }),
	build({ ...host, entryPoints: { worker: "src/agents/worker.ts" }, outdir: "dist", outExtension: { ".js": ".cjs" } }),
	build({ ...host, entryPoints: { log: "src/audit/worker.ts" }, outdir: "dist", outExtension: { ".js": ".cjs" } }),
	build({
		...host,
		entryPoints: { snapshot: "src/actions/snapshot/thread.ts" },
		outdir: "dist",
		outExtension: { ".js": ".cjs" },
	}),
	build({ ...host, entryPoints: { gatepost: "src/bin/gatepost.ts" }, outdir: "dist", outExtension: { ".js": ".cjs" } }),
	// The hook runs at every tool call: always minified, no dependency, and for whatever Node the user has.
	build({
		...shared,
		minify: true,
		sourcemap: false,
		platform: "node",
		format: "cjs",
		target: "node18",
		entryPoints: { hook: "src/bin/hook/main.ts" },
		outdir: "dist",
		outExtension: { ".js": ".cjs" },
	}),
	build({
		...shared,
		minify: true,
		sourcemap: false,
		platform: "browser",
		format: "iife",
		target: ["chrome130"],
		jsx: "automatic",
		jsxImportSource: "preact",
		entryPoints: { pending: "webview/pending/main.tsx", audit: "webview/audit/main.tsx" },
		outdir: "dist/webview",
	}),
]);

writeFileSync(join(dist, "verify.html"), await buildVerifyPage({ production }));
copyFileSync(join(here, "node_modules", "sql.js", "dist", "sql-wasm.wasm"), join(dist, "sql-wasm.wasm"));

// What is in each output: THIRD-PARTY-NOTICES.txt is made from it. Not shipped.
writeFileSync(join(dist, "meta.json"), JSON.stringify(results.map(({ metafile }) => metafile)));

// A test seam (a switchable clock, answer or bypass) in what ships would be a way around the gate (DESIGN 4).
const SEAM = "GATEPOST_TEST_SEAM";
for (const name of readdirSync(dist, { recursive: true })) {
	const file = join(dist, String(name));
	if (/\.(c?js)$/.test(file) && readFileSync(file, "utf8").includes(SEAM)) {
		throw new Error(`${file} holds a test seam (${SEAM}); nothing was released. Move the seam into test/.`);
	}
}
