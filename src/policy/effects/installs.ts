// Packages an installation names, or the file that names them. Nothing is asked of any registry.
import type { PreviewItem } from "../../protocol/card.ts";
import type { At, Effect } from "./effect.ts";
import { NotKnown } from "./ground.ts";
import { say, sayCounted } from "./say.ts";
import { type OptionTable, readWords } from "./words.ts";

interface Manager {
	/** Sub-commands that install; "" is the bare name. */
	verbs: readonly string[];
	options: OptionTable;
	/** Files that name packages where the line does not, the first that is there. */
	files?: readonly string[];
	/** Options that name such a file. */
	fileOptions?: readonly string[];
	/** Packages may run commands of their own while they are installed. */
	scripts: boolean;
	/** Options that keep them from that. */
	noScripts?: readonly string[];
	/** Packages that are taken away by these sub-commands. */
	removes?: readonly string[];
}

const MANIFEST = ["package.json"];
const NPM: Manager = {
	verbs: ["install", "i", "add", "ci", "in"],
	removes: ["uninstall", "remove", "rm", "un"],
	options: {
		flags: `-D -S -E -O -P -g -f -B --save --save-dev --save-exact --save-optional --save-prod --save-peer --no-save --global --force
			--legacy-peer-deps --no-audit --no-fund --ignore-scripts --prefer-offline --offline --silent --no-progress`,
		glued: "--omit --include --loglevel --audit --fund --ignore-scripts --save --progress",
		anywhere: true,
	},
	files: MANIFEST,
	scripts: true,
	noScripts: ["--ignore-scripts"],
};
const PNPM: Manager = {
	verbs: ["install", "i", "add"],
	removes: ["remove", "rm", "uninstall", "un"],
	options: {
		flags: `-D -P -O -E -g -w -r --save-dev --save-prod --save-optional --save-exact --save-peer --global --workspace-root
			--frozen-lockfile --no-frozen-lockfile --prefer-offline --offline --ignore-scripts --prod --dev --force --recursive`,
		anywhere: true,
	},
	files: MANIFEST,
	scripts: true,
	noScripts: ["--ignore-scripts"],
};
const YARN: Manager = {
	verbs: ["", "install", "add"],
	removes: ["remove"],
	options: {
		flags: `-D -E -P -O -W --dev --exact --peer --optional --frozen-lockfile --immutable --ignore-scripts --non-interactive
			--silent --production --offline --prefer-offline --force`,
		anywhere: true,
	},
	files: MANIFEST,
	scripts: true,
	noScripts: ["--ignore-scripts"],
};
const PIP: Manager = {
	verbs: ["install"],
	removes: ["uninstall"],
	options: {
		flags: `-U -q -v -y --upgrade --user --pre --no-deps --no-cache-dir --quiet --yes --break-system-packages --force-reinstall
			--disable-pip-version-check --system`,
		values: "-r --requirement -e --editable -c --constraint -i --index-url --extra-index-url -t --target --prefix",
		anywhere: true,
	},
	fileOptions: ["-r", "--requirement"],
	scripts: true,
};
const CARGO: Manager = {
	verbs: ["install", "add"],
	removes: ["uninstall", "remove", "rm"],
	options: {
		flags: "-q -v -f --locked --force --quiet --dev --build --optional --no-default-features --all-features --offline",
		values: "-F --features --version --vers --git --branch --tag --rev --path --root --rename -p --package",
		anywhere: true,
	},
	scripts: true,
};
const GO: Manager = {
	verbs: ["get", "install"],
	options: { flags: "-u -t -v -x", glued: "", anywhere: true },
	scripts: false,
};
const GEM: Manager = {
	verbs: ["install"],
	removes: ["uninstall"],
	options: {
		flags: "-N -f --no-document --force --user-install --conservative --local --remote --pre --prerelease",
		values: "-v --version -s --source -i --install-dir -n --bindir",
		anywhere: true,
	},
	scripts: true,
};
const APT: Manager = {
	verbs: ["install"],
	removes: ["remove", "purge"],
	options: {
		flags:
			"-y -q -f --yes --assume-yes --quiet --no-install-recommends --no-install-suggests --reinstall --only-upgrade",
		glued: "-q",
		anywhere: true,
	},
	scripts: true,
};
const BREW: Manager = {
	verbs: ["install", "reinstall", "upgrade"],
	removes: ["uninstall", "remove", "rm"],
	options: {
		flags: "--cask --formula --force -f -q --quiet -v --verbose --build-from-source -s --HEAD",
		anywhere: true,
	},
	scripts: true,
};

const MANAGERS: Readonly<Record<string, Manager>> = {
	npm: NPM,
	pnpm: PNPM,
	yarn: YARN,
	pip: PIP,
	pip3: PIP,
	cargo: CARGO,
	go: GO,
	gem: GEM,
	apt: APT,
	"apt-get": APT,
	brew: BREW,
};

/** @throws NotKnown for what does not install or remove packages */
function install(name: string): Effect {
	return async (words, at) => {
		const manager = MANAGERS[name];
		const [first, ...behind] = words;
		const verb = first === undefined ? "" : first.kind === "sure" ? first.value : undefined;
		if (manager === undefined || verb === undefined) throw new NotKnown();
		const removes = manager.removes?.includes(verb) === true;
		if (!removes && !manager.verbs.includes(verb)) throw new NotKnown();
		const { options, operands } = readWords(behind, manager.options);
		const names = operands.map((operand) => {
			if (operand.kind === "sure") return operand.value;
			// "package[extra]" is a pattern to the shell, and stays as it is where no file fits it.
			if (/^[A-Za-z0-9_.-]+\[[A-Za-z0-9_,-]+\][=<>~!\w.]*$/.test(operand.text)) return operand.text;
			throw new NotKnown();
		});
		if (removes) return sayCounted("effect.uninstalls", "effect.uninstallsMany", names);
		const items = sayCounted("effect.installs", "effect.installsMany", names);
		const from = await fileItems(manager, options, names.length > 0, at);
		for (const option of ["-e", "--editable", "--git", "--path"]) {
			const place = options.get(option);
			if (place !== undefined) items.push(say("effect.installsFrom", [place]));
		}
		const all = [...items, ...from];
		// Every package manager installs from somewhere: nothing to say means that this is not known here.
		if (all.length === 0) throw new NotKnown();
		const runs =
			manager.scripts &&
			!(manager.noScripts ?? []).some((option) => /^(?:true)?$/.test(options.get(option) ?? "false"));
		return runs ? [...all, say("effect.installScripts")] : all;
	};
}

/** `python -m pip install x`. */
const pythonModule: Effect = async (words, at) => {
	const [option, module, ...rest] = words;
	if (option?.kind !== "sure" || option.value !== "-m" || module?.kind !== "sure" || module.value !== "pip") {
		throw new NotKnown();
	}
	return install("pip")(rest, at);
};

/** By the name of the program. */
export const INSTALLS: Readonly<Record<string, Effect>> = {
	...Object.fromEntries(Object.keys(MANAGERS).map((name) => [name, install(name)])),
	python: pythonModule,
	python3: pythonModule,
};

const MAX_MANIFEST = 1024 * 1024;

async function fileItems(
	{ files = [], fileOptions = [] }: Manager,
	options: ReadonlyMap<string, string>,
	named: boolean,
	{ cwd, ground }: At,
): Promise<PreviewItem[]> {
	const items: PreviewItem[] = [];
	for (const file of fileOptions.flatMap((option) => options.get(option)?.split("\n") ?? [])) {
		const place = await ground.place(cwd, file);
		const text = await ground.text(place.path, MAX_MANIFEST);
		const names = text === undefined ? [] : requirements(text);
		if (text === undefined) items.push(say("effect.installsFileUnread", [], { file: place.shown }));
		else items.push(say("effect.installsFile", names, { file: place.shown, count: names.length }));
	}
	if (named || items.length > 0) return items;
	for (const file of files) {
		const place = await ground.place(cwd, file);
		const text = await ground.text(place.path, MAX_MANIFEST);
		const names = text === undefined ? undefined : dependencies(text);
		if (names === undefined) items.push(say("effect.installsFileUnread", [], { file: place.shown }));
		else items.push(say("effect.installsFile", names, { file: place.shown, count: names.length }));
	}
	return items;
}

function requirements(text: string): string[] {
	return text
		.split("\n")
		.map((line) => line.replace(/(?:^|\s)#.*$/, "").trim())
		.filter((line) => line !== "");
}

function dependencies(text: string): string[] | undefined {
	try {
		const manifest: unknown = JSON.parse(text);
		if (typeof manifest !== "object" || manifest === null || Array.isArray(manifest)) return undefined;
		const names: string[] = [];
		for (const member of ["dependencies", "devDependencies", "optionalDependencies"]) {
			const all: unknown = Object.hasOwn(manifest, member) ? (manifest as Record<string, unknown>)[member] : undefined;
			if (typeof all !== "object" || all === null) continue;
			for (const [name, version] of Object.entries(all)) {
				names.push(typeof version === "string" ? `${name}@${version}` : name);
			}
		}
		return names;
	} catch {
		return undefined;
	}
}
