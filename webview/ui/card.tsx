// What a person is shown of one request: the same in sidebar, panel and phone. Verb and target first, then why it was
// asked, then the change. Everything that decides is on it in full or says that it is not.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { CardModel } from "../../src/protocol/card.ts";
import { AgentText, Sentence } from "./agentText.tsx";
import type { Contexts } from "./contexts.ts";
import { Drawn } from "./drawn.tsx";
import { Edited } from "./edited.tsx";
import { FileView } from "./file.tsx";
import { FileList } from "./fileList.tsx";
import { Fold } from "./fold.tsx";
import { Icon, type IconName } from "./icons.tsx";
import { Lines } from "./lines.tsx";
import type { PartsChoice } from "./parts.tsx";
import { Preview } from "./preview.tsx";
import { textRows } from "./rows.ts";
import { isLongLabel, needsInput } from "./shown.ts";
import { t } from "./texts.ts";
import { timeOfDay } from "./time.ts";
import { hasRightToLeft } from "./visible.ts";

export const KIND_ICONS: Record<CardModel["kind"], IconName> = {
	shell: "terminal",
	edit: "edit",
	write: "newFile",
	delete: "trash",
	read: "eye",
	fetch: "globe",
	mcp: "plug",
	spawn: "person",
	other: "gear",
};

/** Lines of a command before "Show all". */
const TARGET_LINES = 12;
const INPUT_LINES = 12;
const PROSE_LINES = 4;

export interface CardActions {
	openDiff(file: number): void;
	openFile(file: number): void;
	/** The diff of a file with a right side that can be edited. */
	openEdit(file: number): void;
	canEdit(file: CardModel["files"][number]): boolean;
	/** The diffs of all files at once. */
	openAll(): void;
	/** Lines around a change: those that were unfolded, and the way to more of them. */
	context?: { contexts: Contexts; ask(file: number, from: number, to: number): void };
	/** While parts of the change are chosen. */
	parts?: PartsChoice | undefined;
	/** Back to what the agent had asked for. */
	back?: () => void;
	/** A change by the person is being worked out. */
	isWaiting?: boolean;
	/** Says which rule decided that it is asked, and why no other did. */
	explain(): void;
}

export function CardBody({ card, actions }: { card: CardModel; actions: CardActions }): JSX.Element {
	const target = useMemo(() => textRows(card.target), [card.target]);
	const place = isAboutFiles(card) ? card.root : card.cwd;
	return (
		<div class="card-body">
			<Lines piece="target" rows={target} limit={TARGET_LINES} look="code" label={t("ui.card.target")} />
			{hasRightToLeft(card.target) && <p class="note">{t("ui.card.rightToLeft")}</p>}
			{card.edited && (
				<Edited card={card} edited={card.edited} onBack={actions.back} isWaiting={actions.isWaiting ?? false} />
			)}
			<Notes card={card} actions={actions} />
			{card.preview && card.preview.length > 0 && <Preview items={card.preview} />}
			{card.description !== undefined && <Description text={card.description} />}
			<p class="from">
				<span>
					<AgentText text={card.agent.label} />
					{card.session.subagent !== undefined && (
						<>
							{" "}
							({t("ui.card.subagent")} <AgentText text={card.session.subagent} />)
						</>
					)}
				</span>
				<span>
					<span class="unseen">{t("ui.card.tool")} </span>
					<AgentText text={card.tool} code />
				</span>
				<time dateTime={card.createdAt}>{timeOfDay(card.createdAt)}</time>
				<span class="place">
					{t("ui.card.in")} <AgentText text={place} code />
				</span>
			</p>
			{isLongLabel(card) && <SessionLabel label={card.session.label} />}
			{card.files.length > 1 && <FileList card={card} openAll={actions.openAll} />}
			{card.files.map((file, index) => (
				<FileView key={index} card={card} file={file} index={index} actions={actions} />
			))}
			{needsInput(card) && <Input card={card} />}
		</div>
	);
}

function Notes({ card, actions }: { card: CardModel; actions: CardActions }): JSX.Element {
	return (
		<div class="notes">
			{card.guard && (
				<p class="note guard">
					<Icon name="shield" />
					<span>{t("ui.card.guard")}</span>
				</p>
			)}
			{card.problem && (
				<p class="note warns">
					<Icon name="warning" />
					<span>
						{t("ui.card.problem")} <Sentence message={card.problem} />
					</span>
				</p>
			)}
			{(card.risks.length > 0 || card.why.length > 0) && (
				<ul aria-label={t("ui.card.why")}>
					{card.risks.map((risk, index) => (
						<li key={`risk ${index}`} class="note warns">
							<Icon name="warning" />
							<span>
								<span class="unseen">{t("ui.card.risk")} </span>
								<Sentence message={risk} />
							</span>
						</li>
					))}
					{card.why.map((why, index) => (
						<li key={`why ${index}`} class="note">
							<Icon name="info" />
							<Sentence message={why} />
						</li>
					))}
				</ul>
			)}
			<button type="button" class="link why" onClick={actions.explain}>
				{t("ui.why.link")}
			</button>
			<Drawn piece="notes" />
		</div>
	);
}

function Description({ text }: { text: string }): JSX.Element {
	const rows = useMemo(() => textRows(text), [text]);
	return (
		<div class="says">
			<p class="label">{t("ui.card.says")}</p>
			<Lines piece="description" rows={rows} limit={PROSE_LINES} look="prose" label={t("ui.card.description")} />
		</div>
	);
}

function SessionLabel({ label }: { label: string }): JSX.Element {
	const rows = useMemo(() => textRows(label), [label]);
	return (
		<div class="says">
			<p class="label">{t("ui.card.session")}</p>
			<Lines piece="session" rows={rows} limit={PROSE_LINES} look="prose" label={t("ui.card.session")} />
		</div>
	);
}

function Input({ card }: { card: CardModel }): JSX.Element {
	const rows = useMemo(() => textRows(card.input), [card.input]);
	return (
		<Fold piece="input" name={<span class="name">{t("ui.card.input")}</span>}>
			<Lines piece="input" rows={rows} limit={INPUT_LINES} look="code" label={t("ui.card.input")} />
		</Fold>
	);
}

/** Paths on the card are relative to the root; a command runs in its working directory. */
function isAboutFiles({ kind }: CardModel): boolean {
	return kind === "edit" || kind === "write" || kind === "delete" || kind === "read";
}
