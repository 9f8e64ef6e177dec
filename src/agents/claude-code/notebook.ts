// What Claude Code's NotebookEdit makes of a notebook: it parses the file, changes one cell and writes all of it again
// with an indent of one. Measured with 2.1.330 and pinned in test/unit/agents/claude-code/edits.real.test.ts; 2.1.294 left the
// final line break out.
import { type Message, message } from "../../protocol/messages.ts";
import { decode, encode, MAX_AFTER } from "./edits.ts";

export interface NotebookChange {
	newSource: string;
	cellId?: string;
	cellType?: string;
	editMode: "replace" | "insert" | "delete";
}

interface Cell {
	[member: string]: unknown;
	source: string | string[];
}
interface Notebook {
	[member: string]: unknown;
	cells: Cell[];
}

/** The notebook's new bytes, or why they cannot be told: an inserted cell gets a random id where the format has ids. */
export function afterNotebookEdit(before: Buffer | undefined, change: NotebookChange): Buffer | Message {
	if (before === undefined) return message("proposal.noNotebook");
	const old = decode(before);
	if ("code" in old) return old;
	let notebook: unknown;
	try {
		notebook = JSON.parse(old.text);
	} catch {
		return message("proposal.notNotebook");
	}
	if (!isNotebook(notebook)) return message("proposal.notNotebook");
	const at = placeOf(notebook.cells, change);
	if (at === undefined) return message("proposal.noCell", { cell: change.cellId ?? "" });

	if (change.editMode === "delete") notebook.cells.splice(at, 1);
	else if (change.editMode === "insert") {
		if (hasCellIds(notebook)) return message("proposal.randomCellId");
		notebook.cells.splice(at, 0, newCell(change));
	} else replaceSource(notebook.cells[at] as Cell, change);

	const end = old.text.endsWith("\n") ? "\n" : "";
	try {
		const after = JSON.stringify(notebook, null, 1) + end;
		if (after.length > MAX_AFTER) return message("proposal.notNotebook");
		return encode(old, after);
	} catch {
		// Nested deeper than the stack, or longer than any text: no notebook that anybody wrote.
		return message("proposal.notNotebook");
	}
}

function replaceSource(cell: Cell, { newSource, cellType }: NotebookChange): void {
	cell.source = newSource;
	if (cell.cell_type === "code") {
		cell.execution_count = null;
		cell.outputs = [];
	}
	if (cellType !== undefined && cellType !== "") cell.cell_type = cellType;
}

function newCell({ newSource, cellType }: NotebookChange): Cell {
	if (cellType === "markdown") return { cell_type: "markdown", source: newSource, metadata: {} };
	return { cell_type: "code", source: newSource, metadata: {}, execution_count: null, outputs: [] };
}

/** Index to change or to insert at. Cells are named by id, or by place as `cell-N`; without a name one inserts first. */
function placeOf(cells: Cell[], { cellId, editMode }: NotebookChange): number | undefined {
	const inserts = editMode === "insert";
	if (cellId === undefined || cellId === "") return inserts ? 0 : undefined;
	let at = cells.findIndex((cell) => cell.id === cellId);
	if (at === -1) {
		const index = /^cell-(\d+)$/.exec(cellId)?.[1];
		if (index === undefined || cells[Number(index)] === undefined) return undefined;
		at = Number(index);
	}
	return inserts ? at + 1 : at;
}

function hasCellIds({ nbformat, nbformat_minor: minor }: Notebook): boolean {
	return Number(nbformat) > 4 || (nbformat === 4 && Number(minor) >= 5);
}

function isNotebook(value: unknown): value is Notebook {
	if (typeof value !== "object" || value === null || !("cells" in value) || !Array.isArray(value.cells)) return false;
	return value.cells.every((cell: unknown) => {
		if (typeof cell !== "object" || cell === null || !("source" in cell)) return false;
		const { source } = cell;
		return typeof source === "string" || (Array.isArray(source) && source.every((line) => typeof line === "string"));
	});
}
