// Above the list: is the gate open, is everything paused, what needs a look. Drawn from a state that is held while the
// pointer is in the list, so that nothing here pushes a card under it.
import type { JSX } from "preact";
import type { PendingState } from "../../src/protocol/pendingView.ts";
import { AgentText, Sentence } from "../ui/agentText.tsx";
import { Button, IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icons.tsx";
import { counted, t } from "../ui/texts.ts";
import { visibleText } from "../ui/visible.ts";
import { useAnswerRules } from "./answerRules.ts";
import type { Store } from "./store.ts";

export function Top({ store, state }: { store: Store; state: PendingState }): JSX.Element {
	const pause = (event: MouseEvent) => event.isTrusted && store.host.post({ type: "pause", paused: true });
	return (
		<div class="top">
			<div class="gate">
				<Gate state={state} />
				{!state.paused && state.gate.state === "open" && (
					<IconButton icon="pause" label={t("ui.pause")} onClick={pause} />
				)}
			</div>
			{state.paused && <Paused store={store} />}
			{state.warnings.length > 0 && (
				<ul class="warnings" aria-label={t("ui.warnings")}>
					{state.warnings.map(({ id, message, dismissible }) => (
						<li key={id} class="banner warns">
							<Icon name="warning" />
							<Sentence message={message} />
							{dismissible && (
								<IconButton
									icon="cross"
									label={t("ui.dismiss")}
									onClick={() => store.host.post({ type: "dismiss", warning: id })}
								/>
							)}
						</li>
					))}
				</ul>
			)}
		</div>
	);
}

const GATE_TEXTS = {
	starting: "ui.gate.starting",
	open: "ui.gate.open",
	failed: "ui.gate.failed",
	"no-folder": "ui.gate.noFolder",
} as const;

function Gate({ state: { gate } }: { state: PendingState }): JSX.Element {
	const [first] = gate.folders;
	return (
		<p class={`gate-state ${gate.state}`} title={gate.folders.map(visibleText).join("\n")}>
			<Icon name={gate.state === "failed" ? "error" : "gate"} />
			<span>
				{t(GATE_TEXTS[gate.state] ?? "ui.gate.failed")}
				{gate.message && (
					<>
						{" "}
						<Sentence message={gate.message} />
					</>
				)}
				{gate.state === "open" && first !== undefined && (
					<span class="folders">
						{gate.folders.length === 1 ? (
							<AgentText text={nameOf(first)} code />
						) : (
							counted("ui.folders", gate.folders.length)
						)}
					</span>
				)}
			</span>
		</p>
	);
}

/** Letting all agents go on is an answer like any other: only by a gesture that passes the rules. */
function Paused({ store }: { store: Store }): JSX.Element {
	const rules = useAnswerRules({
		onAnswer: () => store.host.post({ type: "pause", paused: false }),
		onRefused: () => undefined,
	});
	return (
		<div class="banner paused">
			<Icon name="pause" />
			<span>{t("ui.paused")}</span>
			<Button look="secondary" {...rules}>
				{t("ui.resume")}
			</Button>
		</div>
	);
}

function nameOf(folder: string): string {
	return folder.split(/[\\/]/).filter(Boolean).at(-1) ?? folder;
}
