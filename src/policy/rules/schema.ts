// The shape of a policy file. This is the type, the check and, through `policyJsonSchema`, what the editor completes and
// explains (media/policy.schema.json, held equal by a test). What a schema cannot say is checked in parse.ts.
import * as z from "zod/mini";
import type { ActionKind } from "../../actions/action.ts";

/** A record, so that the compiler holds it against the type. */
const KIND_SET: Record<ActionKind, true> = {
	shell: true,
	edit: true,
	write: true,
	delete: true,
	read: true,
	fetch: true,
	mcp: true,
	spawn: true,
	other: true,
};
export const KINDS = Object.keys(KIND_SET) as ActionKind[];

/** Where a policy file lies, the strongest first. */
export const LAYERS = ["organisation", "user", "workspace"] as const;
export type Layer = (typeof LAYERS)[number];

export const CHANNELS = ["editor", "terminal", "web", "phone", "slack"] as const;

/** More than a person can read and accept; also what keeps a file from costing time. */
export const MAX_RULES = 2000;
/** Values in one list ("command", "path", ...). */
export const MAX_LIST = 100;
export const MAX_PATTERN = 2000;
/** Seconds a rule may let a request wait before its time is over; the least is enough to read a card. */
export const WAIT_SECONDS = { least: 10, most: 82_800 };

/** The form of a rule's id. */
export const RULE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

interface Meta {
	description: string;
	examples?: unknown[];
	default?: unknown;
	/** One line for each value of an enum; the editor shows it beside the value. */
	enumDescriptions?: string[];
	defaultSnippets?: { label: string; description: string; body: unknown }[];
}

/** One value, or a list of which one is enough. */
function oneOrMore<T extends z.ZodMiniType>(item: T, about: Meta) {
	return z.optional(
		z
			.union([item, z.array(item).check(z.minLength(1), z.maxLength(MAX_LIST))])
			.check(z.meta(about as unknown as z.core.GlobalMeta)),
	);
}

function about(meta: Meta) {
	return z.meta(meta as unknown as z.core.GlobalMeta);
}

const text = (max: number) => z.string().check(z.minLength(1), z.maxLength(max));

const Approver = z
	.strictObject({
		assurance: z.optional(
			z.int().check(
				z.gte(0),
				z.lte(5),
				about({
					description:
						"The least proof of who answers, from 0 (a program) to 5 (a key on hardware that confirms each time).",
					examples: [2],
				}),
			),
		),
		people: z.optional(
			z.array(text(200)).check(
				z.minLength(1),
				z.maxLength(MAX_LIST),
				about({
					description: "Who may answer: names or addresses as their channel reports them.",
					examples: [["ada@example.com"]],
				}),
			),
		),
		channels: z.optional(
			z
				.array(z.enum(CHANNELS).check(about({ description: "A way an answer can come." })))
				.check(
					z.minLength(1),
					z.maxLength(CHANNELS.length),
					about({ description: "Ways an answer may come. Without this: every way.", examples: [["editor"]] }),
				),
		),
	})
	.check(about({ description: 'Who may answer what this rule asks. Only with "effect": "ask".' }));

const Timeout = z
	.strictObject({
		after: z.int().check(
			z.gte(WAIT_SECONDS.least),
			z.lte(WAIT_SECONDS.most),
			about({
				description: "Seconds to wait for an answer.",
				examples: [300],
			}),
		),
		// biome-ignore lint/suspicious/noThenProperty: the member's name in the file; these objects are never awaited
		then: z.enum(["deny", "terminal"]).check(
			about({
				description: "What happens then.",
				default: "deny",
				enumDescriptions: [
					"The request is denied.",
					"It is handed back to the agent's own prompt, where that prompt is known to wait for a person.",
				],
			}),
		),
	})
	.check(about({ description: 'What happens when nobody answers. Only with "effect": "ask". It never allows.' }));

export const Rule = z
	.strictObject({
		id: z.string().check(
			z.regex(RULE_ID),
			about({
				description: "The rule's name, unique in this file: it stands on cards and in the log.",
				examples: ["unit-tests"],
			}),
		),
		effect: z.enum(["allow", "ask", "deny"]).check(
			about({
				description:
					"What the rule decides. A rule that denies wins over one that asks, and that over one that allows.",
				enumDescriptions: [
					"The action runs without a question. Counts only after a person accepted exactly this file; the organisation's file needs no acceptance.",
					"A person is asked, even where the built-in floor would allow.",
					"The action is refused.",
				],
			}),
		),
		agent: oneOrMore(z.string().check(z.regex(/^[a-z0-9][a-z0-9._-]{0,63}$/)), {
			description: "Agents this is about, by id.",
			examples: ["claude-code"],
		}),
		kind: oneOrMore(z.enum(KINDS), {
			description: "Kinds of action this is about.",
			examples: ["shell", ["edit", "write"]],
		}),
		tool: oneOrMore(text(200), {
			description:
				'Tools by the agent\'s own name for them; "*" is any run of characters. A rule that allows cannot name just "*".',
			examples: ["WebSearch", "mcp__github__get_*"],
		}),
		command: oneOrMore(text(MAX_PATTERN), {
			description:
				'Words of one simple command: "git log *". A last "*" is any further words or none; elsewhere "*" is one word, and in a word any run of characters; in quotes it is itself. To allow, the words must be exactly these, and every command of the line must be allowed. To ask or deny, one command of the line is enough, options may stand between the words or in another order, and further words may follow.',
			examples: ["npm test", "git log *", ["npm publish *", "git push *"]],
		}),
		path: oneOrMore(text(1000), {
			description:
				'Files: "src/**" in the folder, "/srv/data/**", "~/notes/*.md". "**" reaches through folders, "*" and "?" stay in one name. To allow, every file of the action must match where it really is, links followed. To ask or deny, one is enough, what is below a folder counts with it, and a name without "/" counts at any depth.',
			examples: ["src/**", "**/*.pem"],
		}),
		host: oneOrMore(text(260), {
			description:
				'Hosts of web addresses: "docs.python.org", all below one with "*.example.com", with a port "localhost:8080".',
			examples: ["docs.python.org", "*.example.com"],
		}),
		folder: oneOrMore(text(1000), {
			description: "Workspace folders, by absolute path, in which this rule counts. For your own file.",
			examples: ["~/work/shop"],
		}),
		unchanged: z.optional(
			z.record(z.string(), z.string().check(z.regex(/^[0-9a-f]{64}$/))).check(
				about({
					description:
						"The rule counts only while these files of the folder have this content (SHA-256 in hex). For a command that runs what the files define. Only with effect allow.",
					examples: [{ "package.json": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" }],
				}),
			),
		),
		reason: z.optional(
			text(500).check(about({ description: "Why, for people. The agent reads it too when this rule denies." })),
		),
		until: z.optional(
			z.iso.datetime({ offset: true }).check(
				about({
					description: "The rule counts until this moment.",
					examples: ["2027-01-31T18:00:00Z"],
				}),
			),
		),
		approver: z.optional(Approver),
		timeout: z.optional(Timeout),
	})
	.check(
		about({
			description:
				"One rule. All its conditions must hold; in a list one value is enough. A rule that allows must say what: a command, path, host or tool.",
			defaultSnippets: [
				{
					label: "Allow a command",
					description: "Runs without a question once this file is accepted",
					// biome-ignore lint/suspicious/noTemplateCurlyInString: the editor's own placeholders
					body: { id: "${1:name}", effect: "allow", command: "${2:npm test}" },
				},
				{
					label: "Ask about files",
					description: "Always asks a person before these are touched",
					// biome-ignore lint/suspicious/noTemplateCurlyInString: the editor's own placeholders
					body: { id: "${1:name}", effect: "ask", path: "${2:infra/**}" },
				},
				{
					label: "Deny a command",
					description: "Refused, with a reason the agent reads",
					// biome-ignore lint/suspicious/noTemplateCurlyInString: the editor's own placeholders
					body: { id: "${1:name}", effect: "deny", command: "${2:npm publish}", reason: "${3:why}" },
				},
			],
		}),
	);
export type Rule = z.infer<typeof Rule>;

export const PolicyFile = z
	.strictObject({
		$schema: z.optional(text(500).check(about({ description: "The schema of this file, for editors." }))),
		version: z.optional(z.literal(1).check(about({ description: "The version of this format.", default: 1 }))),
		rules: z.optional(
			z
				.array(Rule)
				.check(z.maxLength(MAX_RULES), about({ description: "The rules. Their order does not matter.", default: [] })),
		),
		networkReads: z.optional(
			z.boolean().check(
				about({
					description:
						"Whether commands that only read over the network (gh pr list, kubectl get, npm view) pass like other reads. true needs acceptance as an allow does; false in any file wins.",
					default: false,
				}),
			),
		),
		locked: z.optional(
			z.boolean().check(
				about({
					description:
						"Only in the organisation's file: what people's and workspaces' files allow does not count, and neither do grants.",
					default: false,
				}),
			),
		),
	})
	.check(about({ description: "A policy file of Gatepost: which actions of AI agents are allowed, asked or denied." }));
export type PolicyFile = z.infer<typeof PolicyFile>;

/** The JSON Schema (draft-07) of a policy file, with the editor's own members for comments and completions. */
export function policyJsonSchema(): object {
	const schema = z.toJSONSchema(PolicyFile, {
		target: "draft-7",
		io: "input",
		override: ({ jsonSchema }) => {
			// The format says it to people; the pattern beside it is a line of digits they would be shown as the error.
			if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
		},
	});
	return { ...schema, title: "Gatepost policy", allowComments: true, allowTrailingCommas: true };
}

/** The members of each object of the file, for "did you mean". */
export const MEMBERS: Readonly<Record<"file" | "rule" | "approver" | "timeout", readonly string[]>> = {
	file: Object.keys(PolicyFile.shape),
	rule: Object.keys(Rule.shape),
	approver: Object.keys(Approver.shape),
	timeout: Object.keys(Timeout.shape),
};
