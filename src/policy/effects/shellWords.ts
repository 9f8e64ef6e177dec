// Commands of the shell itself, and which variables a line may set without anything else in it meaning something else.
import type { AndOr } from "unbash";
import { isLoopVariable, PREFIXES } from "../floor/variables.ts";
import type { Term } from "./terms.ts";

/** They change what later words mean, or where the line stands, in ways that are not followed. */
export const TURNS = new Set(
	`eval source . alias unalias set shopt setopt unsetopt exec trap enable disable hash function unset export declare
	typeset readonly local pushd popd chdir builtin emulate autoload bindkey zmodload`.split(/\s+/),
);
/** They end or do nothing. */
export const NOTHING = new Set(["exit", "return", "true", "false", ":", "wait"]);
/** They start the command behind them, with the same effect on files. */
export const STARTERS = new Set(["sudo", "command", "nohup", "time"]);
export const SHELLS = new Set(["bash", "sh", "zsh", "dash"]);
export const PLAIN_SET = /^(?:[-+](?:[eux]+|[eux]*o)|pipefail|errexit|nounset)$/;
/** Environment that changes nothing about which files a command works on. */
const HARMLESS = /^(?:NODE_ENV|CI|DEBUG|RUST_LOG|RUST_BACKTRACE|DEBIAN_FRONTEND)$/;

/** Whether text that is not followed may go to another folder. */
export function mayMove(text: string): boolean {
	return text.includes("$'") || /\b(?:cd|chdir|pushd|popd)\b/.test(text.replace(/["'\\\n]/g, ""));
}

/** `exit` alone or with a number: nothing runs behind it. */
export function isExit(node: AndOr["commands"][number]): boolean {
	if (node.type !== "Command" || node.name?.text !== "exit") return false;
	const plain = node.prefix.length === 0 && node.redirects.length === 0 && node.args.length <= 1;
	return plain && node.args.every((word) => word.type === "Word" && /^\d+$/.test(word.text));
}

/** @param alone no command stands behind it, so it holds for the rest of the line */
export function mayBeSet(name: string, value: Term | undefined, alone: boolean): boolean {
	if (HARMLESS.test(name) || (alone && isLoopVariable(name))) return true;
	const text = value?.kind === "sure" ? value.value : value === undefined ? "" : undefined;
	return PREFIXES.some((one) => {
		return one.only === undefined && one.name.test(name) && text !== undefined && one.value.test(text);
	});
}
