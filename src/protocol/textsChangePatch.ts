// The English templates of patches of agents and what keeps them from being applied. See texts.ts.
export const TEXTS_CHANGE_PATCH = {
	// the patch as text
	"patch.noBegin":
		'The patch does not begin with "*** Begin Patch", so no change could be computed. The agent\'s tool should fail; look at the input.',
	"patch.noEnd":
		'The patch does not end with "*** End Patch", or something follows it, so no change could be computed. Look at the input.',
	"patch.noFiles": "The patch names no file, so nothing would change. The agent's tool should fail.",
	"patch.line":
		"Line {line} of the patch is not one that may stand there, so no change could be computed. The agent's tool should fail; look at the input.",
	"patch.noHunk":
		"Line {line} of the patch updates a file and says no change of it. The agent's tool should fail; look at the input.",
	"patch.emptyHunk":
		"The change that begins at line {line} of the patch holds no lines. The agent's tool should fail; look at the input.",
	"patch.noMarker":
		"The change at line {line} of the patch has no @@ before it, and this agent passes over such lines. The change was not computed; look at the input.",
	"patch.environment":
		"The patch names another environment to run in, and what is there is not known here. Look at the input.",
	"patch.carriageReturn":
		"Line {line} of the patch holds a carriage return where it is not known what the agent makes of it. The change was not computed; look at the input.",
	"patch.notText":
		"The patch holds characters that are not Unicode text, so no change could be computed. Look at the input.",
	"patch.tooLarge":
		"The patch, or what it would make of the files, is larger than {max} MB, so no change was computed. Look at the input.",
	"patch.tooMany": "The patch names more than {max} files, so the change was not computed. Look at the input.",

	// the files it names
	"patch.path": "The patch names a file that no system can open ({path}). The agent's tool should fail.",
	"patch.windowsName":
		"{path} is a name that Windows takes for something else than this file, so the change was not computed. Look at the input.",
	"patch.sameName":
		"{path} and {other} differ in case or spelling only and may be one file, so the change was not computed. Look at the input.",
	"patch.samePlace":
		"{path} and {other} lead to the same file ({target}), so the change was not computed. Look at the input.",
	"patch.inside": "{path} cannot be a file and the folder of {other} at once. The agent's tool should fail.",
	"patch.twice":
		"{path} is named more than once, and this agent then loses one of the changes. The change was not computed; look at the input.",
	"patch.link":
		"{path} is a link, and the patch moves it or names it more than once, so the change was not computed. Look at the input.",
	"patch.noDelete": "{path} does not exist, so it cannot be deleted. The agent's tool should fail.",

	// applying it
	"patch.contextMissing":
		'The line after "@@" of change {hunk} is not in {path}. The agent\'s tool should fail; look at the input.',
	"patch.linesMissing":
		"The lines that change {hunk} takes for its place are not in {path} from there on. The agent's tool should fail; look at the input.",
	"patch.notUtf8": "{path} is not UTF-8 text. The agent's tool should fail; look at the input.",
	"patch.tooMuchWork":
		"Finding where change {hunk} belongs in {path} takes too long, so the change was not computed. Look at the input.",
	"patch.bom":
		"{path} would get a byte order mark in its text, and what the agent makes of that is not known. Look at the input.",

	// replacing one text by another
	"replace.empty": "The old text is empty, so it is not known what would be replaced. Look at the input.",
	"replace.absent": "The old text is not in {path}. The agent's tool should fail; look at the input.",
	"replace.ambiguous":
		"The old text fits {count} places in {path} and only one is meant. The agent's tool should fail; look at the input.",
	"replace.tooMuchWork":
		"Finding the old text in {path} takes too long, so the change was not computed. Look at the input.",
	"replace.indentation":
		"The old text is in {path} with other white space, and how the new text would be indented is not known. Look at the input.",

	// the patch text of what is shown
	"patchText.binary": "{path} is binary, so it is not in the patch text.",
	"patchText.outside": "{path} is outside the folder the patch is made for, so it is not in the patch text.",
	"patchText.name": "The name of {path} cannot stand in a patch that git takes, so it is not in the patch text.",
} as const;
