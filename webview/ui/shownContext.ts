import { createContext, type FunctionComponent } from "preact";
import type { ShownCard } from "./shown.ts";
import type { ViewWatch } from "./viewWatch.ts";

export interface Showing {
	shown: ShownCard;
	/** Only where every chunk must have been in view. */
	watch: ViewWatch | undefined;
}

/** The card being drawn. There is no default: a card in full form is never drawn without somebody keeping track. */
export const ShownContext = createContext<Showing>(undefined as unknown as Showing);

/** Draws its children as parts of that card. */
export const ShowingProvider = ShownContext.Provider as FunctionComponent<{ value: Showing }>;
