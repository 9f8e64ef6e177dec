// Everything the log says of one row, put in order for a reader (RowDetail). Nothing is made up: what an entry does not say
// is absent. Bodies are treated as hostile, as in fold.ts.
import {
	type AuditRow,
	type DetailEntry,
	type DetailFile,
	type EvidenceLink,
	MAX_ENTRY_TEXT,
	type Omitted,
	RowBy,
	type RowDetail,
	type Starter,
} from "../protocol/audit.ts";
import type { Message } from "../protocol/messages.ts";
import type { Entry } from "./chain.ts";
import { changesOf, inputTarget } from "./fold.ts";
import { counts } from "./foldDecision.ts";
import { list, member, str } from "./members.ts";
import type { ReadLine } from "./read.ts";

/** Names, paths, ids and digests of a detail are on a line or two: longer ones are cut and end in "…". Characters. */
const MAX_WORDS = 1000;
/** Of a message. No sentence has more places. */
const MAX_ARGS = 20;

export interface DetailContext {
	/** The prompt of the same session before the row. */
	prompt?: Entry | undefined;
	/** The session.started entry that it runs under. */
	started?: Entry | undefined;
	/** Evidence that retention has removed: when, ISO, by digest. */
	removed?: ReadonlyMap<string, string> | undefined;
}

/** What its lines say of a row. @param lines all of its entries, in order */
export function detailOf(row: AuditRow, lines: readonly ReadLine[], context: DetailContext = {}): RowDetail {
	const link = linker(context.removed);
	const detail: RowDetail = {
		row,
		entries: lines.map(entryOf),
		files: [],
		sameSecrets: [],
	};
	const prompt = textOf(context.prompt, "text");
	if (context.prompt !== undefined && prompt !== "") detail.prompt = { time: context.prompt.head.time, text: prompt };
	if (context.started !== undefined) detail.starter = starterOf(context.started);
	for (const { entry } of lines) if (entry !== undefined) take(detail, entry, link);
	return detail;
}

type Linker = (value: unknown) => EvidenceLink | undefined;

function take(detail: RowDetail, { head, body = {} }: Entry, link: Linker): void {
	const claimed = member(body, "claimed");
	switch (head.type) {
		case "action.requested":
			takeRequest(detail, body, link);
			break;
		case "action.decided":
		case "action.withdrawn":
			if (counts(head.type, body, detail.decision?.by ?? "none")) takeDecision(detail, body, link);
			break;
		case "action.released":
			detail.released = { time: head.time, delivered: body.delivered === true };
			break;
		case "action.settled":
			detail.settled = { time: head.time, by: words(str(body, "by")) };
			break;
		case "action.executed":
		case "question.answered": {
			const evidence = link(body.result);
			const response = member(claimed, "response");
			detail.result = {
				time: head.time,
				outcome: body.outcome === "failed" ? "failed" : "done",
				redacted: body.redacted === true,
				...(response === undefined ? {} : { text: cut(json(response)).text }),
				...(evidence === undefined ? {} : { evidence }),
			};
			break;
		}
		case "action.changed":
			takeChanged(detail, body, link);
			break;
		case "digest.mismatch":
			takeMismatch(detail, body, link);
			break;
		case "change.undone":
			takeUndone(detail, body, link);
			break;
		case "prompt":
			detail.said = { target: cut(str(claimed, "text")).text };
			break;
		case "session.started":
			detail.starter = starterOf({ head, body, hash: "", prev: "" });
			break;
		case "question.asked":
			detail.said = {
				target: cut(inputTarget(member(claimed, "input"))).text,
				input: cut(json(member(claimed, "input"))).text,
			};
			break;
	}
}

function takeRequest(detail: RowDetail, body: Record<string, unknown>, link: Linker): void {
	const claimed = member(body, "claimed");
	const input = member(claimed, "input");
	const said: NonNullable<RowDetail["said"]> = {
		target: cut(input === undefined ? detail.row.target : inputTarget(input)).text,
	};
	const description = cut(str(claimed, "description")).text;
	if (description !== "") said.description = description;
	Object.assign(said, texts(claimed, ["cwd", "permissionMode"]));
	if (input !== undefined) said.input = cut(json(input)).text;
	detail.said = said;
	const inputEvidence = link(body.input);
	if (inputEvidence !== undefined) detail.inputEvidence = inputEvidence;
	const root = words(str(body, "root"));
	if (root !== "") detail.root = root;
	const mac = words(str(body, "actionMac"));
	if (mac !== "") detail.actionMac = mac;
	const change = member(body, "change");
	for (const file of list(change, "files")) detail.files.push(fileOf(file, link));
	const [problem] = messages([member(change, "unknown")]);
	if (problem !== undefined) detail.changeProblem = problem;
}

function fileOf(file: unknown, link: Linker): DetailFile {
	const op = str(file, "op");
	const target = words(str(file, "target"));
	return {
		path: words(str(file, "path")),
		...(target === "" ? {} : { target }),
		op: op === "create" || op === "delete" ? op : "modify",
		...sideOf(file, "before", link),
		...sideOf(file, "after", link),
		...seenOf(file),
	};
}

function sideOf<Name extends "before" | "after">(
	file: unknown,
	name: Name,
	link: Linker,
): { [N in Name]?: EvidenceLink | Omitted } {
	const value = member(file, name);
	const found = link(value);
	const omitted = member(value, "omitted");
	const [why] = messages([member(value, "why")]);
	const mode = member(value, "mode");
	if (found !== undefined && typeof mode === "number" && Number.isSafeInteger(mode) && mode >= 0) found.mode = mode;
	const side = found ?? (typeof omitted === "number" ? { omitted, ...(why === undefined ? {} : { why }) } : undefined);
	return side === undefined ? {} : ({ [name]: side } as { [N in Name]: EvidenceLink | Omitted });
}

/** What only a look at the disk can tell: links, and permissions that changed. */
function seenOf(file: unknown): Pick<DetailFile, "link" | "mode"> {
	const [before, after] = [member(file, "before"), member(file, "after")];
	const links = { ...texts({ before: str(before, "link"), after: str(after, "link") }, ["before", "after"]) };
	const [was, is] = [member(before, "mode"), member(after, "mode")];
	return {
		...(Object.keys(links).length === 0 ? {} : { link: links }),
		...(typeof was === "number" && typeof is === "number" && was !== is ? { mode: { before: was, after: is } } : {}),
	};
}

/** As in fold.ts: of two entries that name files the first counts. */
function takeChanged(detail: RowDetail, body: Record<string, unknown>, link: Linker): void {
	if (detail.actual !== undefined && changesOf(detail.actual.files).length > 0) return;
	const more = member(body, "more");
	const [incomplete] = messages([member(body, "incomplete")]);
	detail.actual = {
		files: list(body, "files").map((file) => fileOf(file, link)),
		more: typeof more === "number" && Number.isSafeInteger(more) && more > 0 ? more : 0,
		...(incomplete === undefined ? {} : { incomplete }),
		...(body.shared === true ? { shared: true } : {}),
		...(body.background === true ? { background: true } : {}),
		...texts(body, ["since"]),
	};
}

/** Files that did not hold what was allowed, at the files of the proposed change that they are. */
function takeMismatch(detail: RowDetail, body: Record<string, unknown>, link: Linker): void {
	for (const one of list(body, "files")) {
		const path = words(str(one, "path"));
		const allowed = detail.edited !== undefined && detail.edited.files.length > 0 ? detail.edited.files : detail.files;
		let file = allowed.find((known) => known.path === path);
		if (file === undefined) {
			const { before: _, after: _1, ...bare } = fileOf(one, link);
			file = bare;
			allowed.push(file);
		}
		const [why] = messages([member(one, "why")]);
		file.mismatch = {
			approved: words(str(one, "approved")) || null,
			found: words(str(one, "found")) || null,
			...(member(one, "unwritten") === true ? { unwritten: true } : {}),
			...texts(one, ["target"]),
			...(why === undefined ? {} : { why }),
			...sideOf(one, "after", link),
		};
	}
}

/** The file that was put back. What came of a conflict is not in the log, and what failed was not written. */
function takeUndone(detail: RowDetail, body: Record<string, unknown>, link: Linker): void {
	const how = str(body, "how");
	if (how === "conflict" || str(body, "outcome") !== "") return;
	const op = how === "remove" ? "delete" : member(body, "before") === undefined ? "create" : "modify";
	detail.files.push(fileOf({ ...body, op }, link));
}

function takeDecision(detail: RowDetail, body: Record<string, unknown>, link: Linker): void {
	const decision = member(body, "decision");
	const by = RowBy.safeParse(member(decision, "by"));
	if (!by.success) return;
	const answered = member(decision, "answered") ?? decision;
	const shown = member(answered, "shown");
	const assurance = member(member(answered, "approver"), "assurance");
	const grant = member(decision, "grant");
	const card = link(body.card);
	const edited = member(body, "edited");
	if (edited === undefined) delete detail.edited;
	else detail.edited = editedOf(edited, link);
	detail.decision = {
		verdict: str(decision, "verdict") === "allow" ? "allow" : "deny",
		by: by.data,
		why: messages(list(body, "why")),
		...(str(decision, "reason") === "" ? {} : { reason: cut(str(decision, "reason")).text }),
		...texts(answered, ["gesture"]),
		...texts({ policyDigest: str(decision, "policyDigest") || str(body, "policyDigest") }, ["policyDigest"]),
		...(typeof assurance === "number" ? { assurance } : {}),
		...(member(decision, "stopSession") === true ? { stopSession: true } : {}),
		...(shown === undefined
			? {}
			: {
					shown: {
						digest: words(str(shown, "digest")),
						extent: str(shown, "extent") === "whole" ? ("whole" as const) : ("partial" as const),
						ms: Number(str(shown, "ms")) || 0,
					},
				}),
		...(card === undefined ? {} : { card }),
		...(grant === undefined ? {} : { grant: cut(json(grant)).text }),
	};
}

/** What a person had made of an action. A long command is in the evidence store, and so not here. */
function editedOf(edited: unknown, link: Linker): NonNullable<RowDetail["edited"]> {
	const input = member(member(edited, "claimed"), "input");
	const target = input === undefined ? "" : cut(inputTarget(input)).text;
	const files = list(member(edited, "change"), "files").map((file) => fileOf(file, link));
	return { ...(target === "" || files.length > 0 ? {} : { target }), files };
}

/** Who started an agent, from its session.started entry. */
export function starterOf({ body = {} }: Entry): Starter {
	const claimed = member(body, "claimed");
	const env = member(claimed, "env");
	const launcher = member(body, "launcher");
	const git = member(body, "git");
	const program = words(str(member(body, "program"), "path"));
	const version = words(str(member(body, "program"), "version"));
	const enforcement = member(body, "enforcement");
	return {
		...texts(body, ["osUser", "host"]),
		...(launcher === undefined
			? {}
			: { launcher: { kind: words(str(launcher, "kind")), ...texts(launcher, ["name", "within"]) } }),
		...(program === "" ? {} : { program }),
		...(version === "" ? {} : { version }),
		processes: list(body, "processes")
			.slice(0, 20)
			.map((one) => words(str(one, "name")))
			.filter((name) => name !== ""),
		...(str(body, "root") === "" ? {} : { workspace: words(str(body, "root")) }),
		...(git === undefined ? {} : { git: texts(git, ["commit", "branch", "commonDir"]) }),
		...texts({ enforcement: typeof enforcement === "string" ? enforcement : str(enforcement, "level") }, [
			"enforcement",
		]),
		claimed: {
			...texts(claimed, ["model", "cwd", "permissionMode"]),
			...texts({ entrypoint: str(env, "CLAUDE_CODE_ENTRYPOINT"), terminal: str(env, "TERM_PROGRAM") }, [
				"entrypoint",
				"terminal",
			]),
		},
	};
}

function entryOf({ segment, line, entry, problem }: ReadLine): DetailEntry {
	const shown = cut(entry?.body === undefined ? "" : json(entry.body));
	return {
		segment,
		line,
		type: words(entry?.head.type ?? ""),
		time: entry?.head.time ?? "",
		hash: entry?.hash ?? "",
		prev: entry?.prev ?? "",
		...shown,
		...(problem === undefined ? {} : { problem }),
	};
}

function linker(removed: ReadonlyMap<string, string> | undefined): Linker {
	return (value) => {
		const digest = str(value, "digest");
		const size = member(value, "size");
		if (!/^[0-9a-f]{64}$/.test(digest) || typeof size !== "number") return undefined;
		const removedAt = removed?.get(digest);
		return {
			digest,
			size,
			redacted: member(value, "redacted") === true,
			...(removedAt === undefined ? {} : { removedAt }),
		};
	};
}

/** Members that are messages; what is none is left out. */
function messages(values: readonly unknown[]): Message[] {
	return values.flatMap((value) => {
		const code = str(value, "code");
		if (code === "") return [];
		const args: Record<string, string | number> = {};
		const given = member(value, "args");
		if (typeof given === "object" && given !== null)
			for (const [name, arg] of Object.entries(given).slice(0, MAX_ARGS))
				if (typeof arg === "string") args[name] = words(arg);
				else if (typeof arg === "number") args[name] = arg;
		// A code of another version is shown as it is.
		return [{ code: words(code), args } as unknown as Message];
	});
}

type TextsOf<Name extends string> = { [N in Name]?: string };

function texts<Name extends string>(value: unknown, names: readonly Name[]): TextsOf<Name> {
	const found: TextsOf<Name> = {};
	for (const name of names) {
		const text = str(value, name);
		if (text !== "") found[name] = words(text);
	}
	return found;
}

function textOf(entry: Entry | undefined, name: string): string {
	return cut(str(member(entry?.body, "claimed"), name)).text;
}

function json(value: unknown): string {
	return JSON.stringify(value, undefined, 2) ?? "";
}

/** What is drawn on a line or two. The entries hold the whole of it. */
function words(text: string): string {
	return text.length <= MAX_WORDS ? text : `${text.slice(0, MAX_WORDS).toWellFormed()}…`;
}

function cut(text: string): { text: string; cut: boolean } {
	if (text.length <= MAX_ENTRY_TEXT) return { text, cut: false };
	return { text: text.slice(0, MAX_ENTRY_TEXT).toWellFormed(), cut: true };
}
