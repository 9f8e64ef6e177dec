// The files a patch names, as paths: what no system opens, and what may be another file than it seems, is refused.
import { isAbsolute, resolve } from "node:path";
import { type Message, message } from "../../protocol/messages.ts";
import { isWithin, MAX_PATH_LENGTH } from "../paths.ts";

/** How much of a name that is refused for its length is shown. UTF-16 units. */
const SHOWN = 200;

/**
 * The absolute path of a name in a patch. `..` and trailing slashes are resolved by the text alone, as the tools do;
 * `~` is an ordinary character.
 * @param cwd absolute
 */
export function patchPath(cwd: string, name: string, platform: string = process.platform): string | Message {
	const refused = name === "" || name.length > MAX_PATH_LENGTH || /[\0\r\n]|\p{Surrogate}/u.test(name);
	if (refused || !isAbsolute(cwd)) return message("patch.path", { path: name.slice(0, SHOWN) });
	if (platform === "win32" && isWindowsTrick(name)) return message("patch.windowsName", { path: name });
	const path = resolve(cwd, name);
	return path.length > MAX_PATH_LENGTH ? message("patch.path", { path: path.slice(0, SHOWN) }) : path;
}

/** Devices in every folder, streams of other files, and names whose end Windows cuts off. */
function isWindowsTrick(name: string): boolean {
	const parts = name.replace(/^[a-z]:(?=[\\/])/i, "").split(/[\\/]/);
	return (
		/^[\\/]{2}[.?]/.test(name) ||
		parts.some((part) => {
			if (part === "." || part === "..") return false;
			const device = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:[.:]|$)/i.test(part);
			return device || /[. ]$/.test(part) || /[:<>"|?*\u0001-\u001f]/.test(part);
		})
	);
}

/** Why files cannot all be what a patch takes them for, or undefined. Paths are absolute and different. */
export function clash(files: readonly { path: string; real: string }[]): Message | undefined {
	const spelled = new Map<string, string>();
	const places = new Map<string, string>();
	for (const { path, real } of files) {
		const spelling = path.normalize("NFC").toLowerCase();
		const other = spelled.get(spelling) ?? places.get(real);
		if (other !== undefined) {
			return spelled.has(spelling)
				? message("patch.sameName", { path, other })
				: message("patch.samePlace", { path, other, target: real });
		}
		spelled.set(spelling, path);
		places.set(real, path);
	}
	const sorted = [...files].map(({ path }) => path).sort((a, b) => a.split("/").length - b.split("/").length);
	const known = new Set(sorted);
	for (const path of sorted) {
		for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
			const folder = path.slice(0, at);
			if (known.has(folder) && isWithin(path, folder)) return message("patch.inside", { path: folder, other: path });
		}
	}
	return undefined;
}
