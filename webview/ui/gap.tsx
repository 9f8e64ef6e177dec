// Unchanged lines around a hunk: folded behind a button that says how many there are, drawn once the editor has sent them.
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Contexts } from "./contexts.ts";
import type { Gap } from "./gaps.ts";
import { Icon } from "./icons.tsx";
import { RowView } from "./lines.tsx";
import { contextRows } from "./rows.ts";
import { counted, t } from "./texts.ts";

/** Lines asked for at once. */
const STEP = 100;

interface GapProps {
	contexts: Contexts;
	/** Index and name of the file. */
	file: number;
	label: string;
	gap: Gap;
	/** Asks the editor for lines [from, to]. */
	ask(from: number, to: number): void;
}

export function GapView({ contexts, file, label, gap, ask }: GapProps): JSX.Element {
	const box = useRef<HTMLDivElement>(null);
	const hadFocus = useRef(false);
	const { head, tail, from, to } = restOf(contexts, file, gap);
	const state = contexts.state(file, gap.at);
	const request = (first: number, last: number) => {
		if (contexts.ask(file, gap.at, first, last, gap.to === undefined)) ask(first, last);
	};
	useLayoutEffect(() => {
		// The button that was pressed is gone when there is nothing more to show: the focus stays in its place.
		if (hadFocus.current && document.activeElement === document.body) box.current?.focus({ preventScroll: true });
	});
	const name = (text: string, line: number) => t("ui.context.of", { show: text, file: label, line });
	const button = (text: string, first: number, last: number) => (
		<button
			type="button"
			class="link"
			aria-label={name(text, first)}
			aria-disabled={state === "waiting" ? "true" : undefined}
			onClick={() => request(first, last)}
		>
			{text}
		</button>
	);
	const count = to === undefined ? undefined : to - from + 1;
	return (
		// biome-ignore lint/a11y/useSemanticElements: lines of text are no form fields, which a fieldset is for
		<div
			ref={box}
			class="context"
			role="group"
			aria-label={t("ui.context.lines")}
			tabIndex={-1}
			onFocusIn={() => {
				hadFocus.current = true;
			}}
			onFocusOut={(event: FocusEvent) => {
				// With nowhere to go, what had it was taken away.
				if (event.relatedTarget !== null) hadFocus.current = false;
			}}
		>
			{contextRows(head, gap.shift).map((row, index) => (
				<RowView key={`head ${index}`} row={row} />
			))}
			{count !== 0 && (
				<div class="row gap">
					{count === undefined ? (
						button(t("ui.context.more"), from, from + STEP - 1)
					) : count <= STEP ? (
						button(counted("ui.context.show", count), from, from + count - 1)
					) : (
						<>
							{gap.at > 0 &&
								button(t("ui.context.next", { step: STEP, count: count.toLocaleString() }), from, from + STEP - 1)}
							{button(
								t("ui.context.last", { step: STEP, count: count.toLocaleString() }),
								from + count - STEP,
								from + count - 1,
							)}
						</>
					)}
					{state === "failed" && (
						<span class="note warns" role="alert">
							<Icon name="warning" />
							<span>{t("ui.context.failed")}</span>
						</span>
					)}
				</div>
			)}
			{contextRows(tail, gap.shift).map((row, index) => (
				<RowView key={`tail ${index}`} row={row} />
			))}
		</div>
	);
}

type Line = { number: number; text: string };

/** Lines that are there at the beginning and at the end of a gap, and which lie between. */
function restOf(contexts: Contexts, file: number, gap: Gap): { head: Line[]; tail: Line[]; from: number; to?: number } {
	const lines = contexts.lines(file);
	const at = (number: number): Line[] => {
		const line = lines.get(number);
		return line === undefined ? [] : [{ number, text: line.text }];
	};
	const last = gap.to ?? contexts.end(file);
	let { from } = gap;
	const head: Line[] = [];
	while (lines.has(from) && (last === undefined || from <= last)) head.push(...at(from++));
	if (last === undefined) return { head, tail: [], from };
	let to = last;
	const tail: Line[] = [];
	while (to >= from && lines.has(to)) tail.unshift(...at(to--));
	return { head, tail, from, to: Math.max(to, from - 1) };
}
