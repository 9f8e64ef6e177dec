// One segment, followed from its first entry to its last.
import { textOf } from "./bytes.ts";
import type { Problem, State } from "./check.ts";
import { type Entry, evidenceIn, list, member, openLine, str } from "./lines.ts";
import { type Note, openNote } from "./note.ts";

export interface Link {
	segment: string;
	entries: number;
	head: string;
	final: boolean;
}

export interface Segment {
	name: string;
	/** Hash of every line; "" where it is no entry. */
	hashes: string[];
	entries: Entry[];
	signer: string;
	storage: string;
	workspace: string;
	links: Link[];
	/** Covered by its own checkpoints, and by those of segments that link it. */
	signed: number;
	covered: number;
	/** Line of the last entry that holds what a person decided. */
	personal: number;
	note: Note | undefined;
}

const WHOLE = new Set(["gate.started", "gate.stopped", "key.created", "checkpoint", "repair", "evidence.removed"]);
const MAX_UNSIGNED = 100;
const PAUSE_EVERY = 500;

/** @param pause lets the page draw */
export async function checkSegment(
	name: string,
	bytes: Uint8Array,
	state: State,
	pause: (lines: number) => Promise<void>,
): Promise<Segment> {
	const segment: Segment = {
		name,
		hashes: [],
		entries: [],
		signer: "",
		storage: "",
		workspace: "",
		links: [],
		signed: 0,
		covered: 0,
		personal: 0,
		note: undefined,
	};
	const bad = (line: number, kind: Problem["kind"], detail: string) =>
		state.problems.push({ where: `entries/${name}`, line, kind, detail });
	let prev: string | undefined = "0".repeat(64);
	let wanted = 1;
	let stopped = false;
	for (let from = 0; from < bytes.length; ) {
		const line = segment.hashes.length + 1;
		const end = bytes.indexOf(10, from);
		const text = textOf(bytes.subarray(from, end < 0 ? bytes.length : end));
		from = end < 0 ? bytes.length : end + 1;
		if (end < 0) bad(line, "cut-tail", "the last line is not whole");
		const { entry, problem } =
			text === undefined ? { entry: undefined, problem: "this is not text" } : openLine(text, name, line);
		if (problem !== undefined) bad(line, "edited", problem);
		segment.hashes.push(entry?.hash ?? "");
		if (entry === undefined) {
			prev = undefined;
			wanted++;
			continue;
		}
		const { seq, type } = entry.head;
		if (seq !== wanted)
			bad(line, seq > wanted ? "removed" : "inserted", `entry ${seq} stands where ${wanted} should be`);
		else if (prev !== undefined && entry.prev !== prev) bad(line, "edited", "it does not follow the entry before it");
		if (stopped && type !== "checkpoint") bad(line, "inserted", "the gate had stopped before");
		stopped ||= type === "gate.stopped";
		wanted = seq + 1;
		prev = entry.hash;
		segment.entries.push(entry);
		take(segment, entry, state, bad);
		if (line - segment.signed === MAX_UNSIGNED + 1)
			bad(line, "bad-checkpoint", `more than ${MAX_UNSIGNED} entries without a checkpoint`);
		if (line % PAUSE_EVERY === 0) await pause(PAUSE_EVERY);
	}
	if (segment.personal > segment.signed)
		bad(
			segment.personal,
			"bad-checkpoint",
			"a person's decision that the gate of this segment has not signed: no gate writes one so",
		);
	if (segment.hashes.length === 0) bad(0, "removed", "there is no entry in it");
	return segment;
}

type Bad = (line: number, kind: Problem["kind"], detail: string) => void;

function take(segment: Segment, entry: Entry, state: State, bad: Bad): void {
	const { head, body, line } = entry;
	const mine = state.scope.session !== undefined && head.session === state.scope.session;
	if (mine && ofAgent(body, state)) state.session.push(entry);
	if (body === undefined) {
		if (mine || WHOLE.has(head.type) || line === 1 || state.scope.of === "all")
			bad(line, "removed", "the body of this entry was left out, and it belongs here");
		return;
	}
	for (const { digest, size } of evidenceIn(body)) {
		const named = state.named.get(digest) ?? { size, where: entry, places: new Map() };
		state.named.set(digest, named);
		const before = named.places.get(segment.name)?.time ?? "";
		named.places.set(segment.name, { line, time: head.time > before ? head.time : before });
	}
	if (line === 1) takeFirst(segment, entry, bad);
	if (isPersonal(head.type, body)) segment.personal = line;
	if (head.type === "evidence.removed")
		for (const digest of list(body, "digests").map(String)) {
			const removals = state.removals.get(digest) ?? new Map();
			state.removals.set(digest, removals.set(segment.name, { line, time: head.time }));
		}
	if (head.type !== "checkpoint") return;
	const origin = `${segment.workspace}/${segment.name}`;
	const opened = openNote(str(body, "note"), origin, segment.signer, line - 1, entry.prev);
	if ("why" in opened) bad(line, "bad-checkpoint", opened.why);
	else {
		segment.note = opened;
		segment.signed = line;
	}
}

const PERSONAL_TYPES: ReadonlySet<string> = new Set([
	"action.settled",
	"answer.late",
	"grant.added",
	"policy.accepted",
]);

const AGENT_TYPES: ReadonlySet<string> = new Set(["action.executed", "action.released", "action.requested"]);

/** As in src/audit/entry.ts. */
function isPersonal(type: string, body: Entry["body"]): boolean {
	if (AGENT_TYPES.has(type)) return false;
	const text = JSON.stringify(body);
	return PERSONAL_TYPES.has(type) || text.includes('"by":"person"') || text.includes('"approver":');
}

/** What names another agent, or is of a request of another, is of another session with the same id. */
function ofAgent(body: Entry["body"], { scope, others }: State): boolean {
	const [agent, request] = [str(body, "agent"), str(body, "request")];
	const wanted = scope.agent ?? "";
	if (wanted === "" || (agent === "" ? !others.has(request) : agent === wanted)) return true;
	if (request !== "") others.add(request);
	return false;
}

function takeFirst(segment: Segment, { head, body }: Entry, bad: Bad): void {
	const signer = member(body, "signer");
	const publicKey = str(signer, "publicKey");
	if (head.type !== "gate.started" || !/^[0-9a-f]{64}$/.test(publicKey)) {
		bad(1, "edited", "the first entry is not a gate.started entry");
		return;
	}
	if (str(body, "segment") !== segment.name) bad(1, "inserted", "it was written as another segment");
	segment.signer = publicKey;
	segment.storage = str(signer, "storage");
	segment.workspace = str(body, "workspace");
	for (const link of list(body, "links")) {
		const entries = member(link, "entries");
		if (typeof entries !== "number") continue;
		segment.links.push({
			segment: str(link, "segment"),
			entries,
			head: str(link, "head"),
			final: member(link, "final") === true,
		});
	}
}
