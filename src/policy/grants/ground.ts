// What is known of an action that a grant could be for: read once, when its card goes up.
import type { Action } from "../../actions/action.ts";
import type { Simple } from "../floor/line.ts";
import { type Judged, judge } from "../floor.ts";
import type { PolicyContext } from "../policy.ts";
import type { Subject } from "../rules/match.ts";
import { digestOf } from "../rules/unchanged.ts";
import { subjectOf } from "../subject.ts";
import { definedBy, type Stand, standOf } from "./defined.ts";

export interface Ground {
	action: Action;
	context: PolicyContext;
	judged: Judged;
	subject: Subject;
	/** Real path of the workspace's folder; undefined where nothing can be granted for it. */
	folder: string | undefined;
	stand: Stand | undefined;
	/** Digests of the files that define what its commands run, as they were when the card went up. */
	files: Readonly<Record<string, string>>;
	/** They can be watched, all of them. */
	watched: boolean;
}

export async function groundOf(action: Action, context: PolicyContext): Promise<Ground> {
	const judged = await judge(action, context);
	const subject = await subjectOf(action, judged.line, context);
	const { folder } = subject;
	const { line } = judged;
	const stand = line === undefined || folder === undefined ? undefined : standOf(line, action.cwd, folder);
	const files: Record<string, string> = {};
	let watched = stand !== undefined || action.kind !== "shell";
	for (const { words, fed } of granted(line?.commands ?? [])) {
		const known = words.filter((word) => word !== undefined);
		const found = stand === undefined || known.length !== words.length ? undefined : definedBy(known, stand, fed);
		if (found === undefined) watched = false;
		for (const path of found ?? []) {
			const digest = folder === undefined ? undefined : digestOf(`${folder}/${path}`);
			if (digest === undefined) watched = false;
			else files[path] = digest;
		}
	}
	return { action, context, judged, subject, folder, stand, files, watched };
}

/** The commands of a line that need a rule: what only starts another one needs none. */
export function granted(commands: readonly Simple[]): Simple[] {
	return commands.filter(({ asked, wraps }) => asked !== undefined && wraps !== true);
}

/** Files that changed since the card went up. */
export function changedFiles({ folder, files }: Pick<Ground, "folder" | "files">): string[] {
	if (folder === undefined) return [];
	return Object.entries(files).flatMap(([path, sha256]) => (digestOf(`${folder}/${path}`) === sha256 ? [] : [path]));
}
