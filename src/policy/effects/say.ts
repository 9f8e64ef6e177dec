// How an effect is said: a sentence, the names it is about, and how many more there are.
import type { PreviewItem } from "../../protocol/card.ts";
import { type MessageCode, message } from "../../protocol/messages.ts";

/** Names that are shown for one thing that is said. */
const MAX_NAMES = 20;

/**
 * @param names what it is about, whole names
 * @param unseen how many there are beside them that nobody looked up
 */
export function say(
	code: MessageCode & `effect.${string}`,
	names: readonly string[] = [],
	args?: Record<string, string | number>,
	unseen = 0,
): PreviewItem {
	const shown = names.slice(0, MAX_NAMES).map((name) => name.toWellFormed());
	return { message: message(code, args), names: shown, more: names.length - shown.length + unseen };
}

/** One sentence for one, another for several; nothing for none. */
export function sayCounted(
	one: MessageCode & `effect.${string}`,
	many: MessageCode & `effect.${string}`,
	names: readonly string[],
	args: Record<string, string | number> = {},
): PreviewItem[] {
	if (names.length === 0) return [];
	return [names.length === 1 ? say(one, names, args) : say(many, names, { ...args, count: names.length })];
}

const UNITS = ["KB", "MB", "GB", "TB", "PB"];

/** "1 byte", "999 bytes", "12 KB", "1.5 MB": 1 KB is 1024 bytes. */
export function sizeText(bytes: number): string {
	if (bytes < 1024) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
	let size = bytes;
	let unit = -1;
	while (size >= 1023.5 && unit < UNITS.length - 1) {
		size /= 1024;
		unit += 1;
	}
	return `${size < 9.95 && unit > 0 ? size.toFixed(1) : Math.round(size)} ${UNITS[unit]}`;
}
