// Above the list: is the gate open, is everything paused, what needs a look. Drawn from a state that is held while the
// pointer is in the list, so that nothing here pushes a card under it.
import type { JSX } from "preact";
import type { PolicyLayer } from "../../src/protocol/grants.ts";
import { type Message, message } from "../../src/protocol/messages.ts";
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
			{store.policyFiles.waiting(state.policy).map((layer) => (
				<PolicyNotice key={layer.file} store={store} layer={layer} />
			))}
		</div>
	);
}

/** Rules wait to be accepted. Said once for each content; "Not now" leaves it to the list of policy files. */
function PolicyNotice({ store, layer }: { store: Store; layer: PolicyLayer }): JSX.Element {
	const { policyFiles } = store;
	return (
		<div class="banner policy-notice">
			<Icon name="info" />
			<span>
				<Sentence message={policyNotice(layer)} />
				<span class="links">
					<button type="button" class="link" onClick={() => policyFiles.show(layer)}>
						{t("ui.policy.review")}
					</button>
					<button type="button" class="link" onClick={() => policyFiles.putOff(layer)}>
						{t("ui.policy.later")}
					</button>
				</span>
			</span>
		</div>
	);
}

function policyNotice({ file, allows }: PolicyLayer): Message {
	const code = allows === 1 ? "ui.policy.notice.one" : "ui.policy.notice.many";
	// Enough to know which one it is; the whole path stands with the file.
	return message(code, { file: file.split(/[\\/]/).slice(-3).join("/"), count: allows });
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
