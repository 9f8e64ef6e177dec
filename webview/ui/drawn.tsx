import type { JSX } from "preact";
import { useContext, useLayoutEffect } from "preact/hooks";
import { ChunkEnd } from "./lines.tsx";
import { ShownContext } from "./shownContext.ts";

/** Says that all of a piece that is never cut has been drawn. */
export function Drawn({ piece }: { piece: string }): JSX.Element {
	const { shown } = useContext(ShownContext);
	useLayoutEffect(() => shown.drawn(piece, 1), [shown, piece]);
	return <ChunkEnd piece={piece} chunk={0} />;
}
