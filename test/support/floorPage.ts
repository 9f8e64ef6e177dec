// The page that shows the command table at a glance: docs/FLOOR.md, made from the table itself.
import { TABLES, VERSIONS } from "../../src/policy/floor/table/index.ts";

const INTRO = `# The read-only floor at a glance

Made from \`src/policy/floor/table/\` (\`GATEPOST_UPDATE=1 node --test test/unit/policy/floor/page.test.ts\` writes it anew). A command of this list passes
without a question when every option is in its entry, exactly as spelled, and every operand is of the kind the entry names. Everything else asks.

An entry reads like a manual page:

\`\`\`ts
uniq: {
	options: "-c -d -f=NUMBER -i -u --count ...",   // -f takes a number; nothing is abbreviated; letters may be run together
	operands: "PATH?",                               // at most one file: a second one would be written
	not: "the second operand is written",            // why forms that the program has are missing
}
\`\`\`

\`anyWords\`: no option of the program can do harm, so words that are known only when it runs (\`"$f"\`, \`*.txt\`) may stand there. \`reads: "names"\`: it shows
names, sizes and times only. \`searches\`: it reads everything below a folder. \`git: "objects" | "config"\`: the repository's configuration is looked at
first. \`network\`: passes only with \`"networkReads": true\`. Kinds of operands and values: \`rule.ts\`.
`;

/** The whole page. */
export function floorPage(): string {
	const parts = Object.entries(TABLES).map(([title, table]) => {
		const subs = new Map<string, string[]>();
		for (const key of Object.keys(table)) {
			const [name = "", ...rest] = key.split(" ");
			subs.set(name, [...(subs.get(name) ?? []), ...(rest.length === 0 ? [] : [rest.join(" ")])]);
		}
		// Programs with the very same sub-commands stand together.
		const groups = new Map<string, string[]>();
		for (const [name, list] of subs) groups.set(list.join(", "), [...(groups.get(list.join(", ")) ?? []), name]);
		const lines = [...groups].map(([list, names]) =>
			list === "" ? names.join(", ") : `- **${names.join(", ")}**: ${list}`,
		);
		return `## ${title}\n\n${lines.map((line) => (line.startsWith("- ") ? line : `${line}\n`)).join("\n")}\n`;
	});
	const versions = `## Asked for their version or help, and nothing else\n\n${Object.keys(VERSIONS).join(", ")}\n`;
	return [INTRO, ...parts, versions].join("\n").replace(/\n{3,}/g, "\n\n");
}
