// The hook as it ships: one minified CommonJS file, built once per test process.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

let built: Promise<string> | undefined;

/** Path of hook.cjs, built as esbuild.mjs does; removed when the process ends its tests (`removeBundle`). */
export function hookBundle(): Promise<string> {
	built ??= bundle();
	return built;
}

export async function removeBundle(): Promise<void> {
	if (built === undefined) return;
	await rm(join(await built, ".."), { recursive: true, force: true });
	built = undefined;
}

async function bundle(): Promise<string> {
	const dir = await mkdtemp(join(tmpdir(), "gatepost-hook-"));
	const file = join(dir, "hook.cjs");
	await build({
		entryPoints: [fileURLToPath(new URL("../../../src/bin/hook/main.ts", import.meta.url))],
		outfile: file,
		bundle: true,
		minify: true,
		platform: "node",
		format: "cjs",
		target: "node18",
		legalComments: "none",
		logLevel: "warning",
	});
	return file;
}
