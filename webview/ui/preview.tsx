// What a command would do, as far as that can be told without running it. Never drawn as if it were known.
import type { JSX } from "preact";
import { useId, useMemo } from "preact/hooks";
import type { CardModel, PreviewItem } from "../../src/protocol/card.ts";
import { Sentence } from "./agentText.tsx";
import { Drawn } from "./drawn.tsx";
import { Icon } from "./icons.tsx";
import { Lines } from "./lines.tsx";
import { nameRows } from "./rows.ts";
import { previewPiece } from "./shown.ts";
import { counted, say, t } from "./texts.ts";
import { visibleText } from "./visible.ts";

/** Names of one effect before "Show all". */
const FIRST_NAMES = 6;

export function Preview({ items }: { items: NonNullable<CardModel["preview"]> }): JSX.Element {
	const id = useId();
	return (
		<section class="preview" aria-labelledby={id}>
			<h4 id={id}>
				<Icon name="eye" />
				{t("ui.preview")}
			</h4>
			<p class="help">{t("ui.preview.help")}</p>
			<ul>
				{items.map((item, index) => (
					<Effect key={index} item={item} piece={previewPiece(index)} />
				))}
			</ul>
			<Drawn piece="preview" />
		</section>
	);
}

function Effect({ item: { message, names, more }, piece }: { item: PreviewItem; piece: string }): JSX.Element {
	const rows = useMemo(() => nameRows(names), [names]);
	return (
		<li>
			<p>
				<Sentence message={message} />
			</p>
			{names.length > 0 && (
				<Lines piece={piece} rows={rows} limit={FIRST_NAMES} look="code" label={visibleText(say(message))} />
			)}
			{more > 0 && <p class="help">{counted("ui.preview.more", more)}</p>}
		</li>
	);
}
