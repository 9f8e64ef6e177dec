// The English templates of all messages, grouped by where they arise. Placeholders are {name}.
export const TEXTS = {
	// verbs: the head of a card
	"verb.shell": "Run",
	"verb.edit": "Edit",
	"verb.write": "Write",
	"verb.delete": "Delete",
	"verb.read": "Read",
	"verb.fetch": "Fetch",
	"verb.mcp": "Call tool",
	"verb.spawn": "Start agent",
	"verb.other": "Use",

	// policy: why an action was asked, allowed or denied
	"why.notReadOnly": "Not on the list of read-only commands: {command}",
	"why.notSimple": "More than one simple command of plain words, so it is asked.",
	"why.option": "The option {option} of {command} is not on the read-only list.",
	"why.changesFiles": "Changes files.",
	"why.outside": "{path} is outside the folders of this window.",
	"why.sensitive": "{path} may hold secrets.",
	"why.network": "Reaches the network.",
	"why.tool": "The tool {tool} can have side effects.",
	"why.guard": "This would change what guards you: {what}.",
	"why.foreignHook": "A hook that is not Gatepost's could change or answer this ({source}).",
	"why.unknownAgent": "The caller could not be recognised.",
	"why.readInside": "Reads inside the workspace.",
	"why.readOnlyCommand": "A read-only command.",
	"why.ownPrompt": "The agent asks its own user.",
	"why.spawn": "Starts a sub-agent; what that does is asked on its own.",
} as const;
