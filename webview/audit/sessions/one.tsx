// One session: who started it, what it changed, and all that happened in it.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { AuditRow, SessionDetail } from "../../../src/protocol/audit.ts";
import { AgentText } from "../../ui/agentText.tsx";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { counted, t } from "../../ui/texts.ts";
import { Loading, Trouble } from "../states.tsx";
import type { Store } from "../store.ts";
import { notReady } from "../viewState.tsx";
import { SessionFiles } from "./files.tsx";
import { SessionFacts } from "./head.tsx";
import { MoreButton } from "./more.tsx";
import { usePages } from "./pages.ts";
import { Timeline } from "./timeline.tsx";
import { agentOf, Enforcement, Flags, labelOf } from "./words.tsx";

const PAGE = 200;

interface SessionViewProps {
	store: Store;
	agent: string;
	session: string;
	/** A person has just opened it: the focus goes to its heading. */
	takesFocus?: boolean;
	onBack(): void;
}

export function SessionView({ store, agent, session, takesFocus, onBack }: SessionViewProps): JSX.Element {
	const heading = useRef<HTMLHeadingElement>(null);
	const pager = usePages<AuditRow, SessionDetail>(
		store,
		JSON.stringify([agent, session]),
		PAGE,
		async (offset, limit, signal) => {
			const { detail } = await store.ask<"session">({ type: "session", agent, session, offset, limit }, signal);
			return { items: detail.rows, total: detail.total, whole: detail };
		},
	);
	const { got, refused } = pager;
	const detail = got?.whole;
	const isThere = detail !== undefined;
	// The heading is there before its words: the focus must not wait for an answer.
	useEffect(() => {
		if (takesFocus) heading.current?.focus({ preventScroll: true });
	}, [takesFocus]);
	const onKeyDown = (event: KeyboardEvent) => {
		if (event.key !== "Escape" || event.defaultPrevented) return;
		event.preventDefault();
		event.stopPropagation();
		if (store.state.selected === undefined) onBack();
		else store.closeDetail();
	};
	const scope = { of: "session", agent, session } as const;
	return (
		<section class="av av-one" aria-labelledby="av-session-title" onKeyDown={onKeyDown}>
			<div class="av-bar">
				<button type="button" class="link back" onClick={onBack}>
					<Icon name="chevron" />
					{t("session.back")}
				</button>
			</div>
			<header class="av-head">
				<h2 id="av-session-title" ref={heading} tabIndex={-1}>
					{isThere ? <AgentText text={labelOf(detail.session)} /> : t("sessions.title")}
				</h2>
				{isThere && (
					<>
						<p class="facts tally">
							<span>
								<AgentText text={agentOf(agent)} />
							</span>
							<span>{counted("views.prompts", detail.session.prompts)}</span>
							<span>{counted("views.allowed", detail.session.allowed)}</span>
							<span class={detail.session.denied > 0 ? "strong" : ""}>
								{counted("views.denied", detail.session.denied)}
							</span>
							{detail.session.other > 0 && <span>{counted("views.other", detail.session.other)}</span>}
							<span>{counted("views.byPerson", detail.session.byPerson)}</span>
						</p>
						<p class="marks">
							<Enforcement level={detail.session.starter?.enforcement} />
							<Flags flags={detail.session.flags} />
						</p>
						<div class="av-buttons">
							<Button look="primary" onClick={() => store.post({ type: "export", format: "bundle", scope })}>
								{t("session.receipt")}
							</Button>
							<Button look="secondary" onClick={() => store.post({ type: "export", format: "html", scope })}>
								{t("session.report")}
							</Button>
							<Button
								look="secondary"
								onClick={() => store.show("log", { filter: { agents: [agent], sessions: [session] } })}
							>
								{t("session.inLog")}
							</Button>
						</div>
					</>
				)}
			</header>
			{notReady(store, store.state.log) ?? (
				<>
					{refused && <Trouble reason={refused} again={() => pager.load()} />}
					{!isThere && !refused && <Loading />}
					{isThere && (
						<>
							<SessionFacts row={detail.session} />
							<SessionFiles store={store} row={detail.session} files={detail.files} />
							<Timeline store={store} start={detail.session.startedAt} rows={got?.items ?? []} />
							<MoreButton store={store} pager={pager} announced="session.more.announced" />
						</>
					)}
				</>
			)}
		</section>
	);
}
