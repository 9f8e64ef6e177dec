// An action as rules are held against it: its commands, files and addresses.
import type { Action } from "../actions/action.ts";
import type { Line } from "./floor/line.ts";
import { isInside, MAX_PATH_LENGTH, resolveReal } from "./paths.ts";
import type { PolicyContext } from "./policy.ts";
import type { Subject } from "./rules/match.ts";

/** More paths than this are not followed; a rule that allows then does not fit, because one has no real path. */
const MAX_PATHS = 100;

/** @param line of an action of kind "shell" that could be told; undefined for one that could not */
export async function subjectOf(action: Action, line: Line | undefined, context: PolicyContext): Promise<Subject> {
	const { command, url } = action.input;
	return {
		agent: context.agent ?? "",
		kind: action.kind,
		tool: action.tool,
		commands: line?.commands?.map(({ words }) => words),
		commandText: typeof command === "string" ? command : undefined,
		paths: await followed(action.paths),
		urls: typeof url === "string" ? [url] : undefined,
		folder: innermost(context.folders.filter((folder) => isInside(action.root, [folder]))),
		folders: context.folders,
		userHome: context.userHome,
	};
}

/**
 * The same for rules that ask or deny: any word of a shell line may be a file or an address.
 * @param subject of the action, as it is for rules that allow
 */
export async function tightSubject(subject: Subject, action: Action, line: Line | undefined): Promise<Subject> {
	if (action.kind !== "shell") return subject;
	const { userHome } = subject;
	const words = [...new Set((line?.commands ?? []).flatMap((one) => one.words))].filter((word) => word !== undefined);
	// "--file=x" and "@x" name x.
	const names = words.flatMap((word) => [
		word,
		...(/^-|=|^@/.test(word) ? [word.replace(/^[^=]*=|^@|^-+[A-Za-z]?/, "")] : []),
	]);
	const files = names
		.filter((name) => name !== "" && name.length <= MAX_PATH_LENGTH && !/[\n\0]/.test(name))
		.slice(0, MAX_PATHS)
		.map((name) =>
			name.startsWith("/") ? name : name.startsWith("~/") ? userHome + name.slice(1) : `${action.cwd}/${name}`,
		);
	const addresses = names.flatMap((name) => {
		if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name)) return [name];
		return /^(?:[\w.-]+@)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d+)?(?:\/.*)?$/.test(name) ? [`https://${name}`] : [];
	});
	return { ...subject, paths: await followed(files), urls: addresses.slice(0, MAX_PATHS) };
}

/** Folders that are served may lie in one another. */
function innermost(folders: readonly string[]): string | undefined {
	return folders.toSorted((a, b) => b.length - a.length)[0];
}

function followed(paths: readonly string[]): Promise<Subject["paths"]> {
	return Promise.all(
		paths.map(async (written, index) => ({
			written,
			real: index < MAX_PATHS ? await resolveReal(written) : undefined,
		})),
	);
}
