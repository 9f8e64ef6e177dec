// A part of a card behind a header line. What is folded away counts as not shown.
import type { ComponentChildren, JSX } from "preact";
import { useContext } from "preact/hooks";
import { Icon } from "./icons.tsx";
import { foldOf } from "./shown.ts";
import { ShownContext } from "./shownContext.ts";
import type { PieceId } from "./shownPieces.ts";

interface FoldProps {
	piece: PieceId;
	/** In the header, as its name. */
	name: ComponentChildren;
	/** In the header, beside it. */
	beside?: ComponentChildren;
	/** Below the header, open or not. */
	always?: ComponentChildren;
	/** Number of the file it is of. */
	file?: number;
	children: ComponentChildren;
}

export function Fold({ piece, name, beside, always, file, children }: FoldProps): JSX.Element {
	const { shown } = useContext(ShownContext);
	const fold = foldOf(piece);
	const open = shown.isOpen(fold);
	return (
		<div class="piece" data-file={file}>
			<div class="piece-head">
				<button
					type="button"
					class="fold"
					aria-expanded={open}
					onClick={() => (open ? shown.close(fold) : shown.open(fold))}
				>
					<Icon name="chevron" />
					{name}
				</button>
				{beside}
			</div>
			{always}
			{open && children}
		</div>
	);
}
