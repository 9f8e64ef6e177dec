// What a session was allowed to change, file by file.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { SessionFile, SessionRow } from "../../../src/protocol/audit.ts";
import { AgentText } from "../../ui/agentText.tsx";
import { Button } from "../../ui/button.tsx";
import { Icon, type IconName } from "../../ui/icons.tsx";
import { counted, t } from "../../ui/texts.ts";
import { oneLine, visibleText } from "../../ui/visible.ts";
import { UndoAllButton, UndoButton } from "../detail/undo.tsx";
import type { Store } from "../store.ts";

const FIRST = 15;
const ICONS: Record<SessionFile["op"], IconName> = { create: "newFile", modify: "edit", delete: "trash" };

interface SessionFilesProps {
	store: Store;
	row: SessionRow;
	files: readonly SessionFile[];
}

export function SessionFiles({ store, row, files }: SessionFilesProps): JSX.Element {
	const [all, setAll] = useState(false);
	const shown = all ? files : files.slice(0, FIRST);
	const { agent, session } = row;
	return (
		<section class="av-part-of" aria-labelledby="av-changed">
			<h3 id="av-changed">{t("session.changed")}</h3>
			{files.length === 0 && <p class="help">{t("session.nothingChanged")}</p>}
			{files.length > 0 && (
				<ul class="av-files">
					{shown.map(({ path, op, changes }) => {
						const label = pathIn(row.starter?.workspace, path);
						return (
							<li key={path}>
								<Icon name={ICONS[op]} />
								<span class="path">
									<AgentText code text={label} />
								</span>
								<span class="help facts">
									<span>{t(`session.op.${op}`)}</span>
									<span>{counted("session.changes", changes)}</span>
								</span>
								<Button
									look="secondary"
									label={t("session.openDiffOf", { file: visibleText(oneLine(label, 120)) })}
									onClick={() => store.post({ type: "openSessionDiff", agent, session, path })}
								>
									{t("session.openDiff")}
								</Button>
								<UndoButton
									store={store}
									msg={{ type: "undoSessionFile", agent, session, path }}
									file={visibleText(oneLine(label, 120))}
								/>
							</li>
						);
					})}
				</ul>
			)}
			{files.length > 1 && (
				<div class="av-buttons">
					<UndoAllButton store={store} agent={agent} session={session} />
				</div>
			)}
			{files.length > FIRST && !all && (
				<button type="button" class="link" onClick={() => setAll(true)}>
					{counted("session.allFiles", files.length)}
				</button>
			)}
		</section>
	);
}

/** The path as it is known in the workspace; whole where it is not in it. */
export function pathIn(workspace: string | undefined, path: string): string {
	if (!workspace) return path;
	const rest = path.startsWith(workspace) ? path.slice(workspace.length) : "";
	return /^[\\/]./.test(rest) ? rest.slice(1) : path;
}
