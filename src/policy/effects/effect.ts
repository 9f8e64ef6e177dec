// What every command that can be previewed gives.
import type { PreviewItem } from "../../protocol/card.ts";
import type { Ground } from "./ground.ts";
import type { Term } from "./terms.ts";

export interface At {
	/** Folder the command would run in, absolute. */
	cwd: string;
	ground: Ground;
	/** Commands in front of it in the line, by name and sub-command, e.g. "git add". */
	before: readonly string[];
}

/**
 * What a command would do, from its words behind the name. Looks, and changes nothing.
 * @throws NotKnown when that cannot be told for sure, TimeOver
 */
export type Effect = (words: readonly Term[], at: At) => Promise<PreviewItem[]>;
