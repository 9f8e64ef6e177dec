// Which editors use a Gatepost home: each notes itself when Gatepost starts in it, so that the last one to go takes the
// hooks with it, and no earlier one does.
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod/mini";
import { readPlain } from "./settingsFile.ts";

const Editor = z.object({
	/** "Visual Studio Code", "Cursor", ... */
	product: z.string(),
	/** The folder that holds the editor's extensions, where Gatepost is one. */
	extensionsDir: z.string(),
	/** ISO time when it last started Gatepost. */
	at: z.string(),
});
export type Editor = z.infer<typeof Editor>;
const EditorsFile = z.object({ version: z.literal(1), editors: z.array(Editor) });

const MAX_EDITORS = 50;

function editorsPath(home: string): string {
	return join(home, "editors.json");
}

/** Editors that have used this home, the latest last. [] when nothing is noted or the note is damaged. */
export async function readEditors(home: string): Promise<Editor[]> {
	const text = await readPlain(editorsPath(home));
	if (text === undefined) return [];
	try {
		return EditorsFile.parse(JSON.parse(text)).editors;
	} catch {
		// It is written anew at the next start of any editor.
		return [];
	}
}

/** Notes that an editor uses this home; to be called when Gatepost starts in it. */
export async function noteEditor(home: string, editor: { product: string; extensionsDir: string }): Promise<void> {
	const others = (await readEditors(home)).filter(({ extensionsDir }) => extensionsDir !== editor.extensionsDir);
	await write(home, [...others, { ...editor, at: new Date().toISOString() }].slice(-MAX_EDITORS));
}

/** Forgets an editor that has removed Gatepost. */
export async function forgetEditor(home: string, extensionsDir: string): Promise<void> {
	const editors = await readEditors(home);
	const left = editors.filter((one) => one.extensionsDir !== extensionsDir);
	if (left.length < editors.length) await write(home, left);
}

async function write(home: string, editors: Editor[]): Promise<void> {
	const path = editorsPath(home);
	const draft = `${path}.${randomBytes(4).toString("hex")}.tmp`;
	await mkdir(dirname(path), { recursive: true, mode: 0o700 });
	try {
		await writeFile(draft, `${JSON.stringify({ version: 1, editors }, null, "\t")}\n`, { mode: 0o600, flag: "wx" });
		await rename(draft, path);
	} catch (error) {
		await rm(draft, { force: true });
		throw error;
	}
}

const GATEPOST = /^gatepost\.gatepost-/i;

/** Folders of Gatepost among an editor's extensions that the editor has not marked for removal. */
export async function installedVersions(extensionsDir: string): Promise<string[]> {
	const names = await readdir(extensionsDir).catch((): string[] => []);
	const obsolete = await readObsolete(extensionsDir);
	return names.filter((name) => GATEPOST.test(name) && !obsolete.has(name.toLowerCase()));
}

/** VS Code and its kin list in `.obsolete` what is removed at the next start. */
async function readObsolete(extensionsDir: string): Promise<Set<string>> {
	try {
		const value = JSON.parse(await readFile(join(extensionsDir, ".obsolete"), "utf8")) as Record<string, unknown>;
		const names = Object.entries(value).filter(([, removed]) => removed === true);
		return new Set(names.map(([name]) => name.toLowerCase()));
	} catch {
		return new Set();
	}
}
