// The English templates of what a command would do, before it runs. See texts.ts.
export const TEXTS_CHANGE_PREVIEW = {
	// what is not known
	"effect.partial": "Not all of the command could be previewed: look at the command itself.",
	"effect.asNow": "Every part was looked at with the files as they are now, not as parts in front of it leave them.",
	"effect.globUnknown": "Which files this pattern stands for was not worked out:",
	"effect.globNothing": "This pattern fits no file now:",
	"effect.missing": "Not there now:",
	"effect.leadsOutside": "Leads outside the folders of the workspace, through a link:",

	// files that go
	"effect.deletesFile": "Would delete 1 file ({size}):",
	"effect.deletesFiles": "Would delete {count} files ({size}):",
	"effect.deletesFolders":
		"Would delete folders with all that is in them (files: {files}, folders: {folders}, {size} in all):",
	"effect.deletesFoldersAtLeast":
		"Would delete folders with all that is in them (at least: files: {files}, folders: {folders}, {size}; there is more than was counted):",
	"effect.deletesEmptyFolder": "Would delete 1 empty folder:",
	"effect.deletesEmptyFolders": "Would delete {count} empty folders:",
	"effect.destroysFile": "Would overwrite the content of 1 file ({size}) beyond repair:",
	"effect.destroysFiles": "Would overwrite the content of {count} files ({size}) beyond repair:",
	"effect.refusedFolder": "Should be refused, because it is a folder:",
	"effect.refusedFolders": "Should be refused, because they are folders ({count}):",
	"effect.refusedFile": "Should be refused, because it is no folder:",
	"effect.refusedFiles": "Should be refused, because they are no folders ({count}):",
	"effect.refusedFull": "Should be refused, because the folder is not empty:",
	"effect.refusedFulls": "Should be refused, because the folders are not empty ({count}):",
	"effect.refusedThere": "Should be refused, because it is there already:",
	"effect.refusedTheres": "Should be refused, because they are there already ({count}):",

	// files that move
	"effect.moves": "Would move or rename:",
	"effect.movesMany": "Would move or rename {count}:",
	"effect.copies": "Would copy:",
	"effect.copiesMany": "Would copy {count}:",
	"effect.merges": "Copies into a folder that is there; files of the same names in it would be overwritten:",
	"effect.links": "Would make a link:",
	"effect.linksMany": "Would make {count} links:",
	"effect.overwrites": "Would overwrite 1 file ({size}):",
	"effect.overwritesMany": "Would overwrite {count} files ({size}):",

	// files that are written
	"effect.creates": "Would create 1 file:",
	"effect.createsMany": "Would create {count} files:",
	"effect.truncates": "Would replace all that is in 1 file ({size} now):",
	"effect.truncatesMany": "Would replace all that is in {count} files ({size} now):",
	"effect.appends": "Would add to the end of 1 file ({size} now):",
	"effect.appendsMany": "Would add to the end of {count} files ({size} now):",
	"effect.device": "Would write to what is no plain file:",
	"effect.times": "Would set the time of 1 file:",
	"effect.timesMany": "Would set the times of {count} files:",
	"effect.makesFolder": "Would make 1 folder:",
	"effect.makesFolders": "Would make {count} folders:",
	"effect.foldersThere": "Folders that are there already:",
	"effect.mode": "Would set permissions ({mode}):",
	"effect.owner": "Would set the owner ({owner}):",
	"effect.below": "And of all that is in them: {count}.",
	"effect.belowAtLeast": "And of all that is in them: at least {count}.",
	"effect.edits": "Would edit 1 file in place ({size} now), if anything in it fits:",
	"effect.editsMany": "Would edit {count} files in place ({size} now), where anything in them fits:",

	// packages and downloads
	"effect.installs": "Would install 1 package that is named, and what it needs:",
	"effect.installsMany": "Would install {count} packages that are named, and what they need:",
	"effect.installsFrom": "Would install from:",
	"effect.installsFile": "Would install what {file} names ({count}), and what that needs:",
	"effect.installsFileUnread": "Would install what {file} names; that file could not be read.",
	"effect.installScripts": "Packages may run commands of their own while they are installed.",
	"effect.uninstalls": "Would remove 1 package:",
	"effect.uninstallsMany": "Would remove {count} packages:",
	"effect.downloads": "Would save what it downloads from {url}:",
	"effect.downloadsBeside": "Would save what it downloads from {url} beside a file that has this name:",

	// git
	"effect.pushCommit": "Would push 1 commit of {branch} to {target} at {url}:",
	"effect.pushCommits": "Would push {count} commits of {branch} to {target} at {url}:",
	"effect.pushManyCommits": "Would push more than {count} commits of {branch} to {target} at {url}:",
	"effect.pushNothing": "{branch} has no commits that {target} at {url} lacks, as far as is known here.",
	"effect.pushNew": "{target} is new at {url}, as far as is known here.",
	"effect.pushDrops": "Would throw away commits that {target} has at {url} ({count}), as far as is known here:",
	"effect.pushDeletes": "Would delete {target} at {url}.",
	"effect.pushBehind": "{target} has commits that {branch} lacks ({count}), so the push should be refused:",
	"effect.commitsFile": "Would commit 1 file that is staged now:",
	"effect.commitsFiles": "Would commit {count} files that are staged now:",
	"effect.commitsNothing": "Nothing is staged now.",
	"effect.commitsAlso": "Would also commit tracked files that look changed now ({count}):",
	"effect.commitsAdded": "The git add in front of it stages more to commit.",
	"effect.amends": "Would replace the newest commit.",
	"effect.cleansFile": "Would delete 1 file that git does not track:",
	"effect.cleansFiles": "Would delete {count} files that git does not track:",
	"effect.cleansFolders":
		"Would delete folders that git does not track, with all that is in them (files: {files}, folders: {folders}, {size} in all):",
	"effect.cleansFoldersAtLeast":
		"Would delete folders that git does not track, with all that is in them (at least: files: {files}, folders: {folders}, {size}; there is more than was counted):",
	"effect.cleansNothing": "git tracks everything that this would look at: nothing would be deleted.",
	"effect.discards": "Would throw away changes in 1 tracked file that looks changed now:",
	"effect.discardsMany": "Would throw away changes in {count} tracked files that look changed now:",
	"effect.discardsNothing": "No tracked file there looks changed now.",
	"effect.unstages": "Would take 1 file out of what is staged:",
	"effect.unstagesMany": "Would take {count} files out of what is staged:",

	// files of a proposed change
	"warning.unsaved":
		"This file has changes in an editor that are not saved. The agent edits the file on disk; saving the editor later can undo that.",
	"warning.changedSinceRead":
		"This file has changed on disk since the agent read it. The change shown here is against the file as it is now.",
	"warning.goneSinceRead": "This file is not there any more, and was when the agent read it.",
	"warning.unchecked":
		"Whether an editor holds unsaved changes of this file, and whether it has changed since the agent read it, could not be checked. Look at the file before you allow this.",
	"proposal.failed": "What it would change could not be worked out ({detail}). Look at its input.",
} as const;
