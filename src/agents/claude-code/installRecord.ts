// What the installer remembers about a settings file, so that uninstalling gives back its bytes.
import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod/mini";
import { message } from "../../protocol/messages.ts";
import { TAG } from "./entry.ts";
import { recordPath, tagPath } from "./paths.ts";
import { readPlain, SettingsFileError, sha256 } from "./settingsFile.ts";

const InstallRecord = z.object({
	v: z.literal(1),
	/** Real path of the settings file. */
	file: z.string(),
	scope: z.enum(["user", "project"]),
	/** There was no file before. */
	created: z.boolean(),
	/** Folders made for it, outermost first. */
	madeDirs: z.array(z.string()),
	/** Hex SHA-256 of the text as we left it. */
	after: z.string(),
	/** Turns that text into the one before: `remove` UTF-16 units at `at` become `insert`. */
	undo: z.object({ at: z.number(), remove: z.number(), insert: z.string(), before: z.string() }),
	/** Containers that were there before, and stay when they get empty. */
	kept: z.object({ hooks: z.boolean(), events: z.array(z.string()) }),
});
export type InstallRecord = z.infer<typeof InstallRecord>;

/** The record of the settings file at the real path `file`; undefined when there is none, or it is damaged. */
export async function readRecord(home: string, file: string): Promise<InstallRecord | undefined> {
	const record = parse(await readPlain(recordPath(home, file)));
	return record?.file === file ? record : undefined;
}

/** All settings files that this home has installed into. */
export async function readRecords(home: string): Promise<InstallRecord[]> {
	const dir = dirname(tagPath(home));
	const names = await readdir(dir).catch((): string[] => []);
	const texts = await Promise.all(
		names.filter((name) => name.endsWith(".json")).map((name) => readPlain(join(dir, name))),
	);
	return texts.map(parse).filter((record) => record !== undefined);
}

function parse(text: string | undefined): InstallRecord | undefined {
	if (text === undefined) return undefined;
	try {
		return InstallRecord.parse(JSON.parse(text));
	} catch {
		// Without it only our entries are removed, and the rest stays as it is.
		return undefined;
	}
}

export async function writeRecord(home: string, record: InstallRecord): Promise<void> {
	const path = recordPath(home, record.file);
	const draft = `${path}.${randomBytes(4).toString("hex")}.tmp`;
	await mkdir(dirname(path), { recursive: true, mode: 0o700 });
	try {
		await writeFile(draft, `${JSON.stringify(record)}\n`, { mode: 0o600, flag: "wx" });
		await rename(draft, path);
	} catch (error) {
		await rm(draft, { force: true });
		throw error;
	}
}

export async function removeRecord(home: string, file: string): Promise<void> {
	await rm(recordPath(home, file), { force: true });
}

/** The edit that turns `after` into `before`. */
export function undoOf(before: string, after: string): InstallRecord["undo"] {
	const max = Math.min(before.length, after.length);
	let head = 0;
	while (head < max && before[head] === after[head]) head += 1;
	let tail = 0;
	while (tail < max - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
	const insert = before.slice(head, before.length - tail);
	return { at: head, remove: after.length - head - tail, insert, before: sha256(before) };
}

/** The text before the installation, when `text` is exactly what was left behind; else undefined. */
export function undo(record: InstallRecord, text: string): string | undefined {
	if (sha256(text) !== record.after) return undefined;
	const { at, remove, insert, before } = record.undo;
	const restored = text.slice(0, at) + insert + text.slice(at + remove);
	return sha256(restored) === before ? restored : undefined;
}

/** This home's tag, or a new one that `keepTag` makes last. */
export async function readTag(home: string): Promise<string> {
	const text = (await readPlain(tagPath(home)))?.trim() ?? "";
	return TAG.test(text) ? text : randomBytes(6).toString("hex");
}

/** @throws SettingsFileError when another installation made another tag since this one was planned */
export async function keepTag(home: string, tag: string): Promise<void> {
	const path = tagPath(home);
	const text = (await readPlain(path))?.trim() ?? "";
	if (text === tag) return;
	if (TAG.test(text)) throw new SettingsFileError(message("install.changedMeanwhile", { file: path }));
	await mkdir(dirname(path), { recursive: true, mode: 0o700 });
	await writeFile(path, `${tag}\n`, { mode: 0o600 });
}
