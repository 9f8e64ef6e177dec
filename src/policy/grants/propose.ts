// Rules that would allow an action from now on, the narrowest first. What cannot be said narrowly is not proposed: then the
// action is allowed once, each time.
import { join, relative } from "node:path";
import type { GrantMember, GrantRule } from "../../protocol/grants.ts";
import { isInside } from "../paths.ts";
import { READ_TOOLS } from "../reads.ts";
import { matchAllow, patternOf } from "../rules/commandPattern.ts";
import { destructive } from "../rules/destructive.ts";
import { actionWords } from "./arity.ts";
import type { Ground } from "./ground.ts";
import { granted } from "./ground.ts";
import { isShared } from "./hosts.ts";
import { patternProblem } from "./width.ts";

export interface Proposal {
	rule: GrantRule;
	/** Nothing but this action fits it. */
	exact: boolean;
	/** Files of the workspace that define what runs, by path in its folder. */
	files: string[];
}

const MAX_PATTERNS = 20;
const MAX_LENGTH = 2000;

/**
 * Rules for an action, the narrowest first.
 * @param whole for a line of which more than the commands that are not read-only has to be allowed: it reads where it
 *   should not, or asks other machines
 */
export function proposals(ground: Ground, whole = false): Proposal[] {
	const { action, folder } = ground;
	if (folder === undefined) return [];
	switch (action.kind) {
		case "shell":
			return shellProposals(ground, whole);
		case "edit":
		case "write":
			return pathProposals(ground, folder, true);
		case "read":
			return isOfOneFile(ground) ? pathProposals(ground, folder, false) : [];
		case "fetch":
			return fetchProposals(ground);
		case "mcp":
			return toolProposals(ground);
		default:
			return [];
	}
}

function shellProposals({ judged, files, watched }: Ground, whole: boolean): Proposal[] {
	const { line } = judged;
	const all = line?.commands;
	if (all === undefined || line?.structure !== undefined || !watched) return [];
	const commands = whole ? all.filter(({ wraps }) => wraps !== true) : granted(all);
	const known = commands.map(({ words }) => words.filter((word) => word !== undefined));
	if (known.length === 0 || known.some((words, index) => words.length !== commands[index]?.words.length)) return [];
	const ceiling = known.some((words) => destructive(words) !== undefined);
	if (ceiling && all.length > 1) return [];
	const exactly = known.map((words) => patternOf(words));
	// A pattern that does not mean its own words can mean anything.
	if (!known.every((words, index) => matchAllow(exactly[index] ?? "", words))) return [];
	const found = [proposal("command", exactly, all.length === 1, files)];
	if (!ceiling) {
		const wider = known.map((words, index) => {
			const named = actionWords(words);
			return named === undefined ? (exactly[index] ?? "") : patternOf(named, "rest");
		});
		if (wider.some((pattern, index) => pattern !== exactly[index]))
			found.push(proposal("command", wider, false, files));
	}
	return found.flatMap((one) => one ?? []).filter(({ rule }) => grantable(rule, "shell"));
}

/** A tool that reads one file by its name, not one that searches or lists what is below it. */
function isOfOneFile({ action }: Ground): boolean {
	const tool = Object.hasOwn(READ_TOOLS, action.tool) ? READ_TOOLS[action.tool] : undefined;
	return tool?.searches === false && tool.glob === undefined && !tool.pathDefaultsToCwd && action.tool !== "LS";
}

/** @param changes the files are changed: only inside the folder, where a person sees what becomes of them */
function pathProposals({ action, subject, context }: Ground, folder: string, changes: boolean): Proposal[] {
	const reals = subject.paths.map(({ real }) => real);
	const inside = reals.every((real) => real !== undefined && isInside(real, [folder]) && real !== folder);
	if (reals.length === 0 || reals.includes(undefined) || (changes && !inside)) return [];
	const names = reals.map((real = "") => nameOf(real, folder, context.userHome));
	if (names.some((name) => /[*?]/.test(name))) return [];
	const exact = proposal("path", names, false);
	const folders = names.map((name) => name.slice(0, Math.max(0, name.lastIndexOf("/"))));
	const below =
		changes && folders.every((one) => one !== "")
			? proposal(
					"path",
					folders.map((one) => `${one}/**`),
					false,
				)
			: undefined;
	return [exact, below].flatMap((one) => one ?? []).filter(({ rule }) => grantable(rule, action.kind));
}

/** A path as a rule says it. */
function nameOf(real: string, folder: string, userHome: string): string {
	if (isInside(real, [folder])) return slashed(relative(folder, real));
	return isInside(real, [userHome]) && real !== userHome ? slashed(join("~", relative(userHome, real))) : slashed(real);
}

function slashed(path: string): string {
	return process.platform === "win32" ? path.replaceAll("\\", "/") : path;
}

function fetchProposals({ action, subject }: Ground): Proposal[] {
	const [url, more] = subject.urls ?? [];
	if (url === undefined) {
		const tool = proposal("tool", [action.tool], false);
		return tool === undefined || !grantable(tool.rule, "fetch") ? [] : [tool];
	}
	if (more !== undefined || !URL.canParse(url)) return [];
	const { hostname, port } = new URL(url);
	const host = port === "" ? hostname : `${hostname}:${port}`;
	const domain = hostname.slice(hostname.indexOf(".") + 1);
	const isName = /[a-z]/.test(hostname) && !hostname.includes(":") && hostname.includes(".");
	const below = isName && !isShared(domain) ? `*.${domain}${port === "" ? "" : `:${port}`}` : undefined;
	return [host, ...(below === undefined ? [] : [below])]
		.flatMap((pattern) => proposal("host", [pattern], false) ?? [])
		.filter(({ rule }) => grantable(rule, "fetch"));
}

function toolProposals({ action }: Ground): Proposal[] {
	const { tool } = action;
	const server = /^mcp__(?:[^_]|_(?!_))+__/.exec(tool)?.[0];
	// Reading resources goes to whatever server the input names.
	if (server === undefined && !tool.startsWith("MCP:")) return [];
	return [tool, ...(server === undefined ? [] : [`${server}*`])]
		.flatMap((pattern) => proposal("tool", [pattern], false) ?? [])
		.filter(({ rule }) => grantable(rule, "mcp"));
}

function proposal(
	member: GrantMember,
	all: readonly string[],
	exact: boolean,
	files: Readonly<Record<string, string>> = {},
): Proposal | undefined {
	const patterns = [...new Set(all)];
	if (patterns.length > MAX_PATTERNS || patterns.some((one) => one === "" || one.length > MAX_LENGTH)) return undefined;
	return { rule: { member, patterns }, exact, files: Object.keys(files).sort() };
}

function grantable({ member, patterns }: GrantRule, kind: Parameters<typeof patternProblem>[2]): boolean {
	return patterns.every((pattern) => patternProblem(member, pattern, kind) === undefined);
}
