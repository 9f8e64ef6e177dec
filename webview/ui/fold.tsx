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
	children: ComponentChildren;
}

export function Fold({ piece, name, beside, children }: FoldProps): JSX.Element {
	const { shown } = useContext(ShownContext);
	const fold = foldOf(piece);
	const open = shown.isOpen(fold);
	return (
		<div class="piece">
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
			{open && children}
		</div>
	);
}
