// Words for the options and operands that the table of commands allows, read from its own notation.
import { type CommandRule, type Kind, VALUES } from "../../../../src/policy/floor/rule.ts";

export interface Option {
	/** With its dashes. */
	name: string;
	/** Kinds of its values: several for a list. */
	kinds: Kind[];
	/** How the value is given. */
	value: "none" | "next" | "glued" | "several" | "digits";
}

/** Every option that an entry, without its other forms, is written to take. */
export function optionsOf({ options }: Pick<CommandRule, "options">): Option[] {
	return options
		.split(/\s+/)
		.filter((text) => text !== "")
		.map((text): Option => {
			if (text === "-NUMBER") return { name: text, kinds: [], value: "digits" };
			const optional = /^(.+?)\[=?([A-Z]+)\]$/.exec(text);
			if (optional !== null) {
				return { name: optional[1] ?? "", kinds: [kindNamed(optional[2])], value: "glued" };
			}
			const [, name = text, list] = /^(-.[^=]*)=([A-Z,]+)$/.exec(text) ?? [];
			const kinds = list === undefined ? [] : list.split(",").map(kindNamed);
			return { name, kinds, value: kinds.length > 1 ? "several" : kinds.length === 1 ? "next" : "none" };
		});
}

export interface Operand {
	kind: Kind;
	/** "", "?", "*" or "+". */
	count: string;
}

export function operandsOf({ operands }: Pick<CommandRule, "operands">): Operand[] {
	return operands
		.split(/\s+/)
		.filter((text) => text !== "")
		.map((text) => ({ kind: kindNamed(text.replace(/[?*+]$/, "")), count: /[?*+]$/.exec(text)?.[0] ?? "" }));
}

/** @throws Error when the table names a kind that does not exist */
function kindNamed(text = ""): Kind {
	if (!Object.hasOwn(VALUES, text)) throw new Error(`there is no kind ${text}`);
	return text as Kind;
}

/** What values and operands are tried with. */
const POOL = [
	...[
		"a.txt",
		"src",
		".",
		"src/a.ts",
		"b.txt",
		"data.json",
		"pwned",
		"sub/pwned",
		"words",
		"-",
		"data.csv",
		"a.tgz",
		"c.gz",
	],
	...[
		"3",
		"1",
		"10",
		"-2",
		"0.1",
		"1s",
		"1,2",
		"2n",
		"auto",
		"never",
		"name",
		"ls",
		"sh",
		"js",
		"TERM",
		"+%F",
		"*.ts",
		"a*",
		"*",
	],
	...[
		"a",
		"a b",
		"",
		"%s",
		"%s\\n",
		"%d %q\\n",
		"%b",
		"-1 day",
		"touch pwned",
		"^x",
		"[ab]*",
		".schema",
		"pods",
		"pod/x",
	],
	...[
		"HEAD",
		"HEAD:a.txt",
		"HEAD~1",
		"main..HEAD",
		"%H %s",
		"oneline",
		"user.name",
		"core.bare",
		"{{.Name}}",
		"http://x/",
		"json",
		"/dev/null",
		"s3://bucket/",
	],
];
const fitting = new Map<Kind, readonly string[]>();

/** Values of a kind that fit it. */
export function samplesOf(kind: Kind): readonly string[] {
	let samples = fitting.get(kind);
	if (samples === undefined) {
		samples = POOL.filter((text) => VALUES[kind].test(text));
		fitting.set(kind, samples);
	}
	return samples;
}
