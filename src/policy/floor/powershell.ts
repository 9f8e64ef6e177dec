// PowerShell: pipelines of a few cmdlets, with plain words only. Without a parser of its own nothing that PowerShell could
// give a meaning is taken: no variables, braces, parentheses, operators, arrays, providers (env:) or redirections. cmd.exe
// always asks.
import { message } from "../../protocol/messages.ts";
import { clip } from "../finding.ts";
import type { Line, Touched } from "./line.ts";

interface Cmdlet {
	/** Parameters without and with a value, in lower case. Never abbreviated. */
	switches: string;
	values: string;
	/** What its paths (positional words, -Path, -LiteralPath) give away; absent: it takes no path. */
	gives?: Touched["gives"];
	/** Positional words before the paths: a pattern to look for. */
	first?: "pattern";
}

/** Cmdlets and their aliases, in lower case. Out-File, Tee-Object, Export-*, Invoke-* and all that change are not here. */
export const CMDLETS: Readonly<Record<string, Cmdlet>> = {
	"get-childitem": {
		switches: "-recurse -force -file -directory -name -hidden",
		values: "-path -literalpath -filter -include -exclude -depth",
		gives: "names",
	},
	"get-content": {
		switches: "-raw",
		values: "-path -literalpath -totalcount -tail -head -first -last -encoding",
		gives: "content",
	},
	"get-item": { switches: "-force", values: "-path -literalpath", gives: "names" },
	"test-path": { switches: "", values: "-path -literalpath -pathtype", gives: "names" },
	"resolve-path": { switches: "-relative", values: "-path -literalpath", gives: "names" },
	"split-path": { switches: "-leaf -parent -leafbase -extension", values: "-path", gives: "names" },
	"join-path": { switches: "", values: "-path -childpath", gives: "names" },
	"get-location": { switches: "", values: "" },
	"get-date": { switches: "-asutc", values: "-format -uformat" },
	"select-string": {
		switches: "-casesensitive -simplematch -quiet -list -notmatch -allmatches",
		values: "-pattern -path -literalpath -context -include -exclude -encoding",
		gives: "content",
		first: "pattern",
	},
	"select-object": { switches: "-unique", values: "-first -last -skip -index -property -expandproperty" },
	"sort-object": { switches: "-descending -unique -casesensitive", values: "-property" },
	"measure-object": { switches: "-line -word -character -sum -average -maximum -minimum", values: "-property" },
	"format-table": { switches: "-autosize -wrap", values: "-property" },
	"format-list": { switches: "", values: "-property" },
	"out-string": { switches: "", values: "-width" },
	"write-output": { switches: "", values: "" },
};

const ALIASES: Readonly<Record<string, string>> = {
	gci: "get-childitem",
	dir: "get-childitem",
	gc: "get-content",
	gi: "get-item",
	gl: "get-location",
	pwd: "get-location",
	sls: "select-string",
	select: "select-object",
	measure: "measure-object",
	ft: "format-table",
	fl: "format-list",
};

/** A word PowerShell takes as it is: bare, or in single quotes. "C:\x" is a drive; any other ":" is a provider. */
const WORD = /^(?:[A-Za-z]:(?=[\\/]))?[A-Za-z0-9_.\\/*+=-]+$|^'(?:[A-Za-z]:(?=[\\/]))?[^'’‘‚‛:]*'$/;
const MAX_LENGTH = 2000;

/** Reads a line of PowerShell as `readLine` reads one of a POSIX shell. Looks at no file. */
export function readPowerShell(text: string): Line {
	const line: Line = { commands: [], touched: [], git: [], network: false, writes: [], words: [], handsOn: false };
	const refused = (asked: Line["asked"]): Line => ({
		...line,
		...(asked === undefined ? {} : { asked, structure: asked }),
	});
	if (text.length > MAX_LENGTH || !/^[\x20-\x7e]*$/.test(text)) return refused(message("why.hidden"));
	// A bar in quotes splits a quoted word in two, and neither half is one.
	for (const part of text.trim().split("|")) {
		const words = part.trim().match(/'[^']*'|\S+/g) ?? [];
		const bad = words.find((word) => !WORD.test(word) || /^(?:'?\\\\|'?\/\/)/.test(word));
		if (bad !== undefined || words.length === 0) return refused(message("why.expansion", { word: clip(bad ?? part) }));
		const values = words.map((word) => word.replace(/^'(.*)'$/, "$1"));
		line.commands?.push({ words: values });
		line.words.push(...values);
		const asked = judge(words[0] ?? "", values.slice(1), line);
		if (asked !== undefined) return refused(asked);
	}
	return line;
}

function judge(said: string, words: readonly string[], line: Line): Line["asked"] {
	const lower = said.toLowerCase();
	const name = ALIASES[lower] ?? lower;
	const cmdlet = Object.hasOwn(CMDLETS, name) ? CMDLETS[name] : undefined;
	if (cmdlet === undefined) return message("why.notReadOnly", { command: clip(said) });
	const paths: string[] = [];
	let pattern = cmdlet.first === "pattern" && !words.some((word) => word.toLowerCase() === "-pattern");
	for (let index = 0; index < words.length; index += 1) {
		const word = words[index] ?? "";
		const option = word.toLowerCase();
		if (word.startsWith("-")) {
			if (cmdlet.switches.split(" ").includes(option)) continue;
			const value = words[index + 1];
			if (!cmdlet.values.split(" ").includes(option) || value === undefined || value.startsWith("-")) {
				return message("why.option", { command: said, option: clip(word) });
			}
			if (option === "-path" || option === "-literalpath") paths.push(value);
			index += 1;
		} else if (pattern) pattern = false;
		else paths.push(word);
	}
	if (cmdlet.gives === undefined) {
		if (
			paths.length > 0 &&
			name !== "write-output" &&
			!name.startsWith("select") &&
			!name.startsWith("format") &&
			!name.startsWith("sort")
		) {
			return message("why.operand", { command: said, word: clip(paths[0] ?? "") });
		}
		return undefined;
	}
	for (const path of paths) {
		const plain = path.replaceAll("\\", "/");
		line.touched.push({ path: plain, pattern: plain.includes("*"), dynamic: false, gives: cmdlet.gives, from: [""] });
	}
	if (cmdlet.gives === "names" && paths.length === 0) {
		line.touched.push({ path: ".", pattern: false, dynamic: false, gives: "names", from: [""] });
	}
	// What one cmdlet finds, the next one reads.
	if (cmdlet.gives === "content" && paths.length === 0) line.handsOn = true;
	return undefined;
}
