// Rules to draw: what the editor offers at a card, grants that are active, and policy files of a careful and of a hostile
// person.
import { createHash } from "node:crypto";
import type { GrantOffer, GrantRow, PolicyLayer } from "../../../src/protocol/grants.ts";
import { HOSTILE } from "./cards.ts";

export function offer(patterns: string | string[], more: Partial<GrantOffer> = {}): GrantOffer {
	return {
		rule: { member: "command", patterns: typeof patterns === "string" ? [patterns] : patterns },
		exact: false,
		files: [],
		past: { days: 30, matched: 0, examples: [], more: false },
		...more,
	};
}

/** What is offered for `npm test`. */
export const OFFERS: GrantOffer[] = [
	offer("npm test", { exact: true, files: ["package.json"] }),
	offer("npm test *", {
		files: ["package.json"],
		past: {
			days: 30,
			matched: 7,
			examples: ["npm test -- --watch=false", "npm test -- login", "npm test -- src/cart.test.ts -u"],
			more: true,
		},
	}),
	offer(["cd web", "npm run test:*"], { files: ["package.json", "web/package.json"] }),
];

export const HOSTILE_OFFERS: GrantOffer[] = [
	offer(HOSTILE.replaceAll("\n", " "), {
		files: ["<b>package.json</b>\u202e"],
		past: { days: 30, matched: 3, examples: [HOSTILE, `${"x".repeat(4000)}`, "<img src=x onerror=1>"], more: false },
	}),
	offer("x".repeat(2000)),
];

export function grant(id: string, more: Partial<GrantRow> = {}): GrantRow {
	return {
		id,
		rule: { member: "command", patterns: ["npm test"] },
		lasts: "session",
		folder: "/home/ada/shop",
		session: "Fix the login form",
		by: "Ada Lovelace",
		at: "2026-11-22T13:40:00.000Z",
		uses: 3,
		lastUsed: "2026-11-22T14:01:00.000Z",
		...more,
	};
}

export const GRANTS: GrantRow[] = [
	grant("g1"),
	grant("g2", {
		rule: { member: "command", patterns: ["cd web", "npm run build *"] },
		lasts: "minutes",
		until: "2026-11-22T14:40:00.000Z",
		uses: 0,
	}),
	grant("g3", {
		rule: { member: "path", patterns: ["docs/**"] },
		lasts: "always",
		uses: 41,
		held: { code: "why.network" },
	}),
];

export function layer(text: string, more: Partial<PolicyLayer> = {}): PolicyLayer & { text: string } {
	return {
		layer: "workspace",
		file: "/home/ada/shop/.gatepost/policy.jsonc",
		sha256: createHash("sha256").update(text).digest("hex"),
		text,
		allows: 2,
		accepted: "waiting",
		problems: [],
		...more,
	} as PolicyLayer & { text: string };
}

/** A policy file's text with this many rules that allow. */
export function policyText(rules: number): string {
	const one = (n: number) =>
		`\t\t{\n\t\t\t"id": "build-${n}",\n\t\t\t"effect": "allow",\n\t\t\t"command": "npm run build:${n} *" // part ${n}\n\t\t}`;
	return `{\n\t"version": 1,\n\t"rules": [\n${Array.from({ length: rules }, (_, n) => one(n + 1)).join(",\n")}\n\t]\n}\n`;
}

export const LAYERS: PolicyLayer[] = [
	{
		layer: "user",
		file: "/home/ada/.gatepost/policy.jsonc",
		sha256: "cd".repeat(32),
		allows: 4,
		accepted: "accepted",
		problems: [
			{ line: 12, message: { code: "why.toolInput", args: { tool: "a rule", member: "comand" } } },
			{ line: 30, message: { code: "why.noCommand" } },
		],
	},
	layer(policyText(2)),
];
