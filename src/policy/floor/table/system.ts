// Facts about the machine, its processes, users and network, and the builtins of the shell that change nothing.
//
// Left out whole: printenv and env (secrets), history (secrets), ping, host, dig and getent hosts (send names to others),
// iptables (loads modules), blkid (writes a cache), dmidecode and lshw (ask for the hardware's ports).
import type { CommandRule, Table } from "../rule.ts";
import { each } from "./packages.ts";

const FACT: CommandRule = { options: "", operands: "" };

/** Numbers of times and seconds: one alone would never end. */
function repeated(options: string, not = "a time without a count never ends"): CommandRule {
	return { options, operands: "", forms: [{ options, operands: "NUMBER NUMBER" }], not };
}

/** Operators are words; what they do to an operand is looked at where the script is. */
const TEST: CommandRule = {
	options: `-a -b -c -d -e -ef -eq -f -g -G -ge -gt -h -k -L -le -lt -n -N -ne -nt -o -O -ot -p -r -s -S -t -u -v -w -x -z`,
	operands: "TEXT*",
	script: "test",
	wordOptions: true,
	anyWords: true,
};

/** What `ip` shows, with the options that stand in front of it. */
function ip(): Table {
	const looks = `,-4,-6,-br,-brief,-br -4,-4 -br,-br -6,-c,-color,-br -c,-c -br,-d,-details,-j,-json,-j -p,-o,-oneline,
		-o -4,-4 -o,-s,-statistics,-s -s,-s -h`;
	// "ip link s" is set; of addresses and routes "s" is show.
	const objects = ["addr s", "address s", "a s", "route s", "r s"];
	for (const object of "addr address a link l route r neigh neighbor n rule ru maddress netns tunnel".split(" ")) {
		objects.push(...["show", "list", "ls"].map((show) => `${object} ${show}`));
	}
	const table: Table = {};
	for (const look of looks.split(",").map((text) => text.trim())) {
		const start = look === "" ? "ip" : `ip ${look}`;
		for (const object of objects) {
			table[`${start} ${object}`] = { options: "", operands: "ITEM*" };
			table[`${start} ${object.split(" ")[0]}`] = IP;
		}
		for (const object of ["route", "r"]) table[`${start} ${object} get`] = { options: "", operands: "ADDRESS+" };
	}
	return table;
}

const IP: CommandRule = {
	...FACT,
	not: "add, del, set and flush change the network, netns exec runs a command, -batch reads commands, -n is elsewhere",
};

export const SYSTEM: Table = {
	// who and where
	pwd: { options: "-L -P --logical --physical", operands: "" },
	dirs: { options: "-l -p -v", operands: "", not: "-c empties the stack" },
	whoami: FACT,
	logname: FACT,
	id: {
		options: "-a -G -g -n -p -r -u -z -Z --group --groups --name --real --user --zero --context",
		operands: "NAME?",
	},
	groups: { options: "", operands: "NAME*" },
	users: FACT,
	who: {
		options: `-a -b -d -H -l -m -q -r -s -T -t -u --all --boot --count --dead --heading --login --mesg --message
			--process --runlevel --short --time --users --writable`,
		operands: "",
	},
	"who am i": FACT,
	w: { options: "-f -h -i -o -s --from --ip-addr --no-header --old-style --short", operands: "NAME?" },
	last: {
		options: `-NUMBER -a -F -i -n=NUMBER -p=TEXT -R -s=TEXT -t=TEXT -w -x --fullnames --fulltimes --hostlast --ip
			--limit=NUMBER --nohostname --present=TEXT --since=TEXT --system --time-format=WORD --until=TEXT`,
		operands: "ITEM*",
		not: "-f reads another file, -d asks name servers",
	},
	lastlog: {
		options: "-b=NUMBER -t=NUMBER -u=NAME --before=NUMBER --time=NUMBER --user=NAME",
		operands: "",
		not: "-C and -S write",
	},
	...each(["getent"], {
		passwd: { options: "", operands: "ITEM*" },
		group: { options: "", operands: "ITEM*" },
		services: { options: "", operands: "ITEM*" },
		protocols: { options: "", operands: "ITEM*" },
	}),
	tty: { options: "-s --silent --quiet", operands: "" },
	"stty size": FACT,
	stty: {
		options: "-a -g --all --save",
		operands: "",
		needs: ["-a", "-g", "--all", "--save"],
		not: "the rest changes the terminal",
	},
	...each(["tput"], { cols: FACT, lines: FACT, colors: FACT }),
	crontab: { options: "-l -u=NAME", operands: "", needs: ["-l"], not: "the rest changes it" },
	atq: FACT,

	// the machine
	hostname: {
		options: "-A -a -d -f -I -i -s --alias --all-fqdns --all-ip-addresses --domain --fqdn --ip-address --long --short",
		operands: "",
		not: "a name, -b and -F set it",
	},
	hostid: FACT,
	uname: {
		options: `-a -i -m -n -o -p -r -s -v --all --hardware-platform --kernel-name --kernel-release --kernel-version
			--machine --nodename --operating-system --processor`,
		operands: "",
	},
	arch: { ...FACT, not: "on macOS operands are a command" },
	nproc: { options: "--all --ignore=NUMBER", operands: "" },
	uptime: { options: "-p -s --pretty --since", operands: "" },
	date: {
		optionsFirst: true,
		options: `-d=MOMENT --date=MOMENT -I[WORD] --iso-8601[=WORD] -R --rfc-2822 --rfc-email --rfc-3339=WORD -r=PATH
			--reference=PATH -u --utc --universal --debug --resolution -v=TEXT -j`,
		operands: "FORMAT?",
		reads: "names",
		not: "another operand and -s set the clock, on BSD also -d with a number; -f reads a file on GNU",
	},
	cal: {
		options: "-NUMBER -A=NUMBER -B=NUMBER -h -j -m -N -s -w -y --julian --monday --sunday --three --year",
		operands: "LIST*",
	},
	ncal: { options: "-NUMBER -A=NUMBER -B=NUMBER -b -h -j -M -S -w -y", operands: "LIST*" },
	locale: {
		options: "-a -c -k -m --all-locales --category-name --charmaps --keyword-name",
		operands: "NAME*",
	},
	getconf: {
		options: "-a",
		operands: "NAME? PATH?",
		reads: "names",
		not: "-v runs the program of another specification",
	},
	lsb_release: {
		options: "-a -c -d -i -r -s -v --all --codename --description --id --release --short --version",
		operands: "",
	},
	sw_vers: {
		options: "-buildVersion -productName -productVersion --buildVersion --productName --productVersion",
		operands: "",
		wordOptions: true,
	},
	system_profiler: {
		options: "-detailLevel=WORD -json -listDataTypes -timeout=NUMBER -xml",
		operands: "NAME*",
		wordOptions: true,
	},
	sysctl: {
		options: "-a -A -b -e -h -n -N -o -q -x --all --ignore --names --values --pattern=PATTERN",
		operands: "NAME*",
		not: "-w and NAME=VALUE set, -p and --system load files",
	},
	dmesg: {
		options: `-d -e -J -k -L[WORD] --color[=WORD] -f=LIST --facility=LIST -l=LIST --level=LIST -P -r -S -T -t -u -x
			--ctime --decode --json --kernel --nopager --notime --raw --reltime --show-delta --since=TEXT --until=TEXT
			--time-format=WORD --userspace`,
		operands: "",
		not: "-c and -C clear it, -D, -E and -n change the console, -H pages, -w never ends, -F reads another file",
	},
	getenforce: FACT,
	sestatus: { options: "-b -v", operands: "" },

	// hardware and memory
	lscpu: {
		options: `-a -b -B -c -C[LIST] -e[LIST] -J -p[LIST] -x -y --all --bytes --caches[=LIST] --extended[=LIST] --hex --json
			--offline --online --output-all --parse[=LIST] --physical`,
		operands: "",
		not: "-s looks at another root",
	},
	lsmem: {
		options: "-a -b -J -n -o=LIST -P -r --all --bytes --json --noheadings --output=LIST --raw --summary[=WORD]",
		operands: "",
	},
	lspci: {
		options: "-b -d=LIST -D -k -m -n -P -s=LIST -t -v",
		operands: "",
		not: "-x may upset devices, -q asks name servers, -i, -p and -F read files, -A and -O choose how to ask",
	},
	lsusb: { options: "-d=LIST -s=LIST -t -v --tree --verbose", operands: "" },
	lsmod: FACT,
	free: {
		options:
			"-b -g -h -k -l -m -t -v -w --bytes --gibi --giga --human --kibi --kilo --lohi --mebi --mega --si --total --wide",
		operands: "",
		not: "-s never ends",
	},
	vm_stat: FACT,
	"swapon --show": FACT,
	swapon: {
		options: "-s --summary --show[=LIST] --bytes --noheadings --raw",
		operands: "",
		needs: ["-s", "--summary", "--show"],
		not: "the rest turns swap on",
	},
	mount: { options: "-l -t=LIST -v", operands: "", not: "the rest mounts" },
	sensors: { options: "-A -f -j -u --fahrenheit --no-adapter", operands: "ITEM*", not: "-s sets limits" },
	numactl: {
		options: "-H -s --hardware --show",
		operands: "",
		needs: ["-H", "-s", "--hardware", "--show"],
		not: "the rest starts a command",
	},
	"nvidia-smi": {
		options: `-L -q -x -i=LIST -d=LIST --list-gpus --query --xml-format --id=LIST --display=LIST --query-gpu[=LIST]
			--query-compute-apps[=LIST] --query-accounted-apps[=LIST] --format[=LIST]`,
		operands: "",
		not: "-f writes, -l never ends, -pm, -pl, -ac, -r and others set the card",
	},

	// processes
	// A line that is no valid one of `ps -...` is read again as bare letters, where "e" is the environment: so what could be
	// invalid with -e beside it is in forms of its own.
	ps: {
		options: `-A -a -d -e -f -F -j -l -w -C=NAME -p=LIST --cols=NUMBER --columns=NUMBER --width=NUMBER --forest --headers
			--no-headers --no-heading --pid=LIST --ppid=LIST --sort=COLUMNS`,
		operands: "PROCESSES*",
		forms: [
			{
				options: `-A -a -d -e -C=NAME -o=COLUMNS -p=LIST --format=COLUMNS --headers --no-headers --no-heading --pid=LIST
					--ppid=LIST --sort=COLUMNS`,
				operands: "",
			},
			{ options: "-e -f -L -p=LIST", operands: "" },
			{ options: "-T -p=LIST -H -j -M -u=NAME -U=NAME -f -o=COLUMNS", operands: "", wordOptions: true },
			{ options: "-aux -auxw -auxww -auxf -ax -axo=COLUMNS -axu -ejH -ely", operands: "", wordOptions: true },
		],
		not: 'a bare "e", and -E on macOS, show the environment',
	},
	pgrep: {
		options: `-a -c -d=TEXT -f -g=LIST -G=LIST -i -l -n -o -P=LIST -q -r=LIST -s=LIST -t=LIST -u=LIST -U=LIST -v -w -x
			--count --delimiter=TEXT --euid=LIST --exact --full --group=LIST --ignore-case --inverse --lightweight --list-full
			--list-name --newest --oldest --parent=LIST --pgroup=LIST --runstates=LIST --session=LIST --terminal=LIST --uid=LIST`,
		operands: "PATTERN?",
		not: "-F reads a file of numbers",
	},
	pidof: { options: "-c -q -s -w -x -o=LIST --single-shot --check-root --omit-pid=LIST", operands: "NAME+" },
	pstree: {
		options: `-A -a -c -g -G -h -H=NUMBER -l -n -N=WORD -p -s -S -t -T -u -U -Z --arguments --ascii --compact-not
			--highlight-all --long --numeric-sort --show-parents --show-pgids --show-pids --thread-names --uid-changes
			--unicode --vt100`,
		operands: "NAME?",
	},
	pwdx: { options: "", operands: "NUMBER+" },
	pmap: {
		options: "-d -p -q -x -X --device --extended --quiet --show-path",
		operands: "NUMBER+",
		not: "-C and -c use files of settings",
	},
	top: {
		options: `-1 -b -c -d=DURATION -e=WORD -E=WORD -H -i -l=NUMBER -n=NUMBER -o=COLUMNS -p=LIST -S -u=NAME -U=NAME -w[NUMBER]`,
		operands: "",
		needs: ["-n", "-l"],
		not: "without a count it never ends",
	},
	lsof: {
		options: `-a -b -c=ITEM -C -d=LIST -F[WORD] -g[LIST] -i[SOCKET] -l -n -N -o -O -p=LIST -P -R -s[TEXT] -t -T[WORD] -u=TEXT -U
			-V -w -x[WORD] -X -Z`,
		operands: "OPENFILE*",
		reads: "names",
		not: "a host in -i asks name servers, -D writes a cache, -m and +m files of mounts, -r never ends",
	},
	fuser: {
		options:
			"-4 -6 -a -c -f -l -m -n=WORD -u -v --all --inode --list-signals --mount --namespace=WORD --user --verbose",
		operands: "SOCKETNAME+",
		reads: "names",
		not: "-k, -i and -w are for killing; a host behind a port asks name servers",
	},
	lslocks: {
		options: "-b -i -J -n -o=LIST -p=NUMBER -r -u --json --noheadings --output=LIST --pid=NUMBER --raw",
		operands: "",
	},
	lsns: {
		options: "-J -l -n -o=LIST -p=NUMBER -r -t=WORD -u -W --json --list --output=LIST --task=NUMBER --type=WORD",
		operands: "NUMBER?",
	},
	lsipc: { options: "-a -b -c -g -i=NUMBER -J -l -m -n -o=LIST -p -q -r -s -t -y --json --list", operands: "" },
	vmstat: repeated(
		"-a -d -D -f -m -n -s -S=WORD -t -w --active --disk --disk-sum --forks --one-header --slabs --stats --timestamp --unit=WORD --wide",
	),
	iostat: repeated("-c -d -h -k -m -N -p[LIST] -s -t -V -x -y -z --dec=NUMBER --human --pretty"),
	mpstat: repeated("-A -n -u -V -I=LIST -N=LIST -P=LIST --dec=NUMBER"),
	pidstat: repeated("-d -H -h -I -l -p=LIST -R -r -s -t -u -U -v -V -w -C=TEXT", "-e starts a program"),
	sar: repeated(
		"-A -b -B -d -F -h -H -p -q -r -R -S -u -v -w -W -y -z -n=LIST -P=LIST -m=LIST -I=LIST",
		"-o writes, -f reads a file",
	),

	// network, as this machine sees it
	...ip(),
	ifconfig: {
		options: "-s -v",
		operands: "ITEM?",
		forms: [{ options: "-a -d -l -s -u -v", operands: "" }],
		not: "what follows an interface's name, or -a, changes it",
	},
	ss: {
		options: `-0 -4 -6 -a -A=LIST -b -B -e -f=WORD -H -i -I -l -m -M -n -N -o -O -p -Q -S -s -t -T -u -w -x -Z -z --all --bpf
			--dccp --extended --family=WORD --info --ipv4 --ipv6 --listening --memory --no-header --numeric --oneline --options
			--packet --processes --query=LIST --raw --sctp --socket=LIST --summary --tcp --tos --udp --unix --vsock --xdp`,
		operands: "SSFILTER*",
		not: "-K closes sockets, -D writes, -F reads a file, -r and names in a filter ask name servers, -E never ends",
	},
	netstat: {
		options: `-4 -6 -a -b -e -f=WORD -F -g -i -l -L -m -n -o -p -r -s -t -T -u -v -w -W -x --all --extend --groups
			--interfaces --listening --numeric --numeric-ports --program --programs --route --statistics --tcp --timers --udp
			--unix --verbose --wide`,
		operands: "WORD*",
		not: "-c never ends, -I and -M mean other things elsewhere",
	},
	route: { options: "-4 -6 -e -n -v", operands: "", not: "add and del change routes" },
	"route -n get": { options: "", operands: "ADDRESS+" },
	"route get": { options: "", operands: "ADDRESS+" },
	arp: { options: "-a -e -n -v", operands: "", not: "-d, -s and -f change the table" },
	"iw dev": FACT,
	"scutil --dns": FACT,
	"scutil --proxy": FACT,
	"scutil --get": { options: "", operands: "WORD" },
	...each(["networksetup"], { "-listallnetworkservices": FACT, "-listallhardwareports": FACT }),
	...each(["diskutil"], {
		list: { options: "-plist", operands: "ITEM*", wordOptions: true },
		info: { options: "-all -plist", operands: "ITEM*", wordOptions: true },
	}),
	...each(["pmset"], { "-g": { options: "", operands: "WORD?" } }),
	"csrutil status": FACT,

	// the shell: what it knows, and nothing at all
	true: { options: "", operands: "TEXT*", anyWords: true },
	false: { options: "", operands: "TEXT*", anyWords: true },
	":": { options: "", operands: "TEXT*", anyWords: true },
	sleep: { options: "", operands: "DURATION+" },
	test: TEST,
	"[": TEST,
	umask: { options: "-p -S", operands: "", not: "an operand sets it" },
	ulimit: {
		options: "-a -b -c -d -e -f -H -i -k -l -m -n -p -P -q -r -R -s -S -t -T -u -v -x",
		operands: "",
		not: "an operand sets a limit",
	},
	jobs: { options: "-l -n -p -r -s", operands: "ITEM*", not: "-x runs a command" },
	times: FACT,
	hash: { ...FACT, not: "-r, -d and -p change where commands are found" },
	help: { options: "-d -m -s", operands: "ITEM*" },
	whatis: {
		options: "-l -r -s=LIST -w --long --regex --sections=LIST --wildcard",
		operands: "ITEM+",
		not: "-C and -M read other files",
	},
	apropos: {
		options: "-a -e -l -r -s=LIST -w --and --exact --long --regex --sections=LIST --wildcard",
		operands: "TEXT+",
		not: "-C and -M read other files",
	},
	man: {
		options: "-a -f -k -s=LIST -w --all --apropos --path --sections=LIST --whatis --where --location",
		operands: "ITEM*",
		needs: ["-f", "-k", "-w", "--apropos", "--path", "--whatis", "--where", "--location"],
		not: "a page goes through a pager and formatters; -P, -H, -T, -X and -C choose programs",
	},
	uuidgen: { options: "-r --random", operands: "", not: "-t writes the clock's state" },
};
