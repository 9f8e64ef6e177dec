// Plain notes on a card: what a person should not overlook. They inform, they do not decide: policy does, with a parser.
import { homedir } from "node:os";
import { join } from "node:path";
import { type Message, message } from "../protocol/messages.ts";
import type { Action } from "./action.ts";
import { type FileChange, isChange, type Proposal } from "./change.ts";
import { absolutePath, isWithin, labelOf } from "./paths.ts";
import { redact } from "./redact.ts";

/** Text longer than this is looked at up to here. Characters. */
const MAX_TEXT = 200_000;
/** Patterns look at this much of a command, in lines of at most MAX_LINE: none may take long on a hostile one. Characters. */
const MAX_COMMAND = 20_000;
const MAX_LINE = 2000;
const MAX_NOTES = 12;

/** Characters that do not show, or that turn what follows around: controls but tab and line breaks, format, bidi, fillers. */
const HIDDEN = /(?![\t\n\r])[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu;

/**
 * @param folders real paths of the gate's folders
 * @param written what is new in the files of the proposal
 */
export function risksOf(
	action: Action,
	proposal: Proposal,
	folders: readonly string[],
	written: readonly string[],
): Message[] {
	const files = isChange(proposal) ? proposal.files : [];
	const deleted = files.filter(({ op }) => op === "delete").length;
	const notes = [
		...(action.kind === "shell" ? shellRisks(action, folders) : []),
		...(deleted > 1 ? [message("risk.deletesMany", { count: deleted })] : []),
		...files.flatMap((file) => fileRisks(file, action.root, folders, deleted === 1)),
		...(files.length === 0 && writes(action) ? action.paths.flatMap((path) => nameRisks(path, action.root)) : []),
		...textRisks(action, files.length > 0 ? written : inputTexts(action.input)),
	];
	const seen = new Map(notes.map((note) => [JSON.stringify(note), note]));
	return [...seen.values()].slice(0, MAX_NOTES);
}

function writes({ kind }: Action): boolean {
	return kind === "edit" || kind === "write" || kind === "delete";
}

/** @param onlyDeleted it is the one file that is deleted, if it is */
function fileRisks(file: FileChange, root: string, folders: readonly string[], onlyDeleted: boolean): Message[] {
	const { path, target, from, op, before, after, drawn } = file;
	const notes: Message[] = [];
	const label = labelOf(path, root);
	if (!folders.some((folder) => isWithin(target ?? path, folder))) {
		notes.push(message("risk.outside", { path: target ?? path }));
	}
	// A workspace that is itself reached through a link is everyday.
	const sameInside = (folder: string) => target !== undefined && target === join(folder, label);
	if (target !== undefined && !folders.some(sameInside)) notes.push(message("risk.link", { path: label, target }));
	if (from !== undefined && !folders.some((folder) => isWithin(from, folder))) {
		notes.push(message("risk.outside", { path: from }));
	}
	if (op === "delete" && onlyDeleted) notes.push(message("risk.deletes", { path: label }));
	notes.push(...modeRisks(file, label));
	const [was, is] = [
		drawn?.shown.before?.size ?? before?.bytes.length,
		drawn?.shown.after?.size ?? after?.bytes.length,
	];
	if (op === "modify" && is === 0 && was !== 0) {
		notes.push(message("risk.empties", { path: label }));
	}
	return [...notes, ...nameRisks(target ?? path, root), ...(from === undefined ? [] : nameRisks(from, root))];
}

/** Who may use or run a file, where that changes or gives its content more weight. */
function modeRisks({ op, before, after }: FileChange, path: string): Message[] {
	const [old, now] = [before?.mode, after?.mode].map((mode) => (mode === undefined ? undefined : mode & 0o7777));
	if (op === "delete") return [];
	if (old !== undefined && now !== undefined && old !== now) {
		return [message("risk.mode", { path, before: octal(old), after: octal(now) })];
	}
	if (op === "create") return ((now ?? 0) & 0o111) === 0 ? [] : [message("risk.createsExecutable", { path })];
	return ((old ?? 0) & 0o111) === 0 ? [] : [message("risk.executable", { path })];
}

function octal(mode: number): string {
	return mode.toString(8).padStart(3, "0");
}

const LOCK_FILES =
	/\/(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|deno\.lock|cargo\.lock|gemfile\.lock|poetry\.lock|pdm\.lock|uv\.lock|pipfile\.lock|composer\.lock|go\.sum|flake\.lock|mix\.lock|podfile\.lock|package\.resolved|packages\.lock\.json)$/i;
const CI_FILES =
	/\/(?:\.github\/(?:workflows|actions)\/|\.circleci\/|\.buildkite\/|\.woodpecker|\.drone\.ya?ml$|\.gitlab-ci|jenkinsfile|azure-pipelines|bitbucket-pipelines|\.travis\.ya?ml$|cloudbuild\.ya?ml$|\.ci\/|\.forgejo\/workflows\/|\.gitea\/workflows\/)/i;
/** Files from which builds, installs and editors run commands by themselves. */
const RUNS_BY_ITSELF =
	/\/(?:package\.json|makefile|gnumakefile|justfile|cmakelists\.txt|build\.rs|setup\.py|pyproject\.toml|conftest\.py|dockerfile[^/]*|docker-compose[^/]*\.ya?ml|compose\.ya?ml|\.envrc|\.pre-commit-config\.yaml|\.husky\/[^/]+|\.git\/hooks\/[^/]+|\.vscode\/(?:tasks|launch|settings)\.json|\.devcontainer\/.+|build\.gradle(?:\.kts)?|rakefile|gruntfile\.\w+|gulpfile\.\w+)$/i;

function nameRisks(path: string, root: string): Message[] {
	const label = labelOf(path, root);
	const notes: Message[] = [];
	if (LOCK_FILES.test(path)) notes.push(message("risk.lockFile", { path: label }));
	if (CI_FILES.test(path)) notes.push(message("risk.ciFile", { path: label }));
	else if (RUNS_BY_ITSELF.test(path)) notes.push(message("risk.runsByItself", { path: label }));
	if (countHidden(path) > 0) notes.push(message("risk.hiddenName", { path: label }));
	return notes;
}

const SHELLS = "(?:ba|z|da|k|fi)?sh|python[\\d.]*|node|deno|bun|perl|ruby|php|pwsh|powershell|iex|source";
const SHELL_RISKS: readonly [
	RegExp,
	(
		| "risk.pipeToShell"
		| "risk.runsFetched"
		| "risk.installs"
		| "risk.deletesAll"
		| "risk.sends"
		| "risk.root"
		| "risk.chmod"
	),
][] = [
	[
		new RegExp(
			`\\b(?:curl|wget|fetch|iwr|irm)\\b[^\\n;]*\\|\\s*(?:(?:\\S*/)?(?:sudo|env|xargs|nohup)\\s+)?(?:\\S*/)?(?:${SHELLS})\\b`,
		),
		"risk.pipeToShell",
	],
	[new RegExp(`\\b(?:${SHELLS}|eval|\\.)\\b[^\\n;|]*[$<]\\(\\s*(?:curl|wget|fetch)\\b`), "risk.pipeToShell"],
	// Saved first, and run then.
	[
		new RegExp(
			`\\b(?:curl|wget)\\b[^\\n]*[;&|]\\s*(?:sudo\\s+)?(?:\\./\\S|(?:${SHELLS})\\s+[^\\s-]|chmod\\s+\\S*(?:x|[1357])\\S*\\s)`,
		),
		"risk.pipeToShell",
	],
	[
		/(?:^|[\s;&|(])(?:npx|pnpx|bunx|uvx|pipx\s+run|(?:pnpm|yarn)\s+dlx|(?:npm|pnpm)\s+(?:exec|create|init)|yarn\s+create|uv\s+tool\s+run|docker\s+run|podman\s+run)(?=\s)|\bgo\s+run\s+[^\s@]+@|\bdeno\s+run\s[^\n;|]*https?:/,
		"risk.runsFetched",
	],
	[
		/(?:^|[\s;&|(])(?:(?:npm|pnpm|bun)\s+(?:install|i|add|ci|update|up)|yarn(?:\s+(?:install|add|up))?(?=\s*(?:$|[;&|]))|yarn\s+(?:install|add|up)|(?:uv\s+)?pip3?\s+install|uv\s+(?:add|sync)|poetry\s+(?:add|install)|cargo\s+(?:install|add)|gem\s+install|bundle\s+install|composer\s+(?:install|require)|(?:apt|apt-get|dnf|yum|brew|apk|pacman)\s+(?:-\S+\s+)*(?:install|add|-S\w*))(?=$|[\s;&|)])/,
		"risk.installs",
	],
	[/\brm\s+(?:\S+\s+)*?(?:-[a-zA-Z]*[rR]|--recursive\b)/, "risk.deletesAll"],
	[
		/\bfind\b[^\n;|]*\s-delete\b|\bgit\s+clean\b|\bshred\b|\brsync\b[^\n;|]*\s--delete|\bdd\b[^\n;|]*\bof=|\bmkfs/,
		"risk.deletesAll",
	],
	[/\bgit\s+(?:reset\s+--hard|checkout\s+(?:--\s|\.)|restore\b|push\b[^\n;|]*(?:--force|\s-f\b))/, "risk.deletesAll"],
	[/\bcurl\b[^\n;|]*\s(?:-[a-zA-Z]*[dFT]|--(?:data|form|json|upload-file))/, "risk.sends"],
	[/\bwget\b[^\n;|]*\s--(?:post|body)|\b(?:scp|sftp|rsync|ssh|nc|ncat|netcat|telnet|socat)\s/, "risk.sends"],
	[
		/\b(?:git\s+push|(?:npm|pnpm|yarn|cargo|gem|twine|docker|podman)\s+(?:publish|push|upload)|gh\s+\w+\s+(?:create|upload|comment|merge|close|delete))\b/,
		"risk.sends",
	],
	[/(?:^|[\s;&|(])(?:sudo|doas|su|pkexec)\s/, "risk.root"],
	[/\bchmod\s+(?:\S+\s+)*?(?:[ugoa]*\+[rwst]*x|[0-7]*[1357][0-7]*\b)|\bsetfacl\b|\bchown\b/, "risk.chmod"],
];

/** Commands that change the files they name. */
const CHANGES_FILES =
	/^\s*(?:sudo\s+)?(?:rm|mv|cp|ln|tee|touch|chmod|truncate|install|sed\s+(?:-\S+\s+)*(?:-\w*i|--in-place)|git\s+(?:rm|mv|checkout|restore))\b/;
/** Of those, the ones that change nothing but the last name. */
const CHANGES_LAST = /^\s*(?:sudo\s+)?(?:cp|ln|install)\b/;
/** Names of files in one command that are looked at. */
const MAX_WORDS = 100;

/** Files that a command writes or takes away, as far as their names stand plainly in it. Absolute; `written` where it changes that very file. */
function filesNamed({ cwd }: Action, command: string): { path: string; written: boolean; said: string }[] {
	const found: { path: string; written: boolean; said: string }[] = [];
	for (const line of command.split("\n")) {
		for (const part of line.slice(0, MAX_LINE).split(/[;|]|&&/)) {
			const targets = [...part.matchAll(/&?>{1,2}\|?\s*(?!&)("[^"]*"|'[^']*'|[^\s;&|<>()]+)/g)].map(
				([, target = ""]) => target,
			);
			const plain = part.replace(/\d*&?[<>]{1,2}\|?&?\s*(?:"[^"]*"|'[^']*'|[^\s;&|<>()]*)/g, " ");
			const words = CHANGES_FILES.test(part) ? plain.trim().split(/\s+/).slice(1) : [];
			const last = CHANGES_LAST.test(part) ? words.length - 1 : 0;
			for (const [names, written] of [
				[targets, true],
				[words.slice(0, last), false],
				[words.slice(last).filter((word) => /^["']?(?:~?\/|\.\.\/)/.test(word)), true],
				[words.slice(last), false],
			] as const) {
				for (const name of names) {
					const bare = name.replace(/^(["'])(.*)\1$/, "$2");
					const path = bare.startsWith("~/") ? join(homedir(), bare.slice(2)) : absolutePath(cwd, bare);
					if (path === undefined || name.startsWith("-") || /[$`]/.test(name)) continue;
					found.push({ path, written, said: bare.startsWith("~/") ? bare : path });
				}
			}
			if (found.length >= MAX_WORDS) return found.slice(0, MAX_WORDS);
		}
	}
	return found;
}

function shellRisks(action: Action, folders: readonly string[]): Message[] {
	const { input, root } = action;
	const command = typeof input.command === "string" ? input.command.slice(0, MAX_COMMAND) : "";
	const notes: Message[] = [];
	for (const { path, written, said } of filesNamed(action, command)) {
		const outside = written && !isWithin(path, "/dev") && ![root, ...folders].some((folder) => isWithin(path, folder));
		if (outside) notes.push(message("risk.outside", { path: said }));
		notes.push(...nameRisks(path, root).filter(({ code }) => code !== "risk.hiddenName"));
	}
	for (const [pattern, code] of SHELL_RISKS) if (matchesLine(pattern, command)) notes.push(message(code));
	if (input.dangerouslyDisableSandbox === true) notes.push(message("risk.noSandbox"));
	if (input.run_in_background === true) notes.push(message("risk.background"));
	return notes;
}

function matchesLine(pattern: RegExp, text: string): boolean {
	return text.split("\n").some((line) => pattern.test(line.slice(0, MAX_LINE)));
}

/** What is hidden or secret in the text that would be run, sent or written: of a file only the lines that are new. */
function textRisks(action: Action, texts: readonly string[]): Message[] {
	const notes: Message[] = [];
	const hidden = texts.reduce((sum, text) => sum + countHidden(text), 0);
	if (hidden > 0) notes.push(message("risk.hidden", { count: hidden }));
	if (action.kind !== "read" && texts.some((text) => redact(text).redacted)) notes.push(message("risk.secret"));
	return notes;
}

function inputTexts(value: unknown): string[] {
	if (typeof value === "string") return [value.slice(0, MAX_TEXT)];
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([key, member]) => [
		...(Array.isArray(value) ? [] : [key]),
		...inputTexts(member),
	]);
}

/** An emoji's own joiners and variation selectors are part of what is seen. */
function countHidden(text: string): number {
	const plain = text.replace(
		/\p{Extended_Pictographic}(?:[\ufe0f\u{1f3fb}-\u{1f3ff}]|\u200d\p{Extended_Pictographic})*/gu,
		"",
	);
	return plain.match(HIDDEN)?.length ?? 0;
}
