// Keys the view handles by itself do not travel on to the editor, which would run its own commands for them.

/** Ctrl or, on a Mac, Cmd: what both systems use to confirm and to delete. */
export function isAllowKey(event: KeyboardEvent): boolean {
	return event.key === "Enter" && hasOnlyMod(event);
}

export function isDenyKey(event: KeyboardEvent): boolean {
	return event.key === "Backspace" && hasOnlyMod(event);
}

export const ALLOW_SHORTCUTS = "Control+Enter Meta+Enter";
export const DENY_SHORTCUTS = "Control+Backspace Meta+Backspace";

/** "Ctrl+Enter" or "⌘Enter", as it is written on this system. */
export function keyLabel(key: string): string {
	return /Mac/.test(navigator.platform) ? `⌘${key}` : `Ctrl+${key}`;
}

/** The handled key goes no further. */
export function handled(event: Event): void {
	event.preventDefault();
	event.stopPropagation();
}

/** True when the event came from where a person writes text. */
export function isWriting(event: Event): boolean {
	const origin = event.composedPath()[0];
	return origin instanceof HTMLTextAreaElement || origin instanceof HTMLInputElement;
}

/** Keeps the keys that buttons and text boxes use to themselves. @returns what undoes it */
export function keepKeysHere(): () => void {
	const keep = (event: KeyboardEvent) => {
		const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
		const origin = event.composedPath()[0];
		const presses = plain && (event.key === "Enter" || event.key === " ") && origin instanceof HTMLButtonElement;
		// Function keys write nothing: F1 opens the palette wherever one stands.
		const writes = plain && isWriting(event) && !/^(?:Tab|Escape|F\d{1,2})$/.test(event.key);
		// Let go when the button has been pressed, so that its own action has run.
		if (presses || writes) event.stopPropagation();
	};
	document.addEventListener("keydown", keep);
	return () => document.removeEventListener("keydown", keep);
}

function hasOnlyMod(event: KeyboardEvent): boolean {
	return event.ctrlKey !== event.metaKey && !event.altKey && !event.shiftKey;
}
