// The English templates of putting back what an action changed. See texts.ts.
export const TEXTS_CHANGE_UNDO = {
	"audit.type.change.undone": "Change undone",
	"undo.type.conflict": "Merge editor opened for an undo",
	"undo.type.failed": "Undo failed",
	"undo.type.unknown": "Undo",
	"undo.did.conflict":
		"A person opened the merge editor to undo what an allowed edit had changed. What came of it is theirs and not in the log.",
	"undo.did.failed":
		"A person wanted to put back what an allowed edit had changed, but the file could not be written and is as it was.",
	"undo.did.unknown": "A person wanted to put back what an allowed edit had changed. Its entry says what came of it.",
	"undo.button": "Undo…",
	"undo.buttonOf": "Undo the change of {file}…",
	"undo.buttonNotOf": "Undo the change of {file}… (not possible: {why})",
	"undo.buttonAll": "Undo all…",
	"undo.buttonAllOf": "Undo all changes of this session…",
	"undo.not.redacted": "Secrets of this content are masked in the log, so it cannot be put back.",
	"undo.not.removed": "This content was removed by retention, so it cannot be put back.",
	"undo.not.omitted": "This content was too large for the log, so it cannot be put back.",
	"undo.not.link": "It was a symbolic link before or after the action, and links are not put back.",
	"undo.not.unknown": "The log does not hold this content, so it cannot be put back.",

	// Why not, for a whole sentence "Nothing was undone".
	"undo.refused": "{file} was not undone. {why}",
	"undo.why.redacted":
		"Secrets in its content {side} the change are masked in the log, and a file with masks is not the file that was. Nothing was changed. Put it back from your version control.",
	"undo.why.removed":
		"Its content {side} the change was removed by retention on {time}. Nothing was changed. Put it back from your version control.",
	"undo.why.omitted":
		"Its content {side} the change was too large for the log ({bytes} bytes), so it was not kept. Nothing was changed. Put it back from your version control.",
	"undo.why.unknown": "The log does not hold its content {side} the change. Nothing was changed.",
	"undo.why.moved":
		"The action also moved the file, and that is not undone here. Nothing was changed. Move it back first.",
	"undo.why.link":
		"It was a symbolic link before or after the action, and links are not put back. Nothing was changed. Make the link by hand.",
	"undo.why.maskedPath":
		"Its path is masked or cut in the log, so the file cannot be found. Nothing was changed. Put it back by hand.",
	"undo.why.notAllowed": "This action was not allowed and done, so there is nothing of it to undo.",
	"undo.why.gone":
		"The file is not there any more, and the action is not what removed it. Nothing was changed. Restore the file first, then undo again.",
	"undo.why.createdMoved":
		"The action made this file, and it was changed since, so removing it would lose what came later. Nothing was changed. Remove the file yourself if you do not need it.",
	"undo.why.binaryMoved":
		"The file is not text and was changed since, so the changes cannot be told apart. Nothing was changed. Put it back from your version control.",
	"undo.why.elsewhere":
		"Its path leads to another place ({now}) than when the change was approved. Nothing was changed. Look at the links in its path.",
	"undo.why.outside":
		"It lies outside the folders of this window, and an undo writes only inside them. Nothing was changed. Open its folder, then undo again.",
	"undo.why.inGit": "It is one of git's own files. Nothing was changed. Look at it, and put it back by hand.",
	"undo.why.altered":
		"Entries of this action were altered in the log, so what it says was there cannot be relied on. Nothing was changed. The Integrity tab says what is wrong.",
	"undo.why.inHome": "It is one of Gatepost's own files. Nothing was changed.",
	"undo.why.unsaved": "An editor has unsaved changes of it. Nothing was changed. Save or revert them, then undo again.",
	"undo.why.changedMeanwhile":
		"The file changed while the question was open. Nothing was written. Undo again to see what would happen now.",
	"undo.why.directory": "A folder stands in its place. Nothing was changed.",
	"undo.why.notFile": "A device, a pipe or a socket stands in its place. Nothing was changed.",
	"undo.why.tooLarge": "It is larger than {max} MB by now. Nothing was changed. Put it back from your version control.",
	"undo.why.changing": "It changed while it was read. Nothing was changed by Gatepost. Undo again once it is quiet.",
	"undo.why.danglingLink": "It is a link to something that is not there. Nothing was changed. Look at the link.",
	"undo.why.unreadable":
		"It could not be read ({detail}). Nothing was changed. Look at the rights of the file and its folder.",
	"undo.why.noGate": "No gate is open for this folder, so it cannot be put on record. Nothing was changed.",
	"undo.why.notRecorded":
		"It could not be put on record in the log ({detail}), so nothing was changed. Check the Gatepost home, then try again.",
	"undo.why.notWritten":
		"The file could not be written ({detail}). It is as it was, and the log has a note that the undo failed. Check the folder and its free space, then try again.",
	"undo.why.notWrittenNorRecorded":
		"The file could not be written ({detail}). It is as it was, but the log says only that it was going to be undone: {log}. Check the folder and the Gatepost home, then try again.",
	"undo.why.conflict":
		"It was changed since in the same places. Nothing was changed. Undo this file by itself: the merge editor opens then.",
	"undo.why.conflictBetween":
		"Somebody else changed it in the same places as the session, since or between its changes, so they cannot be undone together. Nothing was changed. Undo its changes one by one in the log, the newest first: the merge editor opens where it is needed.",
	"undo.why.notPlanned":
		"It could not be worked out what an undo would do ({detail}). Nothing was changed. Put it back from your version control.",
	"undo.tooMany":
		"The session changed this file {count} times, more than are undone together. Nothing was changed. Undo its changes one by one in the log, the newest first, or put the file back from your version control.",
	"undo.why.noMergeEditor":
		"It was changed since in the same places, and this editor has no merge editor. Nothing was changed. A difference between the file now and before the change was opened; take over by hand what you need.",
	"undo.running": "Another undo is not finished yet. Answer its question first.",

	"undo.ask.restore": "Put {file} back as it was before the change?",
	"undo.ask.remove": "Remove {file}, which the action made?",
	"undo.ask.merged": "Undo the change in {file} and keep what was changed since?",
	"undo.ask.conflict": "Open {file} in the merge editor?",
	"undo.detail.restore": "The file still has the approved content. It gets exactly the content before the change.",
	"undo.detail.create": "The action had deleted the file. It is made anew with exactly its content before.",
	"undo.detail.noMode":
		"The log does not say which permissions it had, so they are not restored: it gets those of a new file.",
	"undo.detail.remove": "The file still has the content that was approved. It is removed from the disk.",
	"undo.detail.merged":
		"Somebody else changed the file since, or in between, in other places than are undone here. Those changes stay. Look at the file afterwards: lines that fit together before may not now.",
	"undo.detail.conflict.one":
		"The file was changed since in {count} place that the action changed too. Nothing is written until you complete the merge and save, and what you save is yours.",
	"undo.detail.conflict.many":
		"The file was changed since in {count} places that the action changed too. Nothing is written until you complete the merge and save, and what you save is yours.",
	"undo.detail.lines": "{removed} lines go, {added} lines come.",
	"undo.detail.path": "File: {path}",
	"undo.detail.record": "The log keeps a note of it, with your name.",
	"undo.do.restore": "Put Back",
	"undo.do.remove": "Remove",
	"undo.do.merged": "Undo",
	"undo.do.conflict": "Open Merge Editor",
	"undo.done.restore": "{file} is as it was before the change.",
	"undo.done.remove": "{file} was removed.",
	"undo.done.merged": "The change in {file} was undone; what was changed since is kept.",
	"undo.nothing": "There is nothing of this change left in {file}, so nothing was written.",
	"undo.merge.now": "Now",
	"undo.merge.before": "Before the change",
	"undo.merge.title": "{file} (now and before the change)",

	"undo.all.ask.one": "Undo the changes of this session in {count} file?",
	"undo.all.ask.many": "Undo the changes of this session in {count} files?",
	"undo.all.detail": "The file that was changed last comes first:",
	"undo.all.file.restore": "{file}: put back",
	"undo.all.file.noMode": "{file}: put back, without its permissions, which the log does not know",
	"undo.all.file.remove": "{file}: removed",
	"undo.all.file.merged": "{file}: undone, what was changed since is kept",
	"undo.all.more.one": "and {count} more",
	"undo.all.more.many": "and {count} more",
	"undo.all.skips.one": "{count} file is left as it is:",
	"undo.all.skips.many": "{count} files are left as they are:",
	"undo.all.skip": "{file}: {why}",
	"undo.all.do": "Undo All",
	"undo.all.nothing": "There is nothing of this session's changes left to undo, so nothing was written.",
	"undo.all.done.one": "Undone in {count} file.",
	"undo.all.done.many": "Undone in {count} files.",
	"undo.all.doneList": "Undone: {files}.",
	"undo.all.doneNone": "No file was undone.",
	"undo.all.skipped.one": "{count} file was left as it is:",
	"undo.all.skipped.many": "{count} files were left as they are:",
} as const;
