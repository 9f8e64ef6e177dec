// What is looked for by typing: words of the log, a part of a file's path.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { handled } from "../../pending/keys.ts";
import { IconButton } from "../../ui/button.tsx";
import { t } from "../../ui/texts.ts";
import { Mark } from "../marks.tsx";
import type { Store } from "../store.ts";
import { useStore } from "../useStore.ts";

/** What was typed is looked for when it has rested this long. */
const TYPING_MS = 150;

export function SearchBox({ store }: { store: Store }): JSX.Element {
	const { filter } = useStore(store);
	const known = filter.text ?? "";
	const { text, type, flush } = useTyped(known, (typed) => store.setFilter({ ...store.state.filter, text: typed }));
	return (
		<div class="search">
			<Mark name="search" />
			<input
				type="search"
				class="field"
				aria-label={t("audit.search")}
				placeholder={t("audit.search.hint")}
				aria-keyshortcuts="/ Control+F Meta+F"
				maxLength={1000}
				value={text}
				onInput={(event) => type(event.currentTarget.value)}
				onKeyDown={(event) => {
					if (event.key === "Enter") flush();
					else if (event.key === "Escape" && text !== "") {
						handled(event);
						type("");
						flush();
					} else if (event.key === "ArrowDown") {
						const row = document.querySelector<HTMLElement>('[role="grid"] [data-index][tabindex="0"]');
						if (row === null) return;
						handled(event);
						row.focus();
					}
				}}
			/>
			{text !== "" && (
				<IconButton
					icon="cross"
					label={t("audit.search.clear")}
					onClick={() => {
						type("");
						flush();
						document.querySelector<HTMLElement>(".search input")?.focus();
					}}
				/>
			)}
		</div>
	);
}

/** A part of a path. */
export function FileField({ store }: { store: Store }): JSX.Element {
	const { filter } = useStore(store);
	const { text, type } = useTyped(filter.file ?? "", (typed) =>
		store.setFilter({ ...store.state.filter, file: typed }),
	);
	return (
		<label class="file-field">
			<span>{t("audit.filter.fileLong")}</span>
			<input
				type="search"
				class="field code"
				maxLength={300}
				spellcheck={false}
				value={text}
				onInput={(event) => type(event.currentTarget.value)}
			/>
		</label>
	);
}

/** What is being typed, and after a pause what was typed. A value that comes from elsewhere takes its place. */
function useTyped(
	known: string,
	take: (typed: string) => void,
): { text: string; type(text: string): void; flush(): void } {
	const [text, setText] = useState(known);
	const typed = useRef<{ text: string; timer: ReturnType<typeof setTimeout> } | undefined>(undefined);
	useEffect(() => {
		if (typed.current === undefined) setText(known);
	}, [known]);
	const flush = () => {
		if (typed.current === undefined) return;
		clearTimeout(typed.current.timer);
		const value = typed.current.text;
		typed.current = undefined;
		take(value);
	};
	const last = useRef(flush);
	last.current = flush;
	// What is typed is not lost to what closes the field.
	useEffect(() => () => last.current(), []);
	return {
		text,
		flush,
		type: (value) => {
			setText(value);
			clearTimeout(typed.current?.timer);
			typed.current = { text: value, timer: setTimeout(() => last.current(), TYPING_MS) };
		},
	};
}
