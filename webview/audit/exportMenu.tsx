// The ways out of the log: what of it, in which format. The host asks where to, and shows how far it is.
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import type { ExportFormat, ExportScope } from "../../src/protocol/auditPanel.ts";
import { AgentText } from "../ui/agentText.tsx";
import { t } from "../ui/texts.ts";
import { useFacets } from "./filter/facets.ts";
import { Mark } from "./marks.tsx";
import { Popover } from "./popover.tsx";
import type { PanelState, SessionPlace } from "./state.ts";
import type { Store } from "./store.ts";
import { useStore } from "./useStore.ts";
import { agentName, labelOf, shortId } from "./words.ts";

const FORMATS = ["jsonl", "csv", "html", "sqlite", "ocsf", "bundle"] as const satisfies readonly ExportFormat[];

export function ExportMenu({ store }: { store: Store }): JSX.Element {
	return (
		<Popover
			class="export"
			end
			title={t("audit.export.title")}
			face={
				<>
					<Mark name="export" />
					<span>{t("audit.export")}</span>
					<Mark name="down" />
				</>
			}
		>
			{(close) => <Export store={store} close={close} />}
		</Popover>
	);
}

function Export({ store, close }: { store: Store; close(): void }): JSX.Element {
	const state = useStore(store);
	const session = sessionInView(state);
	const [of, setOf] = useState<ExportScope["of"]>(state.view === "sessions" && session ? "session" : "filter");
	const name = useId();
	const scope = scopeOf(of, state, session);
	const give = (format: ExportFormat) => {
		store.post({ type: "export", format, scope });
		store.announce(t("audit.export.begun"));
		close();
	};
	return (
		<>
			<fieldset class="scopes">
				<legend>{t("audit.export.scope")}</legend>
				<label class="tick">
					<input type="radio" name={name} checked={of === "filter"} onChange={() => setOf("filter")} />
					<span class="name">{t("audit.export.filter")}</span>
				</label>
				{session && (
					<label class="tick">
						<input type="radio" name={name} checked={of === "session"} onChange={() => setOf("session")} />
						<span class="name">
							{t("audit.export.session")} <SessionName store={store} session={session} />
						</span>
					</label>
				)}
				<label class="tick">
					<input type="radio" name={name} checked={of === "all"} onChange={() => setOf("all")} />
					<span class="name">{t("audit.export.all")}</span>
				</label>
			</fieldset>
			<ul class="formats" aria-label={t("audit.export.format")}>
				{FORMATS.map((format) => (
					<li key={format}>
						<button type="button" class="format" onClick={() => give(format)}>
							<span class="format-name">{t(`audit.format.${format}`)}</span>
							<span class="help">{t(`audit.format.${format}.help`)}</span>
						</button>
					</li>
				))}
			</ul>
		</>
	);
}

function SessionName({ store, session }: { store: Store; session: SessionPlace }): JSX.Element {
	const label = labelOf(useFacets(store).facets?.labels, session.session);
	return (
		<span class="help">
			<AgentText text={agentName(session.agent)} />
			{" · "}
			<AgentText text={label ? label.slice(0, 60) : shortId(session.session)} />
		</span>
	);
}

function scopeOf(of: ExportScope["of"], { filter }: PanelState, session: SessionPlace | undefined): ExportScope {
	if (of === "session" && session !== undefined)
		return { of: "session", agent: session.agent, session: session.session };
	return of === "all" ? { of: "all" } : { of: "filter", filter };
}

/** The session a person is looking at: the one that is open, that of the row that is open, or the one that was filtered for. */
export function sessionInView({ view, session, selected, filter }: PanelState): SessionPlace | undefined {
	if (view === "sessions" && session !== undefined) return session;
	if (selected?.session !== undefined && selected.agent !== undefined) {
		return { agent: selected.agent, session: selected.session };
	}
	const [only, ...others] = filter.sessions ?? [];
	const [agent, ...otherAgents] = filter.agents ?? [];
	if (only !== undefined && others.length === 0 && agent !== undefined && otherAgents.length === 0) {
		return { agent, session: only };
	}
	return session;
}
