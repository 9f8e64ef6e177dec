// Archives and compressed files: what is in them, and their content on standard output.
import type { CommandRule, Table } from "../rule.ts";

const TAR = `-J -O -a -j -v -z --bzip2 --exclude=TEXT --full-time --gunzip --gzip --ignore-case --lzip --lzma
	--no-anchored --no-ignore-case --no-wildcards --numeric-owner --quoting-style=WORD --show-stored-names --totals
	--ungzip --utc --verbose --wildcards --wildcards-match-slash --xz --zstd`;

const TAR_NOT = `everything but -t creates, extracts or deletes; -I, --use-compress-program, --to-command,
	--checkpoint-action, --info-script, -F, --new-volume-script and --rsh-command run a program; -T and --files-from
	read a list that may hold options; -C changes what the paths mean; --index-file, --volno-file and -g write; a name
	with ":" is another machine`;

const TAR_RULE: CommandRule = {
	options: `${TAR} -f=ARCHIVE -t --file=ARCHIVE --help --list --version`,
	operands: "ITEM*",
	needs: ["-t", "--list", "--help", "--version"],
	reads: "names",
	not: TAR_NOT,
	forms: [
		{
			// Out of the archive to standard output, nowhere else.
			options: `${TAR} -f=ARCHIVE -x --extract --file=ARCHIVE --get --to-stdout`,
			operands: "ITEM*",
			needs: ["-O", "--to-stdout"],
		},
	],
};

/** `tar tzf x.tgz`: the letters without a dash, the archive behind them. */
function undashed(name: string): Table {
	const lists = `tf taf tavf tfv tjf tjvf tJf tJvf tvaf tvf tvjf tvJf tvvf tvzf tzf tzvf jtf jtvf jvtf Jtf Jtvf Jvtf vtf
		zvtf ztf ztvf`.split(/\s+/);
	const prints = "Oxf xJOf xOJf xOf xOjf xOzf xjOf xzOf".split(" ");
	const rule: CommandRule = { options: TAR, operands: "ARCHIVE ITEM*", not: TAR_NOT };
	return Object.fromEntries([
		...lists.map((letters) => [`${name} ${letters}`, { ...rule, reads: "names" }]),
		...prints.map((letters) => [`${name} ${letters}`, { ...rule }]),
	]);
}

const ZIPINFO = "-1 -2 -C -T -h -l -m -s -t -v -z";

/** With one of these files stay as they are. In bzip2, xz and zstd -d behind -t takes that back, so it needs -c there. */
const TESTED = ["-c", "-l", "-t", "--list", "--stdout", "--test", "--to-stdout"];

const SEVEN_ZIP: CommandRule = {
	options: "-ba -bd -r -slt",
	operands: "ARCHIVE",
	wordOptions: true,
	reads: "names",
	not: "every other command writes; -o, -w, -i, -x, -p and names behind the archive, which may be @LIST, are left out",
};

const UNRAR: CommandRule = {
	options: "",
	operands: "ARCHIVE",
	reads: "names",
	not: "x, e and the like extract; switches and names behind the archive, which may be @LIST, are left out",
};

/** For unzip "--" ends nothing, and turns the next letter off: what stands behind it may not begin with "-". */
const UNZIP_NOT = `without one of these it extracts; -d says where to, -T sets times, -P shows a password; -x and
	names behind the archive that begin with "-" would be options again`;

export const ARCHIVES: Table = {
	tar: { ...TAR_RULE },
	gtar: { ...TAR_RULE },
	bsdtar: { ...TAR_RULE },
	...undashed("tar"),
	...undashed("gtar"),
	...undashed("bsdtar"),
	cpio: {
		options: `-F=ARCHIVE -I=ARCHIVE -i -n -t -v --extract --file=ARCHIVE --help --list --numeric-uid-gid --quiet
			--verbose --version`,
		operands: "ITEM*",
		needs: ["-t", "--list", "--help", "--version"],
		reads: "names",
		not: `without -t it extracts, or writes with -o and -p; -E reads a list, -H and -C describe the archive,
			--rsh-command runs a program, a name with ":" is another machine`,
	},
	ar: {
		options: "-O -t -v",
		operands: "ARCHIVE",
		needs: ["-t"],
		reads: "names",
		not: `the other letters change or extract; --plugin loads code, and @FILE may hold it, so no names behind the
			archive`,
	},
	"ar t": { options: "", operands: "ARCHIVE", reads: "names" },
	"ar tv": { options: "", operands: "ARCHIVE", reads: "names" },
	"ar vt": { options: "", operands: "ARCHIVE", reads: "names" },
	jar: {
		options: "-f=ARCHIVE -t -v --file=ARCHIVE --list --verbose",
		operands: "ARCHIVE*",
		needs: ["-t", "--list"],
		reads: "names",
		not: "the other modes write; -J passes options to the virtual machine, and @FILE may hold them",
	},
	"jar tf": { options: "", operands: "ARCHIVE+", reads: "names" },
	"jar tvf": { options: "", operands: "ARCHIVE+", reads: "names" },

	unzip: {
		options: "-C -L -l -q -t -v -z",
		operands: "ARCHIVE ITEM*",
		needs: ["-l", "-t", "-v", "-z"],
		reads: "names",
		not: UNZIP_NOT,
		forms: [
			{ options: `-Z ${ZIPINFO}`, operands: "ARCHIVE ITEM*", needs: ["-Z"], reads: "names" },
			{ options: "-C -L -a -c -p -q", operands: "ARCHIVE ITEM*", needs: ["-c", "-p"], not: UNZIP_NOT },
			{ options: "-v -h", operands: "", needs: ["-v", "-h"] },
		],
	},
	zipinfo: { options: ZIPINFO, operands: "ARCHIVE ITEM*", reads: "names" },
	"7z l": { ...SEVEN_ZIP },
	"7z t": { ...SEVEN_ZIP },
	"7za l": { ...SEVEN_ZIP },
	"7za t": { ...SEVEN_ZIP },
	"7zr l": { ...SEVEN_ZIP },
	"7zr t": { ...SEVEN_ZIP },
	"7zz l": { ...SEVEN_ZIP },
	"7zz t": { ...SEVEN_ZIP },
	"unrar l": { ...UNRAR },
	"unrar lb": { ...UNRAR },
	"unrar lt": { ...UNRAR },
	"unrar t": { ...UNRAR },
	"unrar v": { ...UNRAR },
	"unrar vb": { ...UNRAR },
	"unrar vt": { ...UNRAR },
	lsar: {
		options: "-j -l -L -t --json --long --test --verylong",
		operands: "ARCHIVE",
		reads: "names",
	},

	gzip: {
		options: `-1 -6 -9 -NUMBER -N -c -d -k -l -n -q -t -v --best --decompress --fast --keep --list --no-name --quiet
			--stdout --test --to-stdout --uncompress --verbose`,
		operands: "PATH*",
		needs: TESTED,
		not: `without these it writes a file and takes the old one away; -r goes through folders, -f and -S change which
			files`,
		forms: [{ options: "-V --help --version", operands: "" }],
	},
	gunzip: {
		options: "-N -c -k -l -n -q -t -v --keep --list --quiet --stdout --test --to-stdout --verbose",
		operands: "PATH*",
		needs: TESTED,
		not: `without these it writes a file and takes the old one away; -r goes through folders, -f and -S change which
			files`,
	},
	bzip2: {
		options: "-c -k -q -s -t -v --keep --quiet --small --stdout --test --verbose",
		operands: "PATH*",
		needs: ["-c", "-t", "--stdout", "--test"],
		not: "without these it writes a file and takes the old one away; of -t, -d and -z the last counts",
		forms: [{ options: "-c -d -k -q -s -v --decompress --stdout", operands: "PATH*", needs: ["-c", "--stdout"] }],
	},
	xz: {
		options: "-c -k -l -q -t -v --keep --list --quiet --robot --stdout --test --to-stdout --verbose",
		operands: "PATH*",
		needs: TESTED,
		not: `without these it writes a file and takes the old one away; of -l, -t, -d and -z the last counts; --files
			reads a list`,
		forms: [
			{
				options: "-T=NUMBER -c -d -k -q -v --decompress --stdout --to-stdout",
				operands: "PATH*",
				needs: ["-c", "--stdout", "--to-stdout"],
			},
			{ options: "-H -V -h --help --long-help --version", operands: "" },
		],
	},
	zstd: {
		options: "-c -k -l -q -t -v --keep --list --quiet --stdout --test --verbose",
		operands: "PATH*",
		needs: ["-c", "-l", "-t", "--list", "--stdout", "--test"],
		not: `without these it writes a file, with --rm it takes the old one away; -o writes, --filelist reads a list, -D
			a dictionary`,
		forms: [
			{ options: "-c -d -k -q -v --decompress --stdout", operands: "PATH*", needs: ["-c", "--stdout"] },
			{ options: "-H -V -h --help --version", operands: "" },
		],
	},
};
