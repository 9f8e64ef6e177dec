// Changes of a file that an editor holds and the disk does not.
import type { Undoable } from "./undoSides.ts";
import { isUnsaved as isPathUnsaved } from "./unsaved.ts";

/** Whether an editor of this window holds changes of the file that are not saved. */
export async function isUnsaved({ path, real }: Pick<Undoable, "path" | "real">): Promise<boolean> {
	return isPathUnsaved(path) || isPathUnsaved(real);
}
