// How a person changes an action before allowing it.

/** A changed command line; hunks of a file left out (indices into the card's hunks of the unedited change); other bytes for
 * a file; or back to what the agent had asked for. `file` is an index into the proposal's files. */
export type CardEdit =
	| { command: string }
	| { file: number; leftOut: number[] }
	| { file: number; bytes: Buffer }
	| { original: true };
