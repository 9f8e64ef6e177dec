// Package and version managers: what is installed, and what a registry says.
//
// Left out whole, because the files of a workspace decide what runs, even for --version:
//   yarn (yarnPath), pnpm and pnpx (.pnpmfile.cjs runs in every command, measured with 9 and 10; packageManager), npx, bunx,
//   corepack's programs, poetry and pdm (plugins of the project), uv pip, uv tree and pipenv (run .venv/bin/python),
//   bundle (the Gemfile is a program), composer (plugins in vendor/), cargo, rustc and `rustup show` (rust-toolchain.toml
//   may name a folder, .cargo/config.toml a rustc wrapper), gradle, mvn, sbt, mix, rake, pod, bazel, mise (build and
//   settings files run programs), dotnet --version and --info (global.json may name a folder of SDKs).
// And what installs, updates or refreshes on the way: brew outdated, dnf list, apk search, pipx list.
import type { CommandRule, Table } from "../rule.ts";

/** The same entries for programs of several names. */
export function each(programs: readonly string[], entries: Table): Table {
	const keys = programs.flatMap((program) => Object.entries(entries).map(([key, rule]) => [`${program} ${key}`, rule]));
	return Object.fromEntries(keys);
}

/** Prints one fact and takes nothing. */
const FACT: CommandRule = { options: "", operands: "" };

const SYNTAX: CommandRule = { options: "-n", operands: "PATH", needs: ["-n"], not: "without -n it runs the file" };

const NPM_LIST: CommandRule = {
	options: `-g --global -a --all -l --long -p --parseable --json --depth=NUMBER --omit=WORD --include=WORD --only=WORD
		--prod --production --dev --link --workspaces --include-workspace-root --no-workspaces`,
	operands: "ITEM*",
	not: "--prefix and -C look at another folder, --registry, --userconfig and --globalconfig take other settings",
};

const NPM_VIEW: CommandRule = {
	options: "--json --workspaces",
	operands: "PACKAGE? ITEM*",
	network: true,
	not: "--registry asks another one, with this one's token",
};

const NPM_SEARCH: CommandRule = {
	options: "--json -l --long --no-description -p --parseable --searchlimit=NUMBER --searchopts=LIST",
	operands: "TEXT+",
	network: true,
};

const CONDA_LIST: CommandRule = {
	options: `-n=NAME --name=NAME -c --canonical -f --full-name -e --export --explicit --md5 --sha256 -r --revisions
		--no-pip --json -q --quiet -v --verbose`,
	operands: "ITEM?",
};

const APT_LOOKUP: CommandRule = {
	options: "-a --all-versions --no-all-versions -f --full -n --names-only -q --quiet --installed",
	operands: "LIST*",
	not: "-o and -c set options of apt, of which some are programs; a name with / may be a file",
};

const RPM_QUERY: CommandRule = {
	options: `-a --all --last --requires --provides --conflicts --obsoletes --changelog --scripts --state --info --list
		--docfiles --configfiles --qf=TEXT --queryformat=TEXT`,
	operands: "LIST*",
	not: "-p reads a package file or address, --pipe, --define, --eval, --specfile and --rcfile run programs, --root and --dbpath look elsewhere",
};

export const PACKAGES: Table = {
	// Node.js
	...each(["npm"], {
		ls: NPM_LIST,
		list: NPM_LIST,
		ll: NPM_LIST,
		la: NPM_LIST,
		explain: { options: "--json -g --global", operands: "ITEM+" },
		why: { options: "--json -g --global", operands: "ITEM+" },
		query: { options: "-g --global --workspaces", operands: "TEXT" },
		"pkg get": { options: "--json --workspaces", operands: "ITEM*" },
		root: { options: "-g --global", operands: "" },
		prefix: { options: "-g --global", operands: "" },
		bin: { options: "-g --global", operands: "" },
		run: { options: "--json", operands: "", not: "with a name it runs a script of package.json" },
		"run-script": { options: "--json", operands: "" },
		"config get": {
			options: "-g --global",
			operands: "SETTING+",
			not: "without a name it is config list; keys, tokens and passwords are left out of the names",
		},
		"config list": { options: "-g --global", operands: "", not: "-l and --json show what the plain list hides" },
		"config ls": { options: "-g --global", operands: "" },
		view: NPM_VIEW,
		info: NPM_VIEW,
		show: NPM_VIEW,
		v: NPM_VIEW,
		search: NPM_SEARCH,
		outdated: {
			options: "-g --global -a --all -l --long -p --parseable --json --depth=NUMBER --workspaces",
			operands: "PACKAGE*",
			network: true,
			not: "audit sends the whole list of packages",
		},
		"dist-tag ls": { options: "", operands: "PACKAGE?", network: true },
		whoami: { options: "", operands: "", network: true },
	}),
	...each(["nvm"], {
		ls: { options: "--no-colors --no-alias", operands: "NAME?" },
		list: { options: "--no-colors --no-alias", operands: "NAME?" },
		current: FACT,
		version: { options: "", operands: "NAME?" },
		which: { options: "", operands: "NAME?" },
		alias: { options: "", operands: "", not: "a name and a version make an alias" },
		"ls-remote": { options: "--lts --no-colors", operands: "NAME?", network: true },
	}),
	...each(["fnm"], { ls: FACT, list: FACT, current: FACT }),
	...each(["volta"], { "list all": FACT, list: { options: "--format=WORD -d -c", operands: "NAME*" } }),

	// Python
	...each(["pip", "pip3"], {
		list: {
			options: `-l --local --user -e --editable --exclude-editable --include-editable --not-required --exclude=NAME
				--format=WORD -v --verbose -q --quiet --disable-pip-version-check --no-color`,
			operands: "",
			forms: [
				{
					options: "-o --outdated -u --uptodate --pre -l --local --user --format=WORD --disable-pip-version-check",
					operands: "",
					network: true,
				},
			],
			not: "-i, --index-url, --extra-index-url and -f ask other machines, --python runs another interpreter",
		},
		show: { options: "-f --files -v --verbose -q --quiet --disable-pip-version-check --no-color", operands: "NAME+" },
		freeze: {
			options: "-l --local --user --all --exclude-editable --exclude=NAME --disable-pip-version-check",
			operands: "",
			not: "-r shows another file",
		},
		check: { options: "--disable-pip-version-check", operands: "" },
		inspect: { options: "--local --user", operands: "" },
		"cache dir": FACT,
		"cache info": FACT,
		"cache list": { options: "--format=WORD", operands: "ITEM?" },
		"index versions": { options: "--pre", operands: "NAME", network: true },
	}),
	"pipx list": {
		options: "--skip-maintenance --short --json --include-injected",
		operands: "",
		needs: ["--skip-maintenance"],
		not: "without that option it may update its own libraries",
	},
	...each(["uv"], { "cache dir": FACT, "python dir": FACT, "tool dir": FACT }),
	...each(["conda", "mamba", "micromamba"], { list: CONDA_LIST, "env list": { options: "--json", operands: "" } }),
	...each(["conda", "mamba"], {
		info: {
			options: "-e --envs --base --json",
			operands: "",
			not: "-a and -s show the environment, --unsafe-channels tokens",
		},
		"info --envs": FACT,
	}),
	...each(["pyenv", "rbenv"], {
		versions: { options: "--bare --skip-aliases", operands: "" },
		version: FACT,
		"version-name": FACT,
		root: FACT,
		which: { options: "", operands: "NAME" },
		whence: { options: "", operands: "NAME" },
		global: { options: "", operands: "", not: "a version sets it" },
		local: { options: "", operands: "", not: "a version writes a file" },
	}),

	// Ruby, Go, Rust, Java and others
	...each(["gem"], {
		list: {
			options: `-a --all -d --details --no-details -e --exact -i --installed --no-installed -l --local --no-prerelease
				--no-versions --versions -q --quiet`,
			operands: "ITEM*",
			not: "-r and -b ask other machines, -s names one",
		},
		contents: { options: "--all -l --lib-only --no-lib-only --no-prefix --prefix", operands: "NAME*", reads: "names" },
		which: { options: "-a --all -g --gems-first", operands: "ITEM+", reads: "names" },
		outdated: { options: "", operands: "", network: true },
	}),
	// A line in go.mod can make any of them download another toolchain, from the user's module proxy.
	...each(["go"], {
		version: { options: "-m -v", operands: "PATH*", reads: "names", wordOptions: true, network: true },
		env: {
			options: "-json -changed",
			operands: "NAME*",
			wordOptions: true,
			network: true,
			not: "-w and -u write",
		},
		list: {
			options: "-m -f=TEXT -json -deps -test -e -find -versions",
			operands: "ITEM*",
			wordOptions: true,
			network: true,
			git: "config",
			not: "-toolexec and -vettool run programs, -compiled and -export build, -mod, -modfile, -overlay and -C take other files",
		},
		doc: {
			options: "-all -c -cmd -short -src -u",
			operands: "ITEM*",
			wordOptions: true,
			network: true,
			not: "-http opens a browser, -C takes another folder",
		},
		help: { options: "", operands: "ITEM*", network: true },
	}),
	...each(["rustup"], {
		"toolchain list": { options: "-v --verbose -q --quiet", operands: "" },
		"override list": FACT,
		default: { options: "", operands: "", not: "a toolchain sets it" },
		"show home": FACT,
		"show profile": FACT,
	}),
	...each(["asdf"], {
		list: { options: "", operands: "NAME? NAME?" },
		where: { options: "", operands: "NAME NAME?" },
		"plugin list": FACT,
		"plugin-list": FACT,
	}),
	...each(["sdk"], { current: { options: "", operands: "NAME?" }, c: { options: "", operands: "NAME?" } }),
	...each(["jenv"], { versions: FACT, version: FACT }),

	// syntax, without running anything; perl -c and ruby -c run parts of the file, python -m py_compile writes
	bash: SYNTAX,
	sh: SYNTAX,
	zsh: SYNTAX,
	dash: SYNTAX,
	ksh: SYNTAX,
	node: { options: "-c --check", operands: "PATH", needs: ["-c", "--check"] },
	php: { options: "-l", operands: "PATH", needs: ["-l"] },
	gofmt: { options: "-l -d -e -s", operands: "PATH*", wordOptions: true, not: "-w writes, -cpuprofile too" },
	shellcheck: {
		options: `-a -C[WORD] --color[=WORD] -e=LIST --exclude=LIST -f=WORD --format=WORD -i=LIST --include=LIST --norc
			-o=LIST --enable=LIST --list-optional -s=WORD --shell=WORD -S=WORD --severity=WORD -W=NUMBER --wiki-link-count=NUMBER`,
		operands: "PATH*",
		not: "-x and -P follow other files, --rcfile reads one",
	},

	// packages of the system
	dpkg: {
		options: `-l -L -s -S -p -C --list --listfiles --status --search --print-avail --audit --get-selections
			--print-architecture --print-foreign-architectures --no-pager`,
		operands: "ITEM*",
		needs: [
			...["-l", "-L", "-s", "-S", "-p", "-C", "--list", "--listfiles", "--status", "--search", "--print-avail"],
			...["--audit", "--get-selections", "--print-architecture", "--print-foreign-architectures"],
		],
		reads: "names",
		forms: [
			{
				options: "-I -c --info --contents",
				operands: "PATH",
				needs: ["-I", "-c", "--info", "--contents"],
				reads: "names",
			},
		],
		not: "the rest installs, removes or unpacks; --root, --admindir and --instdir look elsewhere, --pre-invoke and its like run programs",
	},
	"dpkg-query": {
		options: `-l -L -s -S -p -W -f=TEXT --list --listfiles --status --search --print-avail --show --showformat=TEXT
			--no-pager`,
		operands: "ITEM*",
		reads: "names",
		needs: [
			...["-l", "-L", "-s", "-S", "-p", "-W"],
			...["--list", "--listfiles", "--status", "--search", "--print-avail", "--show"],
		],
	},
	...each(["apt"], {
		list: {
			options: `-a --all-versions --installed --upgradable --upgradeable --manual-installed -v --verbose -q --quiet`,
			operands: "LIST*",
			not: APT_LOOKUP.not ?? "",
		},
		show: APT_LOOKUP,
		policy: APT_LOOKUP,
		search: { ...APT_LOOKUP, operands: "TEXT+" },
		depends: APT_LOOKUP,
		rdepends: APT_LOOKUP,
	}),
	...each(["apt-cache"], {
		show: APT_LOOKUP,
		showpkg: APT_LOOKUP,
		showsrc: APT_LOOKUP,
		policy: APT_LOOKUP,
		madison: APT_LOOKUP,
		search: { ...APT_LOOKUP, operands: "TEXT+" },
		depends: APT_LOOKUP,
		rdepends: APT_LOOKUP,
		pkgnames: APT_LOOKUP,
		stats: FACT,
	}),
	...each(["apt-mark"], { showmanual: APT_LOOKUP, showauto: APT_LOOKUP, showhold: APT_LOOKUP }),
	// -q stands first, because -i before it would install.
	...each(["rpm"], {
		"-q": RPM_QUERY,
		"--query": RPM_QUERY,
		"-qa": RPM_QUERY,
		"-qi": RPM_QUERY,
		"-ql": RPM_QUERY,
		"-qc": RPM_QUERY,
		"-qd": RPM_QUERY,
		"-qR": RPM_QUERY,
		"-qf": { options: "--qf=TEXT --queryformat=TEXT", operands: "PATH+", reads: "names" },
	}),
	...each(["dnf", "yum"], {
		"list installed": { options: "", operands: "LIST*" },
		"list --installed": { options: "", operands: "LIST*" },
	}),
	pacman: {
		options: `-Q --query -c --changelog -d --deps -e --explicit -g --groups -i --info -k --check -l --list -m --foreign
			-n --native -o --owns -q --quiet -s --search -t --unrequired -u --upgrades`,
		operands: "ITEM*",
		needs: ["-Q", "--query"],
		reads: "names",
		not: "the other operations install, remove or download; -b, -r and --config look elsewhere, -p reads a file or address",
	},
	...each(["pacman"], {
		"-Ss": { options: "-q --quiet", operands: "ITEM*" },
		"-Si": { options: "", operands: "LIST*" },
	}),
	"apk info": {
		options: `-v --verbose -q --quiet -a --all -d --description -e --installed -L --contents -P --provides -R --depends
			-r --rdepends -s --size -t --triggers -w --webpage -W --who-owns --license`,
		operands: "ITEM*",
		reads: "names",
		not: "-p is another root, -X another repository",
	},
	...each(["snap"], {
		list: { options: "--all --color=WORD --unicode=WORD", operands: "NAME*" },
		services: { options: "", operands: "NAME*" },
		connections: { options: "--all", operands: "NAME?" },
		changes: { options: "", operands: "NAME?" },
		info: { options: "--color=WORD --unicode=WORD --verbose", operands: "NAME+", network: true },
	}),
	...each(["flatpak"], {
		list: { options: "-a --all -d --show-details --app --runtime --user --system --columns=LIST", operands: "" },
		info: { options: "-r -o -c -s -l -m --user --system --show-size", operands: "NAME NAME?" },
		remotes: { options: "-d --show-details --user --system --columns=LIST", operands: "" },
	}),
	// A name with a dot may be a formula's file in this folder.
	...each(["brew"], {
		list: {
			options: `-1 -l -r -t --formula --formulae --cask --casks --versions --pinned --full-name --multiple
				--installed-on-request --installed-as-dependency`,
			operands: "WORD*",
		},
		ls: { options: "-1 --formula --cask --versions --pinned", operands: "WORD*" },
		leaves: { options: "-r --installed-on-request -p --installed-as-dependency", operands: "" },
		"--prefix": { options: "", operands: "WORD?" },
		tap: { options: "", operands: "", not: "a name adds one" },
		info: { options: "--json[=WORD] --formula --cask", operands: "WORD*", network: true },
		search: { options: "--formula --formulae --cask --casks --desc", operands: "WORD+", network: true },
	}),
	"port installed": { options: "", operands: "LIST*" },
	"nix-env -q": { options: "--installed", operands: "LIST*" },
	"nix-channel --list": FACT,
};
