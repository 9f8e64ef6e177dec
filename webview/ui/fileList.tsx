// The files of a change of several: what happens to each, how much, and the way to its diff.
import type { JSX } from "preact";
import { useContext, useEffect, useId, useRef, useState } from "preact/hooks";
import type { CardFile, CardModel } from "../../src/protocol/card.ts";
import { AgentText } from "./agentText.tsx";
import { Counts, FileName } from "./fileName.tsx";
import { Icon } from "./icons.tsx";
import { foldOf } from "./shown.ts";
import { ShownContext } from "./shownContext.ts";
import { counted, t } from "./texts.ts";

/** Files listed before "Show all". Each is drawn with its diff below anyway. */
const FIRST_FILES = 12;

export function FileList({ card: { files }, openAll }: { card: CardModel; openAll(): void }): JSX.Element {
	const { shown } = useContext(ShownContext);
	const [all, setAll] = useState(false);
	const [wanted, setWanted] = useState<number>();
	const box = useRef<HTMLElement>(null);
	const id = useId();
	const sum = (member: "added" | "removed") => files.reduce((total, file) => total + file[member], 0);

	useEffect(() => {
		if (wanted === undefined) return;
		setWanted(undefined);
		const file = box.current?.closest(".card-body")?.querySelector<HTMLElement>(`[data-file="${wanted}"]`);
		file?.scrollIntoView({ block: "start" });
		file?.querySelector<HTMLElement>("button.fold")?.focus({ preventScroll: true });
	}, [wanted]);

	return (
		<section ref={box} class="file-list" aria-labelledby={id}>
			<div class="file-list-head">
				<h4 id={id}>{counted("ui.files", files.length)}</h4>
				<Counts added={sum("added")} removed={sum("removed")} />
				<button type="button" class="link" title={t("ui.files.openAllTitle")} onClick={openAll}>
					{t("ui.files.openAll")}
				</button>
			</div>
			{/* biome-ignore lint/a11y/noRedundantRoles: a list without bullets loses its role in some readers */}
			<ul role="list">
				{files.slice(0, all ? undefined : FIRST_FILES).map((file, index) => (
					<li key={index}>
						<button
							type="button"
							class="file-row"
							onClick={() => {
								shown.open(foldOf(`file:${index}`));
								setWanted(index);
							}}
						>
							<span class={`op ${opOf(file)}`}>{t(`ui.files.op.${opOf(file)}`)}</span>
							<FileName label={file.label} outside={file.outside} />
							{(file.warnings?.length ?? 0) > 0 && (
								<span class="needs-look">
									<Icon name="warning" />
									<span class="unseen">{t("ui.files.warns")}</span>
								</span>
							)}
							<Counts added={file.added} removed={file.removed} />
						</button>
						{file.from !== undefined && (
							<p class="moved">
								{t("ui.files.from")} <AgentText text={file.from} code />
							</p>
						)}
					</li>
				))}
			</ul>
			{!all && files.length > FIRST_FILES && (
				<button type="button" class="link more" onClick={() => setAll(true)}>
					{counted("ui.files.all", files.length)}
				</button>
			)}
		</section>
	);
}

function opOf({ op, from }: CardFile) {
	return from === undefined ? op : "move";
}
