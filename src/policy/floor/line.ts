// What was found out about a line of shell, without looking at any file: the commands in it, what keeps it from being
// read-only, and what it would read.
import type { Message } from "../../protocol/messages.ts";
import type { GitReach } from "./gitKeys.ts";

/** One simple command, wherever it stands: in a pipe, a loop, a substitution, behind `timeout` or `xargs`. */
export interface Simple {
	/** Words with quotes taken off; undefined is a word known only when it runs. */
	words: (string | undefined)[];
	/** Why it is not read-only. */
	asked?: Message;
	/** Id of its entry in the table: its name and sub-commands. */
	entry?: string;
	/** What it gets to read on its standard input: text of the line, a file, or what another command prints. */
	fed?: "text" | "file" | "pipe";
	/** It only starts another command of this list, which is judged by itself. */
	wraps?: true;
}

export interface Touched {
	/** As the command gets it; with "*" where it is known only when it runs. */
	path: string;
	/** The path is a pattern. */
	pattern: boolean;
	/** Some of the pattern is a variable or another command's output, and not only a pattern of names. */
	dynamic: boolean;
	/**
	 * What is given away: names, sizes and times; content; the content of everything below; or content if one command hands
	 * it to another that reads.
	 */
	gives: "names" | "content" | "tree" | "handed";
	/** Folders it may stand in: "" is where the agent stands, others were gone to before (`cd`). */
	from: readonly string[];
	/** Filters of names: only what fits one is read ("*.ts"), or what fits none ("!*.ts"). */
	filters?: readonly string[];
	/** All patterns of names it was given, whatever they do. */
	globs?: readonly string[];
	/** The program leaves out what git ignores, and ripgrep hidden files as well. */
	ignores?: "git" | "ripgrep";
}

/** Git reads there: "" is where the agent stands, "?" is not known. */
export interface GitRead {
	folder: string;
	reach: GitReach;
}

export interface Line {
	/** The first thing that keeps it from being read-only; undefined when it is. */
	asked?: Message;
	/** The part of that which belongs to no command: writing to a file, running in the background, a function. */
	structure?: Message;
	/** Undefined when the line could not be read. */
	commands?: Simple[];
	touched: Touched[];
	/** It only reads, and aims at secrets by a pattern. */
	secret?: Message;
	/** Repositories whose configuration must name no program. */
	git: GitRead[];
	/** It asks other machines. */
	network: boolean;
	/** Files it would write to by redirection. */
	writes: string[];
	/** Every literal word, for the case that one command hands it to another to read. */
	words: string[];
	/** Some command reads what another one names. */
	handsOn: boolean;
}
