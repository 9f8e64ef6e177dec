// Programs that do what they read on their standard input. A grant says nothing about that, so it cannot be for them, unless
// their words say what they do.
import { scriptsOf } from "./interpreters.ts";
import { INTERPRETERS } from "./runners.ts";

interface Reader {
	programs: RegExp;
	/** Only with this word behind it. */
	word?: RegExp;
	/** An option that says what to do in place of standard input, */
	says?: RegExp;
	/** or so many words that are no options. Neither: never. */
	operands?: number;
}

const READERS: readonly Reader[] = [
	{ programs: /^tee$/ },
	{ programs: /^g?patch$/, says: /^(?:-i|--input)/ },
	{ programs: /^git$/, word: /^(?:apply|am)$/, says: /^--(?:continue|abort|skip|quit)$/, operands: 2 },
	{
		programs: /^git$/,
		word: /^(?:fast-import|mktree|mktag|unpack-objects|index-pack|update-index|update-ref)$/,
		operands: 2,
	},
	{ programs: /^(?:kubectl|oc)$/, word: /^(?:apply|create|replace|patch|delete)$/, operands: 2 },
	{
		programs: /^(?:psql|mysql|mariadb|sqlcmd|clickhouse(?:-client)?|cqlsh|cockroach|sqlplus|mongo|mongosh)$/,
		says: /^(?:-[cfeQ]|--(?:command|file|execute|query|eval)(?:=|$))/,
	},
	{ programs: /^(?:sqlite3|duckdb)$/, operands: 2 },
	{
		programs:
			/^(?:irb|ghci|iex|R|julia|scala|groovy|tclsh|cljs?|clojure|nu|t?csh|fish|xonsh|pwsh|osascript|swift|bc|dc|ed|ex|gdb|lldb|crontab|nc|ncat|telnet|s?ftp|redis-cli|valkey-cli)$/,
		operands: 1,
	},
	{ programs: /^(?:at|batch)$/ },
];

/** "-", and the names under which a program can open its standard input. */
const INPUT = /^-$|[=@]-$|^-[A-Za-z]-$|^--stdin|\/dev\/(?:stdin|fd\/0)$|\/proc\/(?:self|\d+)\/fd\/0$/;

/** Whether a command does what it reads on its standard input, as far as its words tell. */
export function doesWhatItReads(words: readonly string[]): boolean {
	const [program = "", ...rest] = words;
	const name = program.slice(program.lastIndexOf("/") + 1);
	if (rest.some((word) => INPUT.test(word))) return true;
	const plain = rest.filter((word) => !word.startsWith("-")).length;
	return READERS.some(({ programs, word, says, operands }) => {
		if (!programs.test(name) || (word !== undefined && !rest.some((one) => word.test(one)))) return false;
		if (says !== undefined && rest.some((one) => says.test(one))) return false;
		return operands === undefined || plain < operands;
	});
}

/** The same, and interpreters that are told no script: those run what they are handed. */
export function runsWhatItReads(words: readonly string[]): boolean {
	const [program = ""] = words;
	const name = program.slice(program.lastIndexOf("/") + 1);
	return doesWhatItReads(words) || (INTERPRETERS.test(name) && scriptsOf(name, words) === undefined);
}
