// `gatepost`: the command line. It cannot answer, pair or accept policy, except `serve` in its own terminal (DESIGN 5).
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import type { FilterFlags } from "./logFilter.ts";
import type { ListFlags } from "./logList.ts";

declare const GATEPOST_VERSION: string | undefined;
const version = typeof GATEPOST_VERSION === "string" ? GATEPOST_VERSION : "0.0.0-source";

// The default action of SIGUSR1 in Node opens the inspector (DESIGN 5).
process.on("SIGUSR1", () => {});

/** The folder this program was built into; hook.cjs is beside it. */
const dist = dirname(resolve(process.argv[1] ?? "."));

/** A reader that has seen enough (`gatepost log list | head`) is no error. */
function readerGone(error: NodeJS.ErrnoException): void {
	if (error.code === "EPIPE") process.exit(0);
	throw error;
}
process.stdout.on("error", readerGone);

interface Common {
	home: string;
	folder: string;
	json: boolean;
}

/** Whose log is meant: a folder's, or that of what belongs to none. */
interface LogPlace extends Common {
	outside: boolean;
}

interface ServeFlags {
	prompt: string;
	answerWithin: number;
	keepEvidenceDays: number;
	redact?: string[];
}

interface ExplainFlags {
	home: string;
	folder: string;
	agent: string;
	tool?: string;
	cwd?: string;
	json?: string;
	asJson: boolean;
}

function minutes(text: string): number {
	const value = Number(text);
	if (!Number.isInteger(value) || value < 1 || value > 1380) {
		throw new InvalidArgumentError("Give whole minutes from 1 to 1380.");
	}
	return value;
}

/** --home, --folder and --json, the same everywhere. */
function command(parent: Command, name: string, description: string): Command {
	return placed(parent, name, description).option("--json", "one JSON object a line", false);
}

function placed(parent: Command, name: string, description: string): Command {
	return parent
		.command(name)
		.description(description)
		.option("--home <dir>", "Gatepost home", resolvePath, process.env.GATEPOST_HOME ?? join(homedir(), ".gatepost"))
		.option("--folder <dir>", "workspace folder", resolvePath, process.cwd());
}

/** A command on the log of a folder, or with --outside on that of what belongs to none. */
function logCommand(name: string, description: string): Command {
	const outside = new Option("--outside", "the log of what belongs to no folder, instead of --folder");
	return command(log, name, description).addOption(outside.default(false).conflicts("folder"));
}

/** The options with the folder as the functions of the log take it: undefined for what belongs to none. */
function placeOf<T extends LogPlace>(options: T): Omit<T, "folder"> & { folder: string | undefined } {
	return { ...options, folder: options.outside ? undefined : options.folder };
}

/** An option that may be given several times. */
function many(value: string, before: string[] = []): string[] {
	return [...before, value];
}

/** The options that say which rows of the log are wanted. */
function filtered(of: Command): Command {
	return of
		.option("--session <id>", "of this session; the beginning of its id is enough", many)
		.option("--agent <id>", "of this agent", many)
		.option("--kind <kind>", "kind of action (shell, edit, ...) or of row (prompt, policy, ...)", many)
		.option("--outcome <outcome>", "open, allowed, denied, timeout, withdrawn, failed", many)
		.option("--by <by>", "decided by rule, person, timeout, withdrawn, failure", many)
		.option("--channel <channel>", "answered in this channel", many)
		.option("--person <person>", "answered by this person, as the log names them", many)
		.option("--rule <id>", "decided or asked by this rule", many)
		.option("--flag <flag>", "mismatch, unexpected, gap, late, guard, altered, edited", many)
		.option("--file <part>", "names a path with this in it")
		.option("--text <words>", "holds words that begin so")
		.option("--since <time>", "from then on: 30d, 12h, or an ISO date")
		.option("--until <time>", "up to then");
}

function number(text: string): number {
	const value = Number(text);
	if (!Number.isInteger(value) || value < 0 || text.trim() === "")
		throw new InvalidArgumentError("Give a whole number.");
	return value;
}

function resolvePath(text: string): string {
	return resolve(text);
}

/** Waits while a slow reader of the output has not caught up. */
async function print(text: string): Promise<void> {
	if (!process.stdout.write(text)) await new Promise((resolve) => process.stdout.once("drain", resolve));
}

/** Runs an action, sets its exit code, and says in words what went wrong (exit 2). */
function runs<T extends unknown[]>(action: (...args: T) => Promise<number>): (...args: T) => Promise<void> {
	return async (...args) => {
		try {
			process.exitCode = await action(...args);
		} catch (error) {
			const { terminalText } = await import("./terminalText.ts");
			process.stderr.write(`gatepost: ${terminalText(await sentenceOf(error))}\n`);
			process.exitCode = 2;
		}
	};
}

/** What went wrong as a sentence: agents' payload errors carry theirs as a code. */
async function sentenceOf(error: unknown): Promise<string> {
	if (!(error instanceof Error)) return String(error);
	if (error.name !== "PayloadError" || !("detail" in error)) return error.message;
	const { format } = await import("../protocol/messages.ts");
	return format(error.detail as Parameters<typeof format>[0]);
}

const program = new Command("gatepost")
	.description("Between you, your agent and the gatepost: hold, ask, record.")
	.version(version)
	.showHelpAfterError();

command(program, "serve", "run the gate for a folder in this terminal and answer here")
	.option(
		"--prompt <where>",
		'where Claude Code is answered: "gatepost" or "both" (its own prompt as well)',
		"gatepost",
	)
	.option("--answer-within <minutes>", "minutes a request waits before it is denied", minutes, 30)
	.option(
		"--keep-evidence-days <days>",
		"remove diffs, outputs and cards from the log after so many days; 0 keeps them",
		number,
		0,
	)
	.option("--redact <pattern>", "mask what this regular expression (RE2) matches in the log; several times", many)
	.action(
		runs(async (options: Common & ServeFlags) => {
			if (options.prompt !== "gatepost" && options.prompt !== "both")
				throw new Error('--prompt is "gatepost" or "both".');
			const { serve } = await import("./serve.ts");
			// A gate is closed in order, whoever stopped reading: serve listens for that itself.
			process.stdout.off("error", readerGone);
			return serve({
				...options,
				prompt: options.prompt,
				deadlineMinutes: options.answerWithin,
				version,
				dist,
				input: process.stdin,
				output: process.stdout,
			});
		}),
	);

command(program, "status", "which gates are open, which folders they serve and how many requests wait").action(
	runs(async (options: Common) => {
		const { status } = await import("./status.ts");
		return status({ ...options, out: print });
	}),
);

const agents = program.command("agents").description("connect, disconnect and check agents");
command(agents, "list", "agents and whether their hooks are installed").action(
	runs(async (options: Common) => (await import("./agents.ts")).list({ ...options, out: print })),
);
command(agents, "install", "write Gatepost's hooks into an agent's settings, after showing the change")
	.argument("<agent>", "claude-code")
	.option("--project", "this folder's settings instead of the user's", false)
	.option("--yes", "write without asking", false)
	.action(
		runs(async (agent: string, options: Common & { project: boolean; yes: boolean }) =>
			(await import("./agents.ts")).install(agent, { ...options, version, dist, out: print }),
		),
	);
command(agents, "uninstall", "take Gatepost's hooks out of an agent's settings")
	.argument("<agent>", "claude-code")
	.option("--project", "this folder's settings instead of the user's", false)
	.option("--yes", "write without asking", false)
	.action(
		runs(async (agent: string, options: Common & { project: boolean; yes: boolean }) =>
			(await import("./agents.ts")).uninstall(agent, { ...options, version, out: print }),
		),
	);
command(agents, "doctor", "check the hooks and prove with a canary that a denied tool does not run")
	.argument("[agent]", "claude-code", "claude-code")
	.option("--no-canary", "do not start the agent")
	.action(
		runs(async (agent: string, options: Common & { canary: boolean }) =>
			(await import("./agents.ts")).doctor(agent, { ...options, version, dist, out: print }),
		),
	);

const log = program.command("log").description("read, follow, count, export and check the audit log");

filtered(logCommand("list", "the entries of a folder's log, oldest first"))
	.option("--type <type>", 'only entries of this type, e.g. "action.decided"')
	.option("--actions", "one line for each action instead of one for each entry", false)
	.option("--limit <n>", "at most so many", number)
	.option("--offset <n>", "without the first so many", number)
	.option("--newest", "newest first", false)
	.action(
		runs(async (options: LogPlace & FilterFlags & ListFlags) => {
			const { filterOf } = await import("./logFilter.ts");
			return (await import("./logList.ts")).logList({ ...placeOf(options), filter: filterOf(options), out: print });
		}),
	);
logCommand("show", "one entry or all entries of one request")
	.argument("<entry>", "request id, the beginning of an entry's hash, or SEGMENT:LINE")
	.action(
		runs(async (ref: string, options: LogPlace) =>
			(await import("./log.ts")).logShow({ ...placeOf(options), ref, out: print }),
		),
	);
filtered(logCommand("tail", "the newest entries"))
	.option("--lines <n>", "how many", number, 20)
	.option("--follow", "go on with what is appended, until Ctrl+C", false)
	.action(
		runs(async (options: LogPlace & FilterFlags & { lines: number; follow: boolean }) => {
			const { filterOf } = await import("./logFilter.ts");
			const filter = filterOf(options);
			const stop = new AbortController();
			process.once("SIGINT", () => stop.abort());
			return (await import("./logTail.ts")).logTail({ ...placeOf(options), filter, signal: stop.signal, out: print });
		}),
	);
filtered(logCommand("stats", "decisions by outcome, by whom, by agent and channel; how long answers took")).action(
	runs(async (options: LogPlace & FilterFlags) => {
		const { filterOf } = await import("./logFilter.ts");
		return (await import("./logStats.ts")).logStats({ ...placeOf(options), filter: filterOf(options), out: print });
	}),
);
filtered(
	logCommand(
		"export",
		"the log, or a part of it, as a file: exit 0 made, 1 nothing matched or something was left out, 2 not made",
	),
)
	.requiredOption("--format <format>", "jsonl, csv, html, sqlite, ocsf, or bundle (a receipt)")
	.requiredOption("--out <file>", 'the file to be made; "-" for standard output, where the format is text')
	.option("--bom", "CSV: begin with a byte order mark, for Excel", false)
	.action(
		runs(async ({ out, ...options }: LogPlace & FilterFlags & { format: string; out: string; bom: boolean }) =>
			(await import("./logExport.ts")).logExport({ ...placeOf(options), to: out, version, out: print }),
		),
	);
logCommand("verify", "recompute the chain: exit 0 consistent, 1 problems, 2 not readable")
	.argument("[path]", "a receipt, journal folder or segment; the folder's log when absent", resolvePath)
	.option("--key <hex>", "the signer's public key, 64 hex digits, known from outside")
	.option("--head <segment:entries:hash>", "a head that was noted elsewhere and must be there; several times", many)
	.action(
		runs(async (path: string | undefined, options: LogPlace & { key?: string; head?: string[] }) =>
			(await import("./log.ts")).logVerify({
				...placeOf(options),
				...(path === undefined ? {} : { path }),
				out: print,
			}),
		),
	);

const policy = program.command("policy").description("what is decided without a person, and why");
command(policy, "check", "check a policy file, or all files that count for the folder: exit 1 with problems")
	.argument("[file]", "a policy.jsonc", resolvePath)
	.action(
		runs(async (file: string | undefined, options: Common) =>
			(await import("./policy.ts")).policyCheck({ ...options, ...(file === undefined ? {} : { file }), out: print }),
		),
	);
placed(policy, "explain", "which rule, layer, file and line would decide, and why: exit 0 passes, 1 asks or denies")
	.argument("[command...]", "a command line, behind --")
	.option("--agent <id>", "the agent", "claude-code")
	.option("--tool <name>", 'the agent\'s tool (default with a command: "Bash")')
	.option("--cwd <dir>", "where the agent stands; the folder when absent", resolvePath)
	.option("--json <input>", "the tool's input as a JSON object")
	.option("--as-json", "the explanation as one JSON object", false)
	.action(
		runs(async (words: string[], options: ExplainFlags) => {
			const { commandLine, policyExplain } = await import("./policy.ts");
			const { json: input, asJson, ...rest } = options;
			const command = words.length === 0 ? {} : { command: commandLine(words) };
			return policyExplain({
				...rest,
				...command,
				...(input === undefined ? {} : { input }),
				json: asJson,
				out: print,
			});
		}),
	);
policy
	.command("classify")
	.description(
		'read {"cmd":...} lines from standard input, write each with the built-in floor\'s verdict; nothing is run',
	)
	.requiredOption("--jsonl", "one JSON object a line")
	.option("--network-reads", "commands that only ask other machines count as read-only", false)
	.action(
		runs(async ({ networkReads }: { networkReads: boolean }) =>
			(await import("./policyClassify.ts")).policyClassify({ input: process.stdin, networkReads, out: print }),
		),
	);
command(policy, "replay", "what today's policy would have decided over the folder's log, and rules that suggests")
	.option("--since <time>", "how far back: 30d, 12h, or an ISO date", "30d")
	.action(
		runs(async (options: Common & { since: string }) =>
			(await import("./policyReplay.ts")).policyReplay({ ...options, out: print }),
		),
	);

program
	.command("uninstall-hook", { hidden: true })
	.description("run by the editor when the extension is removed")
	.action(runs(async () => (await import("./agents.ts")).editorRemoved(dist, version, print)));

program.parseAsync().catch((error: unknown) => {
	process.stderr.write(`gatepost: ${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 2;
});
