// Shell lines that need nobody: one simple command of literal words from the table, on files inside the gate's folders.
//
// What no table can see: which program a name means. PATH, BASH_ENV, LD_PRELOAD, NODE_OPTIONS or RIPGREP_CONFIG_PATH in
// the `env` of a project's agent settings change what `ls` runs (measured with Claude Code 2.1.330, PATH and BASH_ENV).
// The agent's adapter has to report such settings among `foreignHooks`, which makes every action ask.
import type { Action } from "../../actions/action.ts";
import { message } from "../../protocol/messages.ts";
import { type Asked, allow, ask, clip, type Finding } from "../finding.ts";
import { aimsAtSecrets } from "../globs.ts";
import type { PolicyContext } from "../policy.ts";
import { checkPath } from "../reads.ts";
import { secretIn } from "../secretIn.ts";
import { type Arguments, readArguments, ruleOf } from "./options.ts";
import { type CommandRule, EXACT_LINES } from "./table.ts";
import { plainLine } from "./words.ts";

/** Members of Bash's input that change nothing about what runs (Claude Code 2.1.330, sdk-tools.d.ts). */
export const BASH_MEMBERS = ["command", "description", "timeout", "run_in_background"] as const;

/** Judges an action of kind "shell". */
export async function judgeShell(action: Action, context: PolicyContext): Promise<Finding> {
	// Only POSIX shells are understood; on Windows even Git Bash rewrites paths before a program gets them.
	if (action.tool !== "Bash" || process.platform === "win32") {
		return ask("ask.tool", message("why.tool", { tool: clip(action.tool) }));
	}
	const strange = Object.keys(action.input).find((member) => !(BASH_MEMBERS as readonly string[]).includes(member));
	if (strange !== undefined) {
		return ask("ask.input", message("why.toolInput", { tool: action.tool, member: clip(strange) }));
	}
	const { command: line } = action.input;
	if (typeof line !== "string") return ask("ask.input", message("why.noCommand"));

	const plain = plainLine(line);
	if ("why" in plain) return ask("ask.shell", plain.why);
	if ((EXACT_LINES as readonly string[]).includes(line)) return allow("floor.shell.version", "why.readOnlyCommand");
	const [name, ...rest] = plain.words;
	const rule = name !== undefined && name.text === name.value ? ruleOf(name.value) : undefined;
	if (name === undefined || rule === undefined) {
		return ask("ask.shell", message("why.notReadOnly", { command: clip(name?.text ?? "") }));
	}
	const read = readArguments(
		name.value,
		rest.map((word) => word.value),
	);
	if ("problem" in read) {
		const { problem, word } = read;
		const what = { command: name.value, option: clip(word), word: clip(word) };
		return ask("ask.shell", message(problem === "option" ? "why.option" : "why.operand", what));
	}
	return places(name.value, rule, read, action, context);
}

/** Where the command reads: every path inside, nothing secret, and the current folder only when it is inside as well. */
async function places(
	name: string,
	rule: CommandRule,
	{ options, given }: Arguments,
	action: Action,
	context: PolicyContext,
): Promise<Finding> {
	const named = given.filter(({ kind }) => kind === "PATH").map(({ value }) => value);
	const takesPaths = rule.operands.includes("PATH");
	const paths = named.map((path) => (path.startsWith("/") ? path : `${action.cwd}/${path}`));
	if (takesPaths && named.length === 0) paths.push(action.cwd);
	const only = (asked: Asked): Asked => ({ ...asked, onlyReads: paths });

	const leavesOut = (value: string) => rule.globsReachHidden === true && value.startsWith("!");
	const glob = given.find(
		({ kind, value }) => kind === "GLOB" && !leavesOut(value) && aimsAtSecrets(value, rule.globsReachHidden === true),
	);
	if (glob !== undefined) return only(ask("ask.glob", message("why.globAims", { glob: clip(glob.value) })));
	if (takesPaths && (named.length === 0 || named.some((path) => !path.startsWith("/")))) {
		const cwd = await checkPath(action.cwd, context);
		// The agent says where its shell stands; only a folder of the gate is taken on its word.
		if (typeof cwd !== "string") return only(ask("ask.cwd", message("why.cwd", { cwd: clip(action.cwd) }), cwd));
	}
	const reals: string[] = [];
	for (const path of paths) {
		const real = await checkPath(path, context);
		if (typeof real !== "string") return only(ask("ask.path", real));
		reals.push(real);
	}
	const searches =
		rule.searches === "always" || (rule.searches?.some((option) => options.has(option)) ?? false) ? reals : [];
	// Of the searching programs only ripgrep leaves hidden and ignored files out by itself, and takes filters that way.
	const ripgrep = rule.globsReachHidden === true;
	const filters = ripgrep ? given.filter(({ kind }) => kind === "GLOB").map(({ value }) => value) : [];
	const holds = await secretIn(searches, { hidden: ripgrep, ignored: ripgrep, filters });
	if (holds !== undefined) return only(ask("ask.path", holds));
	return allow(`floor.shell.${name}`, "why.readOnlyCommand", searches.length > 0 ? { searches } : { reads: reals });
}
