// Lines around a change that a person has unfolded, as the editor sent them. They are no part of the card: what was shown of
// it, and its digest, are the same with and without them.

/** A line before the change, without its line break. */
export interface ContextLine {
	text: string;
	eol: string;
}

export type GapState = "waiting" | "failed" | undefined;

/** With no word from the editor for this long, it is not coming. */
const REPLY_MS = 10_000;
/** A reply with fewer lines than were asked for and no more characters than this was not cut short: the file ends. */
const FULL_REPLY_CHARACTERS = 100_000;

interface Ask {
	from: number;
	to: number;
	/** Asked for below the last hunk, where the file may end. */
	open: boolean;
	timer: ReturnType<typeof setTimeout>;
}

/** Of one file. */
class FileContext {
	readonly lines = new Map<number, ContextLine>();
	/** By the gap they were asked for. */
	readonly asks = new Map<number, Ask>();
	readonly failed = new Set<number>();
	/** The last line of the file, once that is known. */
	end: number | undefined;
}

export class Contexts {
	readonly #files = new Map<number, FileContext>();
	readonly #onChange: () => void;

	constructor(onChange: () => void) {
		this.#onChange = onChange;
	}

	/** Lines of a file by number, 1-based, before the change. */
	lines(file: number): ReadonlyMap<number, ContextLine> {
		return this.#of(file).lines;
	}

	/** Number of the last line of a file, once a reply has told. */
	end(file: number): number | undefined {
		return this.#of(file).end;
	}

	state(file: number, gap: number): GapState {
		const { asks, failed } = this.#of(file);
		if (asks.has(gap)) return "waiting";
		return failed.has(gap) ? "failed" : undefined;
	}

	/** Notes that lines are asked for; false when those of this gap are on their way already. */
	ask(file: number, gap: number, from: number, to: number, open: boolean): boolean {
		const { asks, failed } = this.#of(file);
		if (asks.has(gap)) return false;
		const timer = setTimeout(() => {
			asks.delete(gap);
			failed.add(gap);
			this.#onChange();
		}, REPLY_MS);
		asks.set(gap, { from, to, open, timer });
		failed.delete(gap);
		this.#onChange();
		return true;
	}

	/** Takes what was asked for; what was not is dropped. */
	take({ file, from, lines }: { file: number; from: number; lines: readonly ContextLine[] }): void {
		const context = this.#of(file);
		const [gap, ask] = [...context.asks].find(([, one]) => one.from === from) ?? [];
		if (gap === undefined || ask === undefined) return;
		clearTimeout(ask.timer);
		context.asks.delete(gap);
		const wanted = lines.slice(0, ask.to - from + 1);
		for (const [at, line] of wanted.entries()) context.lines.set(from + at, line);
		const characters = wanted.reduce((sum, line) => sum + line.text.length, 0);
		const isShort = wanted.length < ask.to - from + 1;
		if (isShort && ask.open && characters <= FULL_REPLY_CHARACTERS) context.end = from + wanted.length - 1;
		else if (isShort && !context.lines.has(ask.to) && wanted.length === 0) context.failed.add(gap);
		this.#onChange();
	}

	#of(file: number): FileContext {
		let context = this.#files.get(file);
		if (!context) {
			context = new FileContext();
			this.#files.set(file, context);
		}
		return context;
	}
}
