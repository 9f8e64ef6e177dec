// Lines of text that are never cut silently: the first few, then a button that says how many there are. All of them are
// drawn by the browser only where they are on screen (content-visibility), so ten thousand lines scroll like ten.
import type { JSX } from "preact";
import { memo } from "preact/compat";
import { useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Visible } from "./agentText.tsx";
import { chunks, firstRows, type Row } from "./rows.ts";
import { ShownContext } from "./shownContext.ts";
import type { PieceId } from "./shownPieces.ts";
import { counted, t } from "./texts.ts";

export interface LinesProps {
	piece: PieceId;
	rows: readonly Row[];
	/** Lines shown before somebody asks for all. */
	limit: number;
	look: "code" | "prose" | "diff";
	/** Name for screen readers. */
	label: string;
	/** Draws what lies between lines; in words without it. */
	between?: ((row: Row) => JSX.Element | null) | undefined;
	/** What lies between lines was made to grow: nothing of it is clamped away. */
	grown?: boolean | undefined;
	/** Hunks that are drawn as left out. */
	leftOut?: ReadonlySet<number> | undefined;
	/** The largest line number, when it is not that of the last row. */
	lastNumber?: number | undefined;
}

export function Lines(props: LinesProps): JSX.Element {
	const { piece, rows, limit, look, label, between, grown = false, leftOut, lastNumber = 0 } = props;
	const { shown } = useContext(ShownContext);
	const open = shown.isOpen(piece);
	const first = useMemo(() => firstRows(rows, limit), [rows, limit]);
	const parts = useMemo(() => chunks(open ? rows : first), [open, rows, first]);
	const box = useRef<HTMLDivElement>(null);
	const [clipped, setClipped] = useState(false);
	// Offered "Show less" only where there is less to show.
	const [long, setLong] = useState(rows.length > limit);
	const lines = useMemo(() => rows.filter((row) => !row.goesOn && !row.between).length, [rows]);

	useLayoutEffect(() => {
		const element = box.current;
		if (!element) return undefined;
		const measure = () => {
			const cut = !open && (first.length < rows.length || element.scrollHeight > element.clientHeight + 1);
			setClipped(cut);
			if (cut) setLong(true);
			if (!cut) shown.drawn(piece, parts.filter(isOfLines).length);
		};
		measure();
		const observer = new ResizeObserver(measure);
		observer.observe(element);
		return () => observer.disconnect();
	}, [open, first, rows, parts, piece, shown, grown]);

	const last = Math.max(lastNumber, rows.findLast((row) => row.number !== undefined)?.number ?? 0);
	const numbered = look === "diff" || (look === "code" && lines > 1 && last > 0);
	const gaps = first.filter((row) => row.between).length;
	let chunk = 0;
	return (
		<div class={`lines look-${look} ${numbered ? "numbered" : ""}`} style={{ "--digits": String(last).length }}>
			{/* biome-ignore lint/a11y/useSemanticElements: lines of text are no form fields, which a fieldset is for */}
			<div
				ref={box}
				key={open ? "all" : "first"}
				class={open || grown ? "box" : "box clamped"}
				style={{ "--rows": limit, "--gaps": gaps }}
				role="group"
				aria-label={label}
			>
				{parts.map((part, index) => {
					const [row] = part;
					if (row?.between) return <Between key={index} row={row} draw={between} />;
					return (
						<Chunk
							key={index}
							piece={piece}
							index={chunk++}
							rows={part}
							light={parts.length > 3}
							off={row?.hunk !== undefined && leftOut?.has(row.hunk) === true}
						/>
					);
				})}
			</div>
			{(clipped || (open && long)) && (
				<button
					type="button"
					class="link more"
					aria-expanded={open}
					onClick={() => (open ? shown.close(piece) : shown.open(piece))}
				>
					{open ? t("ui.showLess") : moreLabel(rows, lines, limit)}
				</button>
			)}
		</div>
	);
}

function isOfLines([row]: readonly Row[]): boolean {
	return row?.between === undefined;
}

function Between({ row, draw }: { row: Row; draw: LinesProps["between"] }): JSX.Element | null {
	if (draw) return draw(row);
	return row.between?.kind === "gap" ? <div class="row gap">{t("ui.line.gap")}</div> : null;
}

function moreLabel(rows: readonly Row[], lines: number, limit: number): string {
	if (lines > limit) return counted("ui.showAllLines", lines);
	return counted(
		"ui.showAllCharacters",
		rows.reduce((sum, row) => sum + row.text.length, 0),
	);
}

interface ChunkProps {
	piece: PieceId;
	index: number;
	rows: readonly Row[];
	light: boolean;
	off: boolean;
}

const Chunk = memo(function Chunk({ piece, index, rows, light, off }: ChunkProps): JSX.Element {
	// A guess until it has been drawn once: about 36 characters fit a line of a narrow side bar.
	const height = rows.reduce((sum, row) => sum + Math.ceil((row.text.length + 1) / 36), 0) * 18;
	return (
		<>
			<div
				class={off ? "chunk left-out" : "chunk"}
				style={light ? { contentVisibility: "auto", containIntrinsicBlockSize: `auto ${height}px` } : {}}
			>
				{rows.map((row, at) => (
					<RowView key={at} row={row} />
				))}
			</div>
			<ChunkEnd piece={piece} chunk={index} />
		</>
	);
});

/** Marks the end of something that must have been in view. */
export function ChunkEnd({ piece, chunk }: { piece: PieceId; chunk: number }): JSX.Element | null {
	const { watch } = useContext(ShownContext);
	const mark = useRef<HTMLElement>(null);
	useEffect(() => (watch && mark.current ? watch.add(mark.current, piece, chunk) : undefined), [watch, piece, chunk]);
	return watch ? <i class="end" ref={mark} /> : null;
}

const WORDS = { "+": "ui.line.added", "-": "ui.line.removed", " ": undefined } as const;
const BREAKS = { "\n": "LF", "\r\n": "CRLF", "\r": "CR", "": "" } as const;

export function RowView({ row }: { row: Row }): JSX.Element {
	const word = row.op && !row.goesOn ? WORDS[row.op] : undefined;
	const kind = row.op === "+" ? "added" : row.op === "-" ? "removed" : "";
	return (
		<div class={`row ${kind}`}>
			<span class="number" aria-hidden="true">
				{row.number ?? ""}
			</span>
			<span class="sign" aria-hidden="true">
				{row.goesOn ? "" : row.op === "-" ? "−" : (row.op ?? "")}
			</span>
			<span class="text">
				{word && <span class="unseen">{t(word)} </span>}
				<Visible text={row.text} marks={row.marks} />
				{row.eol !== undefined && row.eol !== "" && <span class="v-eol">{BREAKS[row.eol]}</span>}
				{row.eol === "" && <span class="v-eol words">{t("ui.line.noBreak")}</span>}
			</span>
		</div>
	);
}
