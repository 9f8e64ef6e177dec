// What a verification finds.

export type ProblemKind =
	| "edited"
	| "removed"
	| "inserted"
	| "reordered"
	/** Lines that were acknowledged are missing at the end, or what would show it is missing. */
	| "cut-tail"
	/** The last line is not whole: a gate died while writing, and no gate has started here since. */
	| "torn"
	/** Signed by a key that is not the given one. */
	| "wrong-key"
	| "evidence-missing"
	| "evidence-altered"
	| "segment-missing"
	| "bad-checkpoint"
	/** The index's snapshot on disk is not what Gatepost wrote. It is no evidence, and is built anew from the log. */
	| "index-altered";

export interface Problem {
	/** Name of its file; with "index-altered" that of the snapshot. */
	segment: string;
	/** 1-based line; absent when it is about the segment. */
	line?: number;
	kind: ProblemKind;
	/** For a person. May quote the log, which is hostile: escape it before showing it. */
	detail: string;
}

/** A destroyed log has a problem in every line; nobody reads more than this. */
const MAX_PROBLEMS = 1000;
/** What an entry says may be quoted, and is as long as an agent wants. Characters. */
const MAX_DETAIL = 2000;

const cut = (detail: string): string =>
	detail.length <= MAX_DETAIL ? detail : `${detail.slice(0, MAX_DETAIL).toWellFormed()}…`;

export class Problems {
	readonly list: Problem[] = [];
	/** Found but not kept. */
	more = 0;

	add(segment: string, line: number | undefined, kind: ProblemKind, detail: string): void {
		if (this.list.length >= MAX_PROBLEMS) this.more++;
		else this.list.push({ segment, ...(line === undefined ? {} : { line }), kind, detail: cut(detail) });
	}

	/** Takes back what was added once, because what follows has shown it in another light. */
	withdraw(segment: string, line: number, detail: string): void {
		const told = cut(detail);
		const at = this.list.findIndex((one) => one.segment === segment && one.line === line && one.detail === told);
		if (at >= 0) this.list.splice(at, 1);
		else this.more--;
	}

	/** Puts what was found since there were `from` problems in the order of their lines. */
	sort(from: number): void {
		const found = this.list.splice(from).sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
		this.list.push(...found);
	}

	get none(): boolean {
		return this.list.length === 0 && this.more === 0;
	}
}
