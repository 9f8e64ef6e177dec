// Writes THIRD-PARTY-NOTICES.txt from what the production build really put into dist/ (esbuild's metafiles), so that the
// list cannot forget a package or keep one that is gone. Part of `vscode:prepublish`, whoever packages.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** What `node esbuild.mjs` leaves in dist/meta.json: esbuild's `metafile` of each build. */
export type Metafile = { outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }> };

export type Notice = { name: string; version: string; license: string; homepage: string; text: string };

/**
 * Packages that name the MIT licence but carry no text of it, and who holds the copyright. For any other package without a
 * text the build stops: look the licence up, and add the package here only when it is this one.
 */
const mitWithoutText: Record<string, string> = {
	"@microsoft/fast-element": "Microsoft Corporation",
	"@microsoft/fast-foundation": "Microsoft Corporation",
	"@microsoft/fast-web-utilities": "Microsoft Corporation",
	"@vscode/l10n": "Microsoft Corporation",
};

/** Folders (absolute) of the packages of which at least a byte is in an output, by name. */
export function bundledPackages(metafiles: Metafile[], root: string): string[] {
	const folders = new Set<string>();
	for (const { outputs } of metafiles) {
		for (const { inputs } of Object.values(outputs)) {
			for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
				const folder = /^(.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0];
				if (folder !== undefined && bytesInOutput > 0) folders.add(resolve(root, folder));
			}
		}
	}
	return [...folders].sort();
}

/** @throws when a package has no licence text, naming the package and what to do. */
export function noticeOf(folder: string, mitText: string): Notice {
	const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
	const { name, version, license, homepage, repository } = manifest;
	const url = typeof repository === "string" ? repository : repository?.url;
	const common = { name, version, license: String(license), homepage: String(homepage ?? url ?? "") };
	const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)(\.(md|txt))?$/i.test(file));
	if (files.some((file) => !/^notice/i.test(file))) {
		const texts = files.sort().map((file) => readFileSync(join(folder, file), "utf8").trim());
		return { ...common, text: texts.join("\n\n") };
	}
	const holder = mitWithoutText[name];
	if (holder !== undefined && license === "MIT") return { ...common, text: `Copyright (c) ${holder}\n\n${mitText}` };
	throw new Error(
		`${name} ${version} (licence ${license}) is in dist/ and has no licence text in ${folder}. No notices were written. ` +
			"Look its licence up; when it may be shipped, give its text a place in test/support/notices.ts.",
	);
}

/** The whole file. */
export function noticesText(notices: Notice[]): string {
	const head =
		"Gatepost contains the work of others. Each package below is in the extension under the licence that follows its name.\n";
	const parts = notices.map(
		({ name, version, license, homepage, text }) =>
			`${"-".repeat(80)}\n\n${name} ${version} (${license})${homepage ? `\n${homepage}` : ""}\n\n${text}\n`,
	);
	return [head, ...parts].join("\n").replaceAll("\r\n", "\n");
}

/** Writes the notices of the last build in `root`. @returns what was found. */
export function writeNotices(root: string): Notice[] {
	const meta = join(root, "dist/meta.json");
	if (!existsSync(meta)) throw new Error(`${meta} is missing. Run \`npm run build -- --production\` first.`);
	// The standard text, as in our own licence, from the grant on.
	const own = readFileSync(join(root, "LICENSE"), "utf8");
	const mitText = own.slice(own.indexOf("Permission is hereby granted")).trim();
	const metafiles: Metafile[] = JSON.parse(readFileSync(meta, "utf8"));
	const notices = bundledPackages(metafiles, root).map((folder) => noticeOf(folder, mitText));
	notices.sort((a, b) => (a.name < b.name ? -1 : 1));
	writeFileSync(join(root, "THIRD-PARTY-NOTICES.txt"), noticesText(notices));
	return notices;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
	const notices = writeNotices(process.cwd());
	console.log(`THIRD-PARTY-NOTICES.txt: ${notices.length} packages.`);
}
