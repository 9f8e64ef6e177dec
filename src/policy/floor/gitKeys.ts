// Keys of git's configuration that name a program, or move git to other files: which reads of git they reach was measured
// with git 2.39.5 (a hostile repository, standard output not a terminal).

/**
 * How much of a repository a command reads: "objects" shows commits and their trees; "config" looks at the index and the
 * work tree as well, or compares contents.
 */
export type GitReach = "objects" | "config";

/** Sections and names in lower case. Reached when objects are read and shown. */
const WITH_OBJECTS: readonly RegExp[] = [
	// A missing object would be fetched in the middle of a read, with the program the remote names.
	/^(?:extensions\.partialclone|remote\..*\.(?:promisor|uploadpack|vcs|partialclonefilter))$/,
	/^log\.showsignature$/,
	// Run by %G in a format, which a name of the configuration may stand for.
	/^(?:format\.pretty|pretty\..*)$/,
	/^(?:core\.pager|pager\..*|core\.alternaterefscommand)$/,
];

/** Reached only when the index or the work tree is looked at, or contents are compared. */
const WITH_FILES: readonly RegExp[] = [
	/^core\.(?:fsmonitor|askpass|gitproxy|sshcommand|worktree)$/,
	/^diff\.external$/,
	/^diff\..*\.(?:command|textconv|cachetextconv)$/,
	/^filter\..*\.(?:clean|smudge|process)$/,
	/^(?:merge\..*\.driver|interactive\.difffilter|uploadpack\.packobjectshook)$/,
	/^gpg\.(?:program|.*\.program|ssh\.defaultkeycommand)$/,
	/^trailer\..*\.(?:command|cmd)$/,
	/^submodule\..*\.update$/,
];

/** "true" and "false" name no program. */
const SWITCHES = /^(?:log\.showsignature|core\.fsmonitor|pager\..*|diff\..*\.cachetextconv|remote\..*\.promisor)$/;
const OFF = /^(?:false|no|off|0|)$/i;

/**
 * Whether a key makes git run something or read elsewhere when it only reads.
 * @param own set by the person, in their own or the system's configuration, and not by the repository
 */
export function isExecutableKey(key: string, value: string, own: boolean, reach: GitReach): boolean {
	const name = key.toLowerCase();
	const keys = reach === "config" ? [...WITH_OBJECTS, ...WITH_FILES] : WITH_OBJECTS;
	if (!keys.some((pattern) => pattern.test(name))) return false;
	if (/^(?:format\.pretty|pretty\.)/.test(name) && !/%[-+ ]?G/.test(value)) return false;
	if (SWITCHES.test(name) && OFF.test(value)) return false;
	if (!own) return true;
	// Pagers run at a terminal only, git's own monitor is no other program, and Large File Storage is what half the world has.
	if (/^(?:core\.pager|pager\.)/.test(name) || (name === "core.fsmonitor" && value === "true")) return false;
	return !(/^filter\.lfs\./.test(name) && /^git-lfs (?:clean|smudge|filter-process)(?: --)?(?: %f)?$/.test(value));
}
