// What a command really changed: the folder is looked at right before the agent is told that it may go on, and again when
// it says what came of it. Nothing here decides: what cannot be looked at in time is not watched, and the entry says so.
import type { ActionKind } from "../actions/action.ts";
import type { SnapshotMark, Snapshots } from "../actions/snapshot/snapshots.ts";
import { LIMITS } from "../actions/snapshot/types.ts";
import type { AgentEvent } from "../agents/adapter.ts";
import type { Decision } from "../approvals/decision.ts";
import { JournalError } from "../audit/errors.ts";
import type { PolicyVerdict } from "../policy/policy.ts";
import { type Message, message } from "../protocol/messages.ts";
import { changedBody } from "./changed.ts";
import { type AfterEvent, errorText, type GateContext } from "./context.ts";
import type { LedgerLine } from "./ledger.ts";
import type { Session } from "./sessions.ts";
import { contains, type Draft } from "./workspaces.ts";

/** How long an action may be held up before it runs. Milliseconds. */
const TAKE_MS = 2000;
/** How long a second look may take altogether, in the background. Milliseconds. */
const LOOK_MS = 60_000;
/** Looks that are kept, the newest: an agent may begin any number of actions and report on none. */
const MAX_MARKS = LIMITS.marks;
/** A run without a result after so long is not waited for any more. Milliseconds. */
const MAX_AGE_MS = 6 * 60 * 60_000;
/** Actions that are remembered; of more the oldest are forgotten. As many again of those that went on in the background. */
const MAX_RUNS = 1000;

/** Kinds whose effects nobody knows beforehand. */
const WATCHED: ReadonlySet<ActionKind> = new Set(["shell", "mcp", "other"]);
/** Kinds that change files, and so whatever is seen of a run beside them. */
const CHANGING: ReadonlySet<ActionKind> = new Set([...WATCHED, "edit", "write", "delete"]);

/** An action that was let go and is not over, as far as is known. */
export interface Run {
	line: LedgerLine;
	folder: string;
	at: number;
	/** The agent's process was seen when it began. */
	seen: boolean;
	/** Others ran beside it. */
	shared: boolean;
	/** Resolves when the agent may be told. */
	begun: Promise<void>;
	mark?: SnapshotMark;
	/** Why it is not watched. */
	problem?: Message;
	/** Its result is here. */
	ending: boolean;
	/** Told when no result can come any more. */
	lost: Lost;
}

/** Hears of a watched action that will have no result; never throws. */
export type Lost = (run: Run) => void;

/** Decided by what is built in, which allows nothing that has effects. */
export function isReadOnly(decision: Decision, { source }: PolicyVerdict): boolean {
	return decision.by === "rule" && source?.layer === "built-in";
}

export class Watches {
	readonly #snapshots: Pick<Snapshots, "take" | "changes" | "drop"> | undefined;
	readonly #runs = new Set<Run>();
	/** Those whose result is here and that may still be running, until their session ends. */
	readonly #background = new Set<Run>();

	/** Without snapshots nothing is watched. */
	constructor(snapshots: Pick<Snapshots, "take" | "changes" | "drop"> | undefined) {
		this.#snapshots = snapshots;
	}

	/**
	 * Before the agent is told that it may go on. Never rejects, and takes no longer than TAKE_MS; once for each line.
	 * @param lost told when no result can come any more
	 */
	begin(line: LedgerLine, watched: boolean, lost: Lost): Promise<void> {
		if (this.#snapshots === undefined || !watched || !CHANGING.has(line.action.kind)) return Promise.resolve();
		if (line.run !== undefined) return line.run.begun;
		this.#sweep();
		const { folder, agentPid } = line.session;
		const run: Run = {
			line,
			folder,
			at: Date.now(),
			seen: isThere(agentPid),
			shared: false,
			begun: Promise.resolve(),
			ending: false,
			lost,
		};
		for (const other of this.#runs) {
			if (!overlap(other.folder, folder)) continue;
			other.shared = true;
			run.shared = true;
		}
		// Whether these have come to their end is never told.
		for (const other of this.#background) if (overlap(other.folder, folder)) run.shared = true;
		this.#runs.add(run);
		const [oldest] = this.#runs;
		if (this.#runs.size > MAX_RUNS && oldest !== undefined) {
			// One whose result is here ends by itself.
			if (oldest.ending) this.#runs.delete(oldest);
			else this.#lose(oldest);
		}
		line.run = run;
		if (WATCHED.has(line.action.kind)) run.begun = this.#take(run, this.#snapshots);
		return run.begun;
	}

	/**
	 * A result is here: looks again, at once.
	 * @returns the entry that tells what changed; undefined when it was not to be watched. Rejects with a JournalError only
	 */
	async end(gate: GateContext, line: LedgerLine | undefined, event: AfterEvent): Promise<Draft | undefined> {
		const run = line?.run;
		if (line === undefined || run === undefined || run.ending) return undefined;
		run.ending = true;
		try {
			await run.begun;
			if (run.mark === undefined && run.problem === undefined) return undefined;
			return { type: "action.changed", body: await this.#look(gate, run, event) };
		} finally {
			this.#forget(run);
			if (isBackground(event)) this.#keepBackground(run);
		}
	}

	/** It will not run, or nobody will say what came of it. */
	drop(line: LedgerLine): void {
		if (line.run !== undefined && !line.run.ending) this.#forget(line.run);
	}

	/** The turn of a (sub-)agent is over, and with it every action of its own; or a whole session. */
	note(event: AgentEvent, session: Session): void {
		const { kind } = event;
		if (kind !== "turn.end" && kind !== "subagent.end" && kind !== "session.end") return;
		const agent = kind === "subagent.end" ? event.subagentId : event.subagent;
		for (const run of this.#background) {
			if (kind === "session.end" && run.line.session.key === session.key) this.#background.delete(run);
		}
		for (const run of this.#runs) {
			if (run.line.session.key !== session.key || run.ending) continue;
			if (kind === "session.end" || run.line.subagent === agent) this.#lose(run);
		}
	}

	/** Actions that are not over. */
	get running(): number {
		return this.#runs.size;
	}

	async #take(run: Run, snapshots: Pick<Snapshots, "take" | "drop">): Promise<void> {
		const abort = new AbortController();
		let late = false;
		const taking = snapshots.take(run.folder, abort.signal).then(
			(mark) => {
				if (late || !this.#runs.has(run)) snapshots.drop(mark);
				else run.mark = mark;
			},
			(error: unknown) => {
				run.problem ??= message("changed.failed", { detail: errorText(error) });
			},
		);
		let timer: NodeJS.Timeout | undefined;
		const tooLong = new Promise<void>((resolve) => {
			timer = setTimeout(() => {
				late = true;
				run.problem ??= message("changed.late", { seconds: TAKE_MS / 1000 });
				abort.abort();
				resolve();
			}, TAKE_MS);
		});
		await Promise.race([taking, tooLong]);
		clearTimeout(timer);
		this.#keepFew();
	}

	async #look(gate: GateContext, run: Run, event: AfterEvent): Promise<Draft["body"]> {
		const { line, mark, problem } = run;
		const snapshots = this.#snapshots;
		const about = { request: line.request, background: isBackground(event), shared: () => run.shared };
		if (mark === undefined || snapshots === undefined)
			return changedBody(gate, line, { ...about, incomplete: problem });
		try {
			// An agent may have put a program named git into any of them.
			const { folders } = gate.options.workspaces;
			const found = await snapshots.changes(mark, AbortSignal.timeout(LOOK_MS), folders);
			return await changedBody(gate, line, { ...about, mark, found, incomplete: found.incomplete ?? mark.incomplete });
		} catch (error) {
			if (error instanceof JournalError) throw error;
			const incomplete = message("changed.failed", { detail: errorText(error) });
			return changedBody(gate, line, { ...about, mark, incomplete });
		}
	}

	/** The oldest looks go where there are too many. */
	#keepFew(): void {
		const kept = [...this.#runs].filter(({ mark, ending }) => mark !== undefined && !ending);
		for (const run of kept.slice(0, -MAX_MARKS)) {
			this.#dropMark(run);
			run.problem = message("changed.tooMany", { count: MAX_MARKS });
		}
	}

	/** Runs that nobody will report on. */
	#sweep(): void {
		for (const run of this.#runs) {
			const { session, state } = run.line;
			const isGone = session.ended || state === "denied" || (run.seen && !isThere(session.agentPid));
			if (!run.ending && (isGone || Date.now() - run.at > MAX_AGE_MS)) this.#lose(run);
		}
		for (const run of this.#background) {
			const { session } = run.line;
			if (session.ended || (run.seen && !isThere(session.agentPid))) this.#background.delete(run);
		}
	}

	#keepBackground(run: Run): void {
		if (run.line.session.ended) return;
		this.#background.add(run);
		const [oldest] = this.#background;
		if (this.#background.size > MAX_RUNS && oldest !== undefined) this.#background.delete(oldest);
	}

	/** No result can come any more. */
	#lose(run: Run): void {
		if (WATCHED.has(run.line.action.kind)) run.lost(run);
		this.#forget(run);
	}

	#forget(run: Run): void {
		this.#runs.delete(run);
		this.#dropMark(run);
		delete run.line.run;
	}

	#dropMark(run: Run): void {
		if (run.mark !== undefined) this.#snapshots?.drop(run.mark);
		delete run.mark;
	}
}

/** The entry of an action that nobody has reported on: what it changed is not known. Undefined for one that was denied. */
export async function unreported(gate: GateContext, { line, mark, problem, shared }: Run): Promise<Draft | undefined> {
	// Whether the agent's own prompt has allowed it is being looked up; that begins right after.
	await Promise.resolve();
	await line.settling?.catch(() => undefined);
	if (line.state === "denied") return undefined;
	const incomplete = problem ?? message("afterRun.unreported");
	const looked = { request: line.request, background: false, shared: () => shared, incomplete };
	return {
		type: "action.changed",
		body: await changedBody(gate, line, mark === undefined ? looked : { ...looked, mark }),
	};
}

/** One is the other, or lies in it. */
function overlap(one: string, other: string): boolean {
	return contains(one, other) || contains(other, one);
}

function isThere(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}

/** The command goes on behind its result: it was started so, or put there meanwhile. */
function isBackground({ action, response }: AfterEvent): boolean {
	if (action.input.run_in_background === true) return true;
	const { result } = response;
	const task = typeof result === "object" && result !== null && !Array.isArray(result) ? result.backgroundTaskId : "";
	return typeof task === "string" && task !== "";
}
