// The English templates of what an action changed, seen after it ran. See texts.ts.
export const TEXTS_CHANGE_AFTER_RUN = {
	// why not all was compared
	"afterRun.tooMany":
		"The folder has more than {limit} files and folders. Gatepost compared those it reached; changes in the others are not listed. Folders in .gitignore are not counted.",
	"afterRun.tooSlow":
		"Looking through the folder took longer than {seconds} s. Gatepost stopped after {entries} files and folders; changes in the others are not listed.",
	"afterRun.tooDeep":
		"Some folders are more than {limit} levels deep, the first is {first}. Gatepost did not look into them; changes there are not listed.",
	"afterRun.unreadable":
		"{count} files or folders could not be looked at ({code}), the first is {first}. Changes there are not listed; check their permissions if you expected some.",
	"afterRun.rulesChanged":
		"The rules in .gitignore files, or the files that git tracks in spite of them, changed meanwhile. New files that the old or the new rules leave out are not listed; the change of the .gitignore file itself is.",
	"afterRun.rulesUnread":
		"Some rules in .gitignore files are too long or too many, the first are in {first}. Gatepost did not read them, so which files they leave out, or leave in, did not count.",
	"afterRun.gitElsewhere":
		"In {first}, git takes hooks and settings from another folder than before. What was in that folder already is not listed: look at it before you use git there.",
	"afterRun.gitUnread":
		"The index or the settings of the git repository {first} could not be read. Changes of its hooks and settings, and of files that it tracks although .gitignore leaves them out, may not be listed.",

	// why nothing was looked at
	"afterRun.unreported":
		"The agent's turn or session was over before it said what came of this, so the folder was not looked at again and what it changed is not known.",

	// why a content is not there
	"afterRun.notKept":
		"What was in it before is not known: Gatepost had not read it, and git has no copy of that state.",
	"afterRun.gitFailed":
		"What was in it before is not known: git has a copy of that state, but Gatepost could not get it.",
	"afterRun.tooLarge": "Larger than {max} MB, so its content is not compared.",
	"afterRun.inAll": "All contents together are larger than {max} MB, so this one is left out.",
	"afterRun.changing": "It was still changing while Gatepost read it, so its content is left out.",
	"afterRun.noAccess": "It could not be read ({code}).",
	"afterRun.notFile": "Neither a file nor a link (for example a socket), so it has no content to compare.",
	"afterRun.moved": "A folder on the way to it was replaced while Gatepost looked, so it was not read.",
	"afterRun.oddName":
		"Its name cannot be shown exactly (it is not valid text), so its content is left out and cannot be put back.",
} as const;
