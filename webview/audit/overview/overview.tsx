// The overview: what the current filter shows, in numbers and charts.
import type { JSX } from "preact";
import type { AuditFilter, Overview } from "../../../src/protocol/audit.ts";
import { AgentText } from "../../ui/agentText.tsx";
import { Button } from "../../ui/button.tsx";
import { counted, t } from "../../ui/texts.ts";
import { oneLine, visibleText } from "../../ui/visible.ts";
import { ChartPatterns } from "../charts/looks.tsx";
import { Loading, Trouble } from "../states.tsx";
import type { Store } from "../store.ts";
import { useAnswer } from "../useStore.ts";
import { Empty, isNarrow, notReady } from "../viewState.tsx";
import { duration } from "../words.ts";
import { Agents, Channels, Days, DecidedBy } from "./figures.tsx";
import { Figure } from "./named.tsx";

export function OverviewView({ store }: { store: Store }): JSX.Element {
	const { filter, log } = store.state;
	const { answer, refused, again } = useAnswer<"overview">(store, { type: "overview", filter });
	const overview = answer?.overview;
	const go = (wanted: AuditFilter) => store.show("log", { filter: wanted });
	return (
		<section class="av av-overview" aria-labelledby="av-overview-title">
			<h2 id="av-overview-title" class="unseen">
				{t("overview.title")}
			</h2>
			{notReady(store, log) ??
				(refused ? (
					<Trouble reason={refused} again={again} />
				) : overview === undefined ? (
					<Loading />
				) : overview.actions === 0 ? (
					<Empty store={store} title={t("overview.empty")} help={t("overview.emptyHelp")} />
				) : (
					<>
						<ChartPatterns />
						<p class="av-scope">{counted(isNarrow(filter) ? "overview.filtered" : "overview.all", overview.actions)}</p>
						<div class="av-figures">
							<Days overview={overview} filter={filter} go={go} />
							<DecidedBy overview={overview} filter={filter} go={go} />
							<AnswerTime answer={overview.answer} />
							<Agents overview={overview} filter={filter} go={go} />
							<Channels overview={overview} filter={filter} go={go} />
							<Asked store={store} asked={overview.asked} />
						</div>
					</>
				))}
		</section>
	);
}

function AnswerTime({ answer }: { answer: Overview["answer"] }): JSX.Element {
	return (
		<Figure class="answer" title={t("overview.answer")}>
			{answer === undefined ? (
				<p class="help">{t("overview.answer.none")}</p>
			) : (
				<>
					<dl class="av-tiles">
						<div>
							<dt>{t("overview.answer.median")}</dt>
							<dd>{duration(answer.median)}</dd>
						</div>
						<div>
							<dt>{t("overview.answer.p95")}</dt>
							<dd>{duration(answer.p95)}</dd>
						</div>
					</dl>
					<p class="help">{counted("overview.answer.help", answer.count)}</p>
				</>
			)}
		</Figure>
	);
}

function Asked({ store, asked }: { store: Store; asked: Overview["asked"] }): JSX.Element {
	return (
		<Figure class="asked" title={t("overview.asked")}>
			<p class="help">{asked.length === 0 ? t("overview.asked.none") : t("overview.asked.help")}</p>
			{asked.length > 0 && (
				<ol class="av-asked">
					{asked.map(({ tool, target, count, allowed, denied, row }) => (
						<li key={row}>
							<div class="what">
								<AgentText text={tool} /> <AgentText code text={target} />
							</div>
							<p class="said">
								<span>{counted("overview.asked.times", count)}</span>
								<span>{counted("views.allowed", allowed)}</span>
								<span>{counted("views.denied", denied)}</span>
							</p>
							<Button
								look="secondary"
								label={t("overview.makeRuleFor", { target: visibleText(oneLine(target, 80)) })}
								onClick={() => store.post({ type: "makeRule", row })}
							>
								{t("overview.makeRule")}
							</Button>
						</li>
					))}
				</ol>
			)}
		</Figure>
	);
}
