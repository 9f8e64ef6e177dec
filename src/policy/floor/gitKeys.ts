// Keys of git's configuration that name a program, or move git to other files: which reads of git they reach was measured
// with git 2.39.5 (a hostile repository, standard output not a terminal).

/** Sections and names in lower case, as `git config --list` gives them; `*` is any subsection. */
const EXECUTABLE: readonly RegExp[] = [
	/^core\.(?:fsmonitor|pager|askpass|gitproxy|sshcommand|alternaterefscommand|worktree)$/,
	/^pager\./,
	/^diff\.external$/,
	/^diff\..*\.(?:command|textconv|cachetextconv)$/,
	/^filter\..*\.(?:clean|smudge|process)$/,
	/^(?:merge\..*\.driver|interactive\.difffilter|uploadpack\.packobjectshook)$/,
	/^gpg\.(?:program|.*\.program|ssh\.defaultkeycommand)$/,
	/^log\.showsignature$/,
	/^trailer\..*\.(?:command|cmd)$/,
	// A missing object would be fetched in the middle of a read, with the program the remote names.
	/^(?:extensions\.partialclone|remote\..*\.(?:promisor|uploadpack|vcs))$/,
	/^submodule\..*\.update$/,
];

/** "true" and "false" name no program. */
const SWITCHES = /^(?:log\.showsignature|core\.fsmonitor|pager\..*|diff\..*\.cachetextconv|remote\..*\.promisor)$/;
const OFF = /^(?:false|no|off|0|)$/i;

/**
 * Whether a key makes git run something or read elsewhere when it only reads.
 * @param own set by the person, in their own or the system's configuration, and not by the repository
 */
export function isExecutableKey(key: string, value: string, own: boolean): boolean {
	const name = key.toLowerCase();
	if (!EXECUTABLE.some((pattern) => pattern.test(name))) return false;
	if (SWITCHES.test(name) && OFF.test(value)) return false;
	if (!own) return true;
	// Pagers run at a terminal only, git's own monitor is no other program, and Large File Storage is what half the world has.
	if (/^(?:core\.pager|pager\.)/.test(name) || (name === "core.fsmonitor" && value === "true")) return false;
	return !(/^filter\.lfs\./.test(name) && /^git-lfs (?:clean|smudge|filter-process)(?: --)?(?: %f)?$/.test(value));
}
