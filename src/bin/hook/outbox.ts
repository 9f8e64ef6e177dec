// Events that only report and found no gate: kept as small private files until a gate takes them in, as
// "unauthenticated" (DESIGN 5). Bounded in number and size, so that an agent without a gate never fills the disk.
import {
	closeSync,
	fsyncSync,
	mkdirSync,
	openSync,
	readdirSync,
	renameSync,
	statSync,
	unlinkSync,
	writeSync,
} from "node:fs";
import { join } from "node:path";

/** The most files that wait. 500 of at most 128 KiB are 64 MB. */
export const MAX_OUTBOX_FILES = 500;
export const MAX_OUTBOX_FILE_BYTES = 128 * 1024;

/**
 * Keeps one submit (the JSON text that a gate would have got) and when it was made.
 * @param bytes size of the payload, told when it is too large to keep
 * @throws when the folder is not ours alone, is full, or cannot be written
 */
export function keepForLater(home: string, id: string, submit: string, bytes: number): void {
	const dir = join(home, "outbox");
	mkdirSync(dir, { recursive: true, mode: 0o700 });
	const stat = statSync(dir);
	const uid = process.getuid?.();
	if ((uid !== undefined && stat.uid !== uid) || (stat.mode & 0o022) !== 0) {
		throw new Error(`${dir} could be changed by another user`);
	}
	if (readdirSync(dir).length >= MAX_OUTBOX_FILES) throw new Error(`${dir} is full`);
	const time = new Date().toISOString();
	let text = `{"v":1,"time":"${time}","submit":${submit}}\n`;
	// That something happened is worth keeping even where its content is too large.
	if (text.length > MAX_OUTBOX_FILE_BYTES) {
		const { payload: _, ...rest } = JSON.parse(submit) as { payload: string };
		text = `${JSON.stringify({ v: 1, time, submit: { ...rest, payload: "" }, leftOut: bytes })}\n`;
	}
	const name = `${time.replace(/[:.]/g, "-")}-${id}`;
	const draft = join(dir, `.${name}.tmp`);
	const fd = openSync(draft, "wx", 0o600);
	try {
		writeSync(fd, text);
		fsyncSync(fd);
	} catch (error) {
		unlinkSync(draft);
		throw error;
	} finally {
		closeSync(fd);
	}
	renameSync(draft, join(dir, `${name}.json`));
}
