// What the agent wrote for the hook: all of stdin, bounded.
import { fstatSync, readSync, statSync } from "node:fs";

const CHUNK = 64 * 1024;

/** Thrown when stdin cannot be taken whole; the hook then refuses. */
export class InputError extends Error {
	override name = "InputError";
}

/** The bytes, at once where stdin can be waited for in place. */
export type Input = Buffer | Promise<Buffer>;

/**
 * Reads stdin to its end. Agents write the event and close, so this blocks: a stream on stdin would cost every tool call
 * about a tenth of Node's own start. Only a stdin that cannot block is read as a stream.
 * @throws InputError (or rejects) when there are more than `limit` bytes, or stdin is a terminal
 */
export function readInput(limit: number): Input {
	const chunks: Buffer[] = [];
	let size = 0;
	const stdin = fstatSync(0);
	if (stdin.isCharacterDevice() && stdin.rdev !== statSync("/dev/null").rdev) {
		throw new InputError("This is the hook that agents call; it reads an event from them, not from a terminal.");
	}
	for (;;) {
		const chunk = Buffer.allocUnsafe(CHUNK);
		let got: number;
		try {
			got = readSync(0, chunk, 0, CHUNK, null);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
			return readStream(chunks, size, limit);
		}
		size += got;
		if (size > limit) throw tooLarge(limit);
		if (got === 0) return Buffer.concat(chunks, size);
		chunks.push(chunk.subarray(0, got));
	}
}

async function readStream(chunks: Buffer[], before: number, limit: number): Promise<Buffer> {
	const { Socket } = await import("node:net");
	const stream = new Socket({ fd: 0, readable: true, writable: false });
	let size = before;
	return new Promise((resolve, reject) => {
		stream.on("data", (chunk: Buffer) => {
			size += chunk.length;
			chunks.push(chunk);
			if (size <= limit) return;
			stream.destroy();
			reject(tooLarge(limit));
		});
		stream.on("end", () => resolve(Buffer.concat(chunks, size)));
		stream.on("error", (error) => reject(new InputError(`The agent's event could not be read: ${error.message}`)));
	});
}

function tooLarge(limit: number): InputError {
	return new InputError(
		`The agent's event is larger than ${limit / 1024 / 1024} MB, which is all that Gatepost takes.`,
	);
}
