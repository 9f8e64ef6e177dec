// What tests and their child processes write into logs. Imports no test runner.

export const WRITER = { osUser: "ann", host: "box", editor: "serve", version: "0.0.0" };

/** The body of a typical request, for tests that need many. */
export function requested(request: string): object {
	const claimed = { cwd: "/x", input: { command: `echo ${request}` }, paths: [] };
	return {
		request,
		agent: "claude-code",
		kind: "shell",
		tool: "Bash",
		actionMac: "a".repeat(64),
		guard: false,
		claimed,
	};
}
