// `npm run package`: the production build, the third-party notices and gatepost-<version>.vsix, ready for the Visual Studio
// Marketplace and for Open VSX. What may be in it stands in .vscodeignore, and test/unit/package.test.ts holds the list.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createVSIX } from "@vscode/vsce";

/** Larger than this it would be noticed when it is installed. Bytes. */
export const MAX_VSIX_BYTES = 3 * 1024 * 1024;

const checkout = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

export type Vsix = { path: string; bytes: number; version: string };

/**
 * Packages the extension in `root` through its `vscode:prepublish`.
 * @param to path of the vsix; default `gatepost-<version>.vsix` in `root`
 * @throws when the build fails, a bundled package has no licence text, a file looks like a secret, or it is too large
 */
export async function packageExtension(root = checkout, to?: string): Promise<Vsix> {
	const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
	const path = to ?? join(root, `${name}-${version}.vsix`);
	// Everything is bundled: no dependency is looked for, none could come in by accident.
	await createVSIX({ cwd: root, packagePath: path, dependencies: false, useYarn: false });
	const { size } = statSync(path);
	if (size > MAX_VSIX_BYTES) {
		throw new Error(
			`${path} has ${size} bytes, more than the ${MAX_VSIX_BYTES} that are allowed. It is kept so that you can look ` +
				"into it; do not publish it. dist/meta.json says what takes the room.",
		);
	}
	return { path, bytes: size, version };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
	try {
		const { path, bytes } = await packageExtension(checkout, process.argv[2]);
		console.log(`${path} (${(bytes / 1024).toFixed(0)} KiB)`);
	} catch (error) {
		console.error(error instanceof Error ? error.message : String(error));
		process.exitCode = 1;
	}
}
