// What a card says beside the change itself: what a command would do, and what a person must know of the files.
import type { CardParts } from "../actions/card.ts";
import { type FileChange, isChange, type Proposal } from "../actions/change.ts";
import { previewOf } from "../policy/effects/preview.ts";
import type { PreviewItem } from "../protocol/card.ts";
import { type Message, message } from "../protocol/messages.ts";
import type { GateContext } from "./context.ts";
import type { LedgerLine } from "./ledger.ts";

export type Extras = Pick<CardParts, "preview" | "warnings">;

/** A card waits no longer for what only adds to it; without a warning a file looks as if all was well. Milliseconds. */
const MAX_MS = { preview: 300, warnings: 2000 };
/** Files of one change that are looked at. */
const MAX_FILES = 200;

/** Never throws, and takes no longer than its limits: what could not be checked until then is a warning, too. */
export async function extrasOf(
	gate: Pick<GateContext, "options" | "reads">,
	line: Pick<LedgerLine, "action" | "session">,
	proposal: Proposal,
	ms = MAX_MS,
): Promise<Extras> {
	const [preview = [], warnings] = await Promise.all([
		inTime(ms.preview, (signal) => previewFor(gate, line, signal)),
		warningsOf(gate, line, proposal, ms.warnings),
	]);
	return {
		...(preview.length === 0 ? {} : { preview }),
		...(Object.keys(warnings).length === 0 ? {} : { warnings }),
	};
}

/** What comes of it until the time is over; undefined then, and where it fails. */
async function inTime<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
	const over = new AbortController();
	const late = new Promise<undefined>((resolve) => {
		over.signal.addEventListener("abort", () => resolve(undefined), { once: true });
	});
	const timer = setTimeout(() => over.abort(), ms);
	try {
		return await Promise.race([work(over.signal).catch(() => undefined), late]);
	} finally {
		clearTimeout(timer);
		over.abort();
	}
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
	ms: number,
): Promise<Record<string, Message[]>> {
	const files = isChange(proposal) ? proposal.files : [];
	const checks = files.map((file) => ({ file, notes: [] as Message[], whole: false }));
	const check = async (one: (typeof checks)[number]) => {
		const { file, notes } = one;
		if (placesOf(file).some((path) => options.unsaved?.(path) === true)) notes.push(message("warning.unsaved"));
		const since = await reads.since(session, file.from ?? file.path);
		if (since === "changed") notes.push(message("warning.changedSinceRead"));
		if (since === "gone") notes.push(message("warning.goneSinceRead"));
		one.whole = true;
	};
	await inTime(ms, () => Promise.allSettled(checks.slice(0, MAX_FILES).map(check)));
	const warnings = checks.map(({ file, notes, whole }): [string, Message[]] => [
		file.path,
		whole ? notes : [...notes, message("warning.unchecked")],
	]);
	return Object.fromEntries(warnings.filter(([, notes]) => notes.length > 0));
}

/** Where an editor may have it open: as the agent named it, and where it lands. */
function placesOf({ path, target, from }: FileChange): string[] {
	return [path, ...(target === undefined ? [] : [target]), ...(from === undefined ? [] : [from])];
}
