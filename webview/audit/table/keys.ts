// Where keys lead in the table, and how high its rows are.

interface Move {
	active: number;
	/** Rows of one screen. */
	page: number;
	rows: number;
	/** With Ctrl or Cmd. */
	isFar: boolean;
}

export const KEYS: Record<string, (move: Move) => number | undefined> = {
	ArrowUp: ({ active, isFar }) => (isFar ? 0 : active - 1),
	ArrowDown: ({ active, rows, isFar }) => (isFar ? rows - 1 : active + 1),
	PageUp: ({ active, page, isFar }) => (isFar ? undefined : active - page),
	PageDown: ({ active, page, isFar }) => (isFar ? undefined : active + page),
	Home: () => 0,
	End: ({ rows }) => rows - 1,
};

/** Rows are as high as one line of the person's font needs. */
export function rowHeight(): { rowPx: number; scale: number } {
	const font = Number.parseFloat(getComputedStyle(document.body).fontSize) || 13;
	return { rowPx: Math.max(22, Math.round(font * 1.85)), scale: font / 13 };
}
