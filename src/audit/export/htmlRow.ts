// One row of the log in a report.
import type { RowDetail, RowFlag, RowOutcome, Starter } from "../../protocol/audit.ts";
import { format } from "../../protocol/messages.ts";
import { fileHtml, type Read } from "./htmlDiff.ts";
import { bdi, escaped, facts, pre } from "./htmlText.ts";

const MAX_TEXT = 20_000;
const MAX_RESULT = 4000;

const ENDS: Record<RowOutcome, string> = {
	open: "Not decided",
	allowed: "Allowed",
	denied: "Denied",
	timeout: "Timed out",
	withdrawn: "Withdrawn",
	failed: "Failed, denied",
};
const ODD: Record<RowFlag, string> = {
	mismatch: "Something else ran than what was decided on.",
	gap: "It ran without a decision of Gatepost.",
	late: "An answer came after it was over.",
	guard: "It would have changed what guards this machine.",
	altered: "Lines of the log that tell of it were altered.",
	edited: "A person changed what the agent had asked for, and decided on that.",
	unexpected: "A file did not hold what was allowed after the agent had reported on it.",
};

/** That a person changed it first is said, and nothing odd. */
function flagHtml(flag: RowFlag): string {
	return `<p class="${flag === "edited" ? "note" : "odd"}">${escaped(ODD[flag])}</p>`;
}

/** An action, with its decision, change and result. */
export async function actionHtml(detail: RowDetail, read: Read): Promise<string> {
	const { row, said, decision } = detail;
	const end = row.outcome === undefined ? "Result without a request" : ENDS[row.outcome];
	const what = [row.tool, row.action].filter((one) => one !== undefined && one !== "").join(", ");
	const odd = row.flags.map(flagHtml);
	const files = [];
	for (const file of detail.files) files.push(await fileHtml(file, read));
	const isEdit = files.length > 0;
	const isEdited = detail.edited !== undefined;
	return `<article>
<header><time datetime="${escaped(row.time)}">${escaped(row.time)}</time> <span class="end${row.by === "rule" ? " rule" : ""}">${escaped(end)}</span> <b>${bdi(what)}</b></header>
${odd.join("")}
${isEdited ? '<p class="note">What the agent had asked for:</p>' : ""}
${isEdit ? "" : pre(said?.target ?? row.target, MAX_TEXT)}
${said?.description === undefined ? "" : `<p class="note">The agent's words: ${bdi(said.description)}</p>`}
${files.join("\n")}
${detail.changeProblem === undefined ? "" : `<p class="note">The change was not computed: ${bdi(format(detail.changeProblem))}</p>`}
${isEdit || said?.input === undefined || said.input === "" || row.action === "shell" ? "" : pre(said.input, MAX_RESULT)}
${await editedHtml(detail, read)}
${decision === undefined ? "" : decisionHtml(detail)}
${resultHtml(detail)}
${await actualHtml(detail, read)}
${placesHtml(detail)}
</article>`;
}

/** What a person had made of it. */
async function editedHtml({ row, edited }: RowDetail, read: Read): Promise<string> {
	if (edited === undefined) return "";
	const { target, files } = edited;
	if (target === undefined && files.length === 0)
		return `<p class="note">A person changed this first. What they made of it is not in this report: ${row.outcome === "allowed" ? "the decision's entry names where it is kept." : "it is not in the log, because it did not run."}</p>`;
	const drawn: string[] = [];
	for (const file of files) drawn.push(await fileHtml(file, read));
	const said = row.outcome === "allowed" ? "What was allowed in its place:" : "What a person made of it:";
	return `<p class="note">${said}</p>
${target === undefined ? "" : pre(target, MAX_TEXT)}
${drawn.join("\n")}`;
}

/** Files of one action that are drawn. */
const MAX_DRAWN = 100;

/** What it was seen to change. */
async function actualHtml({ actual }: RowDetail, read: Read): Promise<string> {
	if (actual === undefined) return "";
	const { files, more, incomplete, shared, background } = actual;
	const drawn: string[] = [];
	for (const file of files.slice(0, MAX_DRAWN)) drawn.push(await fileHtml(file, read));
	const hidden = files.length - drawn.length + more;
	const notes = [
		files.length + more > 0
			? `It changed ${files.length + more} ${files.length + more === 1 ? "file" : "files"} in the workspace.`
			: incomplete === undefined
				? "It was looked whether it changed files in the workspace: it did not."
				: "",
		"Nothing outside was looked at.",
		shared === true ? "Other actions ran at the same time: some of it may be theirs." : "",
		background === true ? "The command went on in the background; what it did later is not known." : "",
	];
	return `<p class="note">${escaped(notes.filter(Boolean).join(" "))}${incomplete === undefined ? "" : ` ${bdi(format(incomplete))}`}</p>
${drawn.join("\n")}
${hidden === 0 ? "" : `<p class="note">${hidden} more are not drawn here.</p>`}`;
}

/** Anything else: one line, where it stands, and between them what only entries of its kind say. @param said HTML */
export function otherHtml(detail: RowDetail, said = ""): string {
	const { row } = detail;
	const odd = row.flags.map(flagHtml);
	return `<article><header><time datetime="${escaped(row.time)}">${escaped(row.time)}</time> <b>${escaped(row.type === "" ? "Not an entry" : row.type)}</b> ${bdi(row.target)}</header>${odd.join("")}${said}${placesHtml(detail)}</article>`;
}

export function promptHtml(detail: RowDetail): string {
	return `<h3>Prompt <small><time datetime="${escaped(detail.row.time)}">${escaped(detail.row.time)}</time></small></h3><blockquote>${pre(detail.said?.target ?? "", MAX_TEXT)}</blockquote>`;
}

/** Who started the agent; the agent's own words are named as such. */
export function starterHtml(starter: Starter): string {
	const { launcher, git, claimed } = starter;
	const from =
		launcher === undefined ? undefined : [launcher.kind, launcher.name, launcher.within].filter(Boolean).join(", ");
	return facts([
		["Started by", bdi([starter.osUser, starter.host].filter(Boolean).join(" on "))],
		["From", from === undefined ? undefined : bdi(from)],
		["Processes above it", starter.processes.length === 0 ? undefined : bdi(starter.processes.join(" ← "))],
		["Program", starter.program === undefined ? undefined : bdi(starter.program)],
		["Version", starter.version === undefined ? undefined : bdi(starter.version)],
		["Workspace", starter.workspace === undefined ? undefined : bdi(starter.workspace)],
		["Branch", git?.branch === undefined ? undefined : bdi(git.branch)],
		["Commit", git?.commit === undefined ? undefined : `<code>${escaped(git.commit)}</code>`],
		["Worktree of", git?.commonDir === undefined ? undefined : bdi(git.commonDir)],
		["Hooks in force", starter.enforcement === undefined ? undefined : escaped(starter.enforcement)],
		["Model (the agent says)", claimed.model === undefined ? undefined : bdi(claimed.model)],
		["Mode (the agent says)", claimed.permissionMode === undefined ? undefined : bdi(claimed.permissionMode)],
	]);
}

function decisionHtml({ row, decision, released, settled }: RowDetail): string {
	if (decision === undefined) return "";
	const { shown, why } = decision;
	const by =
		row.by === "person" ? (row.person ?? "a person") : row.by === "rule" ? `rule ${row.rule ?? ""}` : (row.by ?? "");
	return facts([
		["Decided by", bdi(by)],
		["At", row.decidedAt === undefined ? undefined : escaped(row.decidedAt)],
		["Waited", row.waitedMs === undefined || row.by === "rule" ? undefined : `${(row.waitedMs / 1000).toFixed(1)} s`],
		["Channel", row.channel === undefined ? undefined : bdi(row.channel)],
		["Reason", decision.reason === undefined ? undefined : bdi(decision.reason)],
		["Why it was asked or passed", why.length === 0 ? undefined : why.map((one) => bdi(format(one))).join(" ")],
		["Rule", row.by === "rule" || row.rule === undefined ? undefined : bdi(row.rule)],
		["Grant", row.grant === undefined ? undefined : bdi(row.grant)],
		[
			"Shown",
			shown === undefined
				? undefined
				: `${shown.extent === "whole" ? "all of it" : "a part of it"}, for ${(shown.ms / 1000).toFixed(1)} s, card <code>${escaped(shown.digest)}</code>`,
		],
		["Answered by", decision.gesture === undefined ? undefined : escaped(decision.gesture)],
		["Policy", decision.policyDigest === undefined ? undefined : `<code>${escaped(decision.policyDigest)}</code>`],
		["Agent was told", released === undefined ? undefined : released.delivered ? "yes" : "no, it was gone"],
		["Settled by", settled === undefined ? undefined : escaped(settled.by)],
	]);
}

function resultHtml({ result }: RowDetail): string {
	if (result === undefined) return "";
	const { outcome, evidence, text, time } = result;
	const where = evidence === undefined ? "" : ` (${evidence.size} bytes, evidence ${escaped(evidence.digest)})`;
	const head = `<p class="note">Result at ${escaped(time)}: ${outcome}${where}${result.redacted ? ", secrets are masked" : ""}</p>`;
	return head + (text === undefined || text === "" ? "" : pre(text, MAX_RESULT));
}

function placesHtml({ entries }: RowDetail): string {
	const places = entries.map(
		({ segment, line, type, hash, problem }) =>
			`${escaped(type === "" ? "not an entry" : type)} ${escaped(segment)}:${line} <code>${escaped(hash)}</code>${problem === undefined ? "" : ` <b>${escaped(problem)}</b>`}`,
	);
	return `<details><summary><small>${entries.length} ${entries.length === 1 ? "entry" : "entries"} of the log</small></summary><small>${places.join("<br>")}</small></details>`;
}
