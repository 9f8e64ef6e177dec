// A small file of somebody else's, whose name a repository may have chosen.
import { constants } from "node:fs";
import { open } from "node:fs/promises";

/**
 * The text of a small plain file; undefined where there is none that could be read: what cannot be read is not said. A pipe
 * in its place does not hold us.
 * @param max bytes
 */
export async function smallText(path: string, max: number): Promise<string | undefined> {
	try {
		const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
		try {
			const info = await handle.stat();
			if (!info.isFile() || info.size > max) return undefined;
			const { bytesRead, buffer } = await handle.read(Buffer.alloc(info.size), 0, info.size, 0);
			return buffer.toString("utf8", 0, bytesRead);
		} finally {
			await handle.close();
		}
	} catch {
		return undefined;
	}
}
