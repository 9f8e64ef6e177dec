// What a card says beside the change itself: what a command would do, and what a person must know of the files.
import type { CardParts } from "../actions/card.ts";
import { type FileChange, isChange, type Proposal } from "../actions/change.ts";
import { previewOf } from "../policy/effects/preview.ts";
import type { PreviewItem } from "../protocol/card.ts";
import { type Message, message } from "../protocol/messages.ts";
import type { GateContext } from "./context.ts";
import type { LedgerLine } from "./ledger.ts";

export type Extras = Pick<CardParts, "preview" | "warnings">;

/** A card waits no longer for what only adds to it. Milliseconds. */
const MAX_MS = 300;
/** Files of one change that are looked at. */
const MAX_FILES = 200;

/** Never throws, and never takes long: a card does not wait for what only adds to it. */
export async function extrasOf(
	gate: Pick<GateContext, "options" | "reads">,
	line: Pick<LedgerLine, "action" | "session">,
	proposal: Proposal,
	ms = MAX_MS,
): Promise<Extras> {
	const over = new AbortController();
	const timer = setTimeout(() => over.abort(), ms);
	try {
		const [preview, warnings] = await Promise.all([
			inTime(previewFor(gate, line, over.signal), over.signal),
			inTime(warningsOf(gate, line, proposal), over.signal),
		]);
		return {
			...(preview === undefined || preview.length === 0 ? {} : { preview }),
			...(warnings === undefined || Object.keys(warnings).length === 0 ? {} : { warnings }),
		};
	} finally {
		clearTimeout(timer);
		over.abort();
	}
}

/** What comes of it until the time is over; undefined then, and where it fails: the card is whole without. */
async function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
	const late = new Promise<undefined>((resolve) => {
		signal.addEventListener("abort", () => resolve(undefined), { once: true });
	});
	return Promise.race([work.catch(() => undefined), late]);
}

async function previewFor(
	{ options }: Pick<GateContext, "options">,
	{ action }: Pick<LedgerLine, "action">,
	signal: AbortSignal,
): Promise<PreviewItem[]> {
	if (action.kind !== "shell") return [];
	const { userHome, workspaces } = options;
	return previewOf(action, { folders: [...workspaces.folders], root: action.root, home: userHome, signal });
}

async function warningsOf(
	{ options, reads }: Pick<GateContext, "options" | "reads">,
	{ session }: Pick<LedgerLine, "session">,
	proposal: Proposal,
): Promise<Record<string, Message[]>> {
	const files = isChange(proposal) ? proposal.files.slice(0, MAX_FILES) : [];
	const all = await Promise.all(
		files.map(async (file): Promise<[string, Message[]]> => {
			const notes: Message[] = [];
			if (placesOf(file).some((path) => options.unsaved?.(path) === true)) notes.push(message("warning.unsaved"));
			const since = await reads.since(session, file.from ?? file.path);
			if (since === "changed") notes.push(message("warning.changedSinceRead"));
			if (since === "gone") notes.push(message("warning.goneSinceRead"));
			return [file.path, notes];
		}),
	);
	return Object.fromEntries(all.filter(([, notes]) => notes.length > 0));
}

/** Where an editor may have it open: as the agent named it, and where it lands. */
function placesOf({ path, target, from }: FileChange): string[] {
	return [path, ...(target === undefined ? [] : [target]), ...(from === undefined ? [] : [from])];
}
