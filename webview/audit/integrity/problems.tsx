// Exactly what is wrong with the log and where, and what a person can do about it.
import type { JSX } from "preact";
import type { Integrity } from "../../../src/protocol/auditPanel.ts";
import type { MessageCode } from "../../../src/protocol/messages.ts";
import { TEXTS } from "../../../src/protocol/texts.ts";
import { AgentText } from "../../ui/agentText.tsx";
import { Icon } from "../../ui/icons.tsx";
import { counted, t } from "../../ui/texts.ts";
import type { Store } from "../store.ts";
import { Command, verifyCommand } from "./command.tsx";

export function Problems({
	store,
	folder,
	integrity,
}: {
	store: Store;
	folder: string;
	integrity: Integrity;
}): JSX.Element | null {
	const { problems = [], moreProblems = 0 } = integrity;
	if (problems.length === 0) return null;
	const command = verifyCommand({ folder });
	const kinds = [...new Set(problems.map(({ kind }) => kind))];
	return (
		<section class="av-part-of" aria-labelledby="av-problems">
			<h3 id="av-problems">{t("integrity.problems")}</h3>
			<table class="av-problems">
				<caption class="unseen">{t("integrity.problems.caption")}</caption>
				<thead>
					<tr>
						<th scope="col">{t("integrity.problem")}</th>
						<th scope="col">{t("integrity.where")}</th>
						<th scope="col">{t("integrity.detail")}</th>
					</tr>
				</thead>
				<tbody>
					{problems.map(({ segment, line, kind, detail }, index) => (
						<tr key={index}>
							<th scope="row">
								<span class="av-mark warns">
									<Icon name="warning" />
									<Kind kind={kind} />
								</span>
							</th>
							<td>
								<AgentText code text={segment} />
								<span class="line">
									{line === undefined
										? t("integrity.wholeSegment")
										: t("integrity.line", { line: line.toLocaleString() })}
								</span>
							</td>
							<td>
								<AgentText text={detail} />
							</td>
						</tr>
					))}
				</tbody>
			</table>
			{moreProblems > 0 && (
				<>
					<p class="help">
						{counted("integrity.moreProblems", moreProblems)}
						{command !== undefined && ` ${t("integrity.moreProblems.command")}`}
					</p>
					{command !== undefined && <Command store={store} command={command} />}
				</>
			)}
			{problems.some(({ detail }) => /head file|anchored/.test(detail)) && (
				<p class="help">{t("integrity.problems.words")}</p>
			)}
			<h4>{t("integrity.advice")}</h4>
			<dl class="av-advice">
				{kinds.map((kind) => (
					<div key={kind}>
						<dt>
							<Kind kind={kind} />
						</dt>
						<dd>{t(known("integrity.advice", kind) ?? "integrity.advice.other")}</dd>
					</div>
				))}
			</dl>
		</section>
	);
}

/** In words; as the verifier calls it where this build does not know it. */
function Kind({ kind }: { kind: string }): JSX.Element {
	const code = known("integrity.kind", kind);
	return code === undefined ? <AgentText text={kind} /> : <span>{t(code)}</span>;
}

function known(of: string, kind: string): MessageCode | undefined {
	const code = `${of}.${kind}`;
	return Object.hasOwn(TEXTS, code) ? (code as MessageCode) : undefined;
}
