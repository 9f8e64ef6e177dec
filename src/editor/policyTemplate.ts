// What a new policy file begins with: comments that show how rules look, and no rule.

const HEAD = {
	user: [
		"// Your own policy: which actions of AI agents are allowed, asked or denied on this machine.",
		"// Rules that deny or ask count at once. Rules that allow count after you have accepted this file in the Requests view.",
	],
	workspace: [
		"// The policy of this folder: which actions of AI agents are allowed, asked or denied here. It can be kept in git.",
		"// Rules that deny or ask count at once. Rules that allow count for each person only after they have accepted this file",
		"// in the Requests view.",
	],
} as const;

const BODY = `{
	"version": 1,
	"rules": [
		// A rule that denies wins over one that asks, and that over one that allows. All conditions of a rule must hold.
		//
		// Words of a command; "*" at the end is any further words:
		// { "id": "unit-tests", "effect": "allow", "command": ["npm test", "npm run lint"] },
		//
		// Files, from the folder on; "**" is any number of folders:
		// { "id": "infra", "effect": "ask", "path": "infra/**", "reason": "Infrastructure is changed with care." },
		//
		// { "id": "no-publish", "effect": "deny", "command": "npm publish *", "reason": "Releases are made by CI." }
	]
}
`;

/** The text of a new policy file. It allows nothing. */
export function policyTemplate(layer: "user" | "workspace"): string {
	return `${HEAD[layer].join("\n")}\n${BODY}`;
}
