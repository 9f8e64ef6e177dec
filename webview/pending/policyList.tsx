// The policy files there are. What a file would let through counts only after a person has read all of it here and said
// so: the one place where that can be said.
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import type { PolicyLayer } from "../../src/protocol/grants.ts";
import { AgentText, Sentence } from "../ui/agentText.tsx";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icons.tsx";
import { Lines } from "../ui/lines.tsx";
import { textRows } from "../ui/rows.ts";
import { Section } from "../ui/section.tsx";
import { ShowingProvider } from "../ui/shownContext.ts";
import { ShownText } from "../ui/shownText.ts";
import { counted, t } from "../ui/texts.ts";
import { ViewWatch } from "../ui/viewWatch.ts";
import { hasRightToLeft, visibleText } from "../ui/visible.ts";
import { useAnswerRules } from "./answerRules.ts";
import type { Store } from "./store.ts";
import { useVisible } from "./useVisible.ts";

interface LayerProps {
	store: Store;
	layer: PolicyLayer;
}

type WaitingProps = LayerProps & { layer: PolicyLayer & { text: string } };

export function PolicyList({ store, layers }: { store: Store; layers: readonly PolicyLayer[] }): JSX.Element {
	const { policyFiles } = store;
	const needsLook = layers.some((layer) => layer.problems.length > 0 || layer.accepted === "waiting");
	return (
		<Section
			id="policy"
			class="policy"
			open={policyFiles.listOpen}
			onToggle={() => policyFiles.openList(!policyFiles.listOpen)}
			title={
				<>
					<span class="name">{t("ui.policy")}</span>
					{needsLook && (
						<span class="needs-look">
							<Icon name="warning" />
							<span class="unseen">{t("ui.policy.needsLook")}</span>
						</span>
					)}
				</>
			}
		>
			{/* biome-ignore lint/a11y/noRedundantRoles: a list without bullets loses its role in some readers */}
			<ul role="list">
				{layers.map((layer) => (
					<Layer key={layer.file} store={store} layer={layer} />
				))}
			</ul>
			<button type="button" class="link" onClick={() => store.host.post({ type: "openPolicy" })}>
				{t("ui.policy.other")}
			</button>
		</Section>
	);
}

const NAMES = {
	organisation: "ui.policy.organisation",
	user: "ui.policy.user",
	workspace: "ui.policy.workspace",
} as const;

function Layer({ store, layer }: LayerProps): JSX.Element {
	const { policyFiles } = store;
	const open = policyFiles.isOpen(layer);
	const item = useRef<HTMLLIElement>(null);
	const clear = () => policyFiles.clearHint(layer);
	useEffect(() => {
		if (!policyFiles.isWanted(layer) || !item.current) return;
		policyFiles.found();
		item.current.querySelector<HTMLElement>("button.fold")?.focus({ preventScroll: true });
		item.current.scrollIntoView({ block: "start" });
	});
	return (
		<li class="layer" ref={item} onPointerDownCapture={clear} onKeyDownCapture={clear}>
			<h3>
				<button type="button" class="fold" aria-expanded={open} onClick={() => policyFiles.setOpen(layer, !open)}>
					<Icon name="chevron" />
					<span class="name">
						{t(NAMES[layer.layer] ?? "ui.policy.workspace")}{" "}
						<span class="folder">
							<AgentText text={layer.file} code />
						</span>
						{layer.accepted === "waiting" && <span class="tag">{t("ui.policy.waits")}</span>}
						{layer.problems.length > 0 && (
							<span class="tag">{counted("ui.policy.problems", layer.problems.length)}</span>
						)}
					</span>
				</button>
			</h3>
			{open && <Inside store={store} layer={layer} />}
		</li>
	);
}

function Inside({ store, layer }: LayerProps): JSX.Element {
	const { text } = layer;
	const openFile = () => store.host.post({ type: "openPolicy", layer: layer.layer, file: layer.file });
	return (
		<div class="layer-body">
			<p class="help">{standing(layer)}</p>
			{layer.problems.length > 0 && <Problems store={store} layer={layer} />}
			{layer.accepted === "waiting" && text !== undefined ? (
				// Other content is another file: nothing of it was in view yet.
				<Waiting key={layer.sha256} store={store} layer={{ ...layer, text }} />
			) : (
				<div class="buttons">
					<OpenButton layer={layer} onClick={openFile} />
				</div>
			)}
		</div>
	);
}

function standing({ layer, allows, accepted, problems }: PolicyLayer): string {
	if (accepted === "waiting") return counted("ui.policy.waiting", allows);
	if (accepted === "accepted") return counted("ui.policy.accepted", allows);
	if (layer === "organisation" && allows > 0) return counted("ui.policy.counts", allows);
	return problems.length > 0 ? "" : t("ui.policy.noAllows");
}

function OpenButton({ layer, onClick }: { layer: PolicyLayer; onClick(): void }): JSX.Element {
	return (
		<Button look="secondary" label={t("ui.policy.openNamed", { file: visibleText(layer.file) })} onClick={onClick}>
			{t("ui.policy.open")}
		</Button>
	);
}

function Problems({ store, layer }: LayerProps): JSX.Element {
	const { file, problems } = layer;
	return (
		<ul class="problems">
			{problems.map(({ line, message }, index) => (
				<li key={index} class="note warns">
					<Icon name="warning" />
					<span>
						<button
							type="button"
							class="link"
							onClick={() => store.host.post({ type: "openPolicy", layer: layer.layer, file, line })}
						>
							{t("ui.policy.line", { line })}
						</button>{" "}
						<Sentence message={message} />
					</span>
				</li>
			))}
		</ul>
	);
}

/** The whole text in a box that scrolls, and Accept, which needs all of it to have been in view. */
function Waiting({ store, layer }: WaitingProps): JSX.Element {
	const shown = store.policyFiles.shown(layer);
	const [, redraw] = useReducer((n: number) => n + 1, 0);
	useLayoutEffect(() => shown.subscribe(() => redraw(undefined)), [shown]);
	const watch = useMemo(() => new ViewWatch(shown, "0px"), [shown]);
	useEffect(() => () => watch.stop(), [watch]);
	const showing = useMemo(() => ({ shown, watch }), [shown, watch]);
	const rows = useMemo(() => textRows(layer.text), [layer.text]);
	const box = useRef<HTMLDivElement>(null);
	useVisible(box, shown, false);
	const label = t("ui.policy.text", { file: visibleText(layer.file) });
	return (
		<div ref={box}>
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no pointer scrolls it by keys */}
			<section class="policy-text" tabIndex={0} aria-label={label} onKeyDown={scrollKeys}>
				<ShowingProvider value={showing}>
					<Lines piece={ShownText.piece} rows={rows} limit={Number.POSITIVE_INFINITY} look="code" label={label} />
				</ShowingProvider>
			</section>
			{hasRightToLeft(layer.text) && <p class="note">{t("ui.card.rightToLeft")}</p>}
			<Accept store={store} layer={layer} shown={shown} />
		</div>
	);
}

/** Scrolls the box and nothing else: the editor has commands of its own on some of these keys. */
function scrollKeys(event: KeyboardEvent): void {
	const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
	if (plain && /^(?:Arrow(?:Up|Down)|Page(?:Up|Down)|Home|End| )$/.test(event.key)) event.stopPropagation();
}

function Accept({ store, layer, shown }: WaitingProps & { shown: ShownText }): JSX.Element {
	const { policyFiles } = store;
	const whole = shown.extent === "whole";
	const hint = policyFiles.hint(layer);
	const [hadMore] = useState(!whole);
	const openFile = () => store.host.post({ type: "openPolicy", layer: layer.layer, file: layer.file });
	return (
		<>
			<p class="progress" role="status">
				{hadMore && (
					<>
						<Icon name={whole ? "check" : "info"} />
						<span>{t(whole ? "ui.policy.seen" : "ui.policy.scroll")}</span>
					</>
				)}
			</p>
			<div class="accept-bar">
				{/* It lies over the text, so that it moves no button. */}
				{hint && (
					<p class="hint" role="alert" key={hint.serial}>
						<Sentence message={hint.message} />
					</p>
				)}
				{policyFiles.isSent(layer) ? (
					<p class="sending">{t("ui.policy.accepting")}</p>
				) : (
					<div class="buttons">
						<AcceptButton store={store} layer={layer} shown={shown} />
						<OpenButton layer={layer} onClick={openFile} />
					</div>
				)}
			</div>
		</>
	);
}

function AcceptButton({ store, layer, shown }: WaitingProps & { shown: ShownText }): JSX.Element {
	const { policyFiles } = store;
	const { elementRef, ...rules } = useAnswerRules({
		onAnswer: () => void policyFiles.accept(layer, shown),
		onRefused: (why) => policyFiles.refuse(layer, why),
	});
	return (
		<Button look="primary" class="accept" unavailable={shown.extent !== "whole"} elementRef={elementRef} {...rules}>
			{t("ui.policy.accept")}
		</Button>
	);
}
