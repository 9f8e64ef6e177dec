// verify.html shows the data that is in it. Somebody who changed only that would show another story than the bundle holds.
import { JournalError } from "../../errors.ts";
import type { Problems } from "../../problems.ts";
import { type BundleFiles, wholeFile } from "./bundleFiles.ts";
import { kindOfFile } from "./layout.ts";
import { NOT_EMBEDDED } from "./page.ts";
import { openZipIn } from "./zipReader.ts";

const NAME = "verify.html";
/** What a page is at most: its data's limits, in base64, with room. Bytes. */
const MAX_PAGE = 96 * 1024 * 1024;
const BEFORE = 'id="bundle">';

export async function demandPage(files: BundleFiles, problems: Problems): Promise<void> {
	if (!files.sizes.has(NAME)) return;
	const page = await wholeFile(files, NAME, MAX_PAGE);
	const at = page?.indexOf(BEFORE) ?? -1;
	if (page === undefined || at < 0) {
		problems.add(NAME, undefined, "edited", "it holds no data of a bundle");
		return;
	}
	const start = at + BEFORE.length;
	const zip = Buffer.from(page.toString("latin1", start, page.indexOf("<", start)), "base64");
	try {
		const data = await openZipIn(NAME, zip, (name) => name === NOT_EMBEDDED || kindOfFile(name) !== undefined);
		for (const name of data.sizes.keys())
			if (name !== NOT_EMBEDDED && !(await isSame(data, files, name)))
				problems.add(NAME, undefined, "edited", `it shows another ${name} than the bundle holds`);
	} catch (error) {
		if (!(error instanceof JournalError)) throw error;
		problems.add(NAME, undefined, "edited", "the data in it cannot be read");
	}
}

async function isSame(data: BundleFiles, files: BundleFiles, name: string): Promise<boolean> {
	if (data.sizes.get(name) !== files.sizes.get(name)) return false;
	const other = files.parts(name);
	try {
		let rest = Buffer.alloc(0);
		for await (const part of data.parts(name)) {
			while (rest.length < part.length) {
				const next = await other.next();
				if (next.done) return false;
				rest = Buffer.concat([rest, next.value]);
			}
			if (!rest.subarray(0, part.length).equals(part)) return false;
			rest = rest.subarray(part.length);
		}
		return rest.length === 0;
	} finally {
		await other.return(undefined);
	}
}
