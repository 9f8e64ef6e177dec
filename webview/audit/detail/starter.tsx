// Who started the agent: what Gatepost saw itself, and apart from it what the agent says of itself.
import type { JSX } from "preact";
import type { Starter } from "../../../src/protocol/audit.ts";
import { AgentText } from "../../ui/agentText.tsx";
import { t } from "../../ui/texts.ts";
import { agentName } from "../words.ts";
import { Fact, Section, type SectionProps } from "./parts.tsx";

const LAUNCHERS = ["terminal", "editor", "ci", "service"] as const;
const LEVELS = ["enforced", "voluntary", "not-enforced"] as const;

export function StarterSection({ detail }: SectionProps): JSX.Element | null {
	const { starter, row } = detail;
	const enforcement = row.enforcement ?? starter?.enforcement;
	if (starter === undefined && enforcement === undefined) return null;
	return (
		<Section title={t("audit.detail.starter")}>
			<dl class="facts-list">
				<Fact name={t("audit.fact.agent")}>{row.agent !== undefined && <AgentText text={agentName(row.agent)} />}</Fact>
				{starter && <Seen starter={starter} />}
				<Fact name={t("audit.fact.enforcement")}>
					{enforcement !== undefined && <Enforcement level={enforcement} />}
				</Fact>
			</dl>
			{starter && <Claimed claimed={starter.claimed} />}
		</Section>
	);
}

function Seen({ starter }: { starter: Starter }): JSX.Element {
	const { osUser, host, launcher, program, version, processes, workspace, git } = starter;
	return (
		<>
			<Fact name={t("audit.fact.program")}>{program !== undefined && <AgentText text={program} code />}</Fact>
			<Fact name={t("audit.fact.version")}>{version !== undefined && <AgentText text={version} />}</Fact>
			<Fact name={t("audit.fact.osUser")}>{osUser !== undefined && <AgentText text={osUser} />}</Fact>
			<Fact name={t("audit.fact.host")}>{host !== undefined && <AgentText text={host} />}</Fact>
			<Fact name={t("audit.fact.launcher")}>
				{launcher !== undefined && (
					<>
						{launcherWord(launcher.kind)}
						{launcher.name !== undefined && (
							<>
								{" "}
								(<AgentText text={launcher.name} code />)
							</>
						)}
						{launcher.within !== undefined && (
							<>
								{" "}
								{t("audit.launcher.within")} <AgentText text={launcher.within} />
							</>
						)}
					</>
				)}
			</Fact>
			<Fact name={t("audit.fact.processes")}>
				{processes.length > 0 && (
					<ol class="processes">
						{processes.map((name, index) => (
							<li key={index}>
								<AgentText text={name} code />
							</li>
						))}
					</ol>
				)}
			</Fact>
			<Fact name={t("audit.fact.workspace")}>{workspace !== undefined && <AgentText text={workspace} code />}</Fact>
			<Fact name={t("audit.fact.branch")}>{git?.branch !== undefined && <AgentText text={git.branch} code />}</Fact>
			<Fact name={t("audit.fact.commit")}>
				{git?.commit !== undefined && (
					<span class="hash">
						<AgentText text={git.commit} code />
					</span>
				)}
			</Fact>
			<Fact name={t("audit.fact.worktree")}>
				{git?.commonDir !== undefined && <AgentText text={git.commonDir} code />}
			</Fact>
		</>
	);
}

function Claimed({ claimed }: { claimed: Starter["claimed"] }): JSX.Element | null {
	const { model, entrypoint, terminal, cwd, permissionMode } = claimed;
	if (Object.values(claimed).every((value) => value === undefined)) return null;
	return (
		<div class="says">
			<p class="label">{t("audit.detail.claims")}</p>
			<dl class="facts-list">
				<Fact name={t("audit.fact.model")}>{model !== undefined && <AgentText text={model} />}</Fact>
				<Fact name={t("audit.fact.entrypoint")}>{entrypoint !== undefined && <AgentText text={entrypoint} />}</Fact>
				<Fact name={t("audit.fact.terminal")}>{terminal !== undefined && <AgentText text={terminal} />}</Fact>
				<Fact name={t("audit.fact.cwd")}>{cwd !== undefined && <AgentText text={cwd} code />}</Fact>
				<Fact name={t("audit.fact.mode")}>{permissionMode !== undefined && <AgentText text={permissionMode} />}</Fact>
			</dl>
		</div>
	);
}

function launcherWord(kind: string): string {
	const known = LAUNCHERS.find((one) => one === kind);
	return t(known === undefined ? "audit.launcher.unknown" : `audit.launcher.${known}`);
}

/** How far the hooks of the session bound the agent, in words. */
function Enforcement({ level }: { level: string }): JSX.Element {
	const known = LEVELS.find((one) => one === level);
	return known === undefined ? <AgentText text={level} /> : <span>{t(`audit.enforcement.${known}`)}</span>;
}
