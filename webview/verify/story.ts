// The entries of a session as steps in the order in which they began: what a person reads. All of an action is one step.
import { format } from "../../src/protocol/messages.ts";
import type { Checked } from "./check.ts";
import { type Body, type Entry, list, member, str } from "./lines.ts";

export interface Fact {
	name: string;
	/** May be an agent's words. */
	value: string;
	/** Said by the agent of itself. */
	claimed?: boolean;
}

/** Two sides of a file, by evidence digest. */
export interface FileChange {
	path: string;
	op: string;
	before: string | undefined;
	after: string | undefined;
	/** A side was too large to be kept. */
	omitted: boolean;
}

export interface Step {
	time: string;
	/** One of our own words. */
	title: string;
	/** What it acts on; an agent's words. */
	target: string;
	facts: Fact[];
	/** How it ended, in a word, with its look. */
	outcome?: { text: string; look: "good" | "bad" | "plain" };
	warnings: string[];
	files: FileChange[];
	/** What it was seen to change, when it was looked. */
	changed?: FileChange[];
	/** Result as the agent reported it. */
	result?: { text: string } | { digest: string };
	/** Long input. */
	input?: { digest: string };
	entries: Entry[];
	/** Decided in the agent's own prompt, whatever was answered here. */
	settled?: boolean;
	/** Who decided, as the entry that counts says. */
	decidedBy?: string;
}

export function storyOf({ scope, session, segments }: Checked): Step[] {
	const entries = scope.of === "session" ? session : segments.flatMap((one) => one.entries);
	const steps: Step[] = [];
	const open = new Map<string, Step>();
	for (const entry of entries) {
		if (entry.body === undefined || entry.head.type === "checkpoint") continue;
		const request = str(entry.body, "request");
		const known = request === "" ? undefined : open.get(request);
		const step = known ?? {
			time: entry.head.time,
			title: "",
			target: "",
			facts: [],
			warnings: [],
			files: [],
			entries: [],
		};
		if (known === undefined) {
			steps.push(step);
			if (request !== "") open.set(request, step);
		}
		step.entries.push(entry);
		takeEntry(step, entry.head.type, entry.head.time, entry.body);
	}
	return steps;
}

function takeEntry(step: Step, type: string, time: string, body: Body): void {
	const claimed = member(body, "claimed");
	const first = step.title === "";
	switch (type) {
		case "session.started":
			step.title = "The session began";
			step.facts.push(...starter(body));
			break;
		case "session.ended":
			step.title = "The session ended";
			fact(step, "reason", str(claimed, "reason"), true);
			break;
		case "prompt":
			step.title = "Prompt";
			step.target = str(claimed, "text");
			break;
		case "action.requested":
			step.title = `${WORDS[str(body, "kind")] ?? "Action"}: ${str(body, "tool")}`;
			takeRequest(step, body);
			break;
		case "action.decided":
		case "action.withdrawn":
			if (first) step.title = "Decision";
			if (counts(type, body, step)) takeDecision(step, time, body);
			else step.warnings.push("There is another entry that decides this. A gate writes one: it does not count.");
			break;
		case "action.released":
			if (body.delivered !== true) step.warnings.push("The agent did not confirm that it got this decision.");
			break;
		case "action.settled":
			takeSettled(step, time, body);
			break;
		case "action.executed":
		case "question.answered":
			if (first)
				step.title = type === "action.executed" ? "A result that nobody had decided on" : "The agent was answered";
			takeResult(step, body);
			break;
		case "action.changed":
			if (first) step.title = "What an action changed";
			takeChanged(step, body);
			break;
		case "digest.mismatch":
			takeMismatch(step, body);
			break;
		case "change.undone":
			takeUndone(step, time, body, first);
			break;
		case "answer.late":
			if (first) step.title = "A late answer";
			step.warnings.push(`${person(body)} answered ${str(body, "verdict")} too late; it did not count.`);
			break;
		case "coverage.gap":
			if (first) step.title = "A gap";
			step.warnings.push(`This got past the gate: ${str(body, "kind")}.`);
			break;
		case "question.asked":
			step.title = "The agent asked its user";
			step.target = inputOf(claimed);
			break;
		case "grant.added":
			if (first) step.title = "A grant";
			fact(step, "allowed from then on", JSON.stringify(member(body, "rule") ?? {}));
			fact(step, "for", JSON.stringify(member(body, "lasts") ?? {}));
			break;
		default:
			if (first) step.title = type;
			fact(step, "by", person(body));
			for (const name of ["file", "digest", "channel", "agent", "grant", "reason", "editor"])
				fact(step, name, str(body, name));
	}
}

const WORDS: Record<string, string> = {
	shell: "Command",
	edit: "Edit",
	write: "Write",
	delete: "Delete",
	read: "Read",
	fetch: "Fetch",
	mcp: "Tool",
	spawn: "Start of an agent",
	other: "Action",
};

function takeRequest(step: Step, body: Body): void {
	const claimed = member(body, "claimed");
	step.target = inputOf(claimed);
	step.files = list(member(body, "change"), "files").map(fileOf);
	if (step.target === "") step.target = step.files[0]?.path ?? "";
	fact(step, "in", str(claimed, "cwd"), true);
	fact(step, "the agent says", str(claimed, "description"), true);
	const digest = str(member(body, "input"), "digest");
	if (digest !== "") step.input = { digest };
	if (body.guard === true) step.warnings.push("This would change what guards the person.");
	step.outcome = { text: "not decided", look: "plain" };
}

function fileOf(file: unknown): FileChange {
	const sides = [member(file, "before"), member(file, "after")];
	return {
		path: str(file, "path"),
		op: str(file, "op"),
		before: str(sides[0], "digest") || undefined,
		after: str(sides[1], "digest") || undefined,
		omitted: sides.some((side) => member(side, "omitted") !== undefined),
	};
}

/** Files that are named as seen to change. */
const MAX_CHANGED = 500;

/** Of two entries that name files the first counts, as in src/audit/fold.ts. */
function takeChanged(step: Step, body: Body): void {
	if (step.changed !== undefined && step.changed.length > 0) return;
	const files = list(body, "files");
	const count = files.length + (Number(str(body, "more")) || 0);
	step.changed = files.slice(0, MAX_CHANGED).map(fileOf);
	const incomplete = member(body, "incomplete");
	const seen = count > 0 ? `${count} ${count === 1 ? "file" : "files"}` : incomplete === undefined ? "nothing" : "";
	fact(step, "changed in the workspace", seen);
	for (const { path, op } of step.changed) fact(step, SEEN[op] ?? "changed", path);
	if (count > step.changed.length) fact(step, "changed", `${count - step.changed.length} more`);
	if (incomplete !== undefined) step.warnings.push(sentence(incomplete));
	if (body.shared === true) step.warnings.push("Other actions ran at the same time: what changed may be theirs.");
	if (body.background === true)
		step.warnings.push("The command went on in the background: what it changed later is not known.");
}

const SEEN: Record<string, string> = { create: "made", modify: "changed", delete: "deleted" };

/** Either other input ran, or files did not hold what was allowed. */
function takeMismatch(step: Step, body: Body): void {
	const files = list(body, "files");
	if (step.title === "") step.title = files.length === 0 ? "Something else ran" : "Not what was allowed is in a file";
	if (files.length === 0) step.warnings.push("What the agent reports it ran is not what was decided on.");
	for (const file of files.slice(0, MAX_CHANGED)) {
		const path = str(file, "path");
		const unwritten = member(file, "unwritten") === true;
		const end = unwritten ? "was as it had been before" : "did not hold what was allowed";
		step.warnings.push(`After the edit ${path} ${end}.`);
		const why = member(file, "why");
		if (why !== undefined) step.warnings.push(sentence(why));
		if (str(file, "target") !== "") step.warnings.push(`${path} led to ${str(file, "target")} by then.`);
	}
}

/** A conflict only opens the merge editor; a second entry of an undo says that the file was not written after all. */
function takeUndone(step: Step, time: string, body: Body, first: boolean): void {
	const [how, outcome] = [str(body, "how"), str(body, "outcome")];
	const ended = outcome === "failed" ? "failed" : outcome !== "" ? "unknown" : how === "conflict" ? "conflict" : "done";
	// Which file and which action then is what a mark said: no word that anything failed, and none of a person.
	const end = body.recovered === true ? "recovered" : ended;
	const [title, did] = UNDONE[end];
	if (first) step.title = title;
	step.target ||= str(body, "path");
	fact(step, `${did} by`, person(body));
	fact(step, `${did} at`, time);
	fact(step, "how", [how, outcome].filter(Boolean).join(", "));
	fact(step, "because", str(body, "detail"));
	fact(step, "file", str(body, "path"));
	fact(step, "through", str(body, "channel"));
	if (end === "failed")
		step.warnings.push(`${str(body, "path")} was to be put back, and was not: it could not be written.`);
	if (end === "unknown" || end === "recovered")
		step.warnings.push(`${str(body, "path")} was to be put back; whether it was written is not known.`);
	if (end === "recovered")
		step.warnings.push("This was found out afterwards, from a note that other programs of the user can write, too.");
}

/** Title, and what the person did. */
const UNDONE = {
	done: ["A change was put back", "put back"],
	conflict: ["The merge editor was opened to undo a change", "merge editor opened"],
	failed: ["A change was to be put back, and was not", "undo, which failed, asked for"],
	unknown: ["A change was to be put back, and whether it was is not known", "undo asked for"],
	recovered: ["A change was to be put back, and whether it was is not known", "undo found to be cut off"],
} as const;

/** As in src/audit/foldDecision.ts. */
function counts(type: string, body: Body, step: Step): boolean {
	const decision = member(body, "decision");
	const by = str(decision, "by");
	const known = step.decidedBy;
	if ((type === "action.withdrawn") !== (by === "withdrawn")) return false;
	if (known === undefined || step.settled === true || (by === "person" && known !== "person")) return true;
	return by === "failure" && known !== "failure" && member(decision, "answered") !== undefined;
}

function takeDecision(step: Step, time: string, body: Body): void {
	const decision = member(body, "decision");
	const by = str(decision, "by");
	step.decidedBy = by;
	const verdict = str(decision, "verdict");
	const answered = member(decision, "answered");
	const from = answered ?? decision;
	const shown = member(from, "shown");
	const who =
		by === "person"
			? person(decision)
			: by === "rule"
				? `rule ${str(decision, "ruleId")}`
				: by === "timeout"
					? "nobody in time"
					: by === "withdrawn"
						? "the agent, which took it back"
						: "Gatepost, which could not go on";
	// The agent's own prompt may have been first.
	const counts = step.settled !== true;
	if (counts)
		step.outcome = {
			text: verdict === "allow" ? "allowed" : by === "person" || by === "rule" ? "denied" : `denied: ${by}`,
			look: verdict === "allow" ? "good" : "bad",
		};
	const said = verdict === "allow" ? "allowed by" : "denied by";
	fact(step, counts ? said : (WITHOUT_EFFECT[said] ?? ""), who);
	if (answered !== undefined)
		fact(step, "in place of the answer of", `${person(answered)}: ${str(answered, "verdict")}`);
	fact(step, "through", str(from, "channel"));
	fact(step, "at", time);
	if (shown !== undefined)
		fact(step, "had been shown", `${str(shown, "extent")}, for ${Math.round(Number(str(shown, "ms")) / 100) / 10} s`);
	fact(step, "reason", str(decision, "reason"));
	for (const why of list(body, "why")) fact(step, by === "person" ? "was asked because" : "because", sentence(why));
	fact(step, "rule", by === "person" ? str(body, "rule") : "");
	fact(step, "grant", str(body, "grant"));
	takeEdited(step, member(body, "edited"), verdict === "allow");
	fact(step, "policy", str(decision, "policyDigest") || str(body, "policyDigest"));
}

/** A person changed the action before they decided: what was allowed is that, and the request's entry has what was asked. */
function takeEdited(step: Step, edited: unknown, allowed: boolean): void {
	if (edited === undefined) return;
	step.warnings.push(
		allowed
			? "A person changed this before allowing it: what the agent had asked for did not run."
			: "A person changed this, and it was not allowed.",
	);
	const input = member(member(edited, "claimed"), "input");
	if (input !== undefined) fact(step, "what was allowed", inputOf(member(edited, "claimed")));
	const files = list(member(edited, "change"), "files").map(fileOf);
	if (files.length > 0) step.files = files;
}

/** Decisions that the agent's own prompt was ahead of. */
const WITHOUT_EFFECT: Record<string, string> = {
	"allowed by": "allowed, without effect, by",
	"denied by": "denied, without effect, by",
};

/** Both were asked, here and in the agent's own prompt: this says which answer counts. */
function takeSettled(step: Step, time: string, body: Body): void {
	const verdict = str(body, "verdict");
	fact(step, "settled by", str(body, "by"));
	if (verdict !== "allow" && verdict !== "deny") return;
	step.settled = true;
	for (const one of step.facts) if (one.claimed !== true) one.name = WITHOUT_EFFECT[one.name] ?? one.name;
	const allowed = verdict === "allow";
	step.outcome = { text: allowed ? "allowed" : "denied", look: allowed ? "good" : "bad" };
	// Nobody saw who typed there.
	const who = body.agentRule === true ? "a rule of the agent's own" : "unidentified, in the terminal";
	fact(step, allowed ? "allowed by" : "denied by", who);
	fact(step, "settled at", time);
}

function takeResult(step: Step, body: Body): void {
	fact(step, "result", str(body, "outcome"));
	const digest = str(member(body, "result"), "digest");
	const response = member(member(body, "claimed"), "response");
	if (digest !== "") step.result = { digest };
	else if (response !== undefined) step.result = { text: resultText(response) };
	const input = member(member(body, "claimed"), "input");
	if (input !== undefined) fact(step, "it reports it ran", JSON.stringify(input), true);
}

/** What an output says: what a command printed, else all of it. */
export function resultText(response: unknown): string {
	const [out, err] = [str(response, "stdout"), str(response, "stderr")];
	if (typeof member(response, "stdout") === "string") return [out, err].filter(Boolean).join("\n");
	return typeof response === "string" ? response : JSON.stringify(response, undefined, 2);
}

function starter(body: Body): Fact[] {
	const claimed = member(body, "claimed");
	const git = member(body, "git");
	const launcher = member(body, "launcher");
	const enforcement = member(body, "enforcement");
	const processes = list(body, "processes").map((one) => str(one, "name"));
	const facts: Fact[] = [
		{ name: "agent", value: str(body, "agent") },
		{ name: "started by", value: str(body, "osUser") },
		{ name: "from", value: [str(launcher, "kind"), str(launcher, "name")].filter(Boolean).join(", ") },
		{ name: "processes", value: processes.filter(Boolean).join(" ← ") },
		{ name: "in", value: str(body, "root") },
		{ name: "git branch", value: str(git, "branch") },
		{ name: "git commit", value: str(git, "commit") },
		{ name: "its hooks", value: typeof enforcement === "string" ? enforcement : str(enforcement, "level") },
		{ name: "model", value: str(claimed, "model"), claimed: true },
		{ name: "version", value: str(claimed, "version"), claimed: true },
	];
	return facts.filter(({ value }) => value !== "");
}

export function person(value: unknown): string {
	const approver = member(value, "approver");
	const osUser = str(approver, "osUser");
	const name = str(member(approver, "claims"), "gitName");
	return name === "" || name === osUser ? osUser : `${name} (${osUser})`;
}

function sentence(why: unknown): string {
	const args: Record<string, string | number> = {};
	const given = member(why, "args");
	if (typeof given === "object" && given !== null)
		for (const [name, value] of Object.entries(given))
			if (typeof value === "string" || typeof value === "number") args[name] = value;
	return format({ code: str(why, "code"), args });
}

const TARGETS = ["command", "file_path", "notebook_path", "path", "url", "pattern", "query", "description", "prompt"];

function inputOf(claimed: unknown): string {
	const input = member(claimed, "input");
	for (const name of TARGETS) {
		const found = member(input, name);
		if (typeof found === "string" && found !== "") return found;
	}
	return input === undefined ? "" : JSON.stringify(input);
}

function fact(step: Step, name: string, value: string, claimed = false): void {
	if (value !== "") step.facts.push(claimed ? { name, value, claimed } : { name, value });
}
