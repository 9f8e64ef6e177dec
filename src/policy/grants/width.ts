// How wide a grant may be made: what is allowed must still be named. A policy file may say more; it is read as a whole, and
// a grant is one press on a card.
import type { ActionKind } from "../../actions/action.ts";
import type { GrantMember } from "../../protocol/grants.ts";
import { type Message, message } from "../../protocol/messages.ts";
import { type CommandPattern, parseCommandPattern } from "../rules/commandPattern.ts";
import { parseHostPattern } from "../rules/hostPattern.ts";
import { parsePathPattern } from "../rules/pathPattern.ts";
import { actionWords, isPlain } from "./arity.ts";
import { isShared } from "./hosts.ts";
import { INTERPRETERS, WRAPPERS } from "./runners.ts";

/** Their next words may be any program or code: only the table of arity.ts says where a "*" may stand. */
const ANY_PROGRAM =
	/^(?:npx|bunx|pnpx|pnx|uvx|uv|poetry|pipenv|bundle|docker|podman|nerdctl|kubectl|oc|ssh|scp|rsync|nsenter|chroot|g?awk|sed|vim?|nvim|emacs|gdb|expect|make|cmake|ansible|mvnw?|pwsh|powershell|cmd)$/;
const PACKAGE_MANAGERS = /^(?:npm|pnpm|yarn|bun|cargo|pip3?|gem|go|composer|dotnet|brew|apt|apt-get)$/;
/** Sub-commands of those that run or install anything. */
const ANYTHING =
	/^(?:exec|x|dlx|create|init|install|i|in|add|ci|update|up|upgrade|link|rebuild|require|run|tool|explore)$/;

/** Of an action's kind, the members a grant may have. */
export const MEMBERS: Readonly<Record<ActionKind, readonly GrantMember[]>> = {
	shell: ["command"],
	edit: ["path"],
	write: ["path"],
	read: ["path"],
	fetch: ["host", "tool"],
	mcp: ["tool"],
	// Not for longer than once: nobody sees beforehand what they will do.
	delete: [],
	spawn: [],
	other: [],
};

/** Why a pattern cannot be granted; undefined when it can. */
export function patternProblem(member: GrantMember, text: string, kind: ActionKind): Message | undefined {
	if (/[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]/u.test(text)) return message("grant.hidden");
	switch (member) {
		case "command":
			return commandProblem(text);
		case "path":
			return pathProblem(text, kind);
		case "host":
			return hostProblem(text);
		case "tool":
			return /^[^*]+$|^mcp__(?:[^_*]|_(?!_))+__\*$/.test(text) ? undefined : message("grant.wideTool");
	}
}

/** The words of a pattern before the first with a wildcard. */
export function literalWords({ words }: CommandPattern): string[] {
	const literal: string[] = [];
	for (const { parts } of words) {
		const [text] = parts;
		if (parts.length !== 1 || text === undefined) break;
		literal.push(text);
	}
	return literal;
}

function commandProblem(text: string): Message | undefined {
	const read = parseCommandPattern(text);
	if ("wrong" in read) return message(read.wrong, read.args);
	if (read.exact && !read.rest) return undefined;
	const literal = literalWords(read);
	if (actionWords(literal) !== undefined) return undefined;
	const [program = "", does = ""] = literal;
	const name = program.slice(program.lastIndexOf("/") + 1);
	const named =
		literal.length > 1 && isPlain(does) && ![INTERPRETERS, WRAPPERS, ANY_PROGRAM].some((one) => one.test(name));
	const script = /^(?:npm|pnpm|yarn|bun)$/.test(name) && does === "run";
	if (named && (script || !PACKAGE_MANAGERS.test(name) || !ANYTHING.test(does))) return undefined;
	return message("grant.wideCommand", { program: name });
}

function pathProblem(text: string, kind: ActionKind): Message | undefined {
	const read = parsePathPattern(text);
	if ("wrong" in read) return message(read.wrong);
	if (kind !== "read" && read.from !== "folder") return message("grant.outside");
	return read.names.some((name) => /[^*?.]/.test(name)) ? undefined : message("grant.widePath");
}

function hostProblem(text: string): Message | undefined {
	const read = parseHostPattern(text);
	if ("wrong" in read) return message(read.wrong);
	if (read.name === "" || (read.below && isShared(read.name))) return message("grant.wideHost");
	return undefined;
}
