// What passes because a person said so once: which rule, who said it, until when, how often it was used. Revoking only
// tightens, so one press does it.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { GrantRow } from "../../src/protocol/grants.ts";
import { AgentText, Sentence } from "../ui/agentText.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icons.tsx";
import { Section } from "../ui/section.tsx";
import { counted, t } from "../ui/texts.ts";
import { timeNear } from "../ui/time.ts";
import { oneLine, visibleText } from "../ui/visible.ts";
import type { Store } from "./store.ts";

const LABEL_CHARACTERS = 120;
const SESSION_CHARACTERS = 80;

export function GrantList({ store, grants }: { store: Store; grants: readonly GrantRow[] }): JSX.Element {
	const [open, setOpen] = useState(false);
	return (
		<Section
			id="grants"
			class="grants"
			open={open}
			onToggle={() => setOpen(!open)}
			title={
				<>
					<span class="name">{t("ui.grants")}</span>
					<Badge count={grants.length} label={counted("ui.grants.count", grants.length)} />
				</>
			}
		>
			{/* biome-ignore lint/a11y/noRedundantRoles: a list without bullets loses its role in some readers */}
			<ul role="list">
				{grants.map((grant) => (
					<Row key={grant.id} store={store} grant={grant} />
				))}
			</ul>
		</Section>
	);
}

function Row({ store, grant }: { store: Store; grant: GrantRow }): JSX.Element {
	const { rule, held } = grant;
	const name = visibleText(oneLine(rule.patterns.join("; "), LABEL_CHARACTERS));
	const revoke = (event: MouseEvent) => event.isTrusted && store.host.post({ type: "revokeGrant", grant: grant.id });
	return (
		<li class="grant-row">
			<div class="what">
				{rule.patterns.map((pattern, index) => (
					<p key={index} class="pattern">
						<AgentText text={pattern} code />
					</p>
				))}
				{held && (
					<p class="note warns">
						<Icon name="warning" />
						<span>
							{t("ui.grants.held")} <Sentence message={held} />
						</span>
					</p>
				)}
				<Facts grant={grant} folders={store.state?.gate.folders.length ?? 0} />
			</div>
			<Button look="secondary" label={t("ui.grants.revokeOf", { rule: name })} onClick={revoke}>
				{t("ui.grants.revoke")}
			</Button>
		</li>
	);
}

function Facts({ grant, folders }: { grant: GrantRow; folders: number }): JSX.Element {
	const { by, at, uses, lastUsed, folder } = grant;
	return (
		<>
			<p class="facts">
				<Ends grant={grant} />
				{folders > 1 && (
					<span>
						{t("ui.grants.in")} <AgentText text={folder} code />
					</span>
				)}
			</p>
			<p class="facts">
				<span>
					{t("ui.grants.by")} <AgentText text={by} />, <time dateTime={at}>{timeNear(at)}</time>
				</span>
				<span>
					{uses === 0 ? t("ui.grants.unused") : counted("ui.grants.uses", uses, { time: timeNear(lastUsed ?? "") })}
				</span>
			</p>
		</>
	);
}

function Ends({ grant: { lasts, until, session } }: { grant: GrantRow }): JSX.Element {
	if (lasts === "always") return <span>{t("ui.grants.always")}</span>;
	if (lasts === "minutes") return <span>{t("ui.grants.until", { time: timeNear(until ?? "") })}</span>;
	return (
		<span>
			{t("ui.grants.session")} <AgentText text={oneLine(session || t("ui.session.unnamed"), SESSION_CHARACTERS)} />
		</span>
	);
}
