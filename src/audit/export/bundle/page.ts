// verify.html: a page that works from a file, with the bundle's data in it. The data is a zip in base64, which no string
// of an agent can break out of.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ZipFile, ZipWriter } from "./zip.ts";

/** Name of the page beside the program that is built with it; absent when sources run as they are. */
declare const GATEPOST_VERIFY_PAGE: string | undefined;

/** Where the data goes in the page. */
export const PLACE = "@@GATEPOST_BUNDLE@@";
/** Inside the page's data only: digests of evidence that is left out of the page for its size, one a line. */
export const NOT_EMBEDDED = "not-embedded.txt";

/** The page without data: HTML with PLACE in it once. @throws when it cannot be read or built */
export async function loadPage(): Promise<string> {
	if (typeof GATEPOST_VERIFY_PAGE === "string") return readFile(join(__dirname, GATEPOST_VERIFY_PAGE), "utf8");
	const builder = new URL("../../../../webview/verify/build.mjs", import.meta.url);
	const { buildVerifyPage } = (await import(builder.href)) as {
		buildVerifyPage: (options: { production: boolean }) => Promise<string>;
	};
	return buildVerifyPage({ production: true });
}

/** Writes the page with its data in place. @param fill writes the data's files */
export async function writePage(file: ZipFile, page: string, fill: (data: ZipWriter) => Promise<void>): Promise<void> {
	const [before, after, more] = page.split(PLACE);
	if (before === undefined || after === undefined || more !== undefined)
		throw new Error("the page that verifies has no place for its data, or more than one");
	await file.write(before);
	let rest: Uint8Array = new Uint8Array(0);
	const data = new ZipWriter(async (part) => {
		const bytes = Buffer.concat([rest, part]);
		const whole = bytes.length - (bytes.length % 3);
		rest = bytes.subarray(whole);
		if (whole > 0) await file.write(bytes.toString("base64", 0, whole));
	});
	await fill(data);
	await data.end();
	await file.write(Buffer.from(rest).toString("base64"));
	await file.write(after);
}
