// What the agent wrote for the hook: all of stdin, bounded.
import { fstatSync, readSync } from "node:fs";
import { Socket } from "node:net";

const CHUNK = 64 * 1024;

/** Thrown when stdin cannot be taken whole; the hook then refuses. */
export class InputError extends Error {
	override name = "InputError";
}

/**
 * Reads stdin to its end. Pipes and sockets are read as events, so that signals and the deadline work while the agent is
 * slow; process.stdin would do the same and loads more.
 * @throws InputError when there are more than `limit` bytes, or stdin is a terminal
 */
export async function readInput(limit: number): Promise<Buffer> {
	const stat = fstatSync(0);
	if (stat.isFIFO() || stat.isSocket())
		return readStream(new Socket({ fd: 0, readable: true, writable: false }), limit);
	if (stat.isCharacterDevice() && (await import("node:tty")).isatty(0)) {
		throw new InputError("This is the hook that agents call; it reads an event from them, not from a terminal.");
	}
	const chunks: Buffer[] = [];
	let size = 0;
	for (;;) {
		const chunk = Buffer.allocUnsafe(CHUNK);
		const got = readSync(0, chunk, 0, CHUNK, null);
		if (got === 0) return Buffer.concat(chunks, size);
		size += got;
		if (size > limit) throw tooLarge(limit);
		chunks.push(chunk.subarray(0, got));
	}
}

/** All bytes of a stream. @throws InputError */
export function readStream(stream: Socket, limit: number): Promise<Buffer> {
	return new Promise((resolve, reject) => {
		const chunks: Buffer[] = [];
		let size = 0;
		stream.on("data", (chunk: Buffer) => {
			size += chunk.length;
			if (size > limit) {
				stream.destroy();
				reject(tooLarge(limit));
				return;
			}
			chunks.push(chunk);
		});
		stream.on("end", () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size)));
		stream.on("error", (error) => reject(new InputError(`The agent's event could not be read: ${error.message}`)));
	});
}

function tooLarge(limit: number): InputError {
	return new InputError(
		`The agent's event is larger than ${limit / 1024 / 1024} MB, which is all that Gatepost takes.`,
	);
}
