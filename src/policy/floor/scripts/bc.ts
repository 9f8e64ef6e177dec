// Proves of a program for bc that it only computes. No bc has a statement that writes a file or runs anything; what is
// left is to see that the text is one for bc at all.
import { UNSURE } from "./scan.ts";

/**
 * What the program does beyond computing. Never throws; takes time in proportion to the program's length.
 * @returns completes "the script ..."; undefined when it only computes
 */
export function checkBc(script: string): string | undefined {
	// Some bc hand their program to dc, in which "[" and "]" enclose strings: none of those within a string.
	const token =
		/"(?:[^"[\]\\]|\\[A-Za-z])*"|#[^\n]*|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/|[\w\s.,;:(){}[\]+\-*%^=<>!&|]|\\\n|\/(?!\*)/y;
	if (/[^\t\n\x20-\x7e]/.test(script)) return UNSURE;
	for (token.lastIndex = 0; token.lastIndex < script.length; ) {
		if (!token.test(script)) return UNSURE;
	}
	return undefined;
}
