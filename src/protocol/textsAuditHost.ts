// The English templates of the audit panel's host and exports. See texts.ts.
export const TEXTS_AUDIT_HOST = {
	"auditHost.title": "Gatepost Audit Log",
	"auditHost.outside": "Outside all folders",
	"auditHost.noLog": "There is no audit log to show. Open a folder: each has its own log.",
	"auditHost.failed":
		"This part of the log could not be read ({detail}). The log itself was not changed. Try again, or build the index anew.",
	"auditHost.noRow": "This row is not in the index any more. Look at the list again: it may have been built anew.",
	"auditHost.noSession": "This session is not in this log. Choose the log of its folder.",
	"auditHost.otherLog": "Another log is shown by now, so this was not answered.",
	"auditHost.index": "{detail}",
	"auditHost.verifyFailed":
		"The log could not be verified ({detail}). Nothing was changed. Check the folder of the log, then verify again.",
	"auditHost.problem": "Audit log of {folder}: {kind} at {where}: {detail}",
	"auditHost.problemMore": "Audit log of {folder}: {count} more problems are not listed.",
	"auditHost.diffShown": "{file} (as it was shown on {time})",
	"auditHost.diffSession": "{file} (before and after the session)",
	"auditHost.diffMasked": "{title}, secrets masked",
	"auditHost.diffEnds": "{title}, line ends drawn",
	"auditHost.before": "before",
	"auditHost.after": "after",
	"auditHost.noFile": "This action names no such file.",
	"auditHost.side.removed":
		"The content of {file} {side} the change was removed by retention on {time}; its digest is still in the log. There is no diff of it.",
	"auditHost.side.omitted":
		"The content of {file} {side} the change was too large for the log ({bytes} bytes), so it was not kept. There is no diff of it.",
	"auditHost.side.unknown": "The log does not hold the content of {file} {side} the change. There is no diff of it.",
	"auditHost.side.missing":
		"The content of {file} {side} the change is named in the log but is not in the evidence store, and no entry says that it was removed. Verify the log.",
	"auditHost.side.gone": "The content of {file} {side} the change is not in the evidence store any more.",
	"auditHost.side.altered":
		"The stored content of {file} {side} the change is not what the log says. It was altered, so it is not shown. Verify the log.",
	"auditHost.side.unreadable":
		"The content of {file} {side} the change could not be read ({detail}). Nothing was changed.",
	"auditHost.evidence.removed": "This was removed by retention on {time}; its digest is still in the log.",
	"auditHost.evidence.missing":
		"This is named in the log but is not in the evidence store, and no entry says that it was removed. Verify the log.",
	"auditHost.evidence.altered":
		"What is stored here is not what the log says. It was altered, so it is not shown. Verify the log.",
	"auditHost.evidence.unreadable": "This could not be read from the evidence store ({detail}). Nothing was changed.",
	"auditHost.noInput": "The log does not hold the input of this row.",
	"auditHost.noResult": "The agent has reported no result of this action.",
	"auditHost.noCard":
		"The log does not hold the card of this action: nobody was asked, or it was written by an older version.",
	"auditHost.textCut": "Cut after {shown} of {all} characters. An export holds all of it.",
	"auditHost.noAction":
		"The log does not hold this action whole, so policy cannot be asked about it. Nothing was opened.",
	"auditHost.explainHead":
		"What policy would decide about this action today, without the hooks and grants of its session. It was requested on {time}.",
	"auditHost.explainMasked": "Secrets in it are masked in the log, so the masked text was looked at.",
	"auditHost.rule.masked":
		"Secrets of this action are masked in the log, so a rule made from it would not fit. No rule was written. Write one by hand with Open Policy File.",
	"auditHost.rule.guard": "This would change what guards you, and that is always asked. No rule was written.",
	"auditHost.rule.passes": "Today's policy lets this pass without a question ({rule}). No rule was written.",
	"auditHost.rule.denied": "A rule denies this today ({rule}), and no other rule can allow it. No rule was written.",
	"auditHost.rule.none": "No rule can say this narrowly enough, so it stays a question each time. No rule was written.",
	"auditHost.rule.broken":
		"Your policy file has an error in line {line} ({detail}), so no rule was put in. Correct it, then try again.",
	"auditHost.rule.notEdited": "The editor did not take the change of {file}. No rule was written.",
	"auditHost.rule.made":
		"The rule {rule} stands in your policy file and is not saved. It counts only after you saved the file and accepted it in the Requests view.",
	"auditHost.export.format": "Which format?",
	"auditHost.export.scope": "How much of the log?",
	"auditHost.export.log": "Which log?",
	"auditHost.export.session": "Which session?",
	"auditHost.export.all": "Everything",
	"auditHost.export.filter": "What the audit log shows now",
	"auditHost.export.filterDetail": "The filter of the open panel",
	"auditHost.export.oneSession": "One session",
	"auditHost.export.noSessions": "There is no session in this log yet.",
	"auditHost.export.jsonl": "JSON lines: the entries as they are",
	"auditHost.export.csv": "CSV: one row a decision, for spreadsheets",
	"auditHost.export.html": "HTML report: one file to read or print",
	"auditHost.export.sqlite": "SQLite database",
	"auditHost.export.ocsf": "OCSF events: for security tools",
	"auditHost.export.bundle": "Receipt: a zip that anybody can verify without Gatepost",
	"auditHost.export.save": "Export",
	"auditHost.export.running": "An export is running already. Wait for its end or cancel it.",
	"auditHost.export.title": "Gatepost: exporting the audit log",
	"auditHost.export.percent": "{percent} %",
	"auditHost.export.onlyFiles": "An export goes to a file on this machine. Nothing was written; choose another place.",
	"auditHost.export.inHome":
		"{folder} holds Gatepost's own files, and an export must not take the place of one. Nothing was written; choose another place.",
	"auditHost.export.cancelled": "The export was cancelled and left no file.",
	"auditHost.export.failed":
		"The export failed and left no file ({detail}). The log was not changed. Check the place and its free space, then try again.",
	"auditHost.export.done": "Exported {rows} rows ({entries} entries) to {file}.",
	"auditHost.export.notRecorded": "The log has no note of this export ({detail}); the file {file} itself is whole.",
	"auditHost.export.noFile.one":
		"{count} name in the log folder is no file, so no gate made it, and it was not read ({names}). Look at the log folder.",
	"auditHost.export.noFile.many":
		"{count} names in the log folder are no files, so no gate made them, and they were not read ({names}). Look at the log folder.",
	"auditHost.export.noEvidence.one":
		"{count} piece of evidence is not in it: it is missing, was altered or cannot be read ({names}). Verify the log, check the disk, then export again.",
	"auditHost.export.noEvidence.many":
		"{count} pieces of evidence are not in it: they are missing, were altered or cannot be read ({names}). Verify the log, check the disk, then export again.",
	"auditHost.export.noEntry.one":
		"{count} line of the log holds no entry, so what happened there is not told ({names}). Verify the log.",
	"auditHost.export.noEntry.many":
		"{count} lines of the log hold no entry, so what happened there is not told ({names}). Verify the log.",
	"auditHost.export.noGate": "no gate is open for this folder",
	"auditHost.export.reveal": "Reveal",
	"auditHost.export.open": "Open",
	"auditHost.snapshotKey":
		"The editor's secret storage did not give the key of the audit log's index ({detail}). The index is used with the key of the Gatepost home. Check the editor's secret storage.",
	"auditHost.memory.storage":
		"What this editor has seen of the audit logs could not be read or kept in its secret storage ({detail}). A log that is cut or removed may not be noticed. Check the editor's secret storage.",
	"auditHost.memory.dropped":
		"The editor's secret storage held {count} notes of the audit log {workspace} that Gatepost did not write or that are damaged. They were dropped; verify the log to note it anew.",
	"auditHost.forget.ask": "Forget what this editor remembers of the audit log of {folder}?",
	"auditHost.forget.detail.one":
		"This editor has seen {entries} entries in a segment of this log that is not there as it saw it. After you forget it, the editor no longer says that it is missing or was cut. What it remembers of other segments stays. Do this only if you removed it yourself or put back an older copy. No file is changed, and the log keeps a note of what was forgotten, with your name.",
	"auditHost.forget.detail.many":
		"This editor has seen {entries} entries in {count} segments of this log that are not there as it saw them. After you forget them, the editor no longer says that they are missing or were cut. What it remembers of other segments stays. Do this only if you removed them yourself or put back an older copy. No file is changed, and the log keeps a note of what was forgotten, with your name.",
	"auditHost.forget.named.one":
		"The log itself names this segment, too, so forgetting does not make the log whole: each verification goes on finding that it is missing or was cut.",
	"auditHost.forget.named.many":
		"The log itself names {count} of these segments, too, so forgetting does not make the log whole: each verification goes on finding that they are missing or were cut.",
	"auditHost.forget.do": "Forget",
	"auditHost.forget.nothing":
		"This editor misses nothing in this log that it remembers, so nothing was forgotten. Verify the log again.",
	"auditHost.forget.notRecorded":
		"This could not be put on record in the log ({detail}), so nothing was forgotten. Check the Gatepost home, then try again.",
	"auditHost.forget.failed":
		"The log has a note that it was forgotten, but the editor's secret storage still remembers it ({detail}). Check the editor's secret storage, then try again.",
	"auditHost.forget.done":
		"Forgotten. The log of {folder} is being verified again; only if it is found whole is what it holds remembered.",
	"auditHost.verifyWhich": "Verify which log?",
	"auditHost.verifyOwn.one":
		"The audit log of {folder} is verified: {entries} entries in {count} segment, signed by this editor's own key.",
	"auditHost.verifyOwn.many":
		"The audit log of {folder} is verified: {entries} entries in {count} segments, each signed by this editor's own key.",
	"auditHost.verifyGood.one":
		"The audit log of {folder} is consistent: {entries} entries in {count} segment. Its signer is only known from this home.",
	"auditHost.verifyGood.many":
		"The audit log of {folder} is consistent: {entries} entries in {count} segments. Their signer is only known from this home.",
	"auditHost.verifyBad.one": "The audit log of {folder} has a problem: {first}",
	"auditHost.verifyBad.many": "The audit log of {folder} has {count} problems; the first: {first}",
	"auditHost.verifyCancelled": "The verification was cancelled; it says nothing about the log.",
} as const;
