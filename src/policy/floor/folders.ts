// Folders a line of shell may stand in: "" is where it starts, "?" is anywhere.

/** As many as can be kept apart. */
const MAX_FOLDERS = 16;

/** Each once; too many of them may be anywhere. */
export function limited(folders: readonly string[]): string[] {
	const all = [...new Set(folders)];
	return all.length > MAX_FOLDERS ? ["?"] : all;
}

/** The folder that `cd` leads to, as the shell follows it (taking ".." off the text) and as the system does. */
export function joined(from: string, folder: string): string[] {
	if (folder.startsWith("/") || folder.startsWith("~")) return [folder];
	const physical = from === "" ? folder : `${from}/${folder}`;
	if (!/(?:^|\/)\.\.(?:\/|$)/.test(folder)) return [physical];
	const parts: string[] = [];
	for (const part of physical.split("/")) {
		if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
		else if (part !== ".") parts.push(part);
	}
	return [physical, parts.join("/") || (physical.startsWith("/") ? "/" : "")];
}
