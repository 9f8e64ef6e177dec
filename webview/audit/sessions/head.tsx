// Who started a session: what was seen, and apart from it what the agent says of itself.
import type { ComponentChildren, JSX } from "preact";
import type { SessionRow } from "../../../src/protocol/audit.ts";
import { AgentText } from "../../ui/agentText.tsx";
import { t } from "../../ui/texts.ts";
import { ago } from "../times.ts";
import { wholeTime } from "../words.ts";
import { between, launcherOf, whoOf } from "./words.tsx";

export function SessionFacts({ row }: { row: SessionRow }): JSX.Element {
	const { starter, startedAt, endedAt, lastAt, session } = row;
	const length = between(startedAt, endedAt ?? lastAt);
	const git = starter?.git;
	const claimed = starter?.claimed;
	const said = [
		["session.model", claimed?.model],
		["session.entrypoint", claimed?.entrypoint],
		["session.terminal", claimed?.terminal],
		["session.cwd", claimed?.cwd],
		["session.permissionMode", claimed?.permissionMode],
	] as const;
	return (
		<section class="av-part-of" aria-labelledby="av-facts">
			<h3 id="av-facts">{t("session.facts")}</h3>
			{starter === undefined && <p class="help">{t("session.noStarter")}</p>}
			<dl class="av-facts">
				<Fact name={t("session.started")}>
					<When time={startedAt} /> <span class="help">{ago(startedAt)}</span>
				</Fact>
				<Fact name={t(endedAt === undefined ? "session.lastSeen" : "session.ended")}>
					<When time={endedAt ?? lastAt} />{" "}
					{length !== "" && (
						<span class="help">
							{t(endedAt === undefined ? "sessions.soFar" : "sessions.lasted", { duration: length })}
						</span>
					)}
				</Fact>
				<Words name={t("session.by")} text={starter && whoOf(starter)} />
				<Words name={t("session.from")} text={starter && launcherOf(starter)} />
				<Words
					name={t("session.program")}
					text={[starter?.program, starter?.version].filter((part) => part).join(" ")}
				/>
				<Words name={t("session.processes")} text={starter?.processes.join(" ← ")} code />
				<Words name={t("session.workspace")} text={starter?.workspace} code />
				{(git?.branch || git?.commit) && (
					<Fact name={t("session.git")}>
						{git.branch && <AgentText text={t("sessions.branch", { branch: git.branch })} />}
						{git.branch && git.commit && ", "}
						{git.commit && <AgentText text={t("session.gitCommit", { commit: git.commit.slice(0, 12) })} />}
					</Fact>
				)}
				<Words name={t("session.repository")} text={git?.commonDir} code />
				<Words name={t("session.id")} text={session} code />
			</dl>
			{said.some(([, text]) => text) && (
				<>
					<h4>{t("session.claimed")}</h4>
					<dl class="av-facts">
						{said.map(([code, text]) => (
							<Words key={code} name={t(code)} text={text} />
						))}
					</dl>
				</>
			)}
		</section>
	);
}

/** A time of the log; as it stands there where it is none. */
function When({ time }: { time: string }): JSX.Element {
	if (time === "") return <>{t("session.noTime")}</>;
	return (
		<time dateTime={time}>
			<AgentText text={wholeTime(time)} />
		</time>
	);
}

function Fact({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
	return (
		<div>
			<dt>{name}</dt>
			<dd>{children}</dd>
		</div>
	);
}

function Words({ name, text, code }: { name: string; text: string | undefined; code?: boolean }): JSX.Element | null {
	if (!text) return null;
	return (
		<Fact name={name}>
			<AgentText text={text} {...(code ? { code } : {})} />
		</Fact>
	);
}
