// Rules that no action can match: one that denies would guard nothing, one that allows would be tried in vain.
import type { ActionKind } from "../../actions/action.ts";
import { type Message, message } from "../../protocol/messages.ts";
import { READ_TOOLS } from "../reads.ts";
import { SPAWN_TOOLS } from "../spawn.ts";
import { list, missingWhat } from "./match.ts";
import { KINDS, type Rule } from "./schema.ts";

export interface Misfit {
	severity: "error" | "warning";
	path: readonly (string | number)[];
	message: Message;
}

type Member = "command" | "path" | "host";
const MEMBERS: readonly Member[] = ["command", "path", "host"];

/** Kinds of action that have what a condition is about. In a line of shell, rules that ask or deny see every word as both. */
const HAVE: Readonly<Record<Member, readonly ActionKind[]>> = {
	command: ["shell"],
	path: ["edit", "write", "delete", "read"],
	host: ["fetch", "mcp", "spawn", "other"],
};

/** What keeps a rule from matching anything. The kinds it lists itself are told one by one. */
export function misfits(rule: Rule): Misfit[] {
	const { kind, effect } = rule;
	const lacks = (one: ActionKind) =>
		MEMBERS.find((member) => {
			if (rule[member] === undefined || HAVE[member].includes(one)) return false;
			return !(one === "shell" && effect !== "allow");
		});
	const kinds = kind === undefined ? KINDS : list(kind);
	const fitting = kinds.filter((one) => lacks(one) === undefined);
	if (kind !== undefined) {
		const severity = fitting.length === 0 ? "error" : "warning";
		const wrong = kinds.flatMap((one): Misfit[] => {
			const member = lacks(one);
			// What a rule that allows has to name as well is said elsewhere, and so is "command" without "shell".
			if (member === undefined || (effect === "allow" && missingWhat(rule, one) !== undefined)) return [];
			if (rule.command !== undefined && !kinds.includes("shell")) return [];
			return [{ severity, path: ["kind"], message: message("policyFile.kindNever", { kind: one, member }) }];
		});
		if (wrong.length > 0 || fitting.length === 0) return wrong;
	} else if (fitting.length === 0) {
		const members = MEMBERS.filter((member) => rule[member] !== undefined);
		const said = members.map((member) => `"${member}"`).join(effect === "allow" ? " to allow and " : " and ");
		return [
			{ severity: "error", path: [members.at(-1) ?? ""], message: message("policyFile.never", { members: said }) },
		];
	}
	const says = (one: ActionKind) => effect !== "allow" || missingWhat(rule, one) === undefined;
	return toolMisfits(rule, fitting.filter(says));
}

/** Tools that are known to act as a kind the rule cannot match; an error when it names no other. */
function toolMisfits(rule: Rule, fitting: readonly ActionKind[]): Misfit[] {
	const { tool, effect } = rule;
	if (tool === undefined) return [];
	const tools = list(tool);
	const wrong = tools.flatMap((name, index) => {
		const kinds = kindsOf(name);
		const [kind] = kinds;
		return kind === undefined || kinds.some((one) => fitting.includes(one)) ? [] : [{ name, index, kind }];
	});
	const severity = wrong.length === tools.length ? "error" : "warning";
	return wrong.map(({ name, index, kind }) => {
		const member = effect === "allow" ? missingWhat(rule, kind) : undefined;
		return {
			severity,
			path: typeof tool === "string" ? ["tool"] : ["tool", index],
			message:
				member === undefined
					? message("policyFile.toolKind", { tool: name, kind })
					: message("policyFile.allowNeeds", { kind, member }),
		};
	});
}

/** Tools whose kind is the same in every agent that has one of that name; agents decide, and others are not known here. */
const KNOWN_TOOLS: Readonly<Record<string, ActionKind>> = {
	...{ Bash: "shell", PowerShell: "shell", Edit: "edit", MultiEdit: "edit", NotebookEdit: "edit", Write: "write" },
	...{ WebFetch: "fetch", WebSearch: "fetch" },
	...Object.fromEntries(Object.keys(READ_TOOLS).map((name): [string, ActionKind] => [name, "read"])),
	...Object.fromEntries(Object.keys(SPAWN_TOOLS).map((name): [string, ActionKind] => [name, "spawn"])),
};

/** The kinds a tool acts as; none when that is not known. */
function kindsOf(name: string): ActionKind[] {
	if (/^(?:mcp__|MCP:)/.test(name)) return ["mcp"];
	const kind = Object.hasOwn(KNOWN_TOOLS, name) ? KNOWN_TOOLS[name] : undefined;
	return kind === undefined ? [] : [kind];
}
