// Filters: they read files or standard input and write to standard output.
//
// Left out whole: tee, sponge, split, csplit, ptx, patch and dos2unix write files; dc runs a line that begins with "!";
// less, more and most start what LESSOPEN names, and a shell; yes never ends; pandoc runs filters.
import type { CommandRule, Table } from "../rule.ts";

const HELP = "--help --version";

const DIFF: CommandRule = {
	options: `-B -C=NUMBER -D=TEXT -E -F=TEXT -H -I=TEXT -L=TEXT -N -NUMBER -P -T -U=NUMBER -W=NUMBER -Z -a -b -c -d -e
		-i -n -p -q -r -s -t -u[NUMBER] -v -w -x=TEXT -y --brief --changed-group-format=TEXT --color[=WORD]
		--context[=NUMBER] --ed --exclude=TEXT --expand-tabs --horizon-lines=NUMBER --ifdef=TEXT --ignore-all-space
		--ignore-blank-lines --ignore-case --ignore-file-name-case --ignore-matching-lines=TEXT --ignore-space-change
		--ignore-tab-expansion --ignore-trailing-space --initial-tab --label=TEXT --left-column --line-format=TEXT
		--minimal --new-file --new-group-format=TEXT --new-line-format=TEXT --no-dereference --no-ignore-file-name-case
		--normal --old-group-format=TEXT --old-line-format=TEXT --palette=TEXT --rcs --recursive --report-identical-files
		--show-c-function --show-function-line=TEXT --side-by-side --speed-large-files --strip-trailing-cr
		--suppress-blank-empty --suppress-common-lines --tabsize=NUMBER --text --unchanged-group-format=TEXT
		--unchanged-line-format=TEXT --unidirectional-new-file --unified[=NUMBER] --width=NUMBER ${HELP}`,
	operands: "PATH+",
	// Two folders: their files are compared, without -r those of the first level.
	searches: "always",
	not: `-l and --paginate start pr; -X, --exclude-from, --from-file and --to-file read one more file; -S chooses where
		to start`,
};

/** -c opens the files that a list names, and says of each only whether it is the same. */
const SUMS: CommandRule = {
	options: `-b -c -l=NUMBER -q -r -t -w -z --base64 --binary --check --debug --ignore-missing --length=NUMBER --quiet
		--raw --status --strict --tag --text --untagged --warn --zero ${HELP}`,
	operands: "PATH*",
	anyWords: true,
};

/** BSD's digests: -s takes a text. */
const MD5: CommandRule = { options: "-p -q -r -t -x -s=TEXT", operands: "PATH*", anyWords: true };

const BASE: CommandRule = {
	options: `-D -b=NUMBER -d -i -w=NUMBER --break=NUMBER --decode --ignore-garbage --wrap=NUMBER ${HELP}`,
	// Not one that begins with "-": macOS takes the word behind -i for a file, so "--" may end nothing.
	operands: "ARCHIVE?",
	not: "-o writes a file on macOS",
};

const OD_LIKE: CommandRule = {
	options: `-C -b -c -d -e=TEXT -n=TEXT -o -s=TEXT -v -x --canonical --length=TEXT --no-squeezing --one-byte-char
		--one-byte-hex --one-byte-octal --skip=TEXT --two-bytes-decimal --two-bytes-hex --two-bytes-octal ${HELP}`,
	operands: "PATH*",
	anyWords: true,
	not: "-f reads a format from a file",
};

/** What every awk takes alike: BSD's reads on behind an option it does not know. */
const AWK: CommandRule = {
	options: "-F=TEXT -v=TEXT --version",
	operands: "SCRIPT? PATH*",
	anyWords: "behind",
	script: "awk",
	not: `-f reads the program from a file, -i and -l load code, -W exec runs a file; to old BSD awks any long option ends
		the options, and the next word is the program`,
};

const BAT: CommandRule = {
	options: `-A -H=LIST -P -L -d -f -l=LIST -n -p -r=LIST -s -u -V --chop-long-lines --color=WORD --decorations=WORD
		--diff --diff-context=NUMBER --file-name=TEXT --force-colorization --highlight-line=LIST --italic-text=WORD
		--language=LIST --line-range=LIST --list-languages --list-themes --no-config --nonprintable-notation=WORD --number
		--paging=NEVER --plain --show-all --squeeze-blank --squeeze-limit=NUMBER --strip-ansi=WORD --style=LIST
		--tabs=NUMBER --terminal-width=NUMBER --theme=TEXT --unbuffered --wrap=WORD ${HELP}`,
	operands: "PATH*",
	not: `--pager runs a program and --paging=always starts one; --map-syntax, --ignored-suffix and the sub-command
		cache are left out`,
};

const JQ = `-C -M -R -S -V -a -c -e -h -j -n -r -s --arg=NAME,TEXT --argjson=NAME,TEXT --ascii-output --color-output
	--compact-output --exit-status --indent=NUMBER --join-output --monochrome-output --null-input --raw-input
	--raw-output --raw-output0 --rawfile=NAME,PATH --seq --slurp --slurpfile=NAME,PATH --sort-keys --stream
	--stream-errors --tab --unbuffered ${HELP}`;

const YQ: CommandRule = {
	options: `-0 -C -I=NUMBER -M -N -P -S -V -Y -c -e -h -j -n -o=LIST -p=LIST -r -v -y --colors --compact-output
		--csv-auto-parse --exit-status --indent=NUMBER --input-format=LIST --no-colors --no-doc --nul-output --null-input
		--output-format=LIST --prettyPrint --raw-output --tojson --unwrapScalar[=WORD] --verbose
		--xml-attribute-prefix=TEXT --xml-content-name=TEXT --xml-keep-namespace ${HELP}`,
	operands: "SCRIPT? PATH*",
	script: "yq",
	not: `-i and --inplace write; -s splits into files in one yq and reads all in another; -f, --from-file and
		--expression are written differently; --front-matter goes with -i`,
};

const GAWK_NOT = "-o, -p and -d write files, -D debugs, -f, -E, -i and -l load code, -W and -L have too many meanings";

export const TEXT: Table = {
	// said, not read
	echo: { options: "-E -e -n", operands: "TEXT*", anyWords: true },
	printf: {
		options: "",
		operands: "PRINTF TEXT*",
		anyWords: "behind",
		not: "-v puts the text into a variable, and runs what is in the brackets of its index; %n sets one as well",
	},
	tee: { options: "-a --append", operands: "SINK*", not: "every other operand is written" },
	seq: {
		options: `-NUMBER -f=TEXT -s=TEXT -t=TEXT -w --equal-width --format=TEXT --separator=TEXT ${HELP}`,
		operands: "TEXT*",
		anyWords: true,
	},
	expr: { options: `-NUMBER ${HELP}`, operands: "TEXT*", anyWords: true },
	factor: { options: `-h --exponents ${HELP}`, operands: "TEXT*", anyWords: true },
	numfmt: {
		options: `-NUMBER -d=TEXT -z --delimiter=TEXT --field=LIST --format=TEXT --from=WORD --from-unit=NUMBER --grouping
			--header[=NUMBER] --invalid=WORD --padding=NUMBER --round=WORD --suffix=TEXT --to=WORD --to-unit=NUMBER
			--unit-separator=TEXT --zero-terminated ${HELP}`,
		operands: "TEXT*",
		anyWords: true,
	},
	bc: {
		options: `-e=SCRIPT -g -h -l -q -s -w --digit-clamp --expression=SCRIPT --global-stacks --mathlib --quiet
			--standard --warn ${HELP}`,
		operands: "PATH*",
		script: "bc",
		not: "-f and --file read a program; -i waits for a person",
	},

	// as it is
	cat: {
		options: `-A -E -T -b -e -l -n -s -t -u -v --number --number-nonblank --show-all --show-ends --show-nonprinting
			--show-tabs --squeeze-blank ${HELP}`,
		operands: "PATH*",
		anyWords: true,
	},
	tac: {
		options: `-b -r -s=TEXT --before --regex --separator=TEXT ${HELP}`,
		operands: "PATH*",
		anyWords: true,
	},
	head: {
		options: `-NUMBER -c=NUMBER -n=NUMBER -q -v -z --bytes=NUMBER --lines=NUMBER --quiet --silent --verbose
			--zero-terminated ${HELP}`,
		operands: "PATH*",
		anyWords: true,
	},
	tail: {
		options: `-NUMBER -b=NUMBER -c=NUMBER -n=NUMBER -q -r -v -z --bytes=NUMBER --lines=NUMBER --quiet --silent
			--verbose --zero-terminated ${HELP}`,
		operands: "PATH*",
		anyWords: true,
		not: "-f, -F and --follow never end",
	},
	nl: {
		options: `-b=TEXT -d=TEXT -f=TEXT -h=TEXT -i=NUMBER -l=NUMBER -n=WORD -p -s=TEXT -v=NUMBER -w=NUMBER
			--body-numbering=TEXT --footer-numbering=TEXT --header-numbering=TEXT --line-increment=NUMBER --no-renumber
			--number-format=WORD --number-separator=TEXT --number-width=NUMBER --section-delimiter=TEXT
			--starting-line-number=NUMBER ${HELP}`,
		operands: "PATH*",
		anyWords: true,
	},
	rev: { options: `-0 -V -h --zero ${HELP}`, operands: "PATH*", anyWords: true },
	bat: { ...BAT },
	batcat: { ...BAT },

	// counted and summed
	wc: {
		options: `-L -c -l -m -w --bytes --chars --lines --max-line-length --total=WORD --words ${HELP}`,
		operands: "PATH*",
		anyWords: true,
		not: "--files0-from reads a list of names",
	},
	cksum: { ...SUMS, options: `-a=WORD --algorithm=WORD ${SUMS.options}`, not: "-o is a number on BSD" },
	sum: { options: `-r -s --sysv ${HELP}`, operands: "PATH*", anyWords: true },
	md5sum: { ...SUMS },
	sha1sum: { ...SUMS },
	sha224sum: { ...SUMS },
	sha256sum: { ...SUMS },
	sha384sum: { ...SUMS },
	sha512sum: { ...SUMS },
	b2sum: { ...SUMS },
	b3sum: {
		options: `-c -l=NUMBER --check --length=NUMBER --no-mmap --no-names --num-threads=NUMBER --quiet --raw --tag
			${HELP}`,
		operands: "PATH*",
	},
	shasum: {
		options: `-0 -P -U -a=NUMBER -b -c -p -q -s -t -w --UNIVERSAL --algorithm=NUMBER --binary --check --ignore-missing
			--portable --quiet --status --strict --tag --text --warn ${HELP}`,
		operands: "PATH*",
		anyWords: true,
	},
	md5: { ...MD5 },
	sha1: { ...MD5 },
	sha256: { ...MD5 },
	sha512: { ...MD5 },
	tokei: {
		options: `-C -V -c=NUMBER -e=TEXT -f -h -l -n=WORD -o=WORD -s=WORD -t=LIST --columns=NUMBER --compact
			--exclude=TEXT --files --hidden --languages --no-ignore --no-ignore-dot --no-ignore-parent --no-ignore-vcs
			--num-format=WORD --output=WORD --rsort=WORD --sort=WORD --streaming=WORD --type=LIST ${HELP}`,
		operands: "PATH*",
		reads: "names",
		here: true,
		not: "-i reads counts from a file",
	},

	// cut and put together
	cut: {
		options: `-b=LIST -c=LIST -d=TEXT -f=LIST -n -s -w -z --bytes=LIST --characters=LIST --complement --delimiter=TEXT
			--fields=LIST --only-delimited --output-delimiter=TEXT --zero-terminated ${HELP}`,
		operands: "PATH*",
		anyWords: true,
	},
	paste: {
		options: `-d=TEXT -s -z --delimiters=TEXT --serial --zero-terminated ${HELP}`,
		operands: "PATH*",
		anyWords: true,
	},
	join: {
		options: `-1=NUMBER -2=NUMBER -a=NUMBER -e=TEXT -i -j=NUMBER -o=LIST -t=TEXT -v=NUMBER -z --check-order --header
			--ignore-case --nocheck-order --zero-terminated ${HELP}`,
		operands: "PATH+",
		anyWords: true,
	},
	tr: {
		options: `-C -c -d -s -t -u --complement --delete --squeeze-repeats --truncate-set1 ${HELP}`,
		operands: "TEXT*",
		anyWords: true,
	},
	column: {
		options: `-C=TEXT -E=LIST -H=LIST -J -L -N=TEXT -O=LIST -R=LIST -T=LIST -W=LIST -c=NUMBER -d -e -i=LIST -o=TEXT
			-p=LIST -r=LIST -s=TEXT -t -x --fillrows --json --keep-empty-lines --output-separator=TEXT --output-width=NUMBER
			--separator=TEXT --table --table-column=TEXT --table-columns=TEXT --table-columns-limit=NUMBER
			--table-header-repeat --table-hide=LIST --table-name=TEXT --table-noextreme=LIST --table-noheadings
			--table-order=LIST --table-right=LIST --table-truncate=LIST --table-wrap=LIST --tree=LIST --tree-id=LIST
			--tree-parent=LIST ${HELP}`,
		operands: "PATH*",
		anyWords: true,
		not: "-n and -l take a value in one version and none in another",
	},
	colrm: { options: "", operands: "NUMBER? NUMBER?" },
	col: { options: "-b -f -h -l=NUMBER -p -x", operands: "" },

	// laid out
	fold: {
		options: `-NUMBER -b -s -w=NUMBER --bytes --spaces --width=NUMBER ${HELP}`,
		operands: "PATH*",
		anyWords: true,
	},
	fmt: {
		options: `-NUMBER -c -s -u -w=NUMBER --crown-margin --goal=NUMBER --prefix=TEXT --split-only --tagged-paragraph
			--uniform-spacing --width=NUMBER ${HELP}`,
		operands: "PATH*",
		anyWords: true,
		not: "-p and -t take a value in one version and none in another",
	},
	pr: {
		options: `-NUMBER -T -a -d -h=TEXT -l=NUMBER -m -o=NUMBER -r -t -w=NUMBER --across --columns=NUMBER --double-space
			--header=TEXT --indent=NUMBER --join-lines --length=NUMBER --merge --no-file-warnings --omit-header
			--omit-pagination --page-width=NUMBER --pages=LIST --width=NUMBER ${HELP}`,
		operands: "PATH*",
		anyWords: true,
	},
	expand: {
		options: `-NUMBER -i -t=LIST --initial --tabs=LIST ${HELP}`,
		operands: "PATH*",
		anyWords: true,
	},
	unexpand: {
		options: `-NUMBER -a -t=LIST --all --first-only --tabs=LIST ${HELP}`,
		operands: "PATH*",
		anyWords: true,
	},

	// put in order
	sort: {
		options: `-C -M -R -S=NUMBER -V -b -c -d -f -g -h -i -k=LIST -m -n -r -s -t=TEXT -u -z --batch-size=NUMBER
			--buffer-size=NUMBER --check[=WORD] --debug --dictionary-order --field-separator=TEXT --general-numeric-sort
			--human-numeric-sort --ignore-case --ignore-leading-blanks --ignore-nonprinting --key=LIST --merge --month-sort
			--numeric-sort --parallel=NUMBER --random-sort --reverse --sort=WORD --stable --unique --version-sort
			--zero-terminated ${HELP}`,
		operands: "PATH*",
		not: `-o and --output write, --compress-program runs a program, -T chooses where temporary files go, --files0-from
			reads a list of names, --random-source reads one more file`,
	},
	uniq: {
		optionsFirst: true,
		options: `-D -NUMBER -c -d -f=NUMBER -i -s=NUMBER -u -w=NUMBER -z --all-repeated[=WORD] --check-chars=NUMBER
			--count --group[=WORD] --ignore-case --repeated --skip-chars=NUMBER --skip-fields=NUMBER --unique
			--zero-terminated ${HELP}`,
		operands: "PATH?",
		not: "a second operand is written",
	},
	comm: {
		options: `-1 -2 -3 -i -z --check-order --nocheck-order --output-delimiter=TEXT --total --zero-terminated ${HELP}`,
		operands: "PATH+",
		anyWords: true,
	},
	tsort: { options: `-w ${HELP}`, operands: "PATH?", anyWords: true },
	shuf: {
		options: `-e -i=LIST -n=NUMBER -r -z --echo --head-count=NUMBER --input-range=LIST --repeat --zero-terminated
			${HELP}`,
		operands: "PATH*",
		not: "-o and --output write, --random-source reads one more file",
	},
	look: {
		options: "-a -b -d -f -t=TEXT --alphanum --alternative --ignore-case --terminate=TEXT",
		operands: "TEXT PATH?",
	},

	// compared
	diff: { ...DIFF, anyWords: true },
	colordiff: {
		...DIFF,
		operands: "PATH*",
		not: "--difftype and settings are colordiff's own; without operands it colours what it is given",
	},
	cmp: {
		options: `-b -h -i=TEXT -l -n=NUMBER -s -x -z --bytes=NUMBER --ignore-initial=TEXT --print-bytes --quiet --silent
			--verbose ${HELP}`,
		operands: "PATH+",
		anyWords: true,
	},
	sdiff: {
		options: `-B -E -H -I=TEXT -W -Z -a -b -d -i -l -s -t -w=NUMBER --expand-tabs --ignore-all-space
			--ignore-blank-lines --ignore-case --ignore-matching-lines=TEXT --ignore-space-change --left-column --minimal
			--strip-trailing-cr --suppress-common-lines --tabsize=NUMBER --text --width=NUMBER ${HELP}`,
		operands: "PATH PATH",
		not: "-o and --output write a merged file, --diff-program and -F run a program",
	},
	diff3: {
		options: `-3 -A -E -L=TEXT -T -X -a -e -i -m -x --easy-only --ed --initial-tab --label=TEXT --merge --overlap-only
			--show-all --show-overlap --strip-trailing-cr --text ${HELP}`,
		operands: "PATH PATH PATH",
		not: "--diff-program runs a program",
	},
	diffstat: {
		options: "-C -K -R -T -b -c -d -f=NUMBER -h -i -k -l -m -n=NUMBER -p=NUMBER -q -r=NUMBER -s -t -u -v -w=NUMBER",
		operands: "",
		not: "-o writes; of files that are named, it runs a decompressor for some",
	},

	// bytes
	od: {
		options: `-A=WORD -B -D -F -H -I -L -N=LIST -O -X -a -b -c -d -f -h -i -j=LIST -l -o -s -t=LIST -v -w[NUMBER] -x
			--address-radix=WORD --endian=WORD --format=LIST --output-duplicates --read-bytes=LIST --skip-bytes=LIST
			--traditional --width[=NUMBER] ${HELP}`,
		operands: "PATH*",
		anyWords: true,
	},
	hexdump: { ...OD_LIKE },
	hd: { ...OD_LIKE },
	xxd: {
		optionsFirst: true,
		// It reads one option a word: in "-al 16" it sees -a alone, and then an input and an output.
		wordOptions: true,
		options: `-C -E -R=WORD -a -autoskip -b -bits -c=NUMBER -cols=NUMBER -d -e -g=NUMBER -groupsize=NUMBER -h -i
			-include -l=TEXT -len=TEXT -n=TEXT -o=TEXT -p -plain -postscript -ps -r -s=TEXT -seek=TEXT -skip=TEXT -u
			-uppercase -v -version`,
		operands: "PATH?",
		not: "a second operand is written",
		forms: [{ options: "-c=NUMBER -g=NUMBER -l=NUMBER -s=NUMBER", operands: "PATH?" }],
	},
	strings: {
		options: `-NUMBER -T=NAME -U=WORD -V -a -d -e=LIST -f -h -n=NUMBER -o -s=TEXT -t=WORD -v -w --all --bytes=NUMBER
			--data --encoding=LIST --include-all-whitespace --output-separator=TEXT --print-file-name --radix=WORD
			--unicode=WORD ${HELP}`,
		operands: "ARCHIVE*",
		anyWords: true,
		not: "@FILE reads options from a file, and shows what it holds as names that are not there",
	},
	base32: { ...BASE },
	base64: { ...BASE },
	basenc: {
		...BASE,
		options: `${BASE.options} --base16 --base2lsbf --base2msbf --base32 --base32hex --base58 --base64 --base64url
			--z85`,
	},

	// another form
	iconv: {
		options: `-c -f=LIST -l -s -t=CHARSET --from-code=LIST --list --silent --to-code=CHARSET --usage ${HELP}`,
		operands: "PATH*",
		not: "-o and --output write; a name with / in -f is a file that says what the characters are",
	},
	datamash: {
		options: `-C -H -R=NUMBER -W -c=TEXT -f -g=LIST -i -s -t=TEXT -z --collapse-delimiter=TEXT --field-separator=TEXT
			--filler=TEXT --full --group=LIST --header-in --header-out --headers --ignore-case --narm --no-strict
			--output-delimiter=TEXT --round=NUMBER --skip-comments --sort --whitespace --zero-terminated ${HELP}`,
		operands: "LIST*",
	},
	xmllint: {
		wordOptions: true,
		options: `--format --html --huge --noblanks --nocdata --nonet --noout --nowarning --nsclean --pedantic
			--pretty=NUMBER --recover --version --xmlout --xpath=TEXT -format -html -noout`,
		operands: "ARCHIVE*",
		not: `-o and --output write, --shell takes commands, --c14n, --noent, --valid, --dtdvalid, --loaddtd, --xinclude, --schema
			and --relaxng load more files or ask other machines; an address instead of a file is fetched`,
	},
	gron: {
		options: "-c -j -m -s -u -v --colorize --json --monochrome --no-sort --stream --ungron --values --version",
		operands: "ARCHIVE?",
		not: "an address instead of a file is fetched; -k is for addresses",
	},

	// small languages
	sed: {
		options: `-E -a -e=SCRIPT -n -r -s -u -z --debug --expression=SCRIPT --line-length=NUMBER --null-data --posix
			--quiet --regexp-extended --sandbox --separate --silent --unbuffered ${HELP}`,
		operands: "SCRIPT? PATH*",
		script: "sed",
		not: `-i, -I and --in-place write, -f and --file read the script from a file, -l takes a value in one version and
			none in another`,
	},
	awk: { ...AWK },
	mawk: { ...AWK },
	nawk: { ...AWK },
	gawk: {
		options: `-F=TEXT -M -N -O -P -S -V -b -c -e=SCRIPT -h -k -n -r -s -v=TEXT --assign=TEXT --bignum
			--characters-as-bytes --csv --field-separator=TEXT --no-optimize --non-decimal-data --optimize --posix
			--re-interval --sandbox --source=SCRIPT --traditional --use-lc-numeric ${HELP}`,
		operands: "SCRIPT? PATH*",
		anyWords: "behind",
		script: "awk",
		not: GAWK_NOT,
	},
	// Whatever its options load is a filter: it can do no more than one in the line.
	jq: {
		options: JQ,
		operands: "SCRIPT? PATH*",
		anyWords: true,
		script: "jq",
		not: `-f and --from-file read the program from a file, -L loads modules, --args and --jsonargs change what
			operands are`,
	},
	jaq: {
		options: `-C -M -R -S -V -c -e -h -j -n -r -s --arg=NAME,TEXT --argjson=NAME,TEXT --compact-output --exit-status
			--indent=NUMBER --join-output --null-input --raw-input --raw-output --slurp --sort-keys --tab ${HELP}`,
		operands: "SCRIPT? PATH*",
		script: "jq",
		not: "-i and --in-place write, -f and --from-file read the program from a file, -L loads modules",
	},
	gojq: {
		options: `${JQ} --yaml-input --yaml-output`,
		operands: "SCRIPT? PATH*",
		anyWords: true,
		script: "jq",
		not: `-f and --from-file read the program from a file, -L loads modules, --args and --jsonargs change what
			operands are`,
	},
	yq: { ...YQ },
	"yq e": { ...YQ },
	"yq eval": { ...YQ },
	"yq ea": { ...YQ },
	"yq eval-all": { ...YQ },
};
