// The English templates of actions that a person changes before allowing them. See texts.ts.
export const TEXTS_CHANGE_EDITED = {
	"edit.over":
		"This request is over or its answer was just taken, so nothing was changed. Wait for the agent's next one.",
	"edit.pending":
		"Your change of this action is still being worked out, so nothing was allowed. Look at what comes of it, then answer.",
	"edit.raced":
		"The agent's own prompt waits for the same action and would run it unchanged, so nothing was changed here. Deny it and say what to do instead.",
	"edit.tooMany":
		"This action was changed {max} times, which is as often as one can be, so nothing was changed. Allow it as it is now, or deny it.",
	"edit.overtaken":
		"A newer change of this action came in between, so this one was left out. The card shows what holds.",
	"edit.agent":
		"{agent} cannot take a changed input from Gatepost, so nothing was changed. Deny it and say what to do instead.",
	"edit.tool":
		"The input of {tool} cannot be changed in Gatepost, so nothing was changed. Deny it and say what to do instead.",
	"edit.denied":
		"Policy denies the action as it was changed, so nothing was changed. Change it in another way, or deny it. {why}",
	"edit.same": "That is what the agent had asked for already, so nothing was changed.",
	"edit.shownAlready": "The card shows that already, so nothing was changed.",
	"edit.command":
		"The changed command is empty or holds characters that no command may, so nothing was changed. Correct it and try again.",
	"edit.tooLong": "The changed input is larger than {max} MB, so nothing was changed. Make it smaller, or deny it.",
	"edit.noFile":
		"Gatepost does not know what this action would make of that file, so it cannot be changed. Deny it and say what to do instead.",
	"edit.noHunk":
		"One of these hunks is not in the change the agent asked for, so nothing was changed. Look at the card again.",
	"edit.cut":
		"The card does not show all hunks of this file, so none can be left out. Change the file in the diff editor.",
	"edit.binary": "This file is no text, so no part of its change can be left out. Deny it and say what to do instead.",
	"edit.allLeftOut": "All hunks would be left out, so nothing was changed. Then deny it instead.",
	"edit.nothingLeft": "The file would stay as it is, so nothing was changed. Then deny it instead.",
	"edit.fileChanged":
		"{file} is not any more what it was when the agent asked, so nothing was changed. Deny it, and let the agent read the file again.",
	"edit.notExact":
		"{tool} cannot write exactly these bytes into {file} (encoding, line breaks or a repeated place), so nothing was changed. Change it in another way, or deny it.",
	"edit.failed": "Gatepost could not work out the changed action, so nothing was changed: {detail}",
	"edit.noGrant":
		"A person changed this action, so it can be allowed once only. Allow it once, or take the change back and grant then.",
	"why.edited": "A person changed what the agent asked for, so a person must allow what would run.",
	"reply.allowedEdited": "Gatepost: a person changed this action, then allowed it.",
	"reply.editedCommand":
		"A person changed this command in Gatepost before allowing it. You asked for:\n{from}\nWhat ran instead:\n{to}",
	"reply.editedFile":
		"A person changed this {tool} in Gatepost before allowing it: {file} holds what they wanted of it, not all that you asked for. Read the file before you change it again.",
} as const;
