// Edit, then allow: the command in a text box, or which parts of a change are kept. Applying answers nothing: the card comes
// again as what would run, and is answered as that.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { AgentText, Sentence } from "../ui/agentText.tsx";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icons.tsx";
import { TextArea } from "../ui/textArea.tsx";
import { counted, t } from "../ui/texts.ts";
import { isPlain, visibleText } from "../ui/visible.ts";
import type { BarProps } from "./answerBar.tsx";
import { type Edit, type Form, isEditable } from "./edits.ts";
import { ALLOW_SHORTCUTS, handled, isAllowKey, keyLabel } from "./keys.ts";

/** The protocol's limit. */
const COMMAND_CHARACTERS = 1_000_000;
const ROWS = { least: 3, most: 12 };
/** Lines of a command that are drawn again because a text box does not show all that is in them. */
const READ_AS_LINES = 20;
/** Files with a button of their own in the form. Each has one beside its diff anyway. */
const MOST_FILES = 12;

/** That a change is being worked out, or why it was not taken. Said at the card, form or not. */
export function EditStatus({ edit: { isWorking, problem } }: { edit: Edit }): JSX.Element | null {
	if (!isWorking && problem === undefined) return null;
	return (
		<p class={isWorking ? "why-not" : "why-not warns"} role={isWorking ? "status" : "alert"}>
			<Icon name={isWorking ? "clock" : "warning"} />
			<span>{problem === undefined ? t("ui.edit.working") : <Sentence message={problem} />}</span>
		</p>
	);
}

/** What is typed in the diff and not saved would not run. */
export function UnsavedNote(): JSX.Element {
	return (
		<p class="why-not warns" role="status">
			<Icon name="warning" />
			<span>{t("ui.edit.unsaved")}</span>
		</p>
	);
}

export function EditForm({ store, card, edit, form }: BarProps & { edit: Edit; form: Form }): JSX.Element {
	const box = useRef<HTMLElement>(null);
	const { edits } = store;
	const problem = edits.problemOf(card, edit);
	useEffect(() => {
		box.current?.closest(".bar")?.scrollIntoView({ block: "nearest" });
		// The text box takes the focus by itself.
		if (form !== "command") box.current?.focus({ preventScroll: true });
	}, [form]);
	const close = () => {
		// Back to where it was opened from.
		const head = box.current?.closest("article")?.querySelector<HTMLElement>("button.head");
		edits.cancel(card.id);
		head?.focus({ preventScroll: true });
	};
	const onKeyDown = (event: KeyboardEvent) => {
		if (event.key === "Escape") {
			handled(event);
			close();
		} else if (isAllowKey(event)) {
			handled(event);
			// A key held down applies once, and never answers what comes of it.
			if (event.isTrusted && !event.repeat) edits.apply(card);
		}
	};
	const title = t(TITLES[form]);
	return (
		<section ref={box} class="edit-form" aria-label={title} tabIndex={-1} onKeyDown={onKeyDown}>
			{form === "command" ? (
				<CommandField edit={edit} onInput={(text) => edits.type(card.id, text)} />
			) : form === "parts" ? (
				<PartsLine card={card} edit={edit} />
			) : (
				<DiffLines card={card} open={(file) => edits.openInDiff(card.id, file)} />
			)}
			<div class="buttons">
				{form !== "diff" && (
					<Button
						look="primary"
						class="apply"
						unavailable={problem !== undefined}
						keyShortcuts={ALLOW_SHORTCUTS}
						title={problem === undefined || edit.isWorking ? keyLabel("Enter") : t(problem)}
						onClick={() => edits.apply(card)}
					>
						{t("ui.edit.apply")}
					</Button>
				)}
				{form === "parts" && (
					<Button look="secondary" class="in-diff" onClick={() => edits.openInDiff(card.id, edit.file)}>
						{t("ui.edit.inDiff")}
					</Button>
				)}
				{form === "diff" && card.files.length === 1 && (
					<Button look="secondary" class="in-diff" onClick={() => edits.openInDiff(card.id, 0)}>
						{t("ui.edit.inDiff")}
					</Button>
				)}
				<Button look="secondary" onClick={close}>
					{t("ui.cancel")}
				</Button>
			</div>
		</section>
	);
}

const TITLES = {
	command: "ui.edit.title",
	parts: "ui.edit.titleParts",
	diff: "ui.edit.titleDiff",
} as const satisfies Record<Form, string>;

/** Why no parts can be chosen, what can be done instead, and the files of several with which it can. */
function DiffLines({
	card: { edited, files },
	open,
}: Pick<BarProps, "card"> & { open(file: number): void }): JSX.Element {
	const isCut = files.some(({ cut }) => cut);
	const why = edited === undefined ? isCut && "ui.edit.cut" : "ui.edit.backFirst";
	const able = [...files.entries()].filter(([, file]) => isEditable(file)).slice(0, MOST_FILES);
	return (
		<>
			<p class="help">
				{why && `${t(why)} `}
				{t("ui.edit.helpDiff")}
			</p>
			{files.length > 1 && (
				<ul>
					{able.map(([index, { label }]) => (
						<li key={index}>
							<button type="button" class="link in-diff agent-text" onClick={() => open(index)}>
								{t("ui.edit.fileInDiff", { file: visibleText(label) })}
							</button>
						</li>
					))}
				</ul>
			)}
		</>
	);
}

function CommandField({ edit, onInput }: { edit: Edit; onInput(text: string): void }): JSX.Element {
	const lines = edit.text.split("\n");
	// A text box reorders some characters and does not draw others: lines with such are drawn below it as they are.
	const odd = lines
		.map((text, index) => ({ text, number: index + 1 }))
		.filter(({ text }) => !isPlain(text.replaceAll("\t", "")));
	return (
		<>
			<p class="help">{t("ui.edit.help")}</p>
			<TextArea
				label={t("ui.edit.command")}
				value={edit.text}
				maxLength={COMMAND_CHARACTERS}
				code
				rows={Math.min(Math.max(lines.length, ROWS.least), ROWS.most)}
				readOnly={edit.isWorking}
				onInput={onInput}
			/>
			{odd.length > 0 && (
				<div class="read-as">
					<p>{t("ui.grant.readAs")}</p>
					<ul>
						{odd.slice(0, READ_AS_LINES).map(({ text, number }) => (
							<li key={number}>
								{number} <AgentText text={text} code />
							</li>
						))}
					</ul>
					{odd.length > READ_AS_LINES && <p>{counted("ui.preview.more", odd.length - READ_AS_LINES)}</p>}
				</div>
			)}
		</>
	);
}

function PartsLine({ card, edit: { file, leftOut } }: Pick<BarProps, "card"> & { edit: Edit }): JSX.Element {
	const { hunks = [], label = "" } = card.files[file] ?? {};
	return (
		<>
			<p class="help">{t("ui.edit.helpParts")}</p>
			<p role="status">
				<Sentence
					message={{
						code: "ui.edit.kept",
						args: { count: hunks.length - leftOut.size, all: hunks.length, file: label },
					}}
				/>
			</p>
		</>
	);
}
