// Secrets that were masked, by keyed digest: <dir>/secrets.jsonl, one JSON object a line, {"mac", "kind", "request"}. Equal
// macs are the same secret. The file is an extra: a missing, cut or odd one only means that less is known.
import { isUtf8 } from "node:buffer";
import { join } from "node:path";
import { JournalError, systemCode } from "../errors.ts";
import { openPlain, readAt } from "../files.ts";
import { str } from "../fold.ts";

/** Bytes of the file that are looked at, and of one line. */
const MAX_FILE = 64 * 1024 * 1024;
const MAX_LINE = 10_000;
const PART = 1024 * 1024;

interface Secret {
	kind: string;
	requests: Set<string>;
}

export class SecretsBook {
	readonly #path: string;
	#seen = "";
	#secrets = new Map<string, Secret>();
	#ofRequest = new Map<string, Set<string>>();

	/** @param dir the workspace's folder */
	constructor(dir: string) {
		this.#path = join(dir, "secrets.jsonl");
	}

	/** Other requests in which a secret of this request stands, by secret. */
	async same(request: string): Promise<{ kind: string; requests: string[] }[]> {
		await this.#read();
		const found: { kind: string; requests: string[] }[] = [];
		for (const mac of this.#ofRequest.get(request) ?? []) {
			const secret = this.#secrets.get(mac);
			const requests = [...(secret?.requests ?? [])].filter((other) => other !== request);
			if (secret !== undefined && requests.length > 0) found.push({ kind: secret.kind, requests });
		}
		return found;
	}

	/** Reads the file again when it is another one. */
	async #read(): Promise<void> {
		let handle: Awaited<ReturnType<typeof openPlain>>;
		try {
			handle = await openPlain(this.#path);
		} catch (error) {
			if (systemCode(error) === "" && !(error instanceof JournalError)) throw error;
			this.#forget("");
			return;
		}
		try {
			const { ino, size, mtimeMs } = await handle.stat();
			const seen = `${ino} ${size} ${mtimeMs}`;
			if (seen === this.#seen) return;
			this.#forget(seen);
			let rest = Buffer.alloc(0);
			for (let at = 0; at < Math.min(size, MAX_FILE); ) {
				const part = await readAt(handle, at, PART);
				if (part.length === 0) break;
				at += part.length;
				const bytes = Buffer.concat([rest, part]);
				const end = bytes.lastIndexOf(10) + 1;
				for (let from = 0; from < end; ) {
					const to = bytes.indexOf(10, from);
					this.#take(bytes.subarray(from, to));
					from = to + 1;
				}
				// Of an endless line only the end is kept: no line is that long.
				rest = Buffer.from(bytes.subarray(end).subarray(-MAX_LINE - 1));
			}
		} finally {
			await handle.close();
		}
	}

	#forget(seen: string): void {
		this.#seen = seen;
		this.#secrets = new Map();
		this.#ofRequest = new Map();
	}

	#take(line: Buffer): void {
		if (line.length > MAX_LINE || !isUtf8(line)) return;
		let value: unknown;
		try {
			value = JSON.parse(line.toString("utf8"));
		} catch {
			// Cut or garbage: nothing is known of it.
			return;
		}
		const [mac, kind, request] = [str(value, "mac"), str(value, "kind"), str(value, "request")];
		if (!/^[0-9a-f]{16,128}$/.test(mac) || request === "" || request.length > 300) return;
		const secret = this.#secrets.get(mac) ?? { kind: kind.slice(0, 100), requests: new Set() };
		this.#secrets.set(mac, secret);
		secret.requests.add(request);
		const macs = this.#ofRequest.get(request) ?? new Set();
		this.#ofRequest.set(request, macs.add(mac));
	}
}
