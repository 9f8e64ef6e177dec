// The real Claude Code CLI, pinned, from npm. Only tests that opted in (GATEPOST_TEST_AGENTS=1) get here.
import { execFile } from "node:child_process";
import { access, constants, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cached } from "../cache.ts";

const run = promisify(execFile);

/** The version everything is tested with. */
export const CLAUDE_VERSION = "2.1.330";
/** The last version that ignores `onFailure` (2.1.295 added it): for compatibility tests only. */
export const CLAUDE_BEFORE_ON_FAILURE = "2.1.294";

/** Why tests with the real CLI do not run here, or false when they do. Fits `test(name, { skip })`. */
export function skipRealClaude(env: NodeJS.ProcessEnv = process.env): string | false {
	if (env.GATEPOST_TEST_AGENTS !== "1") return "real agents are off: set GATEPOST_TEST_AGENTS=1 to run this";
	if (process.platform === "win32") return "the real Claude Code CLI is driven on Linux and macOS only";
	return false;
}

/**
 * The `claude` executable of `version`, installed once into the cache.
 *
 * The npm package is a stub beside one native binary per platform, an optional dependency that npm picks by os, cpu and
 * libc. Its install script only links that binary over the stub, so scripts stay off and the binary is used in place.
 *
 * @returns an absolute path
 * @throws when npm fails, or when the version has no binary for this platform
 */
export async function installClaude(version: string = CLAUDE_VERSION): Promise<string> {
	const dir = await cached("claude-code", version, async (target) => {
		// A package.json keeps npm from looking for a project in the folders above.
		await writeFile(join(target, "package.json"), '{ "private": true }\n');
		const options = ["--ignore-scripts", "--no-save", "--package-lock=false", "--no-audit", "--no-fund"];
		await run("npm", ["install", "--prefix", target, ...options, `@anthropic-ai/claude-code@${version}`], {
			cwd: target,
			maxBuffer: 16 * 1024 * 1024,
		});
		await nativeBinary(target);
	});
	return nativeBinary(dir);
}

async function nativeBinary(dir: string): Promise<string> {
	const scope = join(dir, "node_modules", "@anthropic-ai");
	const packages = (await readdir(scope)).filter((name) => name.startsWith("claude-code-"));
	if (packages.length !== 1) {
		const found = packages.length ? packages.join(", ") : "none";
		throw new Error(`npm installed ${found} as native package of Claude Code for ${process.platform}-${process.arch}`);
	}
	const binary = join(scope, String(packages[0]), "claude");
	await access(binary, constants.X_OK);
	return binary;
}
