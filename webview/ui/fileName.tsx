// The name of a file and how many of its lines change.
import type { JSX } from "preact";
import { AgentText } from "./agentText.tsx";
import { counted, t } from "./texts.ts";

export function FileName({ label, outside }: { label: string; outside: boolean }): JSX.Element {
	const slash = label.lastIndexOf("/") + 1;
	return (
		<span class="name">
			<AgentText text={label.slice(slash)} code />{" "}
			{slash > 0 && (
				<span class="folder">
					<AgentText text={label.slice(0, slash)} code />
				</span>
			)}
			{outside && <span class="tag">{t("ui.file.outsideTag")}</span>}
		</span>
	);
}

export function Counts({ added, removed }: { added: number; removed: number }): JSX.Element {
	return (
		<span class="counts">
			<span class="unseen">
				{counted("ui.linesAdded", added)}, {counted("ui.linesRemoved", removed)}
			</span>
			<span class="plus" aria-hidden="true">
				+{added}
			</span>{" "}
			<span class="minus" aria-hidden="true">
				−{removed}
			</span>
		</span>
	);
}
