// Gives an installed Gatepost one agent more: its core is built anew, with the list of agents replaced by one of the tests'.
// Everything else is what the vsix under test brought along.
import { access, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { checkout } from "../host/install.ts";

const AGENTS = join(checkout, "src/agents/index.ts");
const MORE_AGENTS = fileURLToPath(new URL("agents.ts", import.meta.url));

/**
 * To be called before a window is opened: the editor loads the core once in each.
 * @param extensions the editor's folder of extensions, with Gatepost installed in it
 * @throws when there is none, or it does not build
 */
export async function addPatchAgent(extensions: string): Promise<void> {
	const name = (await readdir(extensions)).find((one) => one.startsWith("gatepost.gatepost-"));
	if (name === undefined) throw new Error(`Gatepost is not installed in ${extensions}.`);
	const core = join(extensions, name, "dist/core.cjs");
	// It is replaced, not added: under another name it would never be loaded.
	await access(core);
	const { version } = JSON.parse(await readFile(join(checkout, "package.json"), "utf8"));
	// As esbuild.mjs builds it.
	const { metafile } = await build({
		absWorkingDir: checkout,
		entryPoints: ["src/editor/core.ts"],
		outfile: core,
		bundle: true,
		minify: true,
		legalComments: "none",
		platform: "node",
		format: "cjs",
		target: "node22",
		mainFields: ["module", "main"],
		external: ["vscode", "bufferutil", "utf-8-validate"],
		define: {
			GATEPOST_VERSION: JSON.stringify(version),
			GATEPOST_WORKER: '"worker.cjs"',
			GATEPOST_LOG_WORKER: '"log.cjs"',
			GATEPOST_SNAPSHOT_WORKER: '"snapshot.cjs"',
			GATEPOST_WASM: '"sql-wasm.wasm"',
			GATEPOST_VERIFY_PAGE: '"verify.html"',
		},
		plugins: [moreAgents],
		metafile: true,
		logOverride: { "empty-import-meta": "silent" },
		logLevel: "warning",
	});
	const inputs = Object.keys(metafile.inputs);
	if (!inputs.some((input) => input.endsWith("patchAgent/adapter.ts"))) {
		throw new Error("The core was built without the tests' agent: does nothing import src/agents/index.ts any more?");
	}
}

const moreAgents: Plugin = {
	name: "more agents",
	setup(plugin) {
		plugin.onResolve({ filter: /\/index\.ts$/ }, ({ path, resolveDir, importer }) =>
			join(resolveDir, path) === AGENTS && importer !== MORE_AGENTS ? { path: MORE_AGENTS } : undefined,
		);
	},
};
