// Sessions in words: names, enforcement, flags, who started one.
import type { JSX } from "preact";
import type { RowFlag, SessionRow, Starter } from "../../../src/protocol/audit.ts";
import type { MessageCode } from "../../../src/protocol/messages.ts";
import { TEXTS } from "../../../src/protocol/texts.ts";
import { AgentText } from "../../ui/agentText.tsx";
import { Icon } from "../../ui/icons.tsx";
import { t } from "../../ui/texts.ts";
import { agentName, duration, flagWord } from "../words.ts";

/** The time between two ISO times, in words; nothing below 0, where a clock went backwards. */
export function between(from: string, to: string): string {
	const ms = Date.parse(to) - Date.parse(from);
	return Number.isNaN(ms) ? "" : duration(Math.max(0, ms));
}

/** Its label, or that it has none. Agent text. */
export function labelOf({ label }: SessionRow): string {
	return label === "" ? t("ui.session.unnamed") : label;
}

export function agentOf(id: string): string {
	return id === "" ? t("views.unknownAgent") : agentName(id);
}

/** "ada@workbench", as far as it is known. May quote the log. */
export function whoOf({ osUser, host }: Starter): string {
	return [osUser, host].filter((part) => part !== undefined && part !== "").join("@");
}

/** "a terminal (bash)". May quote the log. */
export function launcherOf({ launcher }: Starter): string | undefined {
	if (launcher === undefined) return undefined;
	const code = `sessions.launcher.${launcher.kind}`;
	const kind = code in TEXTS && launcher.kind !== "named" ? t(code as MessageCode) : launcher.kind;
	const names = [launcher.name, launcher.within].filter((name) => name !== undefined && name !== "");
	return names.length === 0 ? kind : t("sessions.launcher.named", { kind, name: names.join(", ") });
}

/** Who started it, in a few words; may quote the log. The last of them is what the agent says of itself. */
export function starterWords(starter: Starter | undefined): string[] {
	const who = starter && whoOf(starter);
	const launcher = starter && launcherOf(starter);
	const first = !who
		? t("sessions.starterUnknown")
		: launcher === undefined
			? t("sessions.starter", { who })
			: t("sessions.starterIn", { who, launcher });
	const branch = starter?.git?.branch;
	const model = starter?.claimed.model;
	return [
		first,
		...(branch ? [t("sessions.branch", { branch })] : []),
		...(model ? [t("sessions.model", { model })] : []),
	];
}

/** How far the hooks bind it: in words, and marked unless it is enforced. */
export function Enforcement({ level }: { level: string | undefined }): JSX.Element {
	const code = `views.enforcement.${level}`;
	const words = level === undefined ? t("views.enforcement.unknown") : code in TEXTS ? t(code as MessageCode) : level;
	return (
		<span class={level === "enforced" ? "av-mark" : "av-mark warns"}>
			<Icon name={level === "enforced" ? "shield" : "warning"} />
			<AgentText text={words} />
		</span>
	);
}

export function Flags({ flags }: { flags: readonly RowFlag[] }): JSX.Element {
	return (
		<>
			{flags.map((flag) => (
				<span key={flag} class="av-mark warns">
					<Icon name="warning" />
					{flagWord(flag)}
				</span>
			))}
		</>
	);
}
