// Everything the log says of one row, in plain sections.
import type { JSX } from "preact";
import { useEffect, useId, useReducer, useRef, useState } from "preact/hooks";
import { message } from "../../../src/protocol/messages.ts";
import { handled } from "../../pending/keys.ts";
import { IconButton } from "../../ui/button.tsx";
import { ShowingProvider } from "../../ui/shownContext.ts";
import { ShownPieces } from "../../ui/shownPieces.ts";
import { t } from "../../ui/texts.ts";
import { Loading, Trouble } from "../states.tsx";
import type { RowPlace, Store } from "../store.ts";
import { useAnswer } from "../useStore.ts";
import { wholeTime } from "../words.ts";
import { ActionSection } from "./action.tsx";
import { ActualSection } from "./actual.tsx";
import { DecisionSection } from "./decision.tsx";
import { EditedSection } from "./edited.tsx";
import { EntriesSection } from "./entries.tsx";
import { FilesSection, ResultSection, SecretsSection } from "./files.tsx";
import { Section, type SectionProps } from "./parts.tsx";
import { StarterSection } from "./starter.tsx";
import { Summary } from "./summary.tsx";
import { Text } from "./text.tsx";

/** The pane of one row. */
export function Detail({ store, row }: { store: Store; row: RowPlace }): JSX.Element {
	const asked = useAnswer(store, { type: "detail", row: row.id });
	const box = useRef<HTMLElement>(null);
	const id = useId();
	const found = asked.answer?.detail;
	// A number means another row after the log was read anew.
	const detail =
		found !== undefined && found.row.segment === row.segment && found.row.line === row.line ? found : undefined;
	const isOther = found !== undefined && detail === undefined;
	useEffect(() => box.current?.scrollTo({ top: 0 }), [row.id, row.segment, row.line]);

	const onKeyDown = (event: KeyboardEvent) => {
		if (event.key !== "Escape") return;
		handled(event);
		store.closeDetail();
	};
	return (
		<aside class="detail" aria-labelledby={id} ref={box} onKeyDown={onKeyDown}>
			<header class="detail-head">
				<h2 id={id}>{t("audit.detail")}</h2>
				<IconButton icon="cross" label={t("audit.detail.close")} onClick={() => store.closeDetail()} />
			</header>
			{asked.refused !== undefined ? (
				<Trouble reason={asked.refused} again={asked.again} />
			) : isOther ? (
				<Trouble reason={message("audit.detail.other")} again={() => store.closeDetail()} />
			) : detail === undefined ? (
				<Loading />
			) : (
				<Whole key={`${row.segment} ${row.line}`} store={store} detail={detail} />
			)}
		</aside>
	);
}

function Whole({ store, detail }: SectionProps): JSX.Element {
	const [shown] = useState(() => new ShownPieces());
	const [, redraw] = useReducer((n: number) => n + 1, 0);
	// What is drawn tells it while it is drawn: the next picture is for later.
	useEffect(() => shown.subscribe(() => redraw(undefined)), [shown]);
	const [showing] = useState(() => ({ shown, watch: undefined }));
	return (
		<ShowingProvider value={showing}>
			<Summary store={store} detail={detail} />
			{detail.prompt && (
				<Section title={t("audit.detail.prompt")} beside={wholeTime(detail.prompt.time)}>
					<Text piece="prompt" text={detail.prompt.text} look="prose" label={t("audit.detail.prompt")} />
				</Section>
			)}
			<ActionSection store={store} detail={detail} />
			<FilesSection store={store} detail={detail} />
			<EditedSection store={store} detail={detail} />
			<DecisionSection store={store} detail={detail} />
			<ResultSection store={store} detail={detail} />
			<ActualSection store={store} detail={detail} />
			<StarterSection store={store} detail={detail} />
			<SecretsSection store={store} detail={detail} />
			<EntriesSection store={store} detail={detail} />
		</ShowingProvider>
	);
}
