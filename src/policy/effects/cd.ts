// Where `cd` leads.
import { normalize } from "node:path";
import { resolveReal } from "../paths.ts";
import { type Ground, NotKnown } from "./ground.ts";

/**
 * The folder a line stands in behind `cd`, and whether it is there now; undefined where that is not sure.
 * @throws TimeOver
 */
export async function folderBehind(
	from: string,
	to: string,
	ground: Ground,
): Promise<{ folder: string; there: boolean } | undefined> {
	try {
		let { path } = await ground.place(from, to === "" ? "." : to);
		if (/(?:^|\/)\.\.(?:\/|$)/.test(to)) {
			// The shell takes ".." off the text, the system follows links first.
			const real = await resolveReal(path);
			if (real === undefined || real !== (await resolveReal(normalize(path)))) return undefined;
			path = real;
		}
		const there = (await ground.followed(path))?.isDirectory() === true;
		return { folder: path.replace(/(?<=.)\/+$/, ""), there };
	} catch (error) {
		if (error instanceof NotKnown) return undefined;
		throw error;
	}
}
