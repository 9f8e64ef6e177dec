// Makes the sides of changed files: contents where they can be had exactly, and why not where they cannot.
import { sep } from "node:path";
import { type Message, message } from "../../protocol/messages.ts";
import { byteText, isReadable, readable, under } from "./byteText.ts";
import type { Difference } from "./compare.ts";
import { type Contents, sha256Of } from "./contents.ts";
import { kindOf, MODE, SIZE } from "./folderTree.ts";
import { blobId, findGit, type GitEnv, readBlobs, type Wanted } from "./gitObjects.ts";
import { numbersOf, readWhole, realOf } from "./readFile.ts";
import type { GitCopy } from "./repositories.ts";
import type { ChangedFile, ChangedSide, Limits } from "./types.ts";

export interface SidesOptions {
	/** As text. */
	root: string;
	limits: Limits;
	contents: Contents;
	env: GitEnv;
	/** The copy that git has of a file as it was before. */
	copyOf(path: string, before: Float64Array): GitCopy | undefined;
}

/** So many times the bytes of an answer are read at most, for digests. */
const READ_FACTOR = 8;

/** A difference with what was read of it so far. */
interface Open extends Difference {
	copy?: GitCopy | undefined;
	after?: Float64Array;
	bytesAfter?: Buffer;
	shaAfter?: string;
	whyAfter?: Message;
}

/** What is listed of the differences, which are by path, and how many more there are. */
export function sidesOf(
	differences: readonly Difference[],
	options: SidesOptions,
): { files: ChangedFile[]; more: number } {
	return new Sides(options).of(differences);
}

class Sides {
	readonly #options: SidesOptions;
	readonly #root: string;
	readonly #realRoot: string | undefined;
	#touchedFiles = 0;
	#touchedBytes = 0;
	#readBytes = 0;
	#heldBytes = 0;
	/** Bytes that may still be in the answer. */
	#left: number;

	constructor(options: SidesOptions) {
		this.#options = options;
		this.#root = byteText(options.root.endsWith("/") ? options.root : `${options.root}/`);
		this.#left = options.limits.allBytes;
		this.#realRoot = realOf(this.#root);
	}

	of(differences: readonly Difference[]): { files: ChangedFile[]; more: number } {
		const listed: Open[] = [];
		let more = 0;
		// Rules of a repository decide how long it takes to ask for a copy.
		const deadline = performance.now() + this.#options.limits.walkMs;
		for (const difference of differences) {
			const open: Open = { ...difference };
			if (open.before !== undefined && performance.now() < deadline)
				open.copy = this.#options.copyOf(open.path, open.before);
			if (this.#isUntouched(open)) continue;
			if (listed.length < this.#options.limits.listed) {
				this.#readAfter(open);
				if (open.before === undefined && open.after === undefined) continue;
				this.#hold(open);
				listed.push(open);
			} else more += 1;
		}
		const blobs = this.#blobs(listed);
		return { files: listed.map((open) => this.#file(open, blobs)), more };
	}

	/** Whether only times or the inode number differ, and the content is known to be the same. */
	#isUntouched(open: Open): boolean {
		const { before, after, path } = open;
		const { limits, contents } = this.#options;
		if (before === undefined || after === undefined) return false;
		if (before[MODE] !== after[MODE] || before[SIZE] !== after[SIZE]) return false;
		if (kindOf(before[MODE] ?? 0) === "link") return open.linkBefore === open.linkAfter && open.linkBefore !== "";
		if (kindOf(before[MODE] ?? 0) !== "file") return false;
		const known = contents.get(under(this.#root, path), before);
		if (known === undefined && open.copy === undefined) return false;
		this.#touchedFiles += 1;
		this.#touchedBytes += after[SIZE] ?? 0;
		if (this.#touchedFiles > limits.touchedFiles || this.#touchedBytes > limits.touchedBytes) return false;
		this.#readAfter(open);
		const { bytesAfter, copy } = open;
		if (bytesAfter === undefined || open.after?.[MODE] !== before[MODE]) return false;
		if (known !== undefined) return known.sha256 === open.shaAfter;
		return copy !== undefined && blobId(bytesAfter, copy.algorithm) === copy.id;
	}

	/** Reads what is there now; the numbers become those of what was read. */
	#readAfter(open: Open): void {
		if (open.after === undefined || open.bytesAfter !== undefined || open.whyAfter !== undefined) return;
		if (kindOf(open.after[MODE] ?? 0) === "link") return;
		if (!this.#isInside(open.path)) {
			open.whyAfter = message("afterRun.moved");
			return;
		}
		this.#readBytes += open.after[SIZE] ?? 0;
		if (this.#readBytes > READ_FACTOR * this.#options.limits.allBytes) {
			open.whyAfter = this.#tooMuch();
			return;
		}
		const path = under(this.#root, open.path);
		const read = readWhole(path, this.#options.limits.sideBytes);
		if (read.state === "gone") delete open.after;
		else if (read.state === "unreadable") open.whyAfter = message("afterRun.noAccess", { code: read.code });
		else {
			open.after = numbersOf(read.info);
			if (read.state === "read") {
				open.bytesAfter = read.bytes;
				open.shaAfter = sha256Of(read.bytes);
				this.#options.contents.put(path, open.after, read.bytes, open.shaAfter);
			} else open.whyAfter = this.#why(read.state);
		}
	}

	/** Contents that there is no room for in the answer are not kept until then either. */
	#hold(open: Open): void {
		const length = open.bytesAfter?.length ?? 0;
		if (this.#heldBytes + length > this.#options.limits.allBytes) {
			delete open.bytesAfter;
			open.whyAfter = this.#tooMuch();
		} else this.#heldBytes += length;
	}

	#tooMuch(): Message {
		return message("afterRun.inAll", { max: this.#options.limits.allBytes / 1024 / 1024 });
	}

	#why(state: "changing" | "tooLarge" | "notFile"): Message {
		if (state === "tooLarge") {
			return message("afterRun.tooLarge", { max: this.#options.limits.sideBytes / 1024 / 1024 });
		}
		return message(state === "changing" ? "afterRun.changing" : "afterRun.notFile");
	}

	/** No folder on the way may have become a link that leads elsewhere. */
	#isInside(path: string): boolean {
		const folder = path.slice(0, path.lastIndexOf("/") + 1);
		// Of a repository's own folder the real path was taken.
		if (under(this.#root, path) === path) return realOf(folder) === folder.slice(0, -1);
		return this.#realRoot !== undefined && realOf(this.#root + folder) === joined(this.#realRoot, folder);
	}

	/** Contents from git, as much as there is room for. */
	#blobs(listed: readonly Open[]): Map<string, Buffer> {
		const { limits, contents, env, root } = this.#options;
		const stores = new Map<string, { copy: GitCopy; wanted: Map<string, Wanted> }>();
		let room = this.#left;
		for (const { path, before, copy } of listed) {
			const size = before?.[SIZE] ?? 0;
			if (before === undefined || copy === undefined || size > limits.sideBytes || size > room) continue;
			if (contents.get(under(this.#root, path), before)?.bytes !== undefined) continue;
			room -= size;
			const store = stores.get(copy.store) ?? { copy, wanted: new Map() };
			store.wanted.set(copy.id, { id: copy.id, size });
			stores.set(copy.store, store);
		}
		const blobs = new Map<string, Buffer>();
		const git = stores.size === 0 ? undefined : findGit(env, [root]);
		if (git === undefined) return blobs;
		const deadline = performance.now() + limits.gitMs;
		for (const [store, { copy, wanted }] of stores) {
			const timeoutMs = Math.ceil(deadline - performance.now());
			if (timeoutMs <= 0) break;
			const options = { algorithm: copy.algorithm, git, env, timeoutMs };
			for (const [id, bytes] of readBlobs(store, [...wanted.values()], options)) blobs.set(id, bytes);
		}
		return blobs;
	}

	#file(open: Open, blobs: Map<string, Buffer>): ChangedFile {
		const { path, before, after } = open;
		const local = readable(path);
		const base = under(this.#root, path) === path ? "" : readable(this.#root).replace(/\/$/, "") + sep;
		return {
			path: base + (sep === "/" ? local : local.replaceAll("/", sep)),
			op: before === undefined ? "create" : after === undefined ? "delete" : "modify",
			...(before === undefined ? {} : { before: this.#before(open, before, blobs) }),
			...(after === undefined ? {} : { after: this.#after(open, after) }),
		};
	}

	#before({ path, linkBefore, copy }: Open, stats: Float64Array, blobs: Map<string, Buffer>): ChangedSide {
		const known = this.#options.contents.get(under(this.#root, path), stats);
		const blob = copy === undefined ? undefined : blobs.get(copy.id);
		const bytes = known?.bytes ?? blob;
		const sha256 = known?.sha256 ?? (blob && sha256Of(blob));
		return this.#side(path, stats, { link: linkBefore, bytes, sha256, why: this.#whyNotBefore(stats, copy) });
	}

	#whyNotBefore(stats: Float64Array, copy: GitCopy | undefined): Message {
		if (kindOf(stats[MODE] ?? 0) !== "file") return message("afterRun.notFile");
		if ((stats[SIZE] ?? 0) > this.#options.limits.sideBytes) return this.#why("tooLarge");
		return message(copy === undefined ? "afterRun.notKept" : "afterRun.gitFailed");
	}

	#after({ path, linkAfter, bytesAfter, shaAfter, whyAfter }: Open, stats: Float64Array): ChangedSide {
		const why = whyAfter ?? message("afterRun.changing");
		return this.#side(path, stats, { link: linkAfter, bytes: bytesAfter, sha256: shaAfter, why });
	}

	#side(
		path: string,
		stats: Float64Array,
		found: { link: string | undefined; bytes: Buffer | undefined; sha256: string | undefined; why: Message },
	): ChangedSide {
		const side: ChangedSide = { size: stats[SIZE] ?? 0, mode: (stats[MODE] ?? 0) & 0o7777 };
		if (kindOf(stats[MODE] ?? 0) === "link") return { ...side, link: readable(found.link ?? "") };
		if (found.sha256 !== undefined) side.sha256 = found.sha256;
		if (found.bytes === undefined) return { ...side, why: found.why };
		// Two names could read the same; nothing may be put back under the wrong one.
		if (!isReadable(path)) return { ...side, why: message("afterRun.oddName") };
		if (found.bytes.length > this.#left) return { ...side, why: this.#tooMuch() };
		this.#left -= found.bytes.length;
		// A copy of its own, which can be given away to another thread.
		return { ...side, bytes: Uint8Array.from(found.bytes) };
	}
}

function joined(root: string, folder: string): string {
	if (folder === "") return root;
	const local = (sep === "/" ? folder : folder.replaceAll("/", sep)).slice(0, -1);
	return root.endsWith(sep) ? root + local : root + sep + local;
}
