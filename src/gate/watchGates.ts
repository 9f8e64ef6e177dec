// The other gates of this home and how many requests wait there, for the status bar of every window (DESIGN 6).
import { type FSWatcher, mkdirSync, watch } from "node:fs";
import { join } from "node:path";
import { WebSocket } from "ws";
import { Counts, type RegistryEntry } from "../protocol/hook.ts";
import { GATES_PATH, PROOF_HEADER } from "../protocol/hookWire.ts";
import { gateProof, sameSecret } from "./authenticate.ts";
import { readEntries } from "./registry.ts";

const LOOK_MS = 5000;
const MAX_COUNTS_BYTES = 1024;

export interface OtherGate {
	id: string;
	pid: number;
	editor: string;
	folders: string[];
	startedAt: string;
	state: RegistryEntry["state"];
	/** Requests that wait there; 0 until it has said so. */
	waiting: number;
}

/**
 * Follows the other gates until closed. `onChange` gets all of them, oldest first, whenever one comes, goes or counts
 * anew; it is called once at the start. Nothing that another gate says is taken for more than a number.
 * @param except id of the own gate
 */
export function watchGates(
	home: string,
	onChange: (gates: OtherGate[]) => void,
	options: { except?: string; everyMs?: number } = {},
): { close(): void } {
	const feeds = new Map<string, Feed>();
	let shown: string | undefined;
	let closed = false;

	const tell = () => {
		if (closed) return;
		const gates = [...feeds.values()].map((feed) => feed.gate).sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
		const text = JSON.stringify(gates);
		if (text === shown) return;
		shown = text;
		onChange(gates);
	};
	const look = () => {
		if (closed) return;
		const entries = readEntries(home).entries.filter((entry) => entry.id !== options.except);
		for (const [id, feed] of feeds) {
			if (entries.some((entry) => entry.id === id)) continue;
			feed.close();
			feeds.delete(id);
		}
		for (const entry of entries) {
			const feed = feeds.get(entry.id);
			if (feed === undefined) feeds.set(entry.id, new Feed(entry, tell));
			else feed.update(entry);
		}
		tell();
	};

	const watcher = watchDir(join(home, "gates"), look);
	const timer = setInterval(look, options.everyMs ?? LOOK_MS).unref();
	look();
	return {
		close: () => {
			closed = true;
			clearInterval(timer);
			watcher?.close();
			for (const feed of feeds.values()) feed.close();
		},
	};
}

/** One connection to one other gate. */
class Feed {
	readonly #onChange: () => void;
	#entry: RegistryEntry;
	#ws: WebSocket | undefined;
	#waiting = 0;

	constructor(entry: RegistryEntry, onChange: () => void) {
		this.#entry = entry;
		this.#onChange = onChange;
		this.update(entry);
	}

	get gate(): OtherGate {
		const { id, pid, editor, folders, startedAt, state } = this.#entry;
		return { id, pid, editor, folders, startedAt, state, waiting: this.#waiting };
	}

	/** Takes the entry as it is now, and connects again where the connection is gone. */
	update(entry: RegistryEntry): void {
		this.#entry = entry;
		if (this.#ws === undefined && entry.state === "open") this.#connect();
	}

	close(): void {
		this.#ws?.terminate();
	}

	#connect(): void {
		const { port, token, proofKey } = this.#entry;
		let key = "";
		const ws = new WebSocket(`ws://127.0.0.1:${port}${GATES_PATH}`, {
			headers: { Authorization: `Bearer ${token}` },
			maxPayload: MAX_COUNTS_BYTES,
			perMessageDeflate: false,
			followRedirects: false,
			handshakeTimeout: LOOK_MS,
			finishRequest: (request) => {
				key = String(request.getHeader("sec-websocket-key"));
				request.end();
			},
		});
		this.#ws = ws;
		ws.on("upgrade", (response) => {
			// A stranger on the port of a dead gate must not put numbers into anybody's status bar.
			if (!sameSecret(String(response.headers[PROOF_HEADER] ?? ""), gateProof(proofKey, key))) ws.terminate();
		});
		ws.on("message", (data, isBinary) => {
			const counts = isBinary ? undefined : parseCounts(String(data));
			if (counts === undefined) ws.terminate();
			else this.#set(counts.waiting);
		});
		// A gate that cannot be reached counts nothing; the next look tries again.
		ws.on("error", () => undefined);
		ws.on("close", () => {
			if (this.#ws === ws) this.#ws = undefined;
			this.#set(0);
		});
	}

	#set(waiting: number): void {
		if (waiting === this.#waiting) return;
		this.#waiting = waiting;
		this.#onChange();
	}
}

function parseCounts(text: string): Counts | undefined {
	try {
		return Counts.parse(JSON.parse(text));
	} catch {
		return undefined;
	}
}

/** Tells of changes at once where the system can; the regular look covers the rest. */
function watchDir(dir: string, onChange: () => void): FSWatcher | undefined {
	try {
		mkdirSync(dir, { recursive: true, mode: 0o700 });
		const watcher = watch(dir, { persistent: false }, onChange);
		watcher.on("error", () => watcher.close());
		return watcher;
	} catch {
		return undefined;
	}
}
