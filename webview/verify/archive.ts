// Files of a bundle: those in this page, or those a person picks (the zip, or what was unpacked from it).
import { unzipSync } from "fflate";
import { fromBase64, textOf } from "./bytes.ts";

export type Files = Map<string, Uint8Array>;

/** In a page's data only: evidence that is not in the page for its size, one digest a line. */
export const NOT_EMBEDDED = "not-embedded.txt";

const FIXED = new Set([
	"README.txt",
	"VERIFY.md",
	"manifest.json",
	"heads.json",
	"signatures.txt",
	"verify.html",
	"SHA256SUMS",
]);
const SEGMENT = "\\d{8}T\\d{6}\\.\\d{3}Z-[0-9A-Za-z_-]{1,64}";
const PATTERNS: [RegExp, string][] = [
	[new RegExp(`^${SEGMENT}\\.jsonl$`), "entries/"],
	[/^[0-9a-f]{64}$/, "evidence/"],
	[/^signer(-[1-9]\d{0,5})?\.pem$/, ""],
	[new RegExp(`^${SEGMENT}-(0|[1-9]\\d{0,14})\\.(txt|sig)$`), "checkpoints/"],
];

/** What a file of this base name is called in a bundle; undefined when a bundle has none such. */
export function bundleName(base: string): string | undefined {
	if (FIXED.has(base)) return base;
	const found = PATTERNS.find(([pattern]) => pattern.test(base));
	return found === undefined ? undefined : found[1] + base;
}

/** More than this is not held in a browser's memory: the commands of VERIFY.md have no such limit. Bytes. */
const MAX_UNPACKED = 1024 * 1024 * 1024;

/** @throws Error that says for a person why it was not taken */
export function unzipped(zip: Uint8Array, own = false): Files {
	const names = new Set<string>();
	let total = 0;
	const takes = (name: string) => bundleName(name.split("/").at(-1) ?? "") === name || (own && name === NOT_EMBEDDED);
	const filter = ({ name, originalSize }: { name: string; originalSize: number }) => {
		if (!takes(name)) throw new Error(`It holds ${JSON.stringify(name.slice(0, 200))}, which is no file of a receipt.`);
		if (names.has(name)) throw new Error(`It holds ${name} twice.`);
		names.add(name);
		total += originalSize;
		if (total > MAX_UNPACKED) throw new Error("It would unpack to more than a browser can hold. Use VERIFY.md.");
		return false;
	};
	unzipSync(zip, { filter });
	return new Map(Object.entries(unzipSync(zip)));
}

/** The data in this page; undefined when there is none. */
export function embedded(): Files | undefined {
	const text = document.getElementById("bundle")?.textContent ?? "";
	if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
	try {
		return unzipped(fromBase64(text), true);
	} catch {
		return undefined;
	}
}

/** Digests of evidence that is left out of the page. */
export function notEmbedded(files: Files): Set<string> {
	return new Set((textOf(files.get(NOT_EMBEDDED) ?? new Uint8Array(0)) ?? "").split("\n").filter((one) => one !== ""));
}

/** @throws Error that says for a person why they were not taken */
export async function picked(list: readonly File[]): Promise<{ files: Files; strange: string[] }> {
	const [only] = list;
	if (list.length === 1 && only?.name.endsWith(".zip"))
		return { files: unzipped(new Uint8Array(await only.arrayBuffer())), strange: [] };
	const files: Files = new Map();
	const strange: string[] = [];
	let total = 0;
	for (const file of list) {
		const name = bundleName(file.name);
		total += file.size;
		if (total > MAX_UNPACKED) throw new Error("These are more than a browser can hold. Use VERIFY.md.");
		if (name === undefined || files.has(name)) strange.push(file.name);
		else files.set(name, new Uint8Array(await file.arrayBuffer()));
	}
	return { files, strange };
}
