// Tools that read files: inside the gate's folders they are allowed, outside and at secrets they ask.
import { isAbsolute } from "node:path";
import type { Action } from "../actions/action.ts";
import { type Message, message } from "../protocol/messages.ts";
import { type Asked, allow, ask, clip, type Finding } from "./finding.ts";
import { aimsAtSecrets, expandBraces, literalStart } from "./globs.ts";
import { isInside, MAX_PATH_LENGTH, resolveReal } from "./paths.ts";
import type { PolicyContext } from "./policy.ts";
import { secretIn } from "./secretIn.ts";
import { isSensitive } from "./sensitive.ts";

interface ReadTool {
	/** The input member that names the file or folder. */
	path: string;
	/** Without a path the tool works where the agent stands. */
	pathDefaultsToCwd: boolean;
	/** The member with a glob, and what the glob does: choose files by place, or filter what is searched. */
	glob?: { member: string; does: "choose" | "filter" };
	/** Content of everything below the path is read, not of one file. */
	searches: boolean;
	/** Members that cannot lead anywhere else. What is in no list asks: it may be new and mean something. */
	harmless: readonly string[];
}

/** Claude Code's reading tools (2.1.330, sdk-tools.d.ts; LS and NotebookRead from older versions). */
export const READ_TOOLS: Record<string, ReadTool> = {
	Read: {
		path: "file_path",
		pathDefaultsToCwd: false,
		searches: false,
		harmless: ["offset", "limit", "pages", "allow_large"],
	},
	NotebookRead: { path: "notebook_path", pathDefaultsToCwd: false, searches: false, harmless: ["cell_id"] },
	LS: { path: "path", pathDefaultsToCwd: false, searches: false, harmless: ["ignore"] },
	Glob: {
		path: "path",
		pathDefaultsToCwd: true,
		glob: { member: "pattern", does: "choose" },
		searches: false,
		harmless: [],
	},
	Grep: {
		path: "path",
		pathDefaultsToCwd: true,
		glob: { member: "glob", does: "filter" },
		searches: true,
		harmless: [
			...["pattern", "output_mode", "type", "head_limit", "offset", "multiline", "context"],
			...["-A", "-B", "-C", "-n", "-i", "-o"],
		],
	},
};

/** A list of filters longer than this is not a filter a person would write. */
const MAX_FILTER_LENGTH = 500;

/** Judges an action of kind "read". */
export async function judgeRead(action: Action, context: PolicyContext): Promise<Finding> {
	const tool = Object.hasOwn(READ_TOOLS, action.tool) ? READ_TOOLS[action.tool] : undefined;
	if (tool === undefined) return ask("ask.tool", message("why.tool", { tool: clip(action.tool) }));
	const known = [tool.path, ...(tool.glob === undefined ? [] : [tool.glob.member]), ...tool.harmless];
	const strange = Object.keys(action.input).find((member) => !known.includes(member));
	if (strange !== undefined) {
		return ask("ask.input", message("why.toolInput", { tool: action.tool, member: clip(strange) }));
	}
	const start = startOf(tool, action);
	if (start === undefined) return ask("ask.input", message("why.noPath", { tool: action.tool }));

	const paths = [start, ...action.paths];
	const glob = tool.glob === undefined ? undefined : action.input[tool.glob.member];
	if (glob !== undefined && tool.glob !== undefined) {
		const more = typeof glob === "string" ? globPaths(glob, tool.glob.does, start) : undefined;
		if (more === undefined) return ask("ask.glob", message("why.globAims", { glob: clip(String(glob)) }));
		paths.push(...more);
	}
	const checked = await Promise.all([...new Set(paths)].map((path) => checkPath(path, context)));
	const why = checked.flatMap((one) => (typeof one === "string" ? [] : [one]));
	if (why.length > 0) return ask("ask.read", ...why);
	const reals = checked.filter((one) => typeof one === "string");
	// Claude Code's ripgrep takes hidden files in and leaves out what git ignores (2.1.330).
	const filters = tool.searches && typeof glob === "string" ? filtersOf(glob) : [];
	const holds = tool.searches ? await secretIn(reals, { hidden: false, ignored: true, filters }) : undefined;
	if (holds !== undefined) return ask("ask.read", holds);
	return allow("floor.read", "why.readInside", tool.searches ? { searches: reals } : { reads: reals });
}

/** The real path of what may be read unasked, or why not. @param also real paths besides the gate's folders */
export async function checkPath(
	path: string,
	context: PolicyContext,
	also: readonly string[] = [],
): Promise<string | Message> {
	const label = clip(path);
	if (path.length > MAX_PATH_LENGTH) return message("why.unresolved", { path: label });
	// The agent's tools trim what the model wrote; a path that needs trimming is not what it seems.
	if (path !== path.trim() || /[\p{Cc}\p{Default_Ignorable_Code_Point}]/u.test(path)) {
		return message("why.hiddenPath", { path: label });
	}
	const real = await resolveReal(path);
	if (real === undefined) return message("why.unresolved", { path: label });
	if (!isInside(real, context.folders) && !isInside(real, also)) return message("why.outside", { path: label });
	if (isSensitive(path) || (real !== path && isSensitive(real))) return message("why.sensitive", { path: label });
	return real;
}

/** Why an action that names these paths deserves a look, for actions that ask anyway. */
export async function remarks(action: Action, context: PolicyContext): Promise<Asked["why"]> {
	const checked = await Promise.all(action.paths.slice(0, 20).map((path) => checkPath(path, context)));
	return checked.filter((one) => typeof one !== "string");
}

/** Absolute path the tool starts from; undefined when it does not say so clearly. */
function startOf(tool: ReadTool, action: Action): string | undefined {
	const said = action.input[tool.path];
	if (said === undefined && tool.pathDefaultsToCwd) return action.cwd;
	if (typeof said !== "string" || said === "" || said.startsWith("~")) return undefined;
	return isAbsolute(said) ? said : `${action.cwd}/${said}`;
}

/** Paths a glob starts from; undefined when it aims at secrets or cannot be told. */
function globPaths(glob: string, does: "choose" | "filter", start: string): string[] | undefined {
	if (does === "filter") {
		if (glob.length > MAX_FILTER_LENGTH) return undefined;
		// One that leaves out ("!x") aims at nothing.
		const filters = filtersOf(glob).filter((one) => !one.startsWith("!"));
		return filters.some((one) => aimsAtSecrets(one, true)) ? undefined : [];
	}
	if (glob.startsWith("~") || aimsAtSecrets(glob, false)) return undefined;
	const alternatives = expandBraces(glob);
	if (alternatives === undefined || alternatives.some((one) => one.split("/").includes(".."))) return undefined;
	return alternatives.map((one) => {
		const literal = literalStart(one);
		return isAbsolute(one) ? literal : literal === "" ? start : `${start}/${literal}`;
	});
}

/** Grep takes several filters in one text, divided as Claude Code divides them (read in 2.1.330). */
function filtersOf(glob: string): string[] {
	return glob
		.split(/\s+/)
		.flatMap((one) => (one.includes("{") && one.includes("}") ? [one] : one.split(",")))
		.filter((one) => one !== "");
}
