// Reading a script from front to back: what the checkers of this folder share.

/** Why a script is refused that is not certain to be harmless; completes "the script ...". */
export const UNSURE = "could not be read for sure";

export interface Scan {
	readonly text: string;
	/** Place of the next character. */
	at: number;
}

/** Whether the text holds no control characters but tabs and line ends; some programs end or join lines at others. */
export function isPlain(text: string): boolean {
	return !/[^\t\n\x20-\x7e\u00a0-\uffff]/.test(text);
}

/** What the expression, which must be sticky, matches at this place. */
export function matchAt(expression: RegExp, text: string, at: number): string | undefined {
	expression.lastIndex = at;
	return expression.exec(text)?.[0];
}

/** What the expression, which must be sticky, matches from here on; steps over it. */
export function take(scan: Scan, expression: RegExp): string | undefined {
	const found = matchAt(expression, scan.text, scan.at);
	scan.at += found?.length ?? 0;
	return found;
}
