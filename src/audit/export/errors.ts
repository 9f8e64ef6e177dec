// Why an export was not made.
export type ExportErrorCode =
	/** No room (or quota) left. */
	| "full"
	/** Its folder is not there, may not be written, or the name is taken by something that is no plain file. */
	| "place"
	/** Inside the log that is exported. */
	| "inside-log"
	/** Inside the Gatepost home that holds the log. */
	| "inside-home"
	/** More than this format can hold. */
	| "too-large"
	| "io";

/** Why an export could not be written. Nothing of it is left. */
export class ExportError extends Error {
	override name = "ExportError";
	readonly code: ExportErrorCode;
	constructor(code: ExportErrorCode, message: string, options?: { cause?: unknown }) {
		super(message, options);
		this.code = code;
	}
}
