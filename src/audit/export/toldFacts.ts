// What exporters tell of a row beyond what the row itself holds: kept small, because many rows are held at a time.
import { RowBy } from "../../protocol/audit.ts";
import type { Entry } from "../chain.ts";
import { starterOf } from "../facts.ts";
import { type FoldedRow, inputTarget } from "../fold.ts";
import { counts } from "../foldDecision.ts";
import { list, member, str } from "../members.ts";
import type { TextLine } from "../quickOpen.ts";

/** Who runs a session and where, as its session.started entry says. */
export interface Began {
	osUser: string;
	host: string;
	/** Kind, name, and the editor it is in, as far as known: "terminal bash code". */
	launcher: string;
	/** Names of the processes above the hook, nearest first. */
	processes: string;
	program: string;
	workspace: string;
	branch: string;
	commit: string;
	model: string;
	version: string;
	enforcement: string;
	time: string;
	/** First words of its first prompt. */
	label: string;
}

/** Who writes a segment. */
export interface Writer {
	osUser: string;
	host: string;
	editor: string;
	version: string;
	workspace: string;
}

/** "" and undefined are: the log does not say. */
export interface Facts {
	/** Hash of its first entry. */
	hash: string;
	/** Hash of the entry that decided. */
	decidedHash: string;
	/** What it acts on, whole; undefined when it is long and must be read again from the first entry. */
	target: string | undefined;
	began: Began | undefined;
	writer: Writer | undefined;
	/** The prompt of its session before it, cut. */
	prompt: string;
	root: string;
	cwd: string;
	assurance: string;
	gesture: string;
	policyDigest: string;
	shown: string;
	shownMs: string;
	/** What the agent read; undefined when it is long and must be read again from the entry that decided. */
	reason: string | undefined;
	/** What a person had made of it, as `ranInstead`; undefined when it is long and must be read again, as the reason. */
	ran: string | undefined;
	/** Which of the row's places decided; -1 for none. */
	decidedAt: number;
	decidedBy: RowBy | "none" | undefined;
}

/** Characters of a prompt that are kept with every action it led to. */
export const MAX_PROMPT = 1000;
/** Texts above this are not held but read again. Characters. */
const MAX_KEPT = 600;
/** Sessions that are remembered, the newest. */
const MAX_SESSIONS = 20_000;
const MAX_NAME = 300;
const SHARED = ["type", "agent", "session", "subagent", "tool", "action", "enforcement"] as const;
/** Texts that are kept to be shared. */
const MAX_SHARED = 5000;

export class FactsGatherer {
	readonly #began = new Map<string, Began>();
	readonly #prompts = new Map<string, string>();
	readonly #writers = new Map<string, Writer>();

	readonly #shared = new Map<string, string>();

	/** Makes texts that come again and again one and the same: thousands of rows are held at a time. */
	share(row: FoldedRow): void {
		for (const name of SHARED) {
			const text = row[name];
			if (text !== undefined) (row[name] as string) = this.#one(text);
		}
	}

	#one(text: string): string {
		const known = this.#shared.get(text);
		if (known !== undefined) return known;
		if (this.#shared.size >= MAX_SHARED) this.#shared.clear();
		this.#shared.set(text, text);
		return text;
	}

	/** Facts of a row that begins with this line. */
	begin(row: FoldedRow, line: TextLine): Facts {
		const { entry } = line;
		if (entry !== undefined) this.#remember(entry, line.segment);
		const session = row.session ?? "";
		const body = entry?.body;
		const facts: Facts = {
			hash: entry?.hash ?? "",
			decidedHash: "",
			target: "",
			began: this.#began.get(session),
			writer: this.#writers.get(line.segment),
			prompt: this.#prompts.get(session) ?? "",
			root: this.#one(str(body, "root")),
			cwd: "",
			assurance: "",
			gesture: "",
			policyDigest: "",
			shown: "",
			shownMs: "",
			reason: "",
			ran: "",
			decidedAt: -1,
			decidedBy: "none",
		};
		if (row.kind !== "action") {
			facts.target = row.target;
			return facts;
		}
		const claimed = member(body, "claimed");
		facts.cwd = this.#one(str(claimed, "cwd"));
		const target = wholeTarget(row, entry);
		facts.target = target === row.target ? row.target : kept(target);
		this.#take(facts, entry, 0);
		return facts;
	}

	/** A later entry of the row. @param place its number in the row's places */
	add(facts: Facts, { entry }: TextLine, place: number): void {
		this.#take(facts, entry, place);
	}

	#take(facts: Facts, entry: Entry | undefined, place: number): void {
		if (entry === undefined) return;
		const { type } = entry.head;
		if (type === "action.settled" && facts.decidedHash === "") facts.decidedHash = entry.hash;
		if (type !== "action.decided" && type !== "action.withdrawn") return;
		if (!counts(type, entry.body ?? {}, facts.decidedBy)) return;
		const decision = member(entry.body, "decision");
		// A failed decision holds the answer it stands in place of.
		const answered = member(decision, "answered") ?? decision;
		const shown = member(answered, "shown");
		facts.decidedBy = RowBy.safeParse(member(decision, "by")).data;
		facts.decidedHash = entry.hash;
		facts.decidedAt = place;
		facts.assurance = str(member(answered, "approver"), "assurance");
		facts.gesture = str(answered, "gesture").slice(0, MAX_NAME);
		facts.policyDigest = this.#one(
			(str(decision, "policyDigest") || str(entry.body, "policyDigest")).slice(0, MAX_NAME),
		);
		facts.shown = str(shown, "extent").slice(0, MAX_NAME);
		facts.shownMs = str(shown, "ms").slice(0, MAX_NAME);
		facts.reason = kept(str(decision, "reason"));
		facts.ran = kept(ranInstead(entry));
	}

	#remember(entry: Entry, segment: string): void {
		const { head, body } = entry;
		const claimed = member(body, "claimed");
		if (head.type === "gate.started") {
			const writer = member(body, "writer");
			this.#writers.set(segment, {
				osUser: short(str(writer, "osUser")),
				host: short(str(writer, "host")),
				editor: short(str(writer, "editor")),
				version: short(str(writer, "version")),
				workspace: str(body, "root"),
			});
			return;
		}
		const { session } = head;
		if (session === undefined) return;
		if (head.type === "session.started") put(this.#began, session, beganOf(entry));
		else if (head.type === "prompt") {
			const text = cut(str(claimed, "text"), MAX_PROMPT);
			put(this.#prompts, session, text);
			const began = this.#began.get(session);
			if (began !== undefined && began.label === "") began.label = text;
		}
	}
}

/** What a session.started entry says. */
export function beganOf(entry: Entry): Began {
	const { osUser, host, launcher, program, version, processes, workspace, git, enforcement, claimed } =
		starterOf(entry);
	return {
		osUser: short(osUser),
		host: short(host),
		launcher: [launcher?.kind, launcher?.name, launcher?.within].map(short).filter(Boolean).join(" "),
		processes: short(processes.join(" < ")),
		program: cut(program ?? "", MAX_PROMPT),
		version: short(version),
		workspace: cut(workspace ?? "", 4096),
		branch: short(git?.branch),
		commit: short(git?.commit),
		model: short(claimed.model),
		enforcement: short(enforcement),
		time: entry.head.time,
		label: "",
	};
}

/** What an action acts on: its input's target, else the first path it names. */
export function wholeTarget(row: FoldedRow, entry: Entry | undefined): string {
	return inputTarget(member(member(entry?.body, "claimed"), "input")) || row.target;
}

/** In place of a command where files are what a person changed. */
export const CHANGED_FILES = "(files changed by a person)";

/**
 * What an allowed action ran as, where a person had changed it: the command, or the words that say why it is not here; ""
 * where nobody had. Whether the decision took effect is not looked at.
 */
export function ranInstead(decided: Entry | undefined): string {
	const edited = member(decided?.body, "edited");
	if (edited === undefined || str(member(decided?.body, "decision"), "verdict") !== "allow") return "";
	if (list(member(edited, "change"), "files").length > 0) return CHANGED_FILES;
	const target = inputTarget(member(member(edited, "claimed"), "input"));
	if (target !== "") return target;
	const apart = str(member(edited, "input"), "digest");
	return apart === "" ? "(changed by a person; not in the log)" : `(kept apart: evidence ${apart.slice(0, 64)})`;
}

/** At most so many characters, with a mark where something was cut off. */
export function cut(text: string, max: number): string {
	return text.length <= max ? text : `${text.slice(0, max - 1)}…`.toWellFormed();
}

function kept(text: string): string | undefined {
	return text.length <= MAX_KEPT ? text : undefined;
}

function short(text: string | undefined): string {
	return (text ?? "").slice(0, MAX_NAME);
}

function put<T>(map: Map<string, T>, key: string, value: T): void {
	// Anew, so that the oldest is the first.
	map.delete(key);
	map.set(key, value);
	if (map.size > MAX_SESSIONS) for (const oldest of map.keys()) if (map.delete(oldest)) break;
}
