// Contents that were read once, so that what they were before the next change is known. A content belongs to exact stat
// data of a file; who puts one in has made sure that the file had not changed within a step of the clock before.
import { createHash } from "node:crypto";
import { CTIME, INO, MTIME, SIZE } from "./folderTree.ts";

/** Digests of contents that are too large to keep. */
const MAX_DIGESTS = 10_000;

export interface Content {
	sha256: string;
	/** Absent where only the digest is kept. */
	bytes?: Buffer;
}

export class Contents {
	readonly #maxBytes: number;
	readonly #maxFileBytes: number;
	/** The latest used last. */
	readonly #kept = new Map<string, Content>();
	#bytes = 0;

	constructor(maxBytes: number, maxFileBytes: number) {
		this.#maxBytes = maxBytes;
		this.#maxFileBytes = maxFileBytes;
	}

	/** @param path absolute @param stats as in `Folder.stats` */
	get(path: string, stats: Float64Array): Content | undefined {
		const key = keyOf(path, stats);
		const content = this.#kept.get(key);
		if (content !== undefined) {
			this.#kept.delete(key);
			this.#kept.set(key, content);
		}
		return content;
	}

	has(path: string, stats: Float64Array): boolean {
		return this.#kept.has(keyOf(path, stats));
	}

	put(path: string, stats: Float64Array, bytes: Buffer, sha256 = sha256Of(bytes)): void {
		this.#remove(keyOf(path, stats));
		const keeps = bytes.length <= this.#maxFileBytes;
		this.#kept.set(keyOf(path, stats), keeps ? { sha256, bytes } : { sha256 });
		if (keeps) this.#bytes += bytes.length;
		for (const oldest of this.#kept.keys()) {
			if (this.#bytes <= this.#maxBytes && this.#kept.size <= MAX_DIGESTS) break;
			this.#remove(oldest);
		}
	}

	#remove(key: string): void {
		this.#bytes -= this.#kept.get(key)?.bytes?.length ?? 0;
		this.#kept.delete(key);
	}
}

export function sha256Of(bytes: Uint8Array): string {
	return createHash("sha256").update(bytes).digest("hex");
}

function keyOf(path: string, stats: Float64Array): string {
	return `${path}\0${stats[INO]} ${stats[SIZE]} ${stats[MTIME]} ${stats[CTIME]}`;
}
