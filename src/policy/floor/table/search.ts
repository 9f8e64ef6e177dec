// Commands that look for text in files.
import type { CommandRule, Table } from "../rule.ts";

/** Of GNU, BSD and busybox grep; the patterns are in the entries. */
const GREP = `-A=NUMBER -B=NUMBER -C=NUMBER -D=WORD -E -F -G -H -I -L -NUMBER -P -T -U -Z -a -b -c -d=WORD -h -i -l
	-m=NUMBER -n -o -q -r -s -v -w -x -y -z --after-context=NUMBER --basic-regexp --before-context=NUMBER --binary
	--binary-files=WORD --byte-offset --color[=WORD] --colour[=WORD] --context=NUMBER --count --devices=WORD
	--directories=WORD --exclude=TEXT --exclude-dir=TEXT --extended-regexp --files-with-matches --files-without-match
	--fixed-strings --group-separator=TEXT --help --ignore-case --include=GLOB --initial-tab --invert-match --label=TEXT
	--line-buffered --line-number --line-regexp --max-count=NUMBER --no-filename --no-group-separator --no-ignore-case
	--no-messages --null --null-data --only-matching --perl-regexp --quiet --recursive --silent --text --version
	--with-filename --word-regexp`;

const RECURSES = ["-r", "--recursive", "-d", "--directories"];

const GREP_RULE: CommandRule = {
	options: `${GREP} -e=PATTERN --regexp=PATTERN`,
	operands: "PATTERN? PATH*",
	anyWords: true,
	searches: RECURSES,
	not: "-R, -S and -O follow links out of the folder; --exclude-from reads a list",
	forms: [
		{
			// With a file of patterns the first operand is a file as well.
			options: `${GREP} -e=TEXT -f=PATH --file=PATH --regexp=TEXT`,
			operands: "PATH*",
			needs: ["-f", "--file"],
			anyWords: true,
			searches: RECURSES,
		},
	],
};

/** Scripts around grep and a decompressor: only the plain options go through to grep in all of them. */
const ZGREP: CommandRule = {
	options: `-A=NUMBER -B=NUMBER -C=NUMBER -E -F -H -a -c -e=PATTERN -h -i -l -m=NUMBER -n -o -q -s -v -w -x
		--color[=WORD] --count --extended-regexp --fixed-strings --help --ignore-case --invert-match --line-number
		--no-filename --only-matching --quiet --version --with-filename --word-regexp`,
	operands: "PATTERN? PATH*",
	not: "-f is read differently by each of these scripts, -r they refuse or leave to grep",
};

/** Programs that are the decompressor with "-dc" before what they get. */
const ZCAT: CommandRule = {
	options: "--help --version",
	operands: "PATH*",
	not: "-o, -S and the like choose what is written",
};

const RG = `-0 -A=NUMBER -B=NUMBER -C=NUMBER -E=NAME -F -H -I -M=NUMBER -N -P -S -T=NAME -U -V -a -b -c -d=NUMBER
	-g=GLOB -h -i -j=NUMBER -l -m=NUMBER -n -o -p -q -r=TEXT -s -t=NAME -v -w -x --after-context=NUMBER
	--auto-hybrid-regex --before-context=NUMBER --block-buffered --byte-offset --case-sensitive --color=WORD
	--colors=TEXT --column --context=NUMBER --context-separator=TEXT --count --count-matches --crlf --encoding=NAME
	--engine=WORD --field-context-separator=TEXT --field-match-separator=TEXT --files-with-matches --files-without-match
	--fixed-strings --glob=GLOB --glob-case-insensitive --heading --help --iglob=GLOB --ignore-case --include-zero
	--invert-match --json --line-buffered --line-number --line-regexp --max-columns=NUMBER --max-columns-preview
	--max-count=NUMBER --max-depth=NUMBER --max-filesize=NUMBER --mmap --multiline --multiline-dotall --no-column
	--no-config --no-context-separator --no-filename --no-follow --no-heading --no-hidden --no-json --no-line-number
	--no-messages --no-mmap --no-multiline --no-pcre2 --no-unicode --null --null-data --one-file-system --only-matching
	--passthru --path-separator=TEXT --pcre2 --pcre2-version --pretty --quiet --replace=TEXT --smart-case --sort=WORD
	--sortr=WORD --stats --stop-on-nonmatch --text --threads=NUMBER --trim --type=NAME --type-not=NAME --version
	--vimgrep --with-filename --word-regexp`;

/** Options with which rg no longer leaves out what is hidden or ignored. */
const RG_ALL = `-. -u --binary --hidden --ignore-file=PATH --no-ignore --no-ignore-dot --no-ignore-exclude
	--no-ignore-files --no-ignore-global --no-ignore-parent --no-ignore-vcs --no-require-git --unrestricted`;

const AG = `-0 -A=NUMBER -B=NUMBER -C=NUMBER -G=TEXT -H -L -Q -S -c -h -i -l -m=NUMBER -n -o -r -R -s -v -V -w
	-W=NUMBER --ackmate --affinity --after[=NUMBER] --before[=NUMBER] --break --case-sensitive --color --column
	--context[=NUMBER] --count --cc --cpp --css --depth=NUMBER --file-search-regex=TEXT --filename --files-with-matches
	--files-without-matches --fixed-strings --go --group --heading --help --html --ignore=TEXT --ignore-case
	--ignore-dir=TEXT --invert-match --java --js --json --kotlin --list-file-types --literal --markdown
	--max-count=NUMBER --no-affinity --no-break --no-color --no-filename --no-group --no-heading --no-numbers
	--no-recurse --noaffinity --nobreak --nocolor --nofilename --nogroup --noheading --nonumbers --norecurse --null
	--numbers --one-device --only-matching --passthrough --perl --php --print-long-lines --python --recurse --ruby
	--rust --shell --silent --smart-case --stats --stats-only --swift --ts --version --vimgrep --width=NUMBER
	--word-regexp --yaml`;

const AG_NOT =
	"--pager runs a program; -f follows links; -p and --path-to-ignore read a file; -D shows what is ignored";

const ACK = `-1 -A=NUMBER -B=NUMBER -C=NUMBER -H -I -L -Q -S -c -h -i -l -m=NUMBER -n -o -r -R -s -v -w
	--after-context=NUMBER --before-context=NUMBER --break --cc --color --colour --column --context=NUMBER --count --cpp
	--csharp --css --files-with-matches --files-without-matches --go --group --heading --help --help-types --html
	--ignore-case --ignore-dir=TEXT --ignore-directory=TEXT --invert-match --java --js --json --kotlin --literal --make
	--markdown --max-count=NUMBER --no-filename --no-ignore-case --no-recurse --nobreak --nocolor --nocolour --nocolumn
	--noenv --nogroup --noheading --nojs --no-smart-case --perl --php --print0 --py --python --recurse --ruby --rust
	--shell --smart-case --sort-files --sql --swift --thppt --ts --type=NAME --underline --version --with-filename
	--word-regexp --xml --yaml -T=NAME -t=NAME`;

export const SEARCH: Table = {
	grep: { ...GREP_RULE },
	egrep: { ...GREP_RULE },
	fgrep: { ...GREP_RULE },

	rg: {
		options: `${RG} -e=PATTERN --regexp=PATTERN`,
		operands: "PATTERN? PATH*",
		searches: "always",
		globsReachHidden: true,
		not: `--pre and --hostname-bin run a program, -z and --search-zip run decompressors; -L and --follow follow links;
			--generate, --debug and --trace are left out; --type-add can make a type of anything`,
		forms: [
			{
				options: `${RG} --files --type-list`,
				operands: "PATH*",
				needs: ["--files", "--type-list"],
				reads: "names",
				globsReachHidden: true,
				here: true,
			},
			{
				options: `${RG} ${RG_ALL} --files`,
				operands: "PATH*",
				needs: ["--files"],
				reads: "names",
				here: true,
			},
			{
				options: `${RG} -e=TEXT -f=PATH --file=PATH --regexp=TEXT`,
				operands: "PATH*",
				needs: ["-f", "--file"],
				searches: "always",
				globsReachHidden: true,
			},
			{
				options: `${RG} ${RG_ALL} -e=PATTERN --regexp=PATTERN`,
				operands: "PATTERN? PATH*",
				searches: "always",
			},
		],
	},

	ag: {
		options: AG,
		operands: "PATTERN? PATH*",
		searches: "always",
		// It takes no globs, but leaves out what is hidden or ignored as rg does.
		globsReachHidden: true,
		not: AG_NOT,
		forms: [
			{ options: `${AG} -g=PATTERN`, operands: "PATH*", needs: ["-g"], reads: "names", here: true },
			{
				options: `${AG} -U -a -t -u --all-text --all-types --hidden --search-binary --skip-vcs-ignores --unrestricted`,
				operands: "PATTERN? PATH*",
				searches: "always",
				not: AG_NOT,
			},
		],
	},

	ack: {
		options: ACK,
		operands: "PATTERN? PATH*",
		searches: "always",
		not: `--pager runs a program and --output is a text that older versions run; --follow follows links; -x,
			--files-from and --ackrc read lists; --type-set and --type-add can make a type of anything`,
		forms: [
			{ options: `${ACK} -f -g`, operands: "PATH*", needs: ["-f"], reads: "names", here: true },
			{ options: `${ACK} -g`, operands: "PATTERN PATH*", needs: ["-g"], reads: "names", here: true },
		],
	},

	// compressed files
	zgrep: { ...ZGREP },
	zegrep: { ...ZGREP },
	zfgrep: { ...ZGREP },
	xzgrep: { ...ZGREP },
	zstdgrep: { ...ZGREP },
	zcat: { ...ZCAT },
	gzcat: { ...ZCAT },
	bzcat: { ...ZCAT },
	xzcat: { ...ZCAT },
	zstdcat: { ...ZCAT },
	lz4cat: { ...ZCAT },
};
