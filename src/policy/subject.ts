// An action as rules are held against it: its commands, files and addresses.
import type { Action } from "../actions/action.ts";
import type { Line } from "./floor/line.ts";
import { isInside, resolveReal } from "./paths.ts";
import type { PolicyContext } from "./policy.ts";
import type { Subject } from "./rules/match.ts";

/** More paths than this are not followed; a rule that allows then does not fit, because one has no real path. */
const MAX_PATHS = 100;

/** @param line of an action of kind "shell" that could be told; undefined for one that could not */
export async function subjectOf(action: Action, line: Line | undefined, context: PolicyContext): Promise<Subject> {
	const { command, url } = action.input;
	const paths = await Promise.all(
		action.paths.map(async (written, index) => ({
			written,
			real: index < MAX_PATHS ? await resolveReal(written) : undefined,
		})),
	);
	return {
		agent: context.agent ?? "",
		kind: action.kind,
		tool: action.tool,
		commands: line?.commands?.map(({ words }) => words),
		commandText: typeof command === "string" ? command : undefined,
		paths,
		urls: typeof url === "string" ? [url] : undefined,
		folder: context.folders.find((folder) => isInside(action.root, [folder])),
		folders: context.folders,
		userHome: context.userHome,
	};
}
