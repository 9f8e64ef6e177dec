// The shape of one entry of the command table (table/): a command, and of it the options and operands that keep it
// read-only. What is not written in the table asks.
//
// A key is the command's name, or the name and its sub-commands: "cat", "git log", "docker compose ps".
//
// Options are written as in a manual page:
//   -a             a flag; flags of one letter may be run together (-la), unless `wordOptions` is set
//   -n=NUMBER      takes a value: "-n 5" or "-n5"              --lines=NUMBER   "--lines=5" or "--lines 5"
//   --color[=WORD] a value only after "="                      -U[NUMBER]       a value only glued: "-U" or "-U5"
//   -NUMBER        "-5"                                        -name=GLOB       with `wordOptions`: "-name x" only
//   --arg=NAME,TEXT takes the next two words
// No option is ever abbreviated: "--sor" is not "--sort".
//
// Operands: what may stand there, in order; "+" one or more, "*" any number, "?" one or none; nothing: exactly one.
// See VALUES for the kinds. A PATTERN or SCRIPT is not an operand when an option already gave one.

import type { GitReach } from "./gitKeys.ts";

/** What a value or operand may look like, whole. Kinds whose test is /^/ or /^./ carry their meaning in their name. */
export const VALUES = {
	NUMBER: /^[+-]?\d{1,12}(?:[bkKmMGTP]|[kKMGTP]i?B)?$/,
	/** "1", "0.5", "10s", "2m". */
	DURATION: /^\d{1,6}(?:\.\d{1,6})?[smhd]?$/,
	WORD: /^[A-Za-z][A-Za-z0-9-]*$/,
	/** A program, package, user or file type: no path, no address. */
	NAME: /^[A-Za-z0-9_@][A-Za-z0-9._+@-]*$/,
	/** A list of words and numbers: fields (1,3-5), keys (-k1,1n), types (js,ts), states. */
	LIST: /^(?![\s\S]*signature)[A-Za-z0-9_.,:+=*@-]+$/,
	/** `date` sets the clock from an operand that does not start with "+". */
	FORMAT: /^\+/,
	/** What xargs puts in the place of. */
	MARK: /^[^\s-]\S{0,19}$/,
	/** Files that keep nothing. */
	SINK: /^\/dev\/(?:null|stdout|stderr)$/,
	/** Signal of timeout. */
	SIGNAL: /^[A-Z0-9+-]{1,12}$/,
	/** The word "never". */
	NEVER: /^never$/,
	/** Standard output. */
	STDOUT: /^-$/,
	/** A command of sqlite3's that shows how a database is built. */
	SQLITE: /^\.(?:schema|fullschema|tables|indexes|indices|databases|dbinfo)(?: [A-Za-z0-9_%]+)?$/,
	/** Any text that the program only prints or compares. */
	TEXT: /^/,
	/** Any text that is not empty and does not start with "-": a name in a database of the program. */
	ITEM: /^[^-+]/s,
	/** A format of printf: "%n" sets a variable, and runs what is in the brackets of its index. */
	PRINTF: /^(?!-)(?![\s\S]*%[-+ #0'*.\d]*n)/,
	/** A git revision, range or REV:PATH; behind "--" a path. What it names may be a secret. */
	REV: /^[^-]/s,
	/** A format of git's; %G runs the program that checks signatures. */
	GITFORMAT: /^(?![\s\S]*(?:%[-+ ]?G|signature))/,
	/** A key of a configuration whose value is no secret. */
	SETTING:
		/^(?![\s\S]*(?:token|secret|passw|extraheader|credential|auth(?!or)|cookie|proxy|key$|cert$|otp$))[A-Za-z0-9][A-Za-z0-9./:_-]*$/i,
	/** The same, of git's: with a dot, or it could be a sub-command. */
	GITSETTING:
		/^(?![\s\S]*(?:token|secret|passw|extraheader|credential|auth(?!or)|cookie|proxy|key$|cert$|otp$))[A-Za-z0-9][A-Za-z0-9./:_-]*\.[A-Za-z0-9./:_-]+$/i,
	/** A port and protocol of this machine: a host's name would be looked up at a name server. */
	SOCKET: /^(?:[46])?(?:tcp|udp)?(?:@\d[\d.]*)?(?::[\w,-]+)?$/i,
	/** A file that may be open, or what may stand behind -i of lsof. */
	OPENFILE: /^(?:[46]?(?:tcp|udp)?(?::[\w,-]+)?|[\w./][^@:]*)$/i,
	SOCKETNAME: /^(?:\d{1,5}\/(?:tcp|udp)|[./][^,]*)$/,
	ADDRESS: /^(?:default|[0-9a-f.:]*[0-9][0-9a-f.:]*(?:\/\d{1,3})?)$/i,
	/** A word of a filter of ss: no name of a host. */
	SSFILTER:
		/^(?:[()]|[=<>!]{1,2}|eq|ne|lt|gt|le|ge|and|or|not|state|exclude|s?port|dport|src|dst|established|syn-sent|syn-recv|fin-wait-[12]|time-wait|closed?|close-wait|last-ack|listening|closing|all|connected|synchronized|bucket|big|:\d{1,5}|\d[\d.:/]*|[ ()=:\d!<>]*(?:(?:sport|dport|or|and|eq|ne|state|established|src|dst)[ ()=:\d!<>./]*)+)$/,
	/** Characters to write, and what to do with those they lack. */
	CHARSET: /^[A-Za-z0-9_.:+-]+(?:\/\/[A-Z]*)?$/,
	/** A package by its name in the registry, no address and no path. */
	PACKAGE: /^(?:@[a-z0-9][a-z0-9._~-]*\/)?[A-Za-z0-9][A-Za-z0-9._~-]*(?:@[A-Za-z0-9._^~<>=*|-]+)?$/,
	/** Plain members of what docker inspect knows, and not the configuration whole or its environment. */
	DOCKERFORMAT:
		/^(?=[\s\S]*\{\{)(?:[^{}]|\{\{-?\s*(?:end|else|println|"[^"{}]*"|(?:range\s+\$\w+\s*,\s*\$\w+\s*:=\s*|(?:if|with|range)\s+)?(?:(?:json|len|not|println|print|upper|lower|title)\s+)?(?:(?:\$[A-Za-z]\w*)?(?:\.(?!(?:Env|CreateCommand)\b)(?!(?:Config|ContainerConfig|Spec|PreviousSpec|TaskTemplate|ContainerSpec)(?!\.))\w+)+|\$[A-Za-z]\w*))\s*-?\}\})*$/,
	/** What to show of an answer; no file of templates. */
	QUERY: /^(?!-)(?!=?(?:@|(?:fileb?|https?):|[a-z-]*file(?:=|$)))/i,
	/** OWNER/NAME at the usual host. */
	REPO: /^[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+$/,
	BUCKET: /^s3:\/\/[A-Za-z0-9._/-]*$/,
	/** A moment in words: a bare number sets something on BSD. */
	MOMENT: /^(?=.*[A-Za-z@:/-])[A-Za-z0-9 :+@.,/-]{1,60}$/,
	/** Columns of ps and top, without the environment. */
	COLUMNS: /^(?![\s\S]*env)[+-]?[A-Za-z%_][A-Za-z0-9%_:=,+ -]*$/i,
	/** Letters of ps without a dash, without "e" (environment) and those that take a word; or process ids. */
	PROCESSES:
		/^(?:[aAcfhjlmrsTuvwxXZ]{0,11}o?|\d{1,8}(?:,\d{1,8})*|(?![\s\S]*env)(?:pid|ppid|user|uid|comm|cmd|args|command|%cpu|%mem|pcpu|pmem|rss|vsz|stat|etime|time|tty|lstart|start|pgid|sid|state)(?:[,=:][A-Za-z%0-9]*)*)$/,
	/** A kind of resource and its name, of kubectl; never secrets. */
	RESOURCE: /^(?!-)(?!.*secret)[A-Za-z0-9.,/_:-]+$/i,
	/** A file that is neither an option, an address (tar asks "host:file") nor a list of options ("@file" of binutils). */
	ARCHIVE: /^(?:-|[^@:-][^:]*)$/s,
	/** A regular expression. */
	PATTERN: /^/,
	/** A pattern of file names. */
	GLOB: /^/,
	/** A program in the language `script`, which its own checker reads. */
	SCRIPT: /^/,
	/** A file or folder that is read. */
	PATH: /^./s,
	/** A command and all words behind it (up to ";" or "+" in an option of find): judged by itself. */
	COMMAND: /^./s,
} as const;

export type Kind = keyof typeof VALUES;

/** Small languages whose programs can write or run something. */
export type ScriptLanguage = "sed" | "awk" | "jq" | "yq" | "test" | "bc";

export interface CommandRule {
	options: string;
	operands: string;
	/** Why options or forms that the program has are missing here. */
	not?: string;
	/**
	 * No option of the program, known here or not, writes, runs or sends anything, and neither does a number of operands:
	 * words that are known only when the line runs ("$f", *.txt, $(...), what xargs adds) may stand among its operands.
	 * "behind": only behind an operand that is known, because the program looks for options before it alone.
	 */
	anyWords?: true | "behind";
	/**
	 * An option behind an operand is refused: some implementations stop looking for options there, and take it for another
	 * operand. So it is always where the options decide what the program does (`needs`, SCRIPT).
	 */
	optionsFirst?: true;
	/** At least one of these options must be there: without one it does something else. */
	needs?: readonly string[];
	/** Other forms of the same command, tried in order when this one does not fit. */
	forms?: readonly CommandRule[];
	/** What a PATH gives away: the file's content (default), or only names, sizes and times. */
	reads?: "names";
	/** With one of these options (or always), the content of everything below a PATH that is a folder is read. */
	searches?: "always" | readonly string[];
	/** A GLOB for this command also brings in hidden and ignored files. */
	globsReachHidden?: true;
	/** Without a PATH it works on the current folder (else on standard input, or on nothing). */
	here?: true;
	/** Language of its SCRIPT. */
	script?: ScriptLanguage;
	/** Options are words behind one dash ("-name", "-version"); letters are never run together. */
	wordOptions?: true;
	/** Asks another machine: allowed only where the policy allows reads over the network. */
	network?: true;
	/**
	 * Of git: "plain" runs nothing whatever the repository holds; "objects" and "config" need a configuration that names no
	 * program (see gitKeys.ts).
	 */
	git?: "plain" | GitReach;
	/** With one of these options another command of git is a "config" one. */
	configWith?: readonly string[];
}

/** The entries of one kind of command. */
export type Table = Record<string, CommandRule>;
