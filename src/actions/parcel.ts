// How a job and its result travel between threads. What is cloned is copied while this thread does nothing else, and a
// megabyte of new memory can take 4 ms: so bytes are handed over where they belong to the job alone and copied in pieces
// with pauses where they do not, and long texts travel as bytes.
import { setImmediate } from "node:timers/promises";
import { type FileSide, isChange, isDrawn, type Proposal } from "./change.ts";

/** Copied at once: bytes, and UTF-16 units of a text. */
const PIECE = 512 * 1024;
const TEXT_PIECE = 256 * 1024;
const NO_BYTES = Buffer.alloc(0);
/** Objects have long texts among their first members, or are none that anybody wrote. */
const MAX_MEMBERS = 1000;

/** A text on its way: UTF-8 in pieces, for a member of an object of the same message, where it has left an empty one. */
export interface PackedText {
	holder: Record<string, unknown>;
	member: string;
	pieces: Uint8Array[];
}

/** New memory of so many bytes, made in another thread: filling 10 MB with zeros can stall this one for 50 ms. */
export type Room = (size: number) => Promise<Uint8Array>;

export class Parcel {
	readonly texts: PackedText[] = [];
	readonly #room: Room | undefined;
	readonly #buffers = new Set<ArrayBuffer>();
	#untilPause = PIECE;

	constructor(room?: Room) {
		this.#room = room;
	}

	/** What is handed over, for postMessage. */
	get transfer(): ArrayBuffer[] {
		return [...this.#buffers];
	}

	/** Hands bytes over: nobody on this side may look at them again. Parts of a buffer are cloned. */
	give<Bytes extends Uint8Array>(bytes: Bytes): Bytes {
		const { buffer, byteLength } = bytes;
		if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) this.#buffers.add(buffer);
		return bytes;
	}

	/** A copy to hand over, made with pauses. */
	async copy(bytes: Uint8Array): Promise<Uint8Array> {
		const { length } = bytes;
		const copy =
			this.#room === undefined || length <= PIECE ? Buffer.allocUnsafeSlow(length) : await this.#room(length);
		for (let at = 0; at < bytes.length; at += PIECE) {
			const piece = bytes.subarray(at, at + PIECE);
			copy.set(piece, at);
			await this.#pause(piece.length);
		}
		return this.give(copy);
	}

	/** A proposal with copies of its bytes. */
	async proposal(proposal: Proposal): Promise<Proposal> {
		if (!isChange(proposal)) return proposal;
		const files = [];
		for (const { drawn: _, ...file } of proposal.files) {
			const sides: Pick<typeof file, "before" | "after"> = {};
			for (const name of ["before", "after"] as const) {
				const side = file[name];
				if (side !== undefined) sides[name] = { ...side, bytes: (await this.copy(side.bytes)) as Buffer };
			}
			files.push({ ...file, ...sides });
		}
		return { files };
	}

	/** A proposal for whoever draws it: without bytes where it is drawn already. */
	async toDraw(proposal: Proposal): Promise<Proposal> {
		if (!isDrawn(proposal)) return this.proposal(proposal);
		const without = (side: FileSide) => ({ ...side, bytes: NO_BYTES });
		const files = proposal.files.map(({ before, after, ...file }) => ({
			...file,
			...(before === undefined ? {} : { before: without(before) }),
			...(after === undefined ? {} : { after: without(after) }),
		}));
		return { files };
	}

	/** An object whose long texts travel as bytes: a copy where it has any. Only its own members are looked at. */
	async withTexts<Holder extends object>(from: Holder): Promise<Holder> {
		const long: [string, string][] = [];
		let seen = 0;
		for (const member in from) {
			const value: unknown = Object.hasOwn(from, member) ? from[member] : undefined;
			if (typeof value === "string" && value.length > TEXT_PIECE && value.isWellFormed()) long.push([member, value]);
			seen += 1;
			if (seen > MAX_MEMBERS) break;
		}
		if (long.length === 0) return from;
		const holder = { ...from } as Record<string, unknown>;
		for (const [member, text] of long) {
			const pieces: Uint8Array[] = [];
			for (const piece of piecesOf(text)) {
				pieces.push(this.give(Buffer.from(piece, "utf8")));
				await this.#pause(2 * piece.length);
			}
			this.texts.push({ holder, member, pieces });
			holder[member] = "";
		}
		return holder as Holder;
	}

	async #pause(done: number): Promise<void> {
		this.#untilPause -= done;
		if (this.#untilPause > 0) return;
		await setImmediate();
		this.#untilPause = PIECE;
	}
}

/** Puts long texts back into the message they came with, with pauses. */
export async function unpack(texts: readonly PackedText[]): Promise<void> {
	for (const { holder, member, pieces } of texts) {
		let text = "";
		for (const piece of pieces) {
			text += Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString("utf8");
			await setImmediate();
		}
		holder[member] = text;
	}
}

/** Parts of a text, none of which ends within a character. */
function* piecesOf(text: string): Generator<string> {
	for (let at = 0; at < text.length; ) {
		let end = Math.min(at + TEXT_PIECE, text.length);
		const last = text.charCodeAt(end - 1);
		if (end < text.length && last >= 0xd800 && last < 0xdc00) end -= 1;
		yield text.slice(at, end);
		at = end;
	}
}
