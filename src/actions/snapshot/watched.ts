// What is looked at although .gitignore leaves it out: few files, and what is in them matters more than most.

/** Files that decide about .gitignore and attributes are seen, or a change of them could hide itself. */
const RULES = new Set([".gitignore", ".gitattributes"]);

/** Secrets and settings of one machine are ignored by custom, and a command that changes them should be seen. */
const SETTINGS =
	/^(?:\.env(?:\..+)?|\.envrc|\.npmrc|\.yarnrc(?:\.yml)?|\.pypirc|\.netrc|local\.properties|(?:.+\.)?local\.(?:jsonc?|ya?ml|toml))$/;

/** Folders of agents and editors at the top: their own files, not the folders in them (there may be whole checkouts). */
const FOLDERS = new Set([".claude", ".codex", ".cursor", ".gemini", ".gatepost", ".github", ".vscode"]);

/** Whether a file counts in spite of .gitignore. Its folder must count already. */
export function isSettingsFile(name: string): boolean {
	return RULES.has(name) || SETTINGS.test(name);
}

/** Whether the files right in a folder at the top count in spite of .gitignore. */
export function isSettingsFolder(name: string): boolean {
	return FOLDERS.has(name);
}
