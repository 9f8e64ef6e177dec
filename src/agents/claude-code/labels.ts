// Names from hostile files in sentences of ours.

/** A path as a person knows it, with what does not show made visible. */
export function displayPath(file: string, root: string, userHome: string): string {
	if (file.startsWith(`${root}/`)) return clean(file.slice(root.length + 1));
	if (file.startsWith(`${userHome}/`)) return clean(`~${file.slice(userHome.length)}`);
	return clean(file);
}

/** Text from a hostile file in a sentence of ours: short, and nothing invisible. */
export function clean(text: string): string {
	const shown = text.replaceAll(
		/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
		(char) => `\\u{${char.codePointAt(0)?.toString(16)}}`,
	);
	return shown.length > 160 ? `${shown.slice(0, 80)}…${shown.slice(-79)}` : shown;
}
