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
		"The rules in .gitignore files changed meanwhile. New files that the old or the new rules leave out are not listed; the change of the .gitignore file itself is.",

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
