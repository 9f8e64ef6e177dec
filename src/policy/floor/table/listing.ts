// Commands that say what there is: names, sizes, times, places. Of the content of a file they tell at most its kind.
import type { CommandRule, Table } from "../rule.ts";

const LS: CommandRule = {
	options: `-1 -@ -A -B -C -F -G -H -I=TEXT -L -N -O -P -Q -R -S -T -U -X -Z -a -b -c -d -e -f -g -h -i -k -l -m -n -o
		-p -q -r -s -t -u -v -w=NUMBER -x --all --almost-all --author --block-size=LIST --classify[=WORD] --color[=WORD]
		--context --dereference --dereference-command-line --directory --escape --file-type --format=WORD --full-time
		--group-directories-first --help --hide=TEXT --hide-control-chars --human-readable --hyperlink[=WORD]
		--ignore=TEXT --ignore-backups --indicator-style=WORD --inode --kibibytes --literal --no-group --numeric-uid-gid
		--quote-name --quoting-style=WORD --recursive --reverse --show-control-chars --si --size --sort=WORD
		--tabsize=NUMBER --time=WORD --time-style=TEXT --version --width=NUMBER --zero`,
	operands: "PATH*",
	anyWords: true,
	reads: "names",
	here: true,
};

const EZA: CommandRule = {
	options: `-1 -A -B -D -F -G -H -I=TEXT -L=NUMBER -M -O -R -S -T -U -X -Z -a -b -d -f -g -h -i -l -m -n -o -r -s=WORD
		-t=WORD -u -w=NUMBER -x --absolute[=WORD] --accessed --across --all --almost-all --binary --blocksize --bytes
		--changed --classify[=WORD] --color[=WORD] --colour[=WORD] --context --created --dereference --extended --git
		--git-ignore --git-repos --git-repos-no-status --grid --group --group-directories-first --group-directories-last
		--header --help --hyperlink --icons[=WORD] --ignore-glob=TEXT --inode --level=NUMBER --links --list-dirs --long
		--modified --mounts --no-filesize --no-git --no-icons --no-permissions --no-symlinks --no-time --no-user --numeric
		--octal-permissions --oneline --only-dirs --only-files --recurse --reverse --show-symlinks --smart-group
		--sort=WORD --time=WORD --time-style=TEXT --total-size --tree --version --width=NUMBER`,
	operands: "PATH*",
	reads: "names",
	here: true,
	not: "--stdin reads names from elsewhere",
};

const FD: CommandRule = {
	options: `-0 -1 -E=TEXT -F -H -I -S=TEXT -V -a -c=WORD -d=NUMBER -e=LIST -g -h -i -j=NUMBER -l -o=TEXT -p -q -s
		-t=LIST -u --absolute-path --and=TEXT --case-sensitive --changed-after=TEXT --changed-before=TEXT
		--changed-within=TEXT --color=WORD --exact-depth=NUMBER --exclude=TEXT --extension=LIST --fixed-strings
		--format=TEXT --full-path --glob --has-results --help --hidden --hyperlink[=WORD] --ignore-case --ignore-file=PATH
		--list-details --max-depth=NUMBER --max-results=NUMBER --min-depth=NUMBER --newer=TEXT --no-ignore
		--no-ignore-parent --no-ignore-vcs --no-require-git --older=TEXT --one-file-system --owner=TEXT
		--path-separator=TEXT --print0 --prune --quiet --regex --relative-path --search-path=PATH --show-errors
		--size=TEXT --strip-cwd-prefix[=WORD] --threads=NUMBER --type=LIST --unrestricted --version`,
	operands: "PATTERN? PATH*",
	reads: "names",
	here: true,
	not: `-x, -X, --exec and --exec-batch run a program; -L and --follow follow links; -C and --base-directory change
		what the paths mean`,
};

const LOCATE: CommandRule = {
	options: `-0 -A -H -P -S -b -c -e -i -l=NUMBER -n=NUMBER -q -r=TEXT -w --all --basename --count --existing --help
		--ignore-case --limit=NUMBER --nofollow --null --quiet --regex --regexp=TEXT --statistics --version --wholename`,
	operands: "TEXT*",
	reads: "names",
	not: "-d and --database name another database",
};

export const LISTING: Table = {
	// folders
	ls: { ...LS },
	dir: { ...LS },
	vdir: { ...LS },
	exa: { ...EZA },
	eza: { ...EZA },
	lsd: {
		options: `-1 -A -F -I=TEXT -L -R -S -U -X -Z -a -d -g -h -i -l -r -t -v --all --almost-all --blocks=LIST
			--classify --color=WORD --date=TEXT --depth=NUMBER --dereference --directory-only --extensionsort --git
			--gitsort --group-dirs=WORD --group-directories-first --header --help --human-readable --hyperlink=WORD
			--icon=WORD --icon-theme=WORD --ignore-glob=TEXT --inode --literal --long --no-sort --no-symlink --oneline
			--permission=WORD --recursive --reverse --size=WORD --sizesort --sort=WORD --timesort --total-size --tree
			--version --versionsort`,
		operands: "PATH*",
		reads: "names",
		here: true,
		not: "--config-file reads settings from elsewhere",
	},
	tree: {
		options: `-A -C -D -F -J -L=NUMBER -N -Q -S -U -X -a -c -d -f -g -h -i -l -n -p -q -r -s -t -u -v -x
			--charset=WORD --device --dirsfirst --du --filelimit=NUMBER --filesfirst --gitignore --help --ignore-case
			--inodes --matchdirs --metafirst --nolinks --noreport --prune --si --sort=WORD --timefmt=TEXT --version`,
		operands: "PATH*",
		reads: "names",
		here: true,
		not: `-o writes, and so does -R (00Tree.html in every folder); --fromfile, --fromtabfile, --gitfile, --info,
			--infofile, --hintro and --houtro show or read files`,
		forms: [
			{
				// Text behind -I or -P would be more letters ("-Pout" holds -o), so these come as whole words, with the letters
				// they are usually run together with.
				wordOptions: true,
				options: `-A -C -D -F -I=TEXT -J -L=NUMBER -N -P=GLOB -Q -S -U -X -a -c -d -f -g -h -i -l -n -p -q -r -s -t -u
					-v -x -aC -aI=TEXT -aL=NUMBER -ad -adL=NUMBER -af -ah -ai -Ca -CL=NUMBER -dI=TEXT -dL=NUMBER -da -fI=TEXT
					-fL=NUMBER -fi -fP=GLOB -hD -hs -if -pu -pug -sh --charset=WORD --device --dirsfirst --du --filelimit=NUMBER
					--filesfirst --gitignore --ignore-case --inodes --matchdirs --metafirst --nolinks --noreport --prune --si
					--sort=WORD --timefmt=TEXT`,
				operands: "PATH*",
				reads: "names",
				here: true,
			},
		],
	},
	find: {
		options: `-E -H -O1 -O2 -O3 -P -X -a -amin=NUMBER -and -anewer=PATH -atime=TEXT -cmin=NUMBER -cnewer=PATH
			-ctime=TEXT -d -daystart -depth -empty -exec=COMMAND -executable -false -fstype=WORD -gid=NUMBER -group=NAME
			-help -ignore_readdir_race -ilname=GLOB -iname=GLOB -inum=NUMBER -ipath=GLOB -iregex=PATTERN -iwholename=GLOB
			-links=NUMBER -lname=GLOB -ls -maxdepth=NUMBER -mindepth=NUMBER -mmin=NUMBER -mount -mtime=TEXT -name=GLOB
			-newer=PATH -neweraa=PATH -neweram=PATH -newerat=TEXT -newerBt=TEXT -newerca=PATH -newercm=PATH -newerct=TEXT
			-newerma=PATH -newermc=PATH -newermm=PATH -newermt=TEXT -nogroup -noignore_readdir_race -noleaf -not -nouser
			-nowarn -o -or -path=GLOB -perm=TEXT -print -print0 -printf=TEXT -prune -quit -readable -regex=PATTERN
			-regextype=WORD -s -samefile=PATH -size=TEXT -true -type=LIST -uid=NUMBER -used=NUMBER -user=NAME -version -warn
			-wholename=GLOB -writable -x -xdev -xtype=LIST --help --version`,
		operands: "PATH*",
		wordOptions: true,
		reads: "names",
		here: true,
		not: `-delete, -fls, -fprint, -fprint0 and -fprintf change files; -execdir, -ok and -okdir run a program where the
			found file is; -files0-from and BSD's -f take names from elsewhere; -L and -follow follow links`,
	},
	fd: { ...FD },
	fdfind: { ...FD },
	du: {
		options: `-0 -A -B=LIST -D -H -I=TEXT -L -P -S -a -b -c -d=NUMBER -g -h -k -l -m -n -r -s -t=NUMBER -x --all
			--apparent-size --block-size=LIST --bytes --count-links --dereference --dereference-args --exclude=TEXT --help
			--human-readable --inodes --max-depth=NUMBER --no-dereference --null --one-file-system --separate-dirs --si
			--summarize --threshold=NUMBER --time[=WORD] --time-style=TEXT --total --version`,
		operands: "PATH*",
		anyWords: true,
		reads: "names",
		here: true,
		not: "-X, --exclude-from and --files0-from read a list of names",
	},
	dust: {
		options: `-D -F -P -R -X=TEXT -b -c -d=NUMBER -f -i -n=NUMBER -p -r -s -t -x --apparent-size --depth=NUMBER
			--full-paths --help --ignore_hidden --limit-filesystem --no-colors --no-percent-bars --no-progress
			--number-of-lines=NUMBER --reverse --version`,
		operands: "PATH*",
		reads: "names",
		here: true,
	},

	// one file
	stat: {
		options: `-F -L -c=TEXT -f -l -n -q -r -s -t -x --cached=WORD --dereference --file-system --format=TEXT --help
			--printf=TEXT --terse --version`,
		operands: "PATH*",
		anyWords: true,
		reads: "names",
		not: "BSD's -f and -t take a format: it passes as one more name, and is one more file for GNU",
	},
	file: {
		options: `-0 -E -F=TEXT -I -L -N -b -e=NAME -h -i -k -l -n -r -v --apple --brief --dereference --exclude=NAME
			--exclude-quiet=NAME --extension --help --keep-going --list --mime --mime-encoding --mime-type --no-buffer
			--no-dereference --no-pad --print0 --raw --separator=TEXT --version`,
		operands: "PATH*",
		reads: "names",
		not: `-C writes a compiled magic file, -m, -f and --files-from read files, -p sets times back, -s reads devices,
			-z and -Z start other programs, -S takes the sandbox off`,
	},
	readlink: {
		options: `-e -f -m -n -q -s -v -z --canonicalize --canonicalize-existing --canonicalize-missing --help
			--no-newline --quiet --silent --verbose --version --zero`,
		operands: "PATH+",
		anyWords: true,
		reads: "names",
	},
	realpath: {
		options: `-E -L -P -e -m -q -s -z --canonicalize --canonicalize-existing --canonicalize-missing --help --logical
			--no-symlinks --physical --quiet --relative-base=PATH --relative-to=PATH --strip --version --zero`,
		operands: "PATH*",
		anyWords: true,
		reads: "names",
	},
	namei: {
		options: "-l -m -n -o -v -x --help --long --modes --mountpoints --nosymlinks --owners --version --vertical",
		operands: "PATH+",
		reads: "names",
	},
	lsattr: {
		options: "-R -V -a -d -l -p -v",
		operands: "PATH*",
		reads: "names",
		here: true,
	},
	getfacl: {
		options: `-E -P -R -a -c -d -e -n -p -s -t --absolute-names --access --all-effective --default --help
			--no-effective --numeric --omit-header --physical --recursive --skip-base --tabular --version`,
		operands: "PATH+",
		reads: "names",
		not: "-L follows links",
	},
	mdls: { options: "-name=WORD -raw", operands: "PATH+", wordOptions: true, reads: "names" },

	// names and texts that look like paths
	basename: {
		options: "-a -s=TEXT -z --help --multiple --suffix=TEXT --version --zero",
		operands: "TEXT*",
		anyWords: true,
	},
	dirname: { options: "-z --help --version --zero", operands: "TEXT*", anyWords: true },
	pathchk: { options: "-P -p --help --portability --version", operands: "TEXT*", anyWords: true },

	// programs
	which: {
		options: "-a -s --all --help --skip-alias --skip-dot --skip-functions --skip-tilde --tty-only --version",
		operands: "NAME*",
		anyWords: true,
		not: "-i reads aliases from standard input",
	},
	type: { options: "-P -a -f -p -t", operands: "NAME+", anyWords: true },
	where: { options: "-p -s", operands: "NAME+", anyWords: true },
	whence: { options: "-a -c -f -p -s -v -w", operands: "NAME+", anyWords: true },
	whereis: {
		options: "-a -b -g -l -m -q -s -u -x",
		operands: "NAME+",
		not: "-B, -M, -S and -f name other folders",
	},

	// the whole machine
	locate: { ...LOCATE },
	mlocate: { ...LOCATE },
	plocate: { ...LOCATE },
	mdfind: {
		options: "-0 -count -literal -name=TEXT -onlyin=PATH",
		operands: "TEXT*",
		wordOptions: true,
		reads: "names",
		not: "-live never ends",
	},
	df: {
		options: `-B=LIST -H -P -T -a -b -c -g -h -i -k -l -m -n -t=LIST -x=WORD -y --all --block-size=LIST
			--exclude-type=WORD --help --human-readable --inodes --local --no-sync --output[=LIST] --portability
			--print-type --si --total --type=WORD --version`,
		operands: "PATH*",
		anyWords: true,
		reads: "names",
		not: "--sync writes what is still in memory to the disks",
	},
	findmnt: {
		options: `-A -C -D -J -M=PATH -O=LIST -P -R -S=TEXT -T=PATH -U -a -b -c -d=WORD -e -f -i -k -l -m -n -o=LIST -r -s
			-t=LIST -u -v -y --all --ascii --bytes --canonicalize --df --direction=WORD --evaluate --first-only --fstab
			--help --invert --json --kernel --list --mountpoint=PATH --mtab --nocanonicalize --nofsroot --noheadings
			--notruncate --options=LIST --output=LIST --output-all --pairs --pseudo --raw --real --shadowed --source=TEXT
			--submounts --target=PATH --tree --types=LIST --uniq --version --vfs-all`,
		operands: "TEXT*",
		reads: "names",
		not: "-p and --poll wait, -F and --tab-file read another file, -N looks into another process",
	},
	mountpoint: {
		options: "-d -n -q -x --devno --fs-devno --help --nofollow --quiet --show --version",
		operands: "PATH",
		reads: "names",
	},
	lsblk: {
		options: `-A -D -E=WORD -I=LIST -J -M -N -O -P -S -T -a -b -d -e=LIST -f -i -l -m -n -o=LIST -p -r -s -t -v
			-w=NUMBER -x=WORD -y -z --all --ascii --bytes --dedup=WORD --discard --exclude=LIST --fs --help --include=LIST
			--inverse --json --list --merge --nodeps --noempty --noheadings --nvme --output=LIST --output-all --pairs
			--paths --perms --raw --scsi --shell --sort=WORD --topology --tree[=WORD] --version --virtio --width=NUMBER
			--zoned`,
		operands: "TEXT*",
		not: "--sysroot reads the facts from elsewhere",
	},
};
