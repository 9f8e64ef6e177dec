import { createContext, type FunctionComponent } from "preact";
import type { ShownPieces } from "./shownPieces.ts";
import type { ViewWatch } from "./viewWatch.ts";

export interface Showing {
	shown: ShownPieces;
	/** Only where every chunk must have been in view. */
	watch: ViewWatch | undefined;
}

/** What is being drawn. There is no default: a card in full form is never drawn without somebody keeping track. */
export const ShownContext = createContext<Showing>(undefined as unknown as Showing);

/** Draws its children as parts of it. */
export const ShowingProvider = ShownContext.Provider as FunctionComponent<{ value: Showing }>;
