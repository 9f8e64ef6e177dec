// The functions behind `gatepost log show|verify`, and what all of `gatepost log` shares. They read only: no home, folder or key is made.
// Exit codes: 0 fine, 1 problems found or nothing matches, 2 cannot read.
import { closeSync, constants, existsSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { JournalError, systemCode } from "../audit/errors.ts";
import { OUTSIDE, workspaceId, workspacePaths } from "../audit/home.ts";
import { type ReadLine, readEntries } from "../audit/read.ts";
import { type KnownHead, verifySegments, verifyWorkspace } from "../audit/verify.ts";
import { verifyBundle } from "../audit/verifyBundle.ts";
import { UsageError } from "./logSessions.ts";
import { entryJson, jsonLine, showText, verifyText } from "./logText.ts";
import { terminalText } from "./terminalText.ts";

export type ExitCode = 0 | 1 | 2;

/** Takes a part of the output. A promise is waited for, so that a slow reader of a large log costs no memory. */
export type Output = (text: string) => void | Promise<void>;

export interface LogOptions {
	/** Folder of the Gatepost home. */
	home: string;
	/** A folder whose log is meant, or one inside it; undefined for what was logged outside all roots. */
	folder: string | undefined;
	/** One JSON object a line instead of text for people. */
	json: boolean;
	out: Output;
	/** Where trouble is told; standard error by default. */
	err?: Output;
}

export interface ShowOptions extends LogOptions {
	/** `<segment or gate id, or its beginning>:<line>`, the beginning of a hash (8 digits or more), or a request id. */
	ref: string;
}

export interface VerifyOptions extends Omit<LogOptions, "folder"> {
	folder?: string | undefined;
	/** What to verify instead: a receipt (zip or unpacked), a workspace's folder, a folder of segments, or one segment. */
	path?: string | undefined;
	/** Public keys in hex that may have signed, noted outside the log. */
	key?: string | readonly string[] | undefined;
	/** `SEGMENT:ENTRIES:HASH`: heads that were noted outside the log and must be there. */
	head?: string | readonly string[] | undefined;
}

/**
 * Where the log of a folder lies: of the folder itself, else of the nearest one above that has a log.
 * @throws JournalError "no-root" | "unreadable"
 */
export function logDir(home: string, folder: string | undefined): string {
	if (folder === undefined) {
		const { dir, journal } = workspacePaths(home, OUTSIDE);
		if (isFolder(journal)) return dir;
		throw new JournalError(
			"unreadable",
			`There is no audit log of what belongs to no folder in ${home}. Nothing was read. Check --home.`,
		);
	}
	workspaceId(folder);
	const real = realpathSync.native(folder);
	for (let at = real; ; at = dirname(at)) {
		const paths = workspacePaths(home, workspaceId(at));
		if (isFolder(paths.journal)) return paths.dir;
		if (at === dirname(at))
			throw new JournalError(
				"unreadable",
				`There is no audit log of ${real} in ${home}. Nothing was read. Check --folder and --home.`,
			);
	}
}

/** Shows entries whole: one by its place or hash, or all of a request. */
export function logShow(options: ShowOptions): Promise<ExitCode> {
	return reading(options, async () => {
		const matches = matcher(options.ref);
		let found = 0;
		for await (const line of readEntries(logDir(options.home, options.folder))) {
			if (!matches(line)) continue;
			found++;
			await options.out(options.json ? entryJson(line) : showText(line));
		}
		if (found === 0) await tell(options, `No entry matches ${terminalText(options.ref)}.`);
		return found === 0 ? 1 : 0;
	});
}

/** Verifies a log and says what was found. */
export function logVerify(options: VerifyOptions): Promise<ExitCode> {
	return reading(options, async () => {
		const keys = [options.key ?? []].flat();
		for (const key of keys) {
			if (/^[0-9a-f]{64}$/i.test(key)) continue;
			await tell(options, `--key takes a public key in hex (64 digits), not ${terminalText(key)}.`);
			return 2;
		}
		const key = keys.length === 0 ? undefined : keys;
		const heads = headsOf([options.head ?? []].flat());
		if (heads === undefined) {
			await tell(
				options,
				"--head takes SEGMENT:ENTRIES:HASH, as `gatepost log verify` prints it (Head) and a receipt's README.txt has it.",
			);
			return 2;
		}
		const where = options.path ?? logDir(options.home, options.folder);
		if (options.path !== undefined && isReceipt(options.path)) {
			const found = await verifyBundle(where, { key, heads });
			await options.out(options.json ? jsonLine(found) : verifyText(where, found));
			return found.ok ? 0 : 1;
		}
		const whole = options.path === undefined || isFolder(join(options.path, "journal"));
		const found = await (whole ? verifyWorkspace : verifySegments)(where, { key, heads });
		await options.out(options.json ? jsonLine(found) : verifyText(where, found));
		return found.ok ? 0 : 1;
	});
}

/** Runs a reading command and says in words what keeps a log from being read (exit 2). */
export async function reading(options: Pick<LogOptions, "err">, read: () => Promise<ExitCode>): Promise<ExitCode> {
	try {
		return await read();
	} catch (error) {
		if (error instanceof UsageError) await tell(options, error.message);
		else if (error instanceof JournalError) await tell(options, terminalText(error.message));
		else if (systemCode(error) !== "" && error instanceof Error)
			await tell(
				options,
				terminalText(`The audit log cannot be read: ${error.message}. Check the path and its rights.`),
			);
		else throw error;
		return 2;
	}
}

async function tell({ err }: Pick<LogOptions, "err">, text: string): Promise<void> {
	await (err ?? ((part: string) => void process.stderr.write(part)))(`${text}\n`);
}

function matcher(ref: string): (line: ReadLine) => boolean {
	const [, place, number] = /^([0-9A-Za-z._-]+):(\d+)$/.exec(ref) ?? [];
	if (place !== undefined) {
		return ({ segment, line }) =>
			line === Number(number) &&
			(segment.startsWith(place) || segment.slice(segment.indexOf("-") + 1).startsWith(place));
	}
	const isHash = /^[0-9a-f]{8,64}$/.test(ref);
	return ({ entry }) => entry !== undefined && ((isHash && entry.hash.startsWith(ref)) || entry.body?.request === ref);
}

function headsOf(texts: readonly string[]): KnownHead[] | undefined {
	const heads: KnownHead[] = [];
	for (const text of texts) {
		const [, segment, entries, hash] = /^([0-9A-Za-z._-]+):(\d{1,12}):([0-9a-f]{64})$/i.exec(text) ?? [];
		if (segment === undefined || hash === undefined) return undefined;
		heads.push({ segment, entries: Number(entries), hash });
	}
	return heads;
}

/** A zip, or a folder that one was unpacked into. */
function isReceipt(path: string): boolean {
	if (isFolder(path)) return existsSync(join(path, "manifest.json")) && isFolder(join(path, "entries"));
	const start = Buffer.alloc(4);
	const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
	try {
		readSync(fd, start, 0, start.length, 0);
	} finally {
		closeSync(fd);
	}
	return start.toString("latin1").startsWith("PK");
}

function isFolder(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
