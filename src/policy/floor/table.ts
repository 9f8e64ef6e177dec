// The read-only commands of the floor, and of each the options and operands that keep it read-only. What is not written
// here asks. This is a short first list; it is made to be read, and to be replaced by a longer one of the same shape.
//
// An option is written as in a manual page:
//   -a             a flag; flags may be run together (-la)
//   -n=NUMBER      takes a value: "-n 5" or "-n5"            --lines=NUMBER   "--lines=5" or "--lines 5"
//   --color[=WORD] a value only after "="                     -NUMBER          "-5"
// Operands: what may stand there, in order; "+" one or more, "*" any number, "?" one or none.
//   PATH     a file or folder, which must be inside the gate's folders and must not hold secrets. A command whose PATHs
//            are all left out works on the current folder, which must be inside as well
//   PATTERN  a regular expression; not an operand when an option already gave one
//   others   see VALUES
//
// Options are left out when they write (--output), run a program (rg --pre), read a list of names from a file (wc
// --files0-from), follow links out of a folder (-R of grep, -L of ls and rg), never end (tail -f), or mean something
// else on BSD and macOS (date -d, -r).

export interface CommandRule {
	options: string;
	operands: string;
	/** With one of these options (or always), the content of everything below a PATH that is a folder is read. */
	searches?: "always" | readonly string[];
	/** A glob for this command also brings in hidden and ignored files. */
	globsReachHidden?: true;
}

/** What a value or operand may look like, whole. */
export const VALUES = {
	NUMBER: /^[+-]?\d{1,12}(?:[bkKmMGT]|[kKMGT]i?B)?$/,
	SECONDS: /^\d{1,3}(?:\.\d{1,3})?s?$/,
	WORD: /^[A-Za-z][A-Za-z0-9-]*$/,
	/** A program, user or file type: no path. */
	NAME: /^[A-Za-z0-9_][A-Za-z0-9._+-]*$/,
	/** `date` sets the clock from an operand that does not start with "+". */
	FORMAT: /^\+/,
	TEXT: /^/,
	PATTERN: /^/,
	GLOB: /^/,
	PATH: /^./s,
} as const;

/** Lines that are allowed exactly as they stand. `npm` and `yarn` are not here: a project's files choose what they run. */
export const EXACT_LINES = [
	"git --version",
	"node --version",
	"node -v",
	"python3 --version",
	"python --version",
	"rg --version",
] as const;

export const COMMANDS: Record<string, CommandRule> = {
	// facts about the machine and the user
	pwd: { options: "-L -P", operands: "" },
	whoami: { options: "", operands: "" },
	hostname: { options: "", operands: "" },
	uname: { options: "-a -s -n -r -v -m -p -i -o --all", operands: "" },
	id: { options: "-u -g -G -n -r --user --group --groups --name --real", operands: "NAME?" },
	date: { options: "-u -R --utc", operands: "FORMAT?" },
	df: { options: "-h -H -i -k -m -P -T -a -l --human-readable --inodes --print-type --all --local", operands: "PATH*" },

	// nothing at all
	true: { options: "", operands: "" },
	false: { options: "", operands: "" },
	sleep: { options: "", operands: "SECONDS" },

	// text
	echo: { options: "-n -e -E", operands: "TEXT*" },
	basename: { options: "-a -s=TEXT -z --multiple --suffix=TEXT --zero", operands: "TEXT+" },
	dirname: { options: "-z --zero", operands: "TEXT+" },

	// what there is
	ls: {
		options: `-1 -A -a -C -c -d -F -G -g -h -i -k -l -m -n -o -p -q -R -r -S -s -t -U -u -x --all --almost-all
			--classify --color[=WORD] --directory --file-type --full-time --group-directories-first --human-readable --inode
			--no-group --numeric-uid-gid --recursive --reverse --size --sort=WORD --time=WORD`,
		operands: "PATH*",
	},
	du: {
		options: `-a -b -c -h -k -m -s -x -d=NUMBER --all --apparent-size --bytes --human-readable --max-depth=NUMBER
			--one-file-system --summarize --total`,
		operands: "PATH*",
	},
	stat: { options: "-f -L -t -c=TEXT --format=TEXT --printf=TEXT --dereference --terse", operands: "PATH+" },
	file: { options: "-b -h -i -L --brief --mime --mime-encoding --mime-type", operands: "PATH+" },
	which: { options: "-a", operands: "NAME+" },
	realpath: {
		options: "-e -L -m -P -q -s -z --canonicalize-existing --canonicalize-missing --no-symlinks --quiet",
		operands: "PATH+",
	},
	readlink: { options: "-e -f -m -n -q -z --canonicalize --no-newline", operands: "PATH+" },

	// what is in it
	cat: {
		options: `-A -b -E -e -n -s -T -t -v --number --number-nonblank --show-all --show-ends --show-tabs
			--squeeze-blank`,
		operands: "PATH+",
	},
	head: { options: "-NUMBER -n=NUMBER -c=NUMBER -q -v --lines=NUMBER --bytes=NUMBER --quiet", operands: "PATH+" },
	tail: { options: "-NUMBER -n=NUMBER -c=NUMBER -q -v --lines=NUMBER --bytes=NUMBER --quiet", operands: "PATH+" },
	wc: { options: "-c -L -l -m -w --bytes --chars --lines --max-line-length --words", operands: "PATH+" },
	grep: {
		options: `-A=NUMBER -B=NUMBER -C=NUMBER -E -F -G -H -I -L -P -a -c -e=PATTERN -h -i -l -m=NUMBER -n -o -q -r -s
			-v -w -x -NUMBER --after-context=NUMBER --before-context=NUMBER --context=NUMBER --color[=WORD] --count
			--exclude=GLOB --exclude-dir=GLOB --extended-regexp --files-with-matches --files-without-match --fixed-strings
			--ignore-case --include=GLOB --invert-match --line-number --line-regexp --max-count=NUMBER --no-filename
			--no-messages --only-matching --perl-regexp --quiet --recursive --regexp=PATTERN --with-filename --word-regexp`,
		operands: "PATTERN PATH*",
		searches: ["-r", "--recursive"],
	},
	rg: {
		options: `-A=NUMBER -B=NUMBER -C=NUMBER -F -H -I -N -P -S -T=NAME -U -c -d=NUMBER -e=PATTERN -g=GLOB -i -l
			-m=NUMBER -n -o -p -q -s -t=NAME -v -w -x --after-context=NUMBER --before-context=NUMBER --context=NUMBER
			--case-sensitive --color=WORD --count --count-matches --column --files-with-matches --files-without-match
			--fixed-strings --glob=GLOB --heading --ignore-case --invert-match --json --line-number --line-regexp
			--max-count=NUMBER --max-depth=NUMBER --multiline --no-config --no-filename --no-heading --no-line-number
			--no-messages --only-matching --pcre2 --quiet --regexp=PATTERN --smart-case --sort=WORD --stats --type=NAME
			--type-not=NAME --vimgrep --with-filename --word-regexp`,
		operands: "PATTERN PATH*",
		searches: "always",
		globsReachHidden: true,
	},
};
