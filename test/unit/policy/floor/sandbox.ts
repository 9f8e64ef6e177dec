// A throwaway place in which lines of shell really run, and which tells what they changed and which programs they started.
//
// Where the system permits it, that place is a root of its own: namespaces of users, mounts, processes and network, folders
// of the system below an overlay, everything else in memory. Elsewhere it is a folder, for lines that stay in it.
import { spawnSync } from "node:child_process";
import {
	closeSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readFileSync,
	readSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { plant } from "./plant.ts";

export interface Ran {
	/** Paths that are new, gone or no longer what they were. */
	changed: string[];
	/** Programs that were started, each with the index of the line that did. */
	started: { line: number; words: string[] }[];
	/** The batch did not come to its end. */
	unfinished: boolean;
}

export interface SandboxOptions {
	/** A root of its own (see `noNamespaces`), or a folder only. */
	isolated: boolean;
	/** Names besides those of real programs by which nothing may be started unnoticed. */
	names: readonly string[];
	/** Environment of the lines. */
	variables: Readonly<Record<string, string>>;
	/** One more folder of programs; in a root of its own only. */
	more?: string;
}

/** Folder of the planted tree in which lines run. */
export type Place = "tree" | "evil";

const NAMESPACES = [
	"--user",
	"--map-root-user",
	"--mount",
	"--pid",
	"--net",
	"--ipc",
	"--uts",
	"--fork",
	"--kill-child",
];
const SYSTEM = ["bin", "sbin", "lib", "lib64", "usr", "etc", "var"];
/** Where programs are looked for. */
const PROGRAMS = ["/more", "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];
/** For one batch of lines. Seconds. */
const BATCH_SECONDS = 30;
/** Programs that start helpers of their own, with words that are no line's; scripts do so as well. */
const WITH_HELPERS = new Set([
	"tar",
	"git",
	"sdiff",
	"unzip",
	"dpkg-query",
	"dpkg",
	"apt",
	"man",
	"gcc",
	"cc",
	"apt-cache",
]);

/** Why lines cannot run in a root of their own here; undefined when they can. */
export function noNamespaces(): string | undefined {
	if (process.platform !== "linux") return "no Linux";
	const tree = mkdtempSync(join(tmpdir(), "gatepost-lines-"));
	const overlay = `mkdir ${tree}/up ${tree}/work ${tree}/all && mount -t overlay overlay -o
		userxattr,lowerdir=/usr,upperdir=${tree}/up,workdir=${tree}/work ${tree}/all`.replace(/\s+/g, " ");
	const tried = spawnSync("unshare", [...NAMESPACES, "sh", "-c", `mount -t tmpfs tmpfs ${tree} && ${overlay}`]);
	rmSync(tree, { recursive: true });
	if (tried.error !== undefined) return `unshare: ${tried.error.message}`;
	return tried.status === 0 ? undefined : `namespaces are not permitted: ${String(tried.stderr).trim().slice(0, 200)}`;
}

/** What takes a picture of everything below a folder: kind, mode, owner, size, times of content and of all else. */
const PICTURE = String.raw`find "$1" -xdev \( -path "*/spied" -o -path "$2/proc" -o -path "$2/more" \) -prune -o \
	-printf '%P\t%y %m %U %G %s %T@ %C@ %l\0'`;

/** Mounts the root, takes a picture of it, and runs every batch in it with a picture after each. */
const DRIVER = String.raw`
set -eu
base=$1 planted=$2 run=$3 more=$4 shell=$5 how=$6 seconds=$7
shift 7
mount -t tmpfs -o mode=755 tmpfs "$base"
root=$base/root
mkdir "$root"
cp -a "$planted/." "$root/"
for folder in ${SYSTEM.join(" ")}; do
	if [ -L "/$folder" ]; then cp -P "/$folder" "$root/$folder"
	elif [ -d "/$folder" ]; then
		mkdir -p "$base/over/$folder/up" "$base/over/$folder/work" "$root/$folder"
		mount -t overlay overlay -o "userxattr,lowerdir=/$folder,upperdir=$base/over/$folder/up,workdir=$base/over/$folder/work" "$root/$folder"
	fi
done
mkdir -p "$root/proc" "$root/dev" "$root/more" "$root/shells" "$root/tmp" "$root/root" "$root/run"
mount -t proc proc "$root/proc"
for device in null zero full random urandom; do : > "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
ln -s /proc/self/fd "$root/dev/fd"
for number in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/\${number%:*}" "$root/dev/\${number#*:}"; done
[ -z "$more" ] || mount --bind "$more" "$root/more"
cp "$shell" "$root/shells/"
chroot "$root" /bin/sh /spied/prepare >"$run/prepared" 2>&1
picture() { sh "$run/picture" "$base" "$root" >"$1"; }
picture "$run/before"
for batch in $(cd "$run" && ls | sed -n 's/\.lines$//p' | sort -n); do
	: > "$root/spied/log"
	cp "$run/$batch.lines" "$root/spied/lines"
	status=0
	timeout -k 1 "$seconds" chroot "$root" /usr/bin/env -i "$@" "/shells/\${shell##*/}" $how /spied/lines \
		</dev/null >/dev/null 2>&1 || status=$?
	echo "$status" >"$run/$batch.status"
	cp "$root/spied/log" "$run/$batch.log"
	picture "$run/$batch.after"
done
`.replaceAll("\\$", "$");

export class Sandbox {
	readonly #options: SandboxOptions;
	readonly #top: string;
	#runs = 0;

	constructor(options: SandboxOptions) {
		this.#options = options;
		this.#top = realpathSync(mkdtempSync(join(tmpdir(), "gatepost-lines-")));
	}

	remove(): void {
		rmSync(this.#top, { recursive: true, force: true });
	}

	/** Runs batches of lines in a fresh place, each line in a subshell of its own, with hostile words as standard input. */
	run(shell: string, batches: readonly (readonly string[])[], place: Place = "tree"): Ran[] {
		const path = spawnSync("sh", ["-c", `command -v ${shell}`], { encoding: "utf8" }).stdout.trim();
		if (path === "") throw new Error(`${shell} is not installed`);
		const top = join(this.#top, String(this.#runs));
		this.#runs += 1;
		const [planted, base, run] = ["planted", "base", "run"].map((name) => join(top, name)) as [string, string, string];
		for (const folder of [`${planted}/spied`, base, run]) mkdirSync(folder, { recursive: true });
		const root = this.#options.isolated ? "" : planted;
		plant(planted);
		plantSpies(planted, root, this.#options);
		writeFileSync(join(run, "picture"), PICTURE);
		for (const [index, lines] of batches.entries()) {
			writeFileSync(join(run, `${index}.lines`), script(root, lines, place));
		}
		const how = shell.endsWith("zsh") ? "-f" : "--";
		if (this.#options.isolated) this.#inNamespaces({ planted, base, run, path, how });
		else this.#inFolder({ planted, run, path, how, batches: batches.length });
		const text = (name: string) => readFileSync(join(run, name), "utf8");
		let before = pictureOf(text("before"));
		return batches.map((_, index) => {
			const after = pictureOf(text(`${index}.after`));
			const changed = differences(before, after);
			before = after;
			return {
				changed,
				started: startedIn(text(`${index}.log`)),
				unfinished: text(`${index}.status`).trim() === "124",
			};
		});
	}

	#inNamespaces({ planted, base, run, path, how }: Record<"planted" | "base" | "run" | "path" | "how", string>): void {
		const driver = [
			"sh",
			"-c",
			DRIVER,
			"driver",
			base,
			planted,
			run,
			this.#options.more ?? "",
			path,
			how,
			`${BATCH_SECONDS}`,
		];
		const { status, stderr } = spawnSync("unshare", [...NAMESPACES, ...driver, ...variables("", this.#options)]);
		if (status !== 0) throw new Error(`the sandbox failed: ${String(stderr).slice(0, 500)}`);
	}

	#inFolder(given: { planted: string; run: string; path: string; how: string; batches: number }): void {
		const { planted, run, path, how, batches } = given;
		const picture = () => spawnSync("sh", [join(run, "picture"), planted, planted], { maxBuffer: 1 << 28 }).stdout;
		writeFileSync(join(run, "before"), picture());
		for (let index = 0; index < batches; index += 1) {
			writeFileSync(join(planted, "spied/log"), "");
			const env = Object.fromEntries(variables(planted, this.#options).map((text) => text.split(/=(.*)/s)));
			const { status, signal } = spawnSync(path, [how, join(run, `${index}.lines`)], {
				env,
				stdio: "ignore",
				timeout: BATCH_SECONDS * 1000,
			});
			writeFileSync(join(run, `${index}.status`), signal === null ? String(status) : "124");
			writeFileSync(join(run, `${index}.log`), readFileSync(join(planted, "spied/log")));
			writeFileSync(join(run, `${index}.after`), picture());
		}
	}
}

function variables(root: string, options: SandboxOptions): string[] {
	const fixed = {
		PATH: `${root}/spy`,
		HOME: `${root}/home/me`,
		LC_ALL: "C.UTF-8",
		TERM: "dumb",
		GIT_CONFIG_NOSYSTEM: "1",
		// git writes down in its index what it found out about times of files, when nobody else uses it.
		GIT_OPTIONAL_LOCKS: "0",
	};
	return Object.entries({ ...options.variables, ...fixed }).map(([name, value]) => `${name}=${value}`);
}

/** The script of a batch: every line in a subshell, after a mark in the log that says which one it is. */
function script(root: string, lines: readonly string[], place: Place): string {
	const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
	const run = lines.map((line, index) => {
		const mark = `printf '1\\0#%s\\0' ${index} >>${root}/spied/log`;
		return `${mark}\n(cd ${root}/scratch/${place} && eval ${quote(line)}) <${root}/scratch/${place}/words >/dev/null 2>&1\n`;
	});
	return `ulimit -t 2\nulimit -c 0\n${run.join("")}exit 0\n`;
}

/** Programs that write down what they were called with, and then become the program of that name if there is one. */
function plantSpies(planted: string, root: string, { names, isolated, more }: SandboxOptions): void {
	const folders = isolated ? PROGRAMS : PROGRAMS.slice(1);
	const spies = join(planted, "spy");
	mkdirSync(spies);
	const spy = (path: string) => `#!/bin/sh
name=\${0##*/}
printf '%s\\0' "$#" "$name" "$@" >>'${root}/spied/log'
case $name in sleep) exit 0;; esac
for folder in ${folders.join(" ")}; do
	[ -x "$folder/$name" ] && PATH=${path} exec "$folder/$name" "$@"
done
exit 127
`;
	writeFileSync(join(planted, "spied/spy"), spy(`${root}/spy`), { mode: 0o755 });
	writeFileSync(join(planted, "spied/alone"), spy(folders.join(":")), { mode: 0o755 });
	const all = new Set(names);
	const alone = new Set(WITH_HELPERS);
	for (const folder of folders.map((one) => (one === "/more" ? (more ?? "/nowhere") : one))) {
		for (const name of entriesOf(folder)) {
			all.add(name);
			if (isScript(join(folder, name))) alone.add(name);
		}
	}
	for (const name of all) symlinkSync(`${root}/spied/${alone.has(name) ? "alone" : "spy"}`, join(spies, name));
}

function entriesOf(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}

function isScript(path: string): boolean {
	const start = Buffer.alloc(2);
	try {
		const file = openSync(path, "r");
		readSync(file, start);
		closeSync(file);
	} catch {
		return false;
	}
	return start.toString("latin1") === "#!";
}

function pictureOf(text: string): Map<string, string> {
	return new Map(
		text
			.split("\0")
			.filter((entry) => entry !== "")
			.map((entry) => [entry.slice(0, entry.lastIndexOf("\t")), entry.slice(entry.lastIndexOf("\t") + 1)]),
	);
}

function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
	const all = new Set([...before.keys(), ...after.keys()]);
	return [...all].filter((path) => before.get(path) !== after.get(path)).sort();
}

/** The log: for every program the number of words behind its name, the name, those words. A name "#5" is a mark. */
function startedIn(log: string): Ran["started"] {
	const fields = log.split("\0");
	const started: Ran["started"] = [];
	let line = -1;
	for (let at = 0; at + 1 < fields.length; ) {
		const name = fields[at + 1] ?? "";
		if (name.startsWith("#")) {
			line = Number(name.slice(1));
			at += 2;
			continue;
		}
		const count = Number(fields[at]);
		if (!Number.isInteger(count))
			throw new Error(`the log of started programs is torn at ${JSON.stringify(fields[at])}`);
		started.push({ line, words: fields.slice(at + 1, at + 2 + count) });
		at += 2 + count;
	}
	return started;
}
