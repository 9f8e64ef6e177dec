// Guard changes (DESIGN 1, 8): actions that would weaken Gatepost itself. They always ask, and the card says what it is.
import { stat } from "node:fs/promises";
import { delimiter, join, sep } from "node:path";
import type { Action } from "../actions/action.ts";
import type { Allowed, Finding } from "./finding.ts";
import { environmentConfig, type Ground, guardedPlace, inFolder, type Mention, touchesFolder } from "./guard/match.ts";
import { inputTexts, scanText } from "./guard/scan.ts";
import { MAX_PATH_LENGTH, resolveReal } from "./paths.ts";
import type { PolicyContext } from "./policy.ts";

/** What an adapter or test may know better than the gate's own environment. */
export interface GuardOptions {
	/** Folders of the PATH; default: the gate's own PATH. */
	pathFolders?: readonly string[];
	/** Folders agents were told to keep their settings in; default: CLAUDE_CONFIG_DIR and CODEX_HOME of the gate. */
	agentFolders?: readonly string[];
}

/** More marks than this say nothing more. */
const MAX_MARKS = 4;
/** A tool call that names more files than this is marked for that. */
const MAX_PATHS = 200;

/** Agents' own tools that change their settings. */
const SETTINGS_TOOLS = ["Config", "ConfigTool", "UpdateConfig"];

/**
 * What an action would weaken, as ends of the sentence "This would change what guards you: ..."; empty when nothing.
 * @param finding what the policy found without regard to guards: a command proved to read only needs no scan
 */
export async function guardMarks(
	action: Action,
	finding: Finding,
	context: PolicyContext,
	options: GuardOptions = {},
): Promise<string[]> {
	const ground = await groundOf(context, options);
	const marks = new Set<string>();
	if (finding.effect === "allow") addReads(finding, ground, marks);
	const paths = pathsOf(action);
	if (paths.length > MAX_PATHS) marks.add("more files than can be looked through for it");
	for (const path of paths.slice(0, MAX_PATHS)) {
		if (path.length > MAX_PATH_LENGTH) marks.add("a file with a name too long to be followed");
		// An allowed read has its real paths in the finding already: only the name it was called by is left to look at.
		else if (action.kind === "read" && finding.effect === "allow") addName(path, ground, marks);
		else if (action.kind === "read") await addRead(path, ground, marks);
		else await addChange(path, ground, action.kind === "delete" ? "mentioned" : "changed", marks);
	}
	if (action.kind === "other" && SETTINGS_TOOLS.includes(action.tool)) marks.add("the agent's own settings");
	if (finding.effect === "allow") return [...marks].slice(0, MAX_MARKS);
	// What was proved to only read needs no scan, and neither does what asks for its network or its sub-agent.
	if (finding.onlyReads !== undefined) {
		for (const path of finding.onlyReads.slice(0, MAX_PATHS)) await addRead(path, ground, marks);
	} else if (["shell", "mcp", "other"].includes(action.kind)) {
		for (const mark of await scanText(inputTexts(action), action.cwd, ground)) marks.add(mark);
	}
	return [...marks].slice(0, MAX_MARKS);
}

/** Reading Gatepost's registry or keys is enough to speak as one of its hooks. */
function addReads({ reads, searches }: Allowed, { gatepostHomes }: Ground, marks: Set<string>): void {
	const seen = [
		...reads.filter((path) => gatepostHomes.some((home) => inFolder(path, home))),
		...searches.filter((path) => gatepostHomes.some((home) => touchesFolder(path, home))),
	];
	for (const path of seen) marks.add(`Gatepost's own files (${path})`);
}

function addName(path: string, { gatepostHomes }: Ground, marks: Set<string>): void {
	if (gatepostHomes.some((home) => inFolder(path, home))) marks.add(`Gatepost's own files (${path})`);
}

async function addRead(path: string, { gatepostHomes }: Ground, marks: Set<string>): Promise<void> {
	const real = (await resolveReal(path)) ?? path;
	if (gatepostHomes.some((home) => inFolder(path, home) || inFolder(real, home))) {
		marks.add(`Gatepost's own files (${path})`);
	}
}

/** @param mention a folder that is deleted takes what is in it along */
async function addChange(path: string, ground: Ground, mention: Mention, marks: Set<string>): Promise<void> {
	const real = await resolveReal(path);
	for (const one of new Set([path, real ?? path])) {
		const what = guardedPlace(one, ground, mention);
		if (what !== undefined) marks.add(what);
		else if (await isEnvironmentProgram(one)) marks.add(`programs that are found by name (${one})`);
	}
}

async function isEnvironmentProgram(path: string): Promise<boolean> {
	const config = environmentConfig(path);
	if (config === undefined) return false;
	// Whatever keeps us from looking, the place names above still hold.
	return stat(config).then(
		() => true,
		() => false,
	);
}

/** Every path the action names: what the adapter found, and what path-like members of the input say by themselves. */
function pathsOf(action: Action): string[] {
	const members = ["file_path", "notebook_path", "path"].map((member) => action.input[member]);
	const said = members.filter((value) => typeof value === "string");
	const absolute = said.map((path) => (path.startsWith(sep) ? path : join(action.cwd, path)));
	return [...new Set([...action.paths, ...absolute])];
}

async function groundOf(context: PolicyContext, options: GuardOptions): Promise<Ground> {
	const { PATH = "", CLAUDE_CONFIG_DIR, CODEX_HOME } = process.env;
	const told = [CLAUDE_CONFIG_DIR, CODEX_HOME].filter((folder) => folder !== undefined && folder !== "");
	return {
		gatepostHomes: await bothForms(context.home),
		userHomes: await bothForms(context.userHome),
		pathFolders: new Set((options.pathFolders ?? PATH.split(delimiter)).map((folder) => folder.toLowerCase())),
		agentFolders: options.agentFolders ?? (told as string[]),
	};
}

/** Homes as given and as they really are. They hardly ever move, and every action asks: looked up anew after this long. */
const FORMS_MS = 2000;
const forms = new Map<string, { until: number; forms: Promise<string[]> }>();

function bothForms(path: string): Promise<string[]> {
	const now = performance.now();
	const known = forms.get(path);
	if (known !== undefined && known.until > now) return known.forms;
	const found = resolveReal(path).then((real) => (real === undefined || real === path ? [path] : [path, real]));
	// Homes are two in a gate; tests and tools that use many must not fill memory.
	if (forms.size > 100) forms.clear();
	forms.set(path, { until: now + FORMS_MS, forms: found });
	return found;
}
