// Above every view: which log, which view, is it whole, and the way out of it.
import type { JSX } from "preact";
import { AgentText } from "../ui/agentText.tsx";
import { t } from "../ui/texts.ts";
import { visibleText } from "../ui/visible.ts";
import { ExportMenu } from "./exportMenu.tsx";
import { Badge } from "./integrity/badge.tsx";
import { Mark } from "./marks.tsx";
import type { Store } from "./store.ts";
import { Tabs } from "./tabs.tsx";
import { useStore } from "./useStore.ts";

export function Top({ store }: { store: Store }): JSX.Element {
	const { log } = useStore(store);
	return (
		<header class="top">
			<Tabs store={store} />
			<div class="top-end">
				<Folder store={store} />
				{log?.folder !== undefined && <Badge store={store} integrity={log.integrity} />}
				{log?.folder !== undefined && <ExportMenu store={store} />}
			</div>
		</header>
	);
}

function Folder({ store }: { store: Store }): JSX.Element | null {
	const { log } = useStore(store);
	if (log === undefined || log.folder === undefined) return null;
	const { folders, folder } = log;
	if (folders.length < 2) {
		const label = folders.find((one) => one.folder === folder)?.label ?? folder;
		return (
			<span class="folder-name" title={visibleText(folder)}>
				<Mark name="folder" />
				<span class="unseen">{t("audit.folder")} </span>
				<span class="ellipsis">
					<AgentText text={label} />
				</span>
			</span>
		);
	}
	return (
		<span class="folder-name">
			<Mark name="folder" />
			<select
				class="field"
				aria-label={t("audit.folder")}
				value={folder}
				onChange={(event) => store.post({ type: "choose", folder: event.currentTarget.value })}
			>
				{folders.map((one) => (
					<option key={one.folder} value={one.folder}>
						{visibleText(one.label)}
					</option>
				))}
			</select>
		</span>
	);
}
