// The files of a bundle as such: each one that must be there is, no other is, and SHA256SUMS fits.
import { createHash } from "node:crypto";
import type { Problems } from "../../problems.ts";
import { type BundleFiles, wholeFile } from "./bundleFiles.ts";
import { demandPage } from "./checkPage.ts";
import { FIXED, kindOfFile } from "./layout.ts";

const MAX_SUMS = 32 * 1024 * 1024;

/** @returns hex SHA-256 of every file, by name */
export async function checkFiles(files: BundleFiles, problems: Problems): Promise<Map<string, string>> {
	const sums = new Map<string, string>();
	for (const name of files.sizes.keys()) {
		const hash = createHash("sha256");
		for await (const part of files.parts(name)) hash.update(part);
		sums.set(name, hash.digest("hex"));
		if (kindOfFile(name) === undefined) problems.add(name, undefined, "inserted", "a bundle has no file of this name");
	}
	for (const name of FIXED)
		if (!files.sizes.has(name)) problems.add(name, undefined, "removed", "this file is missing");
	await demandSums(files, sums, problems);
	await demandPage(files, problems);
	return sums;
}

async function demandSums(files: BundleFiles, sums: Map<string, string>, problems: Problems): Promise<void> {
	const name = "SHA256SUMS";
	if (!files.sizes.has(name)) return;
	const text = (await wholeFile(files, name, MAX_SUMS))?.toString("latin1") ?? "";
	const listed = new Map<string, string>();
	for (const line of text.split("\n").slice(0, -1)) {
		const found = /^([0-9a-f]{64}) {2}(\S+)$/.exec(line);
		if (found?.[1] === undefined || found[2] === undefined || listed.has(found[2]))
			problems.add(name, listed.size + 1, "edited", "this line is not as sha256sum writes it");
		else listed.set(found[2], found[1]);
	}
	if (text !== "" && !text.endsWith("\n")) problems.add(name, undefined, "cut-tail", "its last line is not whole");
	for (const [file, sum] of sums) {
		if (file === name) continue;
		const said = listed.get(file);
		if (said === undefined) problems.add(file, undefined, "inserted", "SHA256SUMS does not list it");
		else if (said !== sum) problems.add(file, undefined, "edited", "its content is not what SHA256SUMS says");
	}
	for (const file of listed.keys())
		if (!sums.has(file)) problems.add(file, undefined, "removed", "SHA256SUMS lists it, and it is not here");
}
