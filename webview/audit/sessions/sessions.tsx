// The sessions of the log, and the one that is open.
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { SessionRow } from "../../../src/protocol/audit.ts";
import { AgentText } from "../../ui/agentText.tsx";
import { counted, t } from "../../ui/texts.ts";
import { oneLine } from "../../ui/visible.ts";
import { Loading, Trouble } from "../states.tsx";
import type { SessionPlace, Store } from "../store.ts";
import { ago, dateAndTime, useMinutes } from "../times.ts";
import { Empty, notReady } from "../viewState.tsx";
import { wholeTime } from "../words.ts";
import { MoreButton } from "./more.tsx";
import { SessionView } from "./one.tsx";
import { type Pager, usePages } from "./pages.ts";
import { agentOf, between, Enforcement, Flags, labelOf, starterWords } from "./words.tsx";

const PAGE = 50;
/** Of what the log says in one place of the list; the session itself has all of it. */
const LONGEST = 120;

/** The list, or the session that `store.state.session` names. */
export function SessionsView({ store }: { store: Store }): JSX.Element {
	const { filter, log, session } = store.state;
	const pager = usePages<SessionRow, undefined>(store, JSON.stringify(filter), PAGE, async (offset, limit, signal) => {
		const { sessions, total } = await store.ask<"sessions">({ type: "sessions", filter, offset, limit }, signal);
		return { items: sessions, total, whole: undefined };
	});
	// The session that was left last: its place in the list gets the focus back.
	const left = useRef<SessionPlace | undefined>(undefined);
	const opened = useRef(false);
	if (session) {
		return (
			<SessionView
				key={keyOf(session)}
				store={store}
				agent={session.agent}
				session={session.session}
				takesFocus={opened.current}
				onBack={() => {
					left.current = session;
					store.set({ session: undefined, selected: undefined });
				}}
			/>
		);
	}
	const open = (one: SessionPlace) => {
		opened.current = true;
		store.set({ session: { agent: one.agent, session: one.session }, selected: undefined });
	};
	return (
		<section class="av av-sessions" aria-labelledby="av-sessions-title">
			<h2 id="av-sessions-title" class="unseen">
				{t("sessions.title")}
			</h2>
			{notReady(store, log) ?? <List store={store} pager={pager} open={open} left={left} />}
		</section>
	);
}

interface ListProps {
	store: Store;
	pager: Pager<SessionRow, undefined>;
	open(one: SessionPlace): void;
	left: { current: SessionPlace | undefined };
}

function List({ store, pager, open, left }: ListProps): JSX.Element {
	useMinutes();
	const list = useRef<HTMLUListElement>(null);
	useLayoutEffect(() => {
		if (!left.current || !list.current) return;
		const key = keyOf(left.current);
		left.current = undefined;
		for (const button of list.current.querySelectorAll<HTMLElement>("button[data-session]")) {
			if (button.dataset.session === key) button.focus();
		}
	});
	const { got, refused } = pager;
	if (got === undefined) return refused ? <Trouble reason={refused} again={() => pager.load()} /> : <Loading />;
	return (
		<>
			{refused && <Trouble reason={refused} again={() => pager.load()} />}
			{got.items.length === 0 ? (
				<Empty store={store} title={t("sessions.empty")} help={t("sessions.emptyHelp")} />
			) : (
				<ul ref={list} class="av-list" aria-label={t("sessions.list")}>
					{got.items.map((row) => (
						<Item key={keyOf(row)} row={row} open={() => open(row)} />
					))}
				</ul>
			)}
			<MoreButton store={store} pager={pager} announced="sessions.more.announced" />
		</>
	);
}

function Item({ row, open }: { row: SessionRow; open(): void }): JSX.Element {
	const { startedAt, endedAt, lastAt, allowed, denied, other, byPerson, files } = row;
	const length = between(startedAt, endedAt ?? lastAt);
	return (
		<li class="av-session">
			<h3>
				<button type="button" class="open" data-session={keyOf(row)} onClick={open}>
					<AgentText text={oneLine(labelOf(row), 2 * LONGEST)} />
				</button>
			</h3>
			<p class="when">
				<time dateTime={startedAt} title={wholeTime(startedAt)}>
					<span>{ago(startedAt) || t("session.noTime")}</span>
					<span class="absolute">{dateAndTime(startedAt)}</span>
				</time>
			</p>
			<p class="facts who">
				<span>
					<AgentText text={oneLine(agentOf(row.agent), LONGEST)} />
				</span>
				{length !== "" && (
					<span>{t(endedAt === undefined ? "sessions.soFar" : "sessions.lasted", { duration: length })}</span>
				)}
				{starterWords(row.starter).map((words) => (
					<span key={words}>
						<AgentText text={oneLine(words, LONGEST)} />
					</span>
				))}
			</p>
			<p class="facts tally">
				<span>{counted("views.allowed", allowed)}</span>
				<span class={denied > 0 ? "strong" : ""}>{counted("views.denied", denied)}</span>
				{other > 0 && <span>{counted("views.other", other)}</span>}
				<span>{counted("views.byPerson", byPerson)}</span>
				<span>{counted("views.files", files)}</span>
			</p>
			<p class="marks">
				<Enforcement level={row.starter?.enforcement} />
				<Flags flags={row.flags} />
			</p>
		</li>
	);
}

function keyOf({ agent, session }: SessionPlace): string {
	return JSON.stringify([agent, session]);
}
